"""A dialogue of every job that the registry knows: the shortest scenario that does it and nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from wavoice.runtime.actions import Job
from wavoice.runtime.actions.builtin import JOBS
from wavoice.sim.scenario.load import Case, find_files, load_cases

SCENARIOS = Path(__file__).parents[2] / "scenarios"
_STEP = re.compile(r"^  - (?:note|text|button|wait|offer):", re.MULTILINE)
_CUSTOMERS = frozenset({"note", "text", "button", "wait", "offer"})


class NoSampleError(LookupError):
    """A job without a scenario, which nobody could test on the wire either."""


@cache
def _texts() -> Sequence[tuple[str, Path]]:
    return [(file.read_text(encoding="utf-8"), file) for file in find_files([SCENARIOS])]


@cache
def sample_of(name: str) -> Case:
    """The dialogue of that job. Raises `NoSampleError` if no scenario shows it."""
    job = JOBS.about(name)
    near = sorted(
        (len(_STEP.findall(text)), file) for text, file in _texts() if re.search(rf"\b{name}\b", text)
    )
    for _, file in near:  # to read YAML takes longer than the dialogue: the first that will do
        case = load_cases(file)[0]
        if _shows(case, job):
            return case
    raise NoSampleError(
        f"No scenario shows {name}: write one in which a customer alone gets it done, and that writes "
        "nothing else or has its name as a tag."
    )


def _shows(case: Case, job: Job) -> bool:
    """True if the customer alone has it done, and nothing goes wrong that the scenario is about."""
    scenario, given = case.scenario, case.scenario.given
    calm = not (given.faults or given.chaos or given.policy or given.people or given.jobs or scenario.sweep)
    alone = all(step.action in _CUSTOMERS and not _odd(step) for step in scenario.steps)
    if scenario.pending or not (calm and alone) or given.consent.messages is not True:
        return False
    writes = [write.get("action") for write in scenario.then.writes]
    if scenario.then.handoff not in (None, "none"):
        return False
    return job.name in scenario.tags or (job.words is not None and writes == [job.name])


def _odd(step: object) -> bool:
    """A step of somebody else, or sent in a way that is a test of its own."""
    names = (
        "from_",
        "quotes",
        "forwarded",
        "deliver",
        "prompt_status",
        "identity",
        "ahead",
        "heard",
        "audio",
    )
    return any(getattr(step, name) not in (None, False) for name in names)
