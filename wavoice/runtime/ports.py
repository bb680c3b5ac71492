"""What the runtime needs from outside: small protocols, a handful of methods each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from wavoice.runtime.catalogue import Catalogue
from wavoice.runtime.speech_ports import (
    Closes,
    Decoder,
    DecodesAhead,
    Hint,
    Listening,
    ListensAhead,
    Media,
    SpeaksAhead,
    SpeechToText,
    SpokenNotes,
    StreamingSpeech,
    TextToSpeech,
    Told,
    Warms,
)
from wavoice.runtime.vocabulary import Vocabulary

if TYPE_CHECKING:
    from wavoice.runtime.model import (
        Address,
        Alias,
        CaseNote,
        Customer,
        Effect,
        MediaRef,
        Micros,
        Order,
        Outgoing,
        Packet,
        Reading,
        Record,
        WriteResult,
    )
    from wavoice.runtime.repositories import (
        Compacts,
        Consents,
        Contacts,
        Conversations,
        Effects,
        Erasure,
        HandOffs,
        Inbox,
        JournalTable,
        Keep,
        MediaTable,
        News,
        Oddities,
        Oddity,
        Operations,
        Outbox,
        Pause,
        Persons,
        Proposals,
        Retention,
        Store,
        Stuck,
        Timers,
        ToolQuestions,
        UnitOfWork,
        VoiceUse,
    )
    from wavoice.runtime.token import CommitToken

__all__ = [
    "FAILPOINTS",
    "Accepted",
    "Channel",
    "Clock",
    "Closes",
    "Compacts",
    "Consents",
    "Contacts",
    "Conversations",
    "Decoder",
    "DecodesAhead",
    "Effects",
    "Engine",
    "EngineState",
    "Erasure",
    "Failpoints",
    "HandOffs",
    "Hint",
    "Ids",
    "Inbox",
    "Interpreter",
    "JournalTable",
    "Keep",
    "Listening",
    "ListensAhead",
    "Media",
    "MediaTable",
    "News",
    "NotesPayments",
    "Oddities",
    "Oddity",
    "Operations",
    "Orders",
    "Outbox",
    "Pause",
    "Payments",
    "Persons",
    "Proposals",
    "Records",
    "Retention",
    "Situation",
    "SpeaksAhead",
    "SpeechToText",
    "SpokenNotes",
    "Store",
    "StreamingSpeech",
    "StreamingUploads",
    "Stuck",
    "TextToSpeech",
    "Tickets",
    "Timeline",
    "Timers",
    "Told",
    "ToolQuestions",
    "UnitOfWork",
    "VoiceUse",
    "Warms",
]

if not TYPE_CHECKING:  # or every name would be one, to a type checker

    def __getattr__(name: str) -> object:
        """Import the repositories when one is asked for: a `Clock` is needed by many who have none."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return globals().setdefault(name, getattr(import_module("wavoice.runtime.repositories"), name))


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> Micros:
        """UTC wall clock in microseconds; may jump. Business time, rows, deadlines."""
        ...

    def ticks(self) -> Micros:
        """Monotonic microseconds of this process; stage durations only."""
        ...

    async def wait(self, poke: asyncio.Event, until: Micros | None) -> None:
        """Return when `poke` is set or `now()` has reached `until` (None: only when poked)."""
        ...


class Ids(Protocol):
    """The only source of identifiers."""

    def new(self, prefix: str) -> str:
        """Return a fresh id such as `t_0197…`; ids of one process sort by creation."""
        ...


@dataclass(frozen=True, slots=True)
class Situation:
    """What an interpreter may know of the conversation."""

    now: datetime
    """Aware, in the shop's zone: base of 'Friday'."""
    language: str = "en"
    asked: str | None = None
    """Slot that the bot's last question asked for."""
    open_action: str | None = None
    """Action of the proposal that waits for an answer."""
    prompt: str = ""
    """Words of the open question: an answer may echo them."""
    catalogue: Catalogue = field(default_factory=Catalogue)
    """Names that may be said of a thing: the slot `product`."""
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    """The jobs that can be asked for."""
    half_said: str | None = None
    """Job that the bot's last question was about, where it asked for a slot."""
    wants_code: bool = False
    """It is about money: digits after a yes are its code, and no order number."""


class Interpreter(Protocol):
    """Words to a reading. May propose and classify; can never commit."""

    def read(self, text: str, situation: Situation) -> Reading:
        """Return what the words mean; an unclear text gives `Act.UNCLEAR`, never an exception."""
        ...


class Orders(Protocol):
    """The shop's system of record."""

    async def customers(self, alias: Alias) -> Sequence[Customer]:
        """All records that match: none, one and many are three outcomes."""
        ...

    async def orders(self, customer: str) -> Sequence[Order]:
        """Live orders of that customer. Raises `SystemOfRecordError`."""
        ...

    async def write(self, effect: Effect, token: CommitToken) -> WriteResult:
        """Carry out the effect once under its key. No answer is `Outcome.UNKNOWN`, never an exception.

        Sends nothing and raises `CommitRefusedError` unless `Admission` takes the token.
        """
        ...

    async def look_up(self, key: str) -> WriteResult | None:
        """What became of that key: its result, None if it was never applied. UNKNOWN if unreachable."""
        ...


