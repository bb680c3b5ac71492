"""The store of a dialogue: `ports.Store` in plain dictionaries, without a loop, a thread or SQL.

A dialogue is one process that never dies, so nothing is rolled back here; crashes, zombies and real
transactions belong to the runs over SQLite (tests/storms).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from wavoice.runtime import repositories
from wavoice.runtime.errors import CommitRefusedError
from wavoice.runtime.journal import Event
from wavoice.runtime.mcp.calls import ToolQuestion
from wavoice.runtime.model import (
    Address,
    Alias,
    Audio,
    Consent,
    ConsentRecord,
    ConsentStatus,
    Conversation,
    Effect,
    Form,
    HandedPacket,
    Inbound,
    MediaRef,
    Micros,
    OutboxGroup,
    OutboxState,
    Outcome,
    PromptState,
    Proposal,
    ProposalState,
    Timer,
    WriteResult,
)
from wavoice.runtime.ports import UnitOfWork
from wavoice.runtime.token import CommitToken, check

_AMENDS = (Form.EDIT, Form.REVOKE)
_RANK = tuple(map(PromptState, ("queued", "accepted", "sent", "failed", "delivered", "read", "played")))


@dataclass(slots=True)
class Tables:
    """Everything that is stored."""

    conversations: dict[str, Conversation] = field(default_factory=dict)
    inbox: dict[str, Inbound] = field(default_factory=dict)
    undone: dict[str, list[Inbound]] = field(default_factory=dict)
    """By contact, oldest first."""
    proposals: dict[str, Proposal] = field(default_factory=dict)
    timers: dict[tuple[str, str], Timer] = field(default_factory=dict)
    effects: dict[str, tuple[Effect, Outcome]] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)
    """Which key a message was used up for."""
    outbox: dict[str, OutboxGroup] = field(default_factory=dict)
    statuses: dict[str, PromptState] = field(default_factory=dict)
    consents: list[ConsentRecord] = field(default_factory=list)
    journal: list[Event] = field(default_factory=list)
    saved: Callable[[Proposal | None, Proposal], None] = lambda _before, _after: None
    """Told of every proposal that is saved, with what stood there."""
    read: Callable[[Inbound], None] = lambda _message: None
    """Told of every message that is done."""


class Contacts:
    def __init__(self, tables: Tables) -> None:
        self._all = tables.conversations

    async def find_or_add(self, tenant: str, number: str, alias: Alias, at: Micros) -> Conversation:
        contact = f"c_{alias.phone}"
        return self._all.setdefault(contact, Conversation(Address(tenant, number, contact), alias))

    async def move(
        self, tenant: str, number: str, names: tuple[Alias, Alias], at: Micros
    ) -> Conversation | None:
        raise NotImplementedError("nobody in a dialogue changes numbers")


class Inbox:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, message: Inbound, body: Mapping[str, object]) -> Inbound | None:
        tables = self._tables
        if message.id in tables.inbox:
            return None
        stored = replace(message, seq=len(tables.inbox) + 1)
        tables.inbox[message.id] = stored
        tables.undone.setdefault(message.address.contact, []).append(stored)
        return stored

    async def next(self, address: Address, now: Micros) -> Inbound | None:
        undone = self._tables.undone.get(address.contact)
        if not undone:
            return None
        undone[0] = replace(undone[0], attempts=undone[0].attempts + 1)
        return replace(undone[0], attempts=undone[0].attempts - 1)

    async def rest(self, message: Inbound) -> Sequence[Inbound]:
        undone = self._tables.undone.get(message.address.contact, ())
        return [one for one in undone if one.seq > message.seq]

    async def recent(self, address: Address, since: Micros, most: int) -> Sequence[Inbound]:
        stored = self._tables.inbox.values()
        return [one for one in stored if one.address == address and one.received_at >= since][-most:]

    async def rewrite(self, message: Inbound, change: Callable[[str], str]) -> None:
        raise NotImplementedError("nobody in a dialogue sends card numbers")

    async def unread(self, address: Address) -> int:
        return len(self._tables.undone.get(address.contact, ()))

    async def done(self, message: Inbound) -> None:
        undone = self._tables.undone[message.address.contact]
        undone[:] = [one for one in undone if one.id != message.id]
        self._tables.read(message)

    async def amended(self, message: Inbound) -> Inbound | None:
        about = {message.id, message.target if message.form is Form.EDIT else message.id}
        later = [one for one in await self.rest(message) if one.form in _AMENDS and one.target in about]
        return later[-1] if later else None


class Conversations:
    def __init__(self, tables: Tables) -> None:
        self._all = tables.conversations

    async def take(self, address: Address) -> Conversation:
        taken = replace(self._all[address.contact], epoch=self._all[address.contact].epoch + 1)
        self._all[address.contact] = taken
        return taken

    async def get(self, address: Address) -> Conversation | None:
        return self._all.get(address.contact)

    async def save(self, conversation: Conversation) -> None:
        self._all[conversation.address.contact] = conversation

    async def with_work(self, now: Micros, since: Micros | None = None) -> Sequence[Address]:
        raise NotImplementedError("a dialogue wakes its contact itself")


class Proposals:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def save(self, proposal: Proposal) -> None:
        before = self._tables.proposals.get(proposal.id)
        self._tables.proposals[proposal.id] = proposal
        self._tables.saved(before, proposal)

    async def open(self, address: Address) -> Proposal | None:
        return next((one for one in self._newest(address) if one.is_open), None)

    async def rivals(self, address: Address) -> int:
        return max(0, sum(one.is_open for one in self._newest(address)) - 1)

    async def latest(self, address: Address, since: Micros) -> Proposal | None:
        return next((one for one in self._newest(address) if one.created_at >= since), None)

    async def moved_money(self, address: Address, since: Micros) -> Sequence[Proposal]:
        moved = (ProposalState.COMMITTED, ProposalState.COMMITTING, ProposalState.UNKNOWN)
        mine = [one for one in self._newest(address) if one.created_at >= since and one.state in moved]
        return [one for one in mine if one.money is not None]

    async def get(self, proposal: str) -> Proposal | None:
        return self._tables.proposals.get(proposal)

    def _newest(self, address: Address) -> list[Proposal]:
        mine = [one for one in self._tables.proposals.values() if one.address == address]
        return sorted(mine, key=lambda one: (one.created_at, one.id), reverse=True)


class Timers:
    def __init__(self, tables: Tables) -> None:
        self._all = tables.timers

    async def set(self, timer: Timer) -> None:
        self._all[timer.kind, timer.subject] = timer

    async def clear(self, subject: str) -> None:
        for key in [key for key in self._all if key[1] == subject]:
            del self._all[key]

    async def due(self, address: Address, now: Micros) -> Timer | None:
        due = [one for one in self._all.values() if one.address == address and one.due_at <= now]
        return min(due, key=lambda one: (one.due_at, one.id), default=None)

    async def next_due(self) -> Micros | None:
        return min((one.due_at for one in self._all.values()), default=None)


class Effects:
    def __init__(self, tables: Tables) -> None:
        self._all = tables.effects
        self._evidence = tables.evidence

    async def intend(self, effect: Effect, at: Micros, token: CommitToken) -> bool:
        check(effect, token)
        if self._evidence.setdefault(token.evidence, effect.key) != effect.key:
            raise CommitRefusedError("evidence_used", "This yes has approved another write already.")
        new = effect.key not in self._all
        self._all.setdefault(effect.key, (effect, Outcome.UNKNOWN))
        return new

    async def settle(self, key: str, result: WriteResult, at: Micros) -> None:
        self._all[key] = (self._all[key][0], result.outcome)

    async def state(self, key: str) -> Outcome | None:
        return self._all[key][1] if key in self._all else None


class Outbox:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def save(self, group: OutboxGroup) -> None:
        self._tables.outbox[group.id] = group

    async def get(self, group: str) -> OutboxGroup | None:
        return self._tables.outbox.get(group)

    async def of_turn(self, turn: str) -> Sequence[OutboxGroup]:
        return [one for one in self._tables.outbox.values() if one.turn == turn]

    async def queued(self, address: Address) -> Sequence[OutboxGroup]:
        waiting = [one for one in self._tables.outbox.values() if one.state is OutboxState.QUEUED]
        return [one for one in waiting if one.address == address]

    async def held(self, address: Address) -> Sequence[OutboxGroup]:
        mine = [one for one in self._tables.outbox.values() if one.address == address]
        return [one for one in mine if one.held_at is not None]

    async def saw_status(
        self, reference: str | None, message: str, status: PromptState
    ) -> OutboxGroup | None:
        known, group = self._tables.statuses, (reference or "").partition("/")[0]
        seen = known.get(message, PromptState.QUEUED)
        news = seen is not status if status is PromptState.FAILED else _RANK.index(status) > _RANK.index(seen)
        if not news or group not in self._tables.outbox:
            return None
        known[message] = max(seen, status, key=_RANK.index)
        found = self._tables.outbox[group]
        return replace(found, messages=tuple(dict.fromkeys((*found.messages, message))))


class Consents:
    def __init__(self, tables: Tables) -> None:
        self._lines = tables.consents

    async def add(self, record: ConsentRecord) -> None:
        self._lines.append(record)

    async def given(self, address: Address, purpose: Consent) -> bool | None:
        mine = [one for one in self._lines if (one.address, one.purpose) == (address, purpose)]
        said = [one for one in mine if one.status is not ConsentStatus.SHOWN]
        return said[-1].status is ConsentStatus.GRANTED if said else None

    async def lines(self, address: Address) -> Sequence[ConsentRecord]:
        mine = [one for one in self._lines if one.address == address]
        return sorted(mine, key=lambda one: one.status is not ConsentStatus.SHOWN)


class JournalTable:
    def __init__(self, tables: Tables) -> None:
        self._lines = tables.journal

    async def add(self, events: Sequence[Event]) -> None:
        self._lines.extend(events)

    async def read(self, turn: str | None = None) -> Sequence[Event]:
        return [one for one in self._lines if turn in (None, one.where.turn)]

    async def redact(self, why: Event, turn: str, change: Callable[[Event], Event]) -> int:
        raise NotImplementedError("no dialogue holds a card number")


class MediaTable:
    async def add(self, turn: str, media: MediaRef, size: int, audio: Audio) -> None:
        """No dialogue asks for it again."""


class HandOffs:
    """Nobody in a dialogue reads what a person is given."""

    async def save(self, handed: HandedPacket) -> None:
        """Nobody asks for it."""

    async def get(self, key: str) -> HandedPacket | None:
        return None

    async def of_contact(self, address: Address) -> Sequence[HandedPacket]:
        return ()


class Oddities:
    async def count(
        self, tenant: str, kinds: Mapping[str, int], outlines: Mapping[str, str], at: Micros
    ) -> None:
        raise NotImplementedError("a dialogue has no webhooks")

    async def all(self, tenant: str) -> Sequence[repositories.Oddity]:
        raise NotImplementedError("a dialogue has no webhooks")


class ToolQuestions:
    async def keep(self, question: ToolQuestion) -> None:
        raise NotImplementedError("no dialogue has an MCP server")

    async def waiting(self, tenant: str, job: str, subject: str, now: Micros) -> ToolQuestion | None:
        raise NotImplementedError("no dialogue has an MCP server")

    async def use(self, question: str, now: Micros) -> ToolQuestion | None:
        raise NotImplementedError("no dialogue has an MCP server")


class VoiceUse:
    """No dialogue lasts long enough to reach a budget."""

    async def add(self, address: Address, day: date, seconds: float) -> None:
        """Nobody asks for it."""

    async def of_contact(self, address: Address, day: date) -> float:
        return 0.0

    async def of_tenant(self, tenant: str, day: date) -> float:
        return 0.0


class Operators:
    """No dialogue has an operator, or lasts so long that anything is pruned."""

    def __getattr__(self, name: str) -> Any:
        raise NotImplementedError(f"no dialogue has an operator: {name}")


class Persons(Operators):
    """Nobody is erased."""

    async def erased_after(self, tenant: str, names: Sequence[str], sent_at: Micros) -> bool:
        return False


class Unit:
    """`ports.UnitOfWork`."""

    def __init__(self, tables: Tables) -> None:
        self.contacts: repositories.Contacts = Contacts(tables)
        self.inbox: repositories.Inbox = Inbox(tables)
        self.conversations: repositories.Conversations = Conversations(tables)
        self.hand_offs: repositories.HandOffs = HandOffs()
        self.proposals: repositories.Proposals = Proposals(tables)
        self.timers: repositories.Timers = Timers(tables)
        self.effects: repositories.Effects = Effects(tables)
        self.outbox: repositories.Outbox = Outbox(tables)
        self.consents: repositories.Consents = Consents(tables)
        self.journal: repositories.JournalTable = JournalTable(tables)
        self.media: repositories.MediaTable = MediaTable()
        self.oddities: repositories.Oddities = Oddities()
        self.operations: repositories.Operations = Operators()
        self.persons: repositories.Persons = Persons()
        self.retention: repositories.Retention = Operators()
        self.tool_questions: repositories.ToolQuestions = ToolQuestions()
        self.voice_use: repositories.VoiceUse = VoiceUse()
        self.calls: list[Callable[[], None]] = []

    async def of_several(self) -> None:
        """One unit is open at a time."""

    def after_commit(self, call: Callable[[], None]) -> None:
        self.calls.append(call)


class Memory:
    """`ports.Store`; one unit is open at a time, as nothing here ever waits."""

    def __init__(self, tables: Tables) -> None:
        self._unit = Unit(tables)

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        return _Opened(self._unit)

    async def close(self) -> None:
        """Nothing to release."""


class _Opened(AbstractAsyncContextManager[UnitOfWork]):
    """A unit of work as a context; a class, because dialogues open very many."""

    __slots__ = ("_unit",)

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    async def __aenter__(self) -> UnitOfWork:
        return self._unit

    async def __aexit__(self, *error: object) -> None:
        calls, self._unit.calls = self._unit.calls, []
        for call in calls:
            call()
