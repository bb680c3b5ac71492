"""Scenarios as the tests write them: a common head, and only what a test is about."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from textwrap import dedent, indent

from wavoice.runtime import journal
from wavoice.runtime.model import Micros
from wavoice.sim.scenario.failure import Failure
from wavoice.sim.scenario.load import Case, load_cases
from wavoice.sim.scenario.perform import perform
from wavoice.sim.scenario.record import Record
from wavoice.sim.scenario.run import Result, merged, run_cases

FILE = Path("talk.yaml")
"""Where the scenarios of the tests seem to stand; there is no such file."""
HEAD = """\
version: 1
scenario: talk
about: What a test is about.
"""
GIVEN = """\
given:
  now: 2026-11-23T10:00:00
  zone: Asia/Kolkata
"""
NOTHING = "then: {writes: []}"
MOVED = 'then: {writes: [{action: reschedule_delivery, order: "1842", day: Friday}]}'
ASKED = "- note: move my delivery to Friday"
MOVE = f"{ASKED}\n- note: yes\n- wait: 5s"
"""A request, a yes, and the time in which it is carried out."""


def text(steps: str, given: str = "", then: str = NOTHING, rest: str = "") -> str:
    """A whole file; `steps` are the items, `given` more keys of that table, `rest` more keys of the top."""
    more = indent(dedent(given).strip("\n"), "  ")
    listed = indent(dedent(steps).strip("\n"), "  ")
    parts = [HEAD, GIVEN, more, "\nsteps:\n", listed, "\n", dedent(then).strip("\n"), "\n", dedent(rest)]
    return "".join(parts)


def line_of(whole: str, part: str) -> int:
    """Line, from 1, on which that part stands for the first time."""
    return whole[: whole.index(part)].count("\n") + 1


def load(steps: str, given: str = "", then: str = NOTHING, rest: str = "") -> list[Case]:
    return load_cases(FILE, text(steps, given, then, rest))


@cache
def play(steps: str, given: str = "", then: str = NOTHING) -> Record:
    """Perform it, once for all tests: what comes back must not be changed."""
    (case,) = load(steps, given, then)
    return perform(case)


@cache
def result(steps: str, given: str = "", then: str = NOTHING, rest: str = "") -> Result:
    """Run all its points as the command does."""
    return merged([run_cases(load(steps, given, then, rest))])


def failures(steps: str, given: str = "", then: str = NOTHING) -> list[Failure]:
    """What does not hold, laws included."""
    return list(result(steps, given, then).failures)


def kinds(record: Record, step: int | None = None) -> list[str]:
    """What happened to customer and job, in that step or at all."""
    events = record.events if step is None else record.of_step(record.steps[step - 1])
    return [event.kind for event in events if event.kind in journal.SCENARIO_EVENTS]


def rows(record: Record) -> list[str]:
    """Rows of the decision table, in the order in which they decided."""
    return [event.body.row for event in record.events if event.kind == "decided"]


def said(record: Record) -> list[str]:
    """What the bot said, in order."""
    bodies = [event.body for event in record.events if event.kind in ("replied", "noticed")]
    return [body.text for body in bodies]


def sent_at(record: Record) -> list[Micros]:
    """When each step began, counted from the first."""
    start = record.steps[0].began.at
    return [run.began.at - start for run in record.steps]


def writes(record: Record) -> Sequence[tuple[str, dict[str, str]]]:
    return [(applied.action, dict(applied.args)) for applied in record.ledger]
