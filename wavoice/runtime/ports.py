"""What the runtime needs from outside: small protocols, at most four methods each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from wavoice.runtime.journal import Event
from wavoice.runtime.model import (
    Address,
    Alias,
    Audio,
    Consent,
    ConsentRecord,
    Conversation,
    Customer,
    Effect,
    Heard,
    Inbound,
    MediaRef,
    Micros,
    Order,
    OutboxGroup,
    Outcome,
    Outgoing,
    PromptState,
    Proposal,
    Reading,
    Speech,
    Timer,
    WriteResult,
)


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
class Hint:
    """What the ears may know beforehand. Nothing here may contain a yes."""

    language: str = "en"
    awaiting_yes: bool = False
    """A proposal is open: run decodes A and B of confirmation.md A2."""
    words: tuple[str, ...] = ()
    """Names that are likely to occur; leave empty when `awaiting_yes`."""


class SpeechToText(Protocol):
    """Ears."""

    async def hear(self, audio: Audio, hint: Hint) -> Heard:
        """Transcribe. One decode (B) normally, two (A, B) when `hint.awaiting_yes`.

        Raises `SpeechError`. Never blocks the loop.
        """
        ...


class TextToSpeech(Protocol):
    """Voice."""

    async def say(self, text: str, language: str) -> Speech:
        """Synthesise. Raises `SpeechError`, also for a language it cannot speak."""
        ...


class Decoder(Protocol):
    """Turns untrusted bytes into audio, in a process of its own with limits."""

    async def decode(self, data: bytes) -> Audio:
        """Decode Ogg Opus to 16 kHz mono. Raises a `MediaError`; never crashes the caller."""
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

    async def write(self, effect: Effect) -> WriteResult:
        """Carry out the effect once under its key. No answer is `Outcome.UNKNOWN`, never an exception."""
        ...

    async def look_up(self, key: str) -> WriteResult | None:
        """What became of that key: its result, None if it was never applied. UNKNOWN if unreachable."""
        ...


@dataclass(frozen=True, slots=True)
class Accepted:
    """WhatsApp took a message; that is not delivery."""

    message: str
    at: Micros


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
    "effect_intended", "effect_written", "effect_known", "outcome_kept",
)  # fmt: skip
"""Every place that `reach` is told of, in the order of a turn."""


class Failpoints(Protocol):
    """Named places where a test may kill the process."""

    def reach(self, name: str) -> None:
        """Do nothing, unless this process was started to die here."""
        ...


# --- the store: a unit of work with one small repository a table -------------------------------


class Contacts(Protocol):
    """Contacts and their dated aliases."""

    async def find_or_add(self, tenant: str, number: str, alias: Alias, at: Micros) -> Conversation:
        """The conversation of that alias (BSUID first, then phone), created when new."""
        ...


class Inbox(Protocol):
    """Received messages, each processed once, in order of arrival."""

    async def add(self, message: Inbound, body: Mapping[str, object]) -> Inbound | None:
        """Store it (redacted body beside it) and return it with its `seq`; None for a duplicate."""
        ...

    async def next(self, address: Address, now: Micros) -> Inbound | None:
        """Oldest undone message of that contact whose `retry_at` has come, attempts counted up."""
        ...

    async def rest(self, message: Inbound) -> Sequence[Inbound]:
        """What of that contact is stored after `message` and not yet done, in order of arrival."""
        ...

    async def unread(self, address: Address) -> int:
        """How many messages of that contact are stored and not yet done."""
        ...

    async def done(self, message: Inbound) -> None:
        """Mark as processed."""
        ...


class Conversations(Protocol):
    """Task state, fenced by an epoch."""

    async def take(self, address: Address) -> Conversation:
        """Raise the epoch and return the conversation with it."""
        ...

    async def save(self, conversation: Conversation) -> None:
        """Write it back. Raises `FencedError` if the stored epoch is another."""
        ...

    async def with_work(self, now: Micros) -> Sequence[Address]:
        """Contacts with undone messages (whose retry is due) or due timers."""
        ...


class Proposals(Protocol):
    """Proposals in all their states."""

    async def save(self, proposal: Proposal) -> None:
        """Insert or update."""
        ...

    async def open(self, address: Address) -> Proposal | None:
        """The one open proposal of that contact."""
        ...

    async def latest(self, address: Address, since: Micros) -> Proposal | None:
        """The newest proposal, open or closed, created at or after `since`."""
        ...

    async def get(self, proposal: str) -> Proposal | None:
        """By id."""
        ...


class Timers(Protocol):
    """Due moments as rows."""

    async def set(self, timer: Timer) -> None:
        """Insert, or replace the timer of the same kind and subject, with a higher generation."""
        ...

    async def clear(self, subject: str) -> None:
        """Remove all timers of a subject."""
        ...

    async def due(self, address: Address, now: Micros) -> Timer | None:
        """Earliest timer of that contact with `due_at <= now`."""
        ...

    async def next_due(self) -> Micros | None:
        """When the next timer or message retry of any contact is due."""
        ...


class Effects(Protocol):
    """External writes: intended, then done, failed or unknown."""

    async def intend(self, effect: Effect, at: Micros) -> bool:
        """Record before the call. False if the key is there already (look it up instead).

        Raises `StoreError` if the key stands there with other arguments.
        """
        ...

    async def settle(self, key: str, result: WriteResult, at: Micros) -> None:
        """Record what became of it."""
        ...

    async def state(self, key: str) -> Outcome | None:
        """`unknown` while only intended; None if never intended."""
        ...


class Outbox(Protocol):
    """Reply groups on their way."""

    async def save(self, group: OutboxGroup) -> None:
        """Insert or update."""
        ...

    async def get(self, group: str) -> OutboxGroup | None:
        """By id."""
        ...

    async def queued(self, address: Address) -> Sequence[OutboxGroup]:
        """Groups of that contact not known to be sent, oldest first."""
        ...

    async def saw_status(
        self, reference: str | None, message: str, status: PromptState
    ) -> OutboxGroup | None:
        """Note a delivery status by our reference or the wamid; return the group it belongs to.

        None for a message that is not ours, and for a status that says nothing new.
        """
        ...


class Consents(Protocol):
    """The consent ledger: lines are only added."""

    async def add(self, record: ConsentRecord) -> None:
        """Append one line."""
        ...

    async def lines(self, address: Address) -> Sequence[ConsentRecord]:
        """What that contact was shown, then what it answered; each oldest first."""
        ...

    async def given(self, address: Address, purpose: Consent) -> bool | None:
        """The latest word on that purpose; None if never asked."""
        ...


class JournalTable(Protocol):
    """The journal at rest."""

    async def add(self, events: Sequence[Event]) -> None:
        """Append, in this order."""
        ...

    async def read(self, turn: str | None = None) -> Sequence[Event]:
        """All events, or those of one turn, in order of writing."""
        ...


class MediaTable(Protocol):
    """Original metadata of received notes; no audio."""

    async def add(self, turn: str, media: MediaRef, size: int, audio: Audio) -> None:
        """Keep what was announced beside what was decoded."""
        ...


class UnitOfWork(Protocol):
    """One transaction. Leaving it normally commits; an exception rolls back."""

    contacts: Contacts
    inbox: Inbox
    conversations: Conversations
    proposals: Proposals
    timers: Timers
    effects: Effects
    outbox: Outbox
    consents: Consents
    journal: JournalTable
    media: MediaTable

    def after_commit(self, call: Callable[[], None]) -> None:
        """Run `call` once the transaction is durable, never before, never on rollback."""
        ...


class Store(Protocol):
    """The truth."""

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a transaction; never hold it across speech, model or network calls."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...


class Engine(Protocol):
    """Wakes the store up: never two drains of one contact at a time."""

    def nudge(self, address: Address) -> None:
        """Run `drain(address)` soon."""
        ...

    async def run(self) -> None:
        """Scan for unfinished work, then wake contacts as timers fall due, until cancelled."""
        ...
