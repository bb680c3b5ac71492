"""The store's side of `ports`: a unit of work with one small repository a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from typing import Protocol, runtime_checkable

from wavoice.runtime.journal import Event
from wavoice.runtime.mcp.calls import ToolQuestion
from wavoice.runtime.model import (
    Address,
    Alias,
    Audio,
    Consent,
    ConsentRecord,
    Conversation,
    Effect,
    HandedPacket,
    Inbound,
    MediaRef,
    Micros,
    OutboxGroup,
    Outcome,
    PromptState,
    Proposal,
    Timer,
    WriteResult,
)
from wavoice.runtime.repositories_ops import Erasure, Keep, News, Operations, Pause, Persons, Retention, Stuck
from wavoice.runtime.token import CommitToken

__all__ = ["Erasure", "Keep", "News", "Operations", "Pause", "Persons", "Retention", "Stuck"]
"""What stands in repositories_ops.py and is used from here, like all that follows."""


class Contacts(Protocol):
    """Contacts and their dated aliases."""

    async def find_or_add(self, tenant: str, number: str, alias: Alias, at: Micros) -> Conversation:
        """The conversation of that alias (BSUID first, then phone), created when new."""
        ...

    async def move(
        self, tenant: str, number: str, names: tuple[Alias, Alias], at: Micros
    ) -> Conversation | None:
        """Give the contact of the first name the second one; None if the first is nobody's.

        A name that is another contact's already stays theirs.
        """
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

    async def recent(self, address: Address, since: Micros, most: int) -> Sequence[Inbound]:
        """The last messages of that contact since then, at most `most`, done or not, in order of arrival."""
        ...

    async def rewrite(self, message: Inbound, change: Callable[[str], str]) -> None:
        """Change the words of a stored message, and every text in its body but the ids."""
        ...

    async def unread(self, address: Address) -> int:
        """How many messages of that contact are stored and not yet done."""
        ...

    async def done(self, message: Inbound) -> None:
        """Mark as processed."""
        ...

    async def amended(self, message: Inbound) -> Inbound | None:
        """The latest unread edit or unsend of that message, or of the one that it edits itself."""
        ...


class Conversations(Protocol):
    """Task state, fenced by an epoch."""

    async def take(self, address: Address) -> Conversation:
        """Raise the epoch and return the conversation with it."""
        ...

    async def get(self, address: Address) -> Conversation | None:
        """As it stands, without taking it; None for an unknown contact."""
        ...

    async def save(self, conversation: Conversation) -> None:
        """Write it back. Raises `FencedError` if the stored epoch is another."""
        ...

    async def with_work(self, now: Micros, since: Micros | None = None) -> Sequence[Address]:
        """Contacts with undone messages (whose retry is due) or due timers.

        `since`: of messages that were never begun only those received before then.
        """
        ...


class Proposals(Protocol):
    """Proposals in all their states."""

    async def save(self, proposal: Proposal) -> None:
        """Insert or update."""
        ...

    async def open(self, address: Address) -> Proposal | None:
        """The one open proposal of that contact."""
        ...

    async def rivals(self, address: Address) -> int:
        """How many others are open beside it: 0, unless something went wrong."""
        ...

    async def latest(self, address: Address, since: Micros) -> Proposal | None:
        """The newest proposal, open or closed, created at or after `since`."""
        ...

    async def moved_money(self, address: Address, since: Micros) -> Sequence[Proposal]:
        """Those with money that were committed, or may have been, and created at or after `since`."""
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

    async def intend(self, effect: Effect, at: Micros, token: CommitToken) -> bool:
        """Record before the call, and use the evidence up; False if the key is there already.

        Raises `CommitRefusedError` for another effect's token or evidence, `StoreError` for other args.
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

    async def of_turn(self, turn: str) -> Sequence[OutboxGroup]:
        """Groups of that turn, sent or not, oldest first."""
        ...

    async def queued(self, address: Address) -> Sequence[OutboxGroup]:
        """Groups of that contact not known to be sent, oldest first."""
        ...

    async def held(self, address: Address) -> Sequence[OutboxGroup]:
        """Groups of that contact that wait for it to write again, oldest first."""
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


