"""A bot as its author declares it: the jobs that it can do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from wavoice.runtime.actions import Job, builtin
from wavoice.runtime.actions.registry import Jobs
from wavoice.runtime.author.templates import names_in
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.ports import Situation
from wavoice.runtime.vocabulary import OwnKind, Vocabulary

_SOME_DAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
_SAID = {
    "order": "1842",
    "day": "Friday",
    "amount": "20 euros",
    OwnKind.NUMBER: "3",
    OwnKind.TEXT: "hello there",
}


class App:
    """The jobs of one bot: those that ship with wavoice, and the author's own, in this order.

    `sample=False` leaves out the former. Raises `ConfigError` for two jobs of one name, for a way back
    that is no job, and for a sentence of `asks` that is understood as something else.
    """

    def __init__(self, *jobs: Job, sample: bool = True) -> None:
        self.jobs = Jobs((*(builtin.JOBS if sample else ()), *jobs))
        if found := [*_no_way_back(self.jobs), *_misunderstood(self.jobs)]:
            raise ConfigError("\n".join(found))

    def extended(self, jobs: Iterable[Job]) -> App:
        """The same app with these jobs besides. Raises `ConfigError` as at the start."""
        return App(*self.jobs, *jobs, sample=False)


def _no_way_back(jobs: Jobs) -> Iterator[str]:
    for job in jobs:
        if job.own is not None and job.undo:
            other = jobs.get(job.undo)
            if other is None or other.words is None:
                yield f"{job.own.where}: {job.name}: compensation is {job.undo!r}, and no writing job."


def _misunderstood(jobs: Jobs) -> Iterator[str]:
    """Every sentence is read as a customer's would be: it has to ask for this job and no other."""
    if all(job.own is None for job in jobs):
        return  # an interpreter takes a tenth of a second, and every start of the sample bot would pay it
    read, vocabulary = RulesInterpreter().read, jobs.vocabulary
    for job in jobs:
        if job.own is None:
            continue
        for saying in job.own.asks:
            reading = read(
                _spoken(saying, job.name, vocabulary), Situation(now=_SOME_DAY, vocabulary=vocabulary)
            )
            if reading.intent != job.name:
                taken = f"a wish for {reading.intent}" if reading.intent else "no wish at all"
                yield f"{job.own.where}: {job.name}: asks {saying!r} is understood as {taken}."


def _spoken(saying: str, name: str, vocabulary: Vocabulary) -> str:
    """The sentence with a value in each of its places."""
    values: dict[str, str] = {}
    for slot in vocabulary.slots(name):
        values[slot.name] = slot.choices[0][1][0] if slot.choices else _SAID[slot.kind]
    return saying.format_map({each: values.get(each) or _SAID[each] for each in names_in(saying)})
