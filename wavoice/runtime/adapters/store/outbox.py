"""Reply groups on their way, and what became of their messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import bindparam, func, select

from wavoice.runtime.adapters.store.codec import VERSION, dump, load
from wavoice.runtime.adapters.store.portable import GATED, insert
from wavoice.runtime.adapters.store.statements import Row, Statements
from wavoice.runtime.adapters.store.tables import columns, of_contact, outbox, outbox_messages, place
from wavoice.runtime.model import Address, OutboxGroup, OutboxState, PromptState

BEST_LAST = (
    PromptState.QUEUED,
    PromptState.ACCEPTED,
    PromptState.SENT,
    PromptState.FAILED,
    PromptState.DELIVERED,
    PromptState.READ,
    PromptState.PLAYED,
)
"""Statuses come in any order, and with several devices both `failed` and `delivered` come: the
later in this list wins."""

_insert = insert(outbox)
_changing = ("state", "value", "version", "held_at")
_save = _insert.on_conflict_do_update(
    index_elements=["id"], set_={name: _insert.excluded[name] for name in _changing}
)
_get = select(outbox).where(outbox.c.id == bindparam("of_id")).execution_options(**{GATED: True})
_queued = (
    select(outbox)
    .where(of_contact(outbox), outbox.c.state == OutboxState.QUEUED)
    .order_by(outbox.c.created_at, outbox.c.id)
)
_held = (
    select(outbox)
    .where(of_contact(outbox), outbox.c.held_at.is_not(None))
    .order_by(outbox.c.created_at, outbox.c.id)
)
_of_turn = (
    select(outbox).where(outbox.c.turn == bindparam("of_turn")).order_by(outbox.c.created_at, outbox.c.id)
)

_messages = (
    select(outbox_messages.c.message)
    .where(outbox_messages.c.outbox == bindparam("of_outbox"))
    .order_by(outbox_messages.c.position, outbox_messages.c.message)
)
_insert_message = insert(outbox_messages)
_place_message = _insert_message.on_conflict_do_update(
    index_elements=["message"], set_={"position": _insert_message.excluded.position}
)
_note_status = _insert_message.on_conflict_do_update(
    index_elements=["message"], set_={"status": _insert_message.excluded.status}
)
_known = (
    select(outbox_messages.c.outbox, outbox_messages.c.status, outbox.c.contact)
    .join(outbox, outbox.c.id == outbox_messages.c.outbox)
    .where(outbox_messages.c.message == bindparam("of_message"))
    .execution_options(**{GATED: True})
)
_count = select(func.count()).where(outbox_messages.c.outbox == bindparam("of_outbox"))


def _says_nothing_new(seen: PromptState, status: PromptState) -> bool:
    """A failure is news even of a message that had arrived: not on every device of the customer."""
    if status is PromptState.FAILED:
        return seen is status
    return BEST_LAST.index(seen) >= BEST_LAST.index(status)


class OutboxRows:
    """`ports.Outbox`.

    wamids are only added: a status may name a message before the call that sent it returns, and
    a later `save` by the sender does not forget it.
    """

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def save(self, group: OutboxGroup) -> None:
        """See `ports.Outbox`."""
        await self._db.execute(
            _save,
            {
                **columns(group.address),
                "id": group.id,
                "turn": group.turn,
                "state": group.state,
                "created_at": group.created_at,
                "value": dump(group),
                "version": VERSION,
                "held_at": group.held_at,
            },
        )
        rows = [
            {"message": message, "outbox": group.id, "tenant": group.address.tenant, "position": position}
            for position, message in enumerate(group.messages)
        ]
        if rows:
            await self._db.execute(_place_message, rows)

    async def get(self, group: str) -> OutboxGroup | None:
        """See `ports.Outbox`."""
        row = await self._row(group)
        return None if row is None else await self._group(row)

    async def of_turn(self, turn: str) -> Sequence[OutboxGroup]:
        """See `ports.Outbox`."""
        rows = (await self._db.execute(_of_turn, {"of_turn": turn})).all()
        return [await self._group(row) for row in rows]

    async def queued(self, address: Address) -> Sequence[OutboxGroup]:
        """See `ports.Outbox`."""
        rows = (await self._db.execute(_queued, place(address))).all()
        return [await self._group(row) for row in rows]

    async def held(self, address: Address) -> Sequence[OutboxGroup]:
        """See `ports.Outbox`."""
        rows = (await self._db.execute(_held, place(address))).all()
        return [await self._group(row) for row in rows]

    async def saw_status(
        self, reference: str | None, message: str, status: PromptState
    ) -> OutboxGroup | None:
        """See `ports.Outbox`; a reference may name a part: `<outbox id>/<part>`."""
        row: Row | None = None
        if reference:  # first: what is known of the message is read behind the gate of its contact
            row = await self._row(reference.partition("/")[0])
        known = (await self._db.execute(_known, {"of_message": message})).one_or_none()
        seen = PromptState(known.status) if known and known.status else None
        if seen is not None and _says_nothing_new(seen, status):
            return None
        if not reference and known:
            row = await self._row(known.outbox)
        if not row:
            return None
        # A message that is known has its place; it is kept.
        count = 0 if known else (await self._db.execute(_count, {"of_outbox": row.id})).scalar_one()
        await self._db.execute(
            _note_status,
            {
                "message": message,
                "outbox": row.id,
                "tenant": row.tenant,
                "position": count,
                "status": max(seen or status, status, key=BEST_LAST.index),
            },
        )
        return await self._group(row)

    async def _row(self, group: str) -> Row | None:
        return (await self._db.execute(_get, {"of_id": group})).one_or_none()

    async def _group(self, row: Row) -> OutboxGroup:
        messages = (await self._db.execute(_messages, {"of_outbox": row.id})).scalars()
        return replace(load(OutboxGroup, row.value, row.version), messages=tuple(messages))
