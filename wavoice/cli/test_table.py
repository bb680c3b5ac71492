"""What `wavoice test` prints: a line a scenario, and everything about those that failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from wavoice.sim.scenario.results import in_words, points_in_words
from wavoice.sim.scenario.run import Result

_MARKS = {"passed": ("✓", "green"), "failed": ("✗", "red"), "pending": ("…", "yellow")}


def print_result(console: Console, result: Result) -> None:
    """Print one result; of a failure all that is needed to understand it."""
    mark, colour = _MARKS[result.status]
    line = Text(f"{mark} ", colour).append(
        "/".join(part for part in (result.file.parent.name, result.name) if part), "default"
    )
    runs = f"{result.points} runs, " if result.points > 1 else ""
    line.append(f"  {runs}{result.ms:.0f} ms", "dim")
    if result.status == "pending":
        line.append(f"  pending: {result.pending}", "yellow")
    console.print(line)
    for note in result.notes:
        console.print(Text(f"    {note}", "dim"))
    if result.status != "failed":
        return
    for failure in result.failures:
        console.print(Text(f"    {in_words(failure, result.file)}"))
    if points := points_in_words(result):
        console.print(Text(f"    {points}", "red"))
    for told in result.slice:
        console.print(Text(f"      {told}", "dim"))


def summary(results: Sequence[Result], wrong: int, seconds: float) -> str:
    """The closing line."""
    counts = Counter(result.status for result in results)
    parts = [f"{counts[status]} {status}" for status in ("passed", "failed", "pending") if counts[status]]
    if wrong:
        parts.append(f"{wrong} {'file' if wrong == 1 else 'files'} wrong")
    runs = sum(result.points for result in results)
    took = sum(result.ms for result in results) / runs if runs else 0.0
    of = "1 run" if runs == 1 else f"{runs} runs"
    return f"{', '.join(parts) or 'nothing ran'}; {of} in {seconds:.1f} s, {took:.0f} ms each"