class HandOffs(Protocol):
    """What people were given to go on from."""

    async def save(self, handed: HandedPacket) -> None:
        """Insert or update."""
        ...

    async def get(self, key: str) -> HandedPacket | None:
        """By the key of its packet."""
        ...

    async def of_contact(self, address: Address) -> Sequence[HandedPacket]:
        """All of that contact, oldest first."""
        ...


class JournalTable(Protocol):
    """The journal at rest."""

    async def add(self, events: Sequence[Event]) -> None:
        """Append, in this order."""
        ...

    async def read(self, turn: str | None = None) -> Sequence[Event]:
        """All events, or those of one turn, in order of writing."""
        ...

    async def redact(self, why: Event, turn: str, change: Callable[[Event], Event]) -> int:
        """Let `change` replace personal values of a turn's events; append `why` (a `Redacted`) for those."""
        ...


class MediaTable(Protocol):
    """Original metadata of received notes; no audio."""

    async def add(self, turn: str, media: MediaRef, size: int, audio: Audio) -> None:
        """Keep what was announced beside what was decoded."""
        ...


class VoiceUse(Protocol):
    """How many seconds of voice notes were listened to, by day: what the budget of voice minutes counts."""

    async def add(self, address: Address, day: date, seconds: float) -> None:
        """Count a note that was transcribed."""
        ...

    async def of_contact(self, address: Address, day: date) -> float:
        """Seconds of that contact on that day, on all numbers of the tenant."""
        ...

    async def of_tenant(self, tenant: str, day: date) -> float:
        """Seconds of everybody on that day."""
        ...


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something in webhooks that was not understood, and how often it came."""

    kind: str
    """Place and name, e.g. `field standby` or `type poll`; never a value."""
    count: int
    first_at: Micros
    last_at: Micros
    outline: str
    """What the last one was made of, as JSON: keys and kinds of values, never a value; may be empty."""


class Oddities(Protocol):
    """What webhooks brought that nobody here understands, counted by kind."""

    async def count(
        self, tenant: str, kinds: Mapping[str, int], outlines: Mapping[str, str], at: Micros
    ) -> None:
        """Add to the counts, and keep what the last of a kind was made of where `outlines` says.

        Kinds are bounded: what goes beyond them is counted as `other`.
        """
        ...

    async def all(self, tenant: str) -> Sequence[Oddity]:
        """All kinds, the latest first."""
        ...


class ToolQuestions(Protocol):
    """What MCP servers ask before they go on (`mcp.calls.Questions`, in a transaction)."""

    async def keep(self, question: ToolQuestion) -> None:
        """Store it, pending; what was pending of its proposal is dropped."""
        ...

    async def waiting(self, tenant: str, job: str, subject: str, now: Micros) -> ToolQuestion | None:
        """The pending one whose proposal is open and whose time is not over."""
        ...

    async def use(self, question: str, now: Micros) -> ToolQuestion | None:
        """Take it, once and for all: what was taken, dropped or too late is None."""
        ...


class UnitOfWork(Protocol):
    """One transaction. Leaving it normally commits; an exception rolls back."""

    contacts: Contacts
    inbox: Inbox
    conversations: Conversations
    proposals: Proposals
    timers: Timers
    effects: Effects
    hand_offs: HandOffs
    outbox: Outbox
    persons: Persons
    retention: Retention
    consents: Consents
    journal: JournalTable
    media: MediaTable
    oddities: Oddities
    operations: Operations
    tool_questions: ToolQuestions
    voice_use: VoiceUse

    async def of_several(self) -> None:
        """Say before all else that several contacts are written to: one such transaction runs at a time.

        Else two could wait for each other.
        """
        ...

    def after_commit(self, call: Callable[[], None]) -> None:
        """Run `call` once the transaction is durable, never before, never on rollback."""
        ...


@runtime_checkable
class Compacts(Protocol):
    """What a store may offer beside `Store`."""

    async def compact(self) -> None:
        """Write the file anew, so that nothing of what was deleted is in it."""
        ...


class Store(Protocol):
    """The truth."""

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a transaction; never hold it across speech, model or network calls."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...