@runtime_checkable
class Records(Protocol):
    """What the shop has on record beyond orders. Only jobs that need it cause a request."""

    async def read(self, kind: str, customer: str) -> Sequence[Record]:
        """Live records of that kind (`model.KINDS`), those of this customer alone where it has an owner.

        Raises `SystemOfRecordError`, also for a kind that the system does not have.
        """
        ...


class Payments(Protocol):
    """The system that holds the money, where that is not the order system. docs/adapters.md."""

    async def write(self, effect: Effect, token: CommitToken, references: Sequence[str]) -> WriteResult:
        """Carry out an effect about money (`refund_order`) once under its key; else as `Orders.write`.

        `references` are what the order system has noted of payments of that order; empty: it notes none, and
        they are found by the order's number.
        """
        ...

    async def look_up(self, key: str) -> WriteResult | None:
        """What became of that key; None if it was never applied here. UNKNOWN if unreachable."""
        ...


@runtime_checkable
class NotesPayments(Protocol):
    """What an order system may offer beside `Orders` that notes which payments were for an order."""

    async def payments_of(self, order: str) -> Sequence[str]:
        """What the payment system calls them. Raises `SystemOfRecordError`."""
        ...


class Tickets(Protocol):
    """The shop's ticket system: where people find what was handed to them."""

    async def open_or_append(self, packet: Packet) -> WriteResult:
        """File the packet once under its key: to the open ticket of its thread, else to a new one.

        `reference` is the ticket. No answer is `Outcome.UNKNOWN`, never an exception.
        """
        ...

    async def find(self, key: str) -> WriteResult | None:
        """The ticket with that packet; None if it was never filed. UNKNOWN if unreachable."""
        ...


class Timeline(Protocol):
    """The shop's CRM: where whoever opens the case next sees what the bot has done."""

    async def note(self, note: CaseNote) -> WriteResult:
        """Note a write once under its key on its customer's timeline, and in the payment log if money moved.

        `reference` is the note. No answer is `Outcome.UNKNOWN`, never an exception.
        """
        ...

    async def find(self, key: str) -> WriteResult | None:
        """The note of that write; None if it was never noted. UNKNOWN if unreachable."""
        ...


@dataclass(frozen=True, slots=True)
class Accepted:
    """WhatsApp took a message; that is not delivery."""

    message: str
    at: Micros


@runtime_checkable
class StreamingUploads(Protocol):
    """What a channel may offer beside `upload`."""

    async def upload_parts(self, parts: AsyncIterator[bytes], mime_type: str) -> str:
        """Upload media while it is made, return its id. Raises `ChannelError`, and what `parts` raises."""
        ...


class Channel(Protocol):
    """WhatsApp, seen from the business."""

    async def seen(self, message: str) -> None:
        """Mark read and show typing (ends at the reply, or after 25 s)."""
        ...

    async def fetch(self, media: MediaRef, max_bytes: int) -> bytes:
        """Fetch media in two hops and check its hash. Raises a `MediaError` or `ChannelError`."""
        ...

    async def upload(self, data: bytes, mime_type: str) -> str:
        """Upload media, return its id. Raises `ChannelError`."""
        ...

    async def send(self, message: Outgoing) -> Accepted:
        """Send one message. Raises `ChannelError` (`retryable` tells) or `AuthError`."""
        ...


FAILPOINTS = (
    "receiving", "received", "fetched", "turn_decided", "turn_kept", "part_sent", "replied",
    "effect_intended", "effect_written", "effect_known", "outcome_kept", "ticket_filed", "noted",
)  # fmt: skip
"""Every place that `reach` is told of, in the order of a turn."""


class Failpoints(Protocol):
    """Named places where a test may kill the process."""

    def reach(self, name: str) -> None:
        """Do nothing, unless this process was started to die here."""
        ...


class EngineState(StrEnum):
    """How far an engine is."""

    WAITING = "waiting"
    """Another process drains this store; this one takes over when that one ends."""
    DRAINING = "draining"
    ENDED = "ended"
    """It begins no drain any more."""


class Engine(Protocol):
    """Wakes the store up: never two drains of one contact at a time."""

    @property
    def state(self) -> EngineState:
        """Whether it drains."""
        ...

    def drains_with(self, drain: Callable[[Address], Awaitable[None]]) -> None:
        """Say what a drain is; once, before `run`."""
        ...

    async def nudge(self, address: Address, tx: UnitOfWork) -> None:
        """Drain that contact soon after `tx` is durable: never before, and not if it is rolled back.

        Call it once the contact's rows are written in `tx`. However often it is asked meanwhile, a drain
        begins after the last of them.
        """
        ...

    async def run(self) -> None:
        """Take up unfinished work, then wake contacts as timers fall due, until cancelled.

        Cancelled, it lets drains that have begun end for a while.
        """
        ...

    async def idle(self) -> None:
        """Return when no work is due and no drain is running. For tests and rehearsals."""
        ...

    async def finish(self) -> None:
        """Begin no further drain, and return when those under way have ended."""
        ...
