"""What a turn works with: one bundle of ports, made by `build`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from wavoice.runtime import journal
from wavoice.runtime.actions.builtin import JOBS
from wavoice.runtime.actions.registry import Jobs
from wavoice.runtime.backoff import Throttle
from wavoice.runtime.catalogue import Catalogue
from wavoice.runtime.codes import Codes
from wavoice.runtime.interpret.llm import Consultant
from wavoice.runtime.journal import without_words
from wavoice.runtime.keyed import Keyed
from wavoice.runtime.lanes import Lanes
from wavoice.runtime.model import (
    SECOND,
    Address,
    Detour,
    Micros,
    Modality,
    ShopRules,
    Stage,
    Template,
    Timer,
    TimerKind,
)
from wavoice.runtime.overheard import Overheard
from wavoice.runtime.people import Hours
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import (
    Channel,
    Clock,
    Decoder,
    Failpoints,
    Ids,
    Interpreter,
    Media,
    Orders,
    Records,
    SpeechToText,
    Store,
    TextToSpeech,
    Tickets,
    Timeline,
    UnitOfWork,
)
from wavoice.runtime.token import Admission
from wavoice.runtime.tongues import Tongues
from wavoice.runtime.trace import Trace

T = TypeVar("T")


@dataclass(slots=True)
class Shelf:
    """Where the jobs lie that are in use: the one thing of a kit that a reload exchanges."""

    jobs: Jobs


@dataclass(frozen=True, slots=True)
class Kit:
    """The ports of one business and its numbers."""

    store: Store
    channel: Channel
    """Of every business number that `channels` does not name."""
    orders: Orders
    ears: SpeechToText
    voice: TextToSpeech | None
    """None: this machine cannot speak, replies go out as text."""
    decoder: Decoder
    interpreter: Interpreter
    clock: Clock
    ids: Ids
    zone: ZoneInfo
    """The shop's time zone: "today" and "Friday" mean days there."""
    failpoints: Failpoints
    sink: journal.Sink
    codes: Codes
    keyed: Keyed
    """Hashes the names of who is erased, so that who had refused messages is known again."""
    policy: Policy = field(default_factory=Policy)
    overheard: Overheard = field(default_factory=Overheard)
    first_contact: str = ""
    """What a customer is told before the first reply; empty: nothing."""
    template: Template | None = None
    """Asks a customer outside WhatsApp's window to write again; None: nothing does."""
    catalogue: Catalogue = field(default_factory=Catalogue)
    tongues: Tongues = field(default_factory=Tongues)
    throttle: Throttle = field(default_factory=Throttle)
    until: Stage | None = None
    """Rehearsals only: end each turn once this stage is done."""
    records: Records | None = None
    """What the shop has on record beyond orders; None: jobs that need it cannot be done."""
    rules: ShopRules = field(default_factory=ShopRules)
    tickets: Tickets | None = None
    """Where hand-offs are filed; None: they stay in the store."""
    timeline: Timeline | None = None
    """Where writes are noted for people to see; None: in the journal alone."""
    people: Hours | None = None
    """When people of the shop are there; None: nobody has said."""
    media: Media | None = None
    """Keeps customers' recordings; None: they are not kept."""
    lanes: Lanes = field(default_factory=Lanes)
    consultant: Consultant | None = None
    """Asked last about words that nobody understood; None: nobody is."""
    sequential: bool = False
    """For comparison only: every stage of a turn waits for the one before it."""
    admission: Admission | None = None
    """Asked before an author's own function writes; None: none of them may."""
    shelf: Shelf = field(default_factory=lambda: Shelf(JOBS))
    channels: Mapping[str, Channel] = field(default_factory=dict)
    """By business number: a reply leaves from the number that was written to, and from no other."""

    @property
    def jobs(self) -> Jobs:
        """The jobs that are in use now; a turn keeps those with which it began."""
        return self.shelf.jobs

    def channel_of(self, address: Address) -> Channel:
        """WhatsApp as that customer sees it: from the business number they wrote to."""
        return self.channels.get(address.number, self.channel)

    def timer(
        self, address: Address, kind: TimerKind, due_at: Micros, subject: str, attempts: int = 0
    ) -> Timer:
        """A new timer; once it is set it replaces an earlier one of that kind and subject."""
        return Timer(self.ids.new("w"), address, kind, due_at, subject, 0, attempts)

    def local(self, moment: Micros) -> datetime:
        """The moment as the shop's clock on the wall shows it."""
        return datetime.fromtimestamp(moment / SECOND, UTC).astimezone(self.zone)


@dataclass(slots=True)
class Turn:
    """One turn under way: its trace and its journal lines, written with its transactions."""

    id: str
    address: Address
    modality: Modality
    trace: Trace
    kit: Kit
    flow: str | None = None
    """The job that it is about."""
    step: str | None = None
    """Where in the job it stands (`steps.Step.name`)."""
    jobs: Jobs = field(init=False)
    """What the bot can do, as it was when this turn began."""
    _lines: list[journal.Event] = field(default_factory=list)
    _tasks: list[asyncio.Task[Any]] = field(default_factory=list)
    _put_off: list[Coroutine[Any, Any, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.jobs = self.kit.jobs

    def log(self, *bodies: journal.Body, turn: str | None = None) -> None:
        """Note events; they become durable with the next `write_journal`."""
        where = journal.Where(
            tenant=self.address.tenant,
            number=self.address.number,
            contact=self.address.contact,
            turn=turn or self.id,
            modality=self.modality,
            flow=self.flow,
            step=self.step,
        )
        at = self.trace.now()
        self._lines.extend(journal.Event(at=at, where=where, body=body) for body in bodies)

    def log_detours(self, stage: str, detours: Iterable[Detour]) -> None:
        """Note the speech backends that were asked before the one that did it."""
        self.log(*(journal.Trouble(stage=stage, code=one.code, detail=one.detail) for one in detours))

    def forget_words(self) -> None:
        """Leave out of the journal what was heard in this turn; figures and readings stay."""
        self._lines = [replace(line, body=without_words(line.body)) for line in self._lines]

    def change_words(self, change: Callable[[journal.Event], journal.Event]) -> None:
        """Change what was noted in this turn and is not durable yet."""
        self._lines = [change(line) for line in self._lines]

    async def write_journal(self, tx: UnitOfWork) -> None:
        """Append what was noted to the journal, and to the live sink once it is durable."""
        lines, self._lines = tuple(self._lines), []

        def show() -> None:
            for line in lines:
                self.kit.sink.write(line)

        await tx.journal.add(lines)
        tx.after_commit(show)

    def begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start work that overlaps with the next stages; `close` ends it with the turn."""
        task = asyncio.create_task(work)
        self._tasks.append(task)
        return task

    def ahead(self, work: Coroutine[Any, Any, T]) -> Awaitable[T]:
        """Start work that is wanted later, if at all; a sequential turn does it when it is awaited."""
        if not self.kit.sequential:
            return self.begin(work)
        self._put_off.append(work)
        return work

    async def close(self) -> None:
        """Leave nothing running behind."""
        for work in self._put_off:
            work.close()  # nothing, if it was awaited
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def ended(self, how: str, reason: str, started: Micros, end: Micros) -> None:
        """Close the trace at `end` and note its spans and the end of the turn."""
        self.log(*self.trace.close(end))
        self.log(journal.TurnEnded(how=how, reason=reason, started_at=started, ended_at=end))
