"""Mutants: the runtime with one thing broken on purpose, in a copy. Scenarios must notice every one.

`tests/mutants.toml` lists them, `tests/test_mutants.py` kills them, and

    uv run python -m tests.mutants [NAME ...]

runs every scenario that the list names against each of them. Without names it writes docs/mutants.md.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from wavoice.sim.scenario.detect import is_scenario

ROOT = Path(__file__).parents[1]
LIST = Path(__file__).with_name("mutants.toml")
TABLE = ROOT / "docs" / "mutants.md"
SIX = (
    "yes_then_no_wait_same_note",
    "no_wait_inside_settle_window",
    "no_wait_after_commit",
    "yes_but_to_saturday",
    "late_yes_same_evening",
    "mumbled_yes",
)
"""The first six scenarios."""
LONGEST = 500
"""Seconds for one run of the command; a mutant that hangs is no good one."""

_MAIN = "from wavoice.cli.main import main; main()"
_CRASH = re.compile(r"\berror(?:\x1b\[\d*m)*=(?:\x1b\[\d*m)*'?([A-Z]\w+)")
"""The class of an exception that the runtime did not expect, in its log; expected ones have a code."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in one file."""

    file: str
    """Path below `wavoice`."""
    old: str
    new: str


LOUD = Edit("cli/test.py", "logging.CRITICAL", "logging.ERROR")
"""Unexpected exceptions are to be seen: a mutant that merely crashes is no good one."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One thing that goes wrong."""

    name: str
    harm: str
    """What it does to a customer, in a sentence."""
    by: tuple[str, ...]
    """Scenarios that kill it, the plainest first."""
    edits: tuple[Edit, ...]
    six: bool = False
    """One of those that the first six scenarios must kill by themselves."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the scenarios said of one copy."""

    code: int
    """Exit code of the command."""
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    broken: tuple[str, ...]
    """Scenarios that could not be run; such a death proves nothing."""
    crashes: tuple[str, ...]
    """Exceptions that the runtime did not expect; so does such a one."""
    output: str


@cache
def mutants() -> tuple[Mutant, ...]:
    """All of the list, in its order."""
    return read_list(LIST)


def read_list(path: Path) -> tuple[Mutant, ...]:
    """The mutants of a file, in its order; `by` and `six` are for those that scenarios kill."""
    with path.open("rb") as file:
        listed = tomllib.load(file)["mutant"]
    return tuple(
        Mutant(
            name=one["name"],
            harm=one["harm"],
            by=tuple(one.get("by", ())),
            edits=tuple(Edit(f"runtime/{edit['file']}", edit["old"], edit["new"]) for edit in one["edits"]),
            six=one.get("six", False),
        )
        for one in listed
    )


@cache
def scenarios() -> dict[str, Path]:
    """Scenario files by name."""
    found = sorted((ROOT / "scenarios").glob("*/*.yaml"))
    return {file.stem: file for file in found if is_scenario(file)}


def patched(edits: Sequence[Edit]) -> dict[Path, str]:
    """New text by path below the package. Raises `ValueError` if the source has moved on."""
    texts: dict[Path, str] = {}
    for edit in edits:
        file = Path(edit.file)
        text = texts.get(file) or (ROOT / "wavoice" / file).read_text(encoding="utf-8")
        if (times := text.count(edit.old)) != 1:
            raise ValueError(f"{file.name} holds {edit.old!r} {times} times, not once")
        texts[file] = text.replace(edit.old, edit.new)
        compile(texts[file], str(file), "exec")
    return texts


def copied(folder: Path, mutant: Mutant | None = None) -> Path:
    """Copy the package into the folder and break it there."""
    package = folder / "wavoice"
    shutil.copytree(ROOT / "wavoice", package)
    for file, text in patched((LOUD, *(mutant.edits if mutant else ()))).items():
        (package / file).write_text(text, encoding="utf-8")
        for stale in (package / file).parent.glob(f"__pycache__/{file.stem}.*.pyc"):
            stale.unlink()
    return folder


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run an interpreter that imports the copy; -P keeps the original in the current folder out."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-P", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )


def run(folder: Path, names: Sequence[str], jobs: int = 1) -> Outcome:
    """Run these scenarios on the copy."""
    files = [str(scenarios()[name].relative_to(ROOT)) for name in names]
    report = folder / "report.jsonl"
    report.unlink(missing_ok=True)
    done = python(folder, "-c", _MAIN, "test", *files, "--json", str(report), "-q", "-j", str(jobs))
    lines = report.read_text(encoding="utf-8").splitlines() if report.is_file() else []
    results = [json.loads(line) for line in lines]
    broken = [one["name"] for one in results if "error" in _kinds(one)]
    failed = [one["name"] for one in results if one["status"] == "failed" and one["pending"] is None]
    return Outcome(
        code=done.returncode,
        passed=tuple(one["name"] for one in results if one["status"] == "passed"),
        failed=tuple(name for name in failed if name not in broken),
        broken=tuple(broken),
        crashes=tuple(_CRASH.findall(done.stderr)),
        output=done.stdout + done.stderr,
    )


def _kinds(result: dict[str, Any]) -> set[str]:
    return {failure["kind"] for point in (result, *result["failing"]) for failure in point["failures"]}


def jury() -> list[str]:
    """The first six scenarios, and all that are named in the list."""
    return list(dict.fromkeys((*SIX, *(name for mutant in mutants() for name in mutant.by))))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _killers(mutant: Mutant, names: Sequence[str]) -> list[str]:
    with TemporaryDirectory() as folder:
        outcome = run(copied(Path(folder), mutant), names, jobs=_cores())
    named = [name for name in mutant.by if name in outcome.failed]
    return list(dict.fromkeys((*named, *sorted(outcome.failed))))


def table(killers: dict[str, list[str]]) -> Iterator[str]:
    """Lines of docs/mutants.md."""
    yield from INTRODUCTION.format(count=len(jury())).splitlines()
    yield ""
    yield "| mutant | what goes wrong | killed by | first of them |"
    yield "|---|---|---|---|"
    for mutant in mutants():
        killed = killers[mutant.name]
        first = f"`{killed[0]}`" if killed else ""
        yield f"| `{mutant.name}` | {mutant.harm} | {len(killed)} | {first} |"


INTRODUCTION = """\
# Mutants

Each line is the runtime with one thing broken on purpose, in a copy; the product has no switch for any of it.
The suite must notice every one. `uv run pytest -m mutants` asserts that scenarios fail, that they do so by
what a customer would notice and not by a crash, and that the first eight fall to the first six scenarios.
The patches stand in `tests/mutants.toml`; one that no longer fits the source fails in every test run.

Some patches break two layers at once, because neither alone would be seen from outside: the write looks for
unread messages itself, although messages are taken before timers anyway.

Counted over the {count} scenarios that the list names for some mutant; the other scenarios were not tried.
Written by `uv run python -m tests.mutants`.
"""


def main() -> None:
    """Print who kills what; write the table if all were run."""
    wanted = sys.argv[1:]
    killers: dict[str, list[str]] = {}
    for mutant in mutants():
        if wanted and mutant.name not in wanted:
            continue
        killers[mutant.name] = _killers(mutant, jury())
        print(mutant.name, len(killers[mutant.name]), *killers[mutant.name][:6], flush=True)
    if not wanted:
        _, heading, others = TABLE.read_text(encoding="utf-8").partition("\n## ")
        TABLE.write_text("\n".join(table(killers)) + "\n" + heading + others, encoding="utf-8")


if __name__ == "__main__":
    main()
