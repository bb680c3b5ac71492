"""Whole conversations, judged by what they leave behind: the shop's end state, and the laws.

What a dialogue says under `then` counts, and what its steps expect does not: how the bot gets there is its
own business. Every trial after the first delivers webhooks badly, each in a way of its own that is the same
in every run, so that a dialogue that comes out well by luck shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import comb
from statistics import fmean
from typing import Any

from wavoice.sim.scenario.expect import Expect
from wavoice.sim.scenario.given import ChaosSpec
from wavoice.sim.scenario.load import Case
from wavoice.sim.scenario.run import run_cases

SLOWEST = "800ms"
"""By so much a webhook is held back at most; the pause between two messages of a customer is longer."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What came of one."""

    name: str
    file: str
    passed: tuple[bool, ...]
    """A trial each."""
    wrong: tuple[str, ...]
    """What did not hold, of the first trial that failed."""

    def pass_at(self, k: int) -> float:
        """Probability that `k` trials, drawn from those that were made, all pass."""
        return comb(sum(self.passed), k) / comb(len(self.passed), k)


def judge(cases: Sequence[Case], trials: int) -> Dialogue:
    """Run one dialogue, all points of its matrix, that many times."""
    passed, wrong = [], list[str]()
    for trial in range(trials):
        failures = [failure for case in cases for failure in run_cases([_of_trial(case, trial)]).failures]
        passed.append(not failures)
        wrong = wrong or [f"{one.kind}: {one.reason}" for one in failures]
    first = cases[0]
    return Dialogue(
        first.scenario.scenario, str(first.source.file), tuple(passed), tuple(dict.fromkeys(wrong))
    )


def _of_trial(case: Case, trial: int) -> Case:
    scenario = case.scenario
    steps = tuple(step.model_copy(update={"expect": Expect()}) for step in scenario.steps)
    given = scenario.given
    if trial and given.chaos is None:
        chaos = ChaosSpec.model_validate({"seed": trial, "duplicate": 0.3, "delay": SLOWEST})
        given = given.model_copy(update={"chaos": chaos})
    plain = {"steps": steps, "given": given, "pending": None, "sweep": None}
    return replace(case, scenario=scenario.model_copy(update=plain))


def figures(dialogues: Sequence[Dialogue], trials: int) -> dict[str, Any]:
    """All that `--json` says."""
    return {
        "version": 1,
        "n": len(dialogues),
        "trials": trials,
        "pass": {str(k): fmean(one.pass_at(k) for one in dialogues) for k in range(1, trials + 1)},
        "dialogues": [_line(one) for one in dialogues],
    }


def _line(one: Dialogue) -> dict[str, Any]:
    return {"name": one.name, "file": one.file, "passed": [*one.passed], "wrong": [*one.wrong]}


def failed(dialogues: Iterable[Dialogue]) -> list[Dialogue]:
    """Those that did not come out well every time."""
    return [one for one in dialogues if not all(one.passed)]
