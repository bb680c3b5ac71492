"""What the journal says of tasks, one fact at a time: made by course.py, counted by metrics and reports."""

from __future__ import annotations

from dataclasses import dataclass

from wavoice.runtime.seeing.tasks import Task


@dataclass(frozen=True, slots=True)
class Began:
    """A customer, or the shop's own system, wants something."""

    task: Task


@dataclass(frozen=True, slots=True)
class Reached:
    """A task has come to a step for the first time."""

    task: Task
    step: str
    modality: str
    """Of the message that brought it there."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A task is over."""

    task: Task


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A task that was done does not count as contained after all: `repeat`, `human` or `untold`."""

    task: Task
    why: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A person takes over; `flow`: the job that was under way, if any."""

    flow: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a question: `yes`, `no`, `changed`, `unclear`, `held` or `lapsed`."""

    flow: str
    tier: str
    what: str


@dataclass(frozen=True, slots=True)
class Vetoed:
    """A yes was taken back while it settled."""

    flow: str


Fact = Began | Reached | Ended | TakenBack | HandedOver | Answered | Vetoed
