"""Names within a scenario: of the steps that are quoted, swept, or in which something goes wrong."""

from __future__ import annotations

from collections.abc import Iterator

from wavoice.sim.scenario.format import Scenario
from wavoice.sim.scenario.yaml_lines import Place

Problem = tuple[Place, str]
"""Where it stands, and what is wrong."""


def wrong_names(scenario: Scenario) -> list[Problem]:
    """What refers to nothing: a step must be there, and be said before it is quoted."""
    return [*_steps(scenario), *_faults(scenario), *_sweep(scenario)]


def _steps(scenario: Scenario) -> Iterator[Problem]:
    known: list[str] = []
    for index, step in enumerate(scenario.steps):
        if step.quotes is not None and step.quotes not in known:
            named = ", ".join(known) or "no step before it has an id"
            yield ("steps", index, "quotes"), f"quotes {step.quotes!r}: {named}"
        if step.id is not None:
            if step.id in known:
                yield ("steps", index, "id"), f"the id {step.id!r} is used twice"
            known.append(step.id)
        later = [
            other for other in scenario.steps[index + 1 :] if other.by_customer and other.from_ == step.from_
        ]
        if step.deliver == "reordered" and not later:
            problem = "reordered: this customer sends nothing after it that could overtake it"
            yield ("steps", index, "deliver"), problem


def _faults(scenario: Scenario) -> Iterator[Problem]:
    ids = [step.id for step in scenario.steps if step.id is not None]
    names = {*ids, *(str(number) for number in range(1, len(scenario.steps) + 1))}
    for index, fault in enumerate(scenario.given.faults):
        if fault.step is not None and fault.step not in names:
            yield ("given", "faults", index, "step"), f"there is no step {fault.step!r}"


def _sweep(scenario: Scenario) -> Iterator[Problem]:
    swept = scenario.sweep
    if swept is None:
        return
    senders = [step for step in scenario.steps if step.by_customer and swept.sends in (None, step.id)]
    if not senders:
        yield ("sweep",), f"there is no step {swept.sends!r} that a customer sends"
