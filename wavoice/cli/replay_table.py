"""The replay's tables: what was heard, decided and written, and where the time went."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from wavoice.cli.outputs import table_console
from wavoice.runtime.model import Stage
from wavoice.sim.report import NoteResult

_BAR = 24
_PIPE_WIDTH = 160
"""Columns where the output is not a terminal."""
_WIDE = 120
"""Columns from which on the notes fit into a table."""


def print_results(results: Sequence[NoteResult]) -> None:
    """Print both tables and a closing line to standard output."""
    console = table_console(_PIPE_WIDTH)
    if console.width >= _WIDE:
        console.print(_notes(results))
    else:
        _print_stacked(console, results)
    if timed := [result for result in results if result.stages]:
        console.print(_times(timed))
    wrong = [result for result in results if not result.ok]
    for result in wrong:
        console.print(Text("✗ ", "red").append(f"{result.fixture}: {'; '.join(result.problems)}", "default"))
    known = [result.wer for result in results if result.wer is not None]
    wer = f", mean WER {statistics.mean(known):.3f}" if known else ""
    checked = sum(result.expected is not None for result in results)
    expected = f", {checked - len(wrong)} of {checked} as expected" if checked else ""
    console.print(f"{len(results)} {'note' if len(results) == 1 else 'notes'}{expected}{wer}")


def _notes(results: Sequence[NoteResult]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("note", no_wrap=True)
    table.add_column("heard", ratio=3)
    table.add_column("WER", justify="right")
    table.add_column("decided", ratio=1)
    table.add_column("written", ratio=2)
    table.add_column("reply", ratio=4)
    table.add_column("turn ms", justify="right", no_wrap=True)
    table.add_column("wait ms", justify="right", no_wrap=True)
    for result in results:
        table.add_row(*_row(result))
    return table


def _print_stacked(console: Console, results: Sequence[NoteResult]) -> None:
    """Print the same cells below each other, for a narrow terminal."""
    names = ("", "heard", "WER", "decided", "written", "reply", "turn ms", "wait ms")
    for result in results:
        block = Table.grid(padding=(0, 1))
        first, *cells = _row(result)
        console.print(first)
        for name, cell in zip(names[1:], cells, strict=True):
            block.add_row(Text(f"   {name:8}", "dim"), cell)
        console.print(block)


def _row(result: NoteResult) -> tuple[Text | str, ...]:
    mark = Text("✗ ", "red") if not result.ok else Text("✓ ", "green") if result.expected else Text("· ")
    heard = Text(result.heard or "-")
    if result.wer:
        heard.append(f"\nsaid: {result.said}", "dim")
    decided = Text(result.outcome)
    if note := result.trouble or result.row:
        decided.append(f" {note}", "dim")
    written = "; ".join(" ".join((write["action"], *_args(write))) for write in result.writes)
    reply = Text()
    if result.reply_kind:
        reply.append(f"{result.reply_kind}: ", "dim").append(result.reply_text or "")
    wait = "-" if result.customer_wait_ms is None else f"{result.customer_wait_ms:.0f}"
    return (
        mark.append(result.fixture, "default"),
        heard,
        "-" if result.wer is None else f"{result.wer:.2f}",
        decided,
        Text(written or "-"),
        reply or Text("-"),
        f"{result.turn_ms:.0f}",
        wait,
    )


def _args(write: object) -> tuple[str, ...]:
    return tuple(value for key, value in dict(write).items() if key != "action")  # type: ignore[call-overload]


def _times(results: Sequence[NoteResult]) -> Table:
    """Median time on the path; the bars together are the median turn."""
    table = Table(
        box=None,
        pad_edge=False,
        header_style="bold",
        title="\nwhere the time went (ms)",
        title_justify="left",
    )
    for name in ("stage", "on path p50", "p95", "ran p50"):
        table.add_column(name, justify="left" if name == "stage" else "right")
    table.add_column("")
    on_path = {
        str(stage): [result.stages[stage].on_path for result in results if stage in result.stages]
        for stage in Stage
        if stage is not Stage.SETTLE
    }
    on_path["queue"] = [result.queue_ms for result in results]
    longest = max((statistics.median(times) for times in on_path.values() if times), default=0) or 1
    for name, times in on_path.items():
        if not times:
            continue
        ran = [result.stages[name].ms for result in results if name in result.stages]
        median = statistics.median(times)
        table.add_row(
            name,
            f"{median:.1f}",
            f"{_p95(times):.1f}",
            f"{statistics.median(ran):.1f}" if ran else "",
            "█" * round(_BAR * median / longest),
        )
    _sum_rows(table, results)
    return table


def _sum_rows(table: Table, results: Sequence[NoteResult]) -> None:
    turns = [result.turn_ms for result in results]
    table.add_row("turn", f"{statistics.median(turns):.1f}", f"{_p95(turns):.1f}", "", "", style="bold")
    settles = [result.settle_ms for result in results if result.settle_ms]
    if settles:
        table.add_row("settle (chosen)", f"{statistics.median(settles):.1f}", f"{_p95(settles):.1f}", "", "")
    waits = [result.customer_wait_ms for result in results if result.customer_wait_ms is not None]
    if waits:
        table.add_row("customer wait", f"{statistics.median(waits):.1f}", f"{_p95(waits):.1f}", "", "")


def _p95(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
