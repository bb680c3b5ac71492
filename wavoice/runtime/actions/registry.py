"""The jobs of one bot. Pure values: a reload brings another registry, and whoever holds this one keeps it."""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from wavoice.runtime.actions import Job, Mode, Own, Prepared, ReadsFor, Refuse, Words
from wavoice.runtime.actions.faq import NAME as FAQ
from wavoice.runtime.actions.faq import answering
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.faq import Faq
from wavoice.runtime.model import Customer, Facts, Tier
from wavoice.runtime.replies import english
from wavoice.runtime.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Jobs:
    """Jobs in the order in which they are offered; goes through them, those that are off included."""

    all_of_them: tuple[Job, ...]
    faq: Faq = field(default_factory=Faq)
    """What the shop has answered itself."""
    _named: dict[str | None, Job] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises `ConfigError` for two jobs of one name."""
        for job in self.all_of_them:
            if job.name in self._named:
                raise ConfigError(
                    f"There are two jobs {job.name!r}.", remedy="Give one of them another name."
                )
            self._named[job.name] = job

    def __iter__(self) -> Iterator[Job]:
        return iter(self.all_of_them)

    def __contains__(self, name: str | None) -> bool:
        return name in self._named

    def get(self, name: str | None) -> Job | None:
        """The job of that name, also if it is off."""
        return self._named.get(name)

    def offered(self, name: str | None) -> Job | None:
        """The job of that name, unless it is off."""
        job = self.get(name)
        return None if job is None or job.mode is Mode.OFF else job

    def about(self, name: str) -> Job:
        """The job of that name, or for one that is gone a stand-in that is off and tells nothing untrue."""
        return self.get(name) or _gone(name)

    def with_modes(self, modes: Mapping[str, Mode]) -> Jobs:
        """The same jobs as far as the owner lets them go. Raises `ConfigError` for a job that is not here."""
        known = [job.name for job in self.all_of_them]
        for name in modes:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1, cutoff=0)
                hint = f" The nearest is jobs.{near[0]}." if near else ""
                raise ConfigError(f"jobs.{name}: this bot has no job of that name.{hint}")
        if not modes:
            return self
        moded = tuple(replace(job, mode=modes.get(job.name, job.mode)) for job in self.all_of_them)
        return replace(self, all_of_them=moded)

    def with_faq(self, faq: Faq) -> Jobs:
        """The same jobs of a shop that has answered these questions itself."""
        if not faq.entries:
            return self
        jobs = tuple(_answering(faq, job) if job.name == FAQ else job for job in self.all_of_them)
        return Jobs(jobs, faq)

    def back(self, name: str) -> Job | None:
        """The job that undoes it; None if nothing does."""
        job = self.about(name)
        if not job.way_back:
            return None
        return self.offered(job.undo) if job.undo else job

    def rehearsed(self) -> Jobs:
        """The same jobs where nothing of the author's is asked: the shop writes, and facts are samples."""
        jobs = tuple(replace(job, own=_rehearsed(job.own)) for job in self.all_of_them)
        return replace(self, all_of_them=jobs)

    @property
    def vocabulary(self) -> Vocabulary:
        """What customers may ask for; what is off is understood, too, and refused."""
        sample = tuple(job.name for job in self.all_of_them if job.asked is None)
        own = tuple(job.asked for job in self.all_of_them if job.asked is not None)
        return Vocabulary(sample, own, self.faq)

    @property
    def help(self) -> str:
        """What this bot does, in a sentence; what only this one does comes first."""
        shown = [job for job in self.all_of_them if job.mode is not Mode.OFF and job.can]
        return english.i_can([job.can for job in sorted(shown, key=lambda job: job.own is None)])


def _answering(faq: Faq, job: Job) -> Job:
    """The job that knows these answers, as far as the owner lets it go."""
    return replace(answering(faq), mode=job.mode)


def _rehearsed(own: Own | None) -> Own | None:
    if own is None:
        return None
    facts = {name: replace(fact, read=_sample(fact.sample)) for name, fact in own.reads.items()}
    reads_for = own.reads_for and replace(own.reads_for, read=_sampled(own.reads_for))
    return replace(own, commit=None, look_up=None, verify=None, reads=facts, reads_for=reads_for)


def _sample(value: object) -> Callable[[Customer], Awaitable[object]]:
    async def read(_customer: Customer) -> object:
        return value

    return read


def _sampled(reads: ReadsFor) -> Callable[[Mapping[str, str], Facts], Awaitable[object | None]]:
    async def read(slots: Mapping[str, str], facts: Facts) -> object | None:
        return reads.sample(slots, facts)

    return read


def _gone(name: str) -> Job:
    return Job(
        name=name,
        tier=Tier.R2,
        prepare=_no_more,
        words=Words(
            question=lambda proposal: proposal.read_back,
            still=lambda _: "what you asked for is not done",
            done=lambda _: "Done: what you asked for went through.",
            already=lambda _: "What you asked for is done already.",
        ),
        way_back=False,
        mode=Mode.OFF,
    )


def _no_more(_slots: Mapping[str, str], _facts: Facts, _today: date) -> Prepared:
    return Refuse(english.NOT_OFFERED)
