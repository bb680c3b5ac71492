"""What operators look at and set. Rows are read whole: an operator may wait a second, a customer may not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, Table, bindparam, delete, exists, false, select, true, update

from wavoice.runtime.adapters.store.codec import load
from wavoice.runtime.adapters.store.conversations import PAUSE
from wavoice.runtime.adapters.store.portable import insert
from wavoice.runtime.adapters.store.statements import Row, Statements
from wavoice.runtime.adapters.store.states import UNDER_WAY, is_one_of
from wavoice.runtime.adapters.store.tables import (
    conversations,
    effects,
    hand_offs,
    inbox,
    outbox,
    proposals,
    timers,
)
from wavoice.runtime.adapters.store.tables_ops import account_news, controls
from wavoice.runtime.model import (
    Address,
    Conversation,
    HandOff,
    Micros,
    OutboxGroup,
    OutboxState,
    Packet,
    PacketState,
    Proposal,
)
from wavoice.runtime.ports import News, Pause, Stuck

_NO_ANSWER = ("intended", "unknown")


def _of(table: Table, *conditions: Any) -> Select[Any]:
    return select(table).where(table.c.tenant == bindparam("of_tenant"), *conditions)


_undone = _of(inbox, inbox.c.done == false(), inbox.c.received_at < bindparam("before")).order_by(inbox.c.seq)
_overdue = _of(
    timers,
    timers.c.due_at < bindparam("before"),
    ~exists().where(
        inbox.c.tenant == timers.c.tenant,
        inbox.c.number == timers.c.number,
        inbox.c.contact == timers.c.contact,
        inbox.c.done == false(),
    ),
).order_by(timers.c.due_at)
_approved = _of(proposals, proposals.c.open == true(), is_one_of(proposals.c.state, UNDER_WAY)).order_by(
    proposals.c.created_at, proposals.c.id
)
_unanswered = _of(
    effects,
    is_one_of(effects.c.state, _NO_ANSWER),
    effects.c.intended_at < bindparam("before"),
).order_by(effects.c.intended_at)
_queued = _of(
    outbox, outbox.c.state == OutboxState.QUEUED, outbox.c.created_at < bindparam("before")
).order_by(outbox.c.created_at, outbox.c.id)
_unfiled = _of(
    hand_offs, hand_offs.c.state == PacketState.WAITING, hand_offs.c.created_at < bindparam("before")
).order_by(hand_offs.c.created_at, hand_offs.c.key)
_dropped = _of(
    outbox,
    outbox.c.state == OutboxState.FAILED,
    outbox.c.held_at.is_(None),
    outbox.c.created_at >= bindparam("since"),
).order_by(outbox.c.created_at, outbox.c.id)
_handed = _of(hand_offs, hand_offs.c.created_at >= bindparam("since")).order_by(hand_offs.c.created_at)
_message = select(inbox).where(inbox.c.turn == bindparam("of_turn"))
_again = (
    update(inbox).where(inbox.c.turn == bindparam("of_turn")).values(done=False, attempts=0, retry_at=None)
)
_parted = _of(conversations, conversations.c.value.contains('"handed_off":true')).order_by(
    conversations.c.number, conversations.c.contact
)
_spoken_to = _of(conversations, conversations.c.contact == bindparam("of_contact")).order_by(
    conversations.c.number
)

_pauses = _of(controls, controls.c.name == PAUSE).order_by(controls.c.number)
_pause = insert(controls).on_conflict_do_nothing(index_elements=["tenant", "number", "name"])
_resume = delete(controls).where(
    controls.c.tenant == bindparam("of_tenant"),
    controls.c.number == bindparam("of_number"),
    controls.c.name == PAUSE,
)
_told = insert(account_news)
_tell = _told.on_conflict_do_update(
    index_elements=["tenant", "field", "subject"],
    set_={
        "state": _told.excluded.state,
        "at": _told.excluded.at,
        "count": account_news.c["count"] + 1,
    },
)
_news = (
    select(
        account_news.c.field,
        account_news.c.subject,
        account_news.c.state,
        account_news.c.at,
        account_news.c["count"].label("count_"),  # a row is a tuple, and has a method of that name
    )
    .where(account_news.c.tenant == bindparam("of_tenant"))
    .order_by(account_news.c.at.desc(), account_news.c.field)
)


class OperationRows:
    """`ports.Operations`."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def undone(self, tenant: str, before: Micros) -> Sequence[Stuck]:
        """See `ports.Operations`."""
        return [_waiting(row) for row in await self._rows(_undone, tenant, before=before)]

    async def overdue(self, tenant: str, before: Micros) -> Sequence[Stuck]:
        """See `ports.Operations`."""
        rows = await self._rows(_overdue, tenant, before=before)
        return [
            Stuck("timer", _address(row), row.subject, row.due_at, row.kind, row.attempts) for row in rows
        ]

    async def hanging(self, tenant: str, before: Micros) -> Sequence[Stuck]:
        """See `ports.Operations`; a yes that settles is late once its window has ended."""
        found = [_approval(row) for row in await self._rows(_approved, tenant)]
        late = [one for one in found if one.since < before]
        rows = await self._rows(_unanswered, tenant, before=before)
        return [*late, *(Stuck("effect", _address(row), row.key, row.intended_at, row.state) for row in rows)]

    async def unsent(self, tenant: str, before: Micros) -> Sequence[Stuck]:
        """See `ports.Operations`."""
        replies = [_reply(row) for row in await self._rows(_queued, tenant, before=before)]
        packets = [_packet(row) for row in await self._rows(_unfiled, tenant, before=before)]
        return [*replies, *packets]

    async def given_up(self, tenant: str, since: Micros) -> Sequence[Stuck]:
        """See `ports.Operations`; a message that a person was called for stands in its hand-off."""
        found = [_reply(row) for row in await self._rows(_dropped, tenant, since=since)]
        for row in await self._rows(_handed, tenant, since=since):
            if row.state == PacketState.REFUSED:
                found.append(_packet(row))
            if load(Packet, row.value, row.version).reason == HandOff.TURN_FAILED:
                found.append(Stuck("message", _address(row), row.turn, row.created_at, turn=row.turn))
        return sorted(found, key=lambda one: one.since)

    async def message(self, turn: str) -> Stuck | None:
        """See `ports.Operations`."""
        row = (await self._db.execute(_message, {"of_turn": turn})).one_or_none()
        return None if row is None else _waiting(row)

    async def again(self, turn: str) -> None:
        """See `ports.Operations`."""
        await self._db.execute(_again, {"of_turn": turn})

    async def at_a_person(self, tenant: str, reason: str) -> Sequence[Address]:
        """See `ports.Operations`."""
        found = []
        for row in await self._rows(_parted, tenant):
            parted = load(Conversation, row.value, row.version).with_person
            if parted is not None and parted.reason == reason:
                found.append(_address(row))
        return found

    async def addresses(self, tenant: str, contact: str) -> Sequence[Address]:
        """See `ports.Operations`."""
        found = await self._db.execute(_spoken_to, {"of_tenant": tenant, "of_contact": contact})
        return [_address(row) for row in found]

    async def pause(self, tenant: str, pause: Pause) -> bool:
        """See `ports.Operations`."""
        row = {"tenant": tenant, "number": pause.number, "name": PAUSE}
        added = await self._db.execute(_pause, {**row, "since": pause.since, "reason": pause.reason})
        return bool(added.rowcount)

    async def resume(self, tenant: str, number: str) -> bool:
        """See `ports.Operations`."""
        gone = await self._db.execute(_resume, {"of_tenant": tenant, "of_number": number})
        return bool(gone.rowcount)

    async def pauses(self, tenant: str) -> Sequence[Pause]:
        """See `ports.Operations`."""
        return [Pause(row.number, row.since, row.reason) for row in await self._rows(_pauses, tenant)]

    async def hear(self, tenant: str, news: News) -> None:
        """See `ports.Operations`."""
        row = {"tenant": tenant, "field": news.field, "subject": news.subject, "state": news.state}
        await self._db.execute(_tell, {**row, "at": news.at, "count": 1})

    async def news(self, tenant: str) -> Sequence[News]:
        """See `ports.Operations`."""
        rows = await self._rows(_news, tenant)
        return [News(row.field, row.subject, row.state, row.at, row.count_) for row in rows]

    async def _rows(self, statement: Select[Any], tenant: str, **more: Micros) -> Iterable[Row]:
        return (await self._db.execute(statement, {"of_tenant": tenant, **more})).all()


def _address(row: Row) -> Address:
    return Address(row.tenant, row.number, row.contact)


def _waiting(row: Row) -> Stuck:
    state = "done" if row.done else "undone"
    return Stuck(
        "message", _address(row), row.turn, row.received_at, state, row.attempts, row.retry_at, row.turn
    )


def _approval(row: Row) -> Stuck:
    proposal = load(Proposal, row.value, row.version)
    yes = proposal.evidence.received_at if proposal.evidence else proposal.created_at
    since = proposal.settle_at or yes
    return Stuck(
        "proposal", _address(row), row.id, since, row.state, turn=proposal.approved_by or proposal.turn
    )


def _reply(row: Row) -> Stuck:
    group = load(OutboxGroup, row.value, row.version)
    return Stuck(
        "reply", _address(row), row.id, row.created_at, row.state, group.attempts, group.not_before, row.turn
    )


def _packet(row: Row) -> Stuck:
    return Stuck("hand_off", _address(row), row.key, row.created_at, row.state, turn=row.turn)
