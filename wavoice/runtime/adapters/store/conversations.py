"""Task state and memory, fenced by an epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ScalarSelect, bindparam, func, insert, select, update

from wavoice.runtime.adapters.store.codec import VERSION, dump, load
from wavoice.runtime.adapters.store.statements import Statements
from wavoice.runtime.adapters.store.tables import aliases, columns, conversations, of_contact, place
from wavoice.runtime.adapters.store.tables_ops import controls
from wavoice.runtime.adapters.store.work import LEFT_LYING, WITH_WORK
from wavoice.runtime.errors import FencedError, GoneError
from wavoice.runtime.model import Address, Alias, Conversation, Micros

PAUSE = "pause"
"""Name of the control that hands every turn to people."""
EVERY_NUMBER = ""


def _current(kind: str) -> ScalarSelect[str]:
    return (
        select(aliases.c.value)
        .where(
            aliases.c.contact == conversations.c.contact,
            aliases.c.kind == kind,
            aliases.c.until.is_(None),
        )
        .scalar_subquery()
    )


_paused = (
    select(func.min(controls.c.since))
    .where(
        controls.c.tenant == conversations.c.tenant,
        controls.c.number.in_([EVERY_NUMBER, conversations.c.number]),
        controls.c.name == PAUSE,
    )
    .scalar_subquery()
)
_read = select(
    conversations,
    _current("phone").label("phone"),
    _current("bsuid").label("bsuid"),
    _paused.label("paused_at"),
).where(of_contact(conversations))
_add = insert(conversations)
_take = update(conversations).where(of_contact(conversations)).values(epoch=conversations.c.epoch + 1)
_save = (
    update(conversations)
    .where(of_contact(conversations), conversations.c.epoch == bindparam("taken"))
    .values(value=bindparam("new_value"), version=VERSION)
)


async def find_conversation(db: Statements, address: Address) -> Conversation | None:
    """Return the stored conversation with the contact's names of today."""
    row = (await db.execute(_read, place(address))).one_or_none()
    if row is None:
        return None
    stored = load(Conversation, row.value, row.version)
    return replace(stored, epoch=row.epoch, alias=Alias(row.phone, row.bsuid), paused_at=row.paused_at)


async def add_conversation(db: Statements, conversation: Conversation) -> Conversation:
    """Store a new one and return it as it now stands."""
    await db.execute(
        _add,
        {
            **columns(conversation.address),
            "epoch": conversation.epoch,
            "value": dump(conversation),
            "version": VERSION,
        },
    )
    return await _read_conversation(db, conversation.address)


async def _read_conversation(db: Statements, address: Address) -> Conversation:
    conversation = await find_conversation(db, address)
    if conversation is None:
        raise GoneError(
            f"There is no conversation with {address.contact} on number {address.number}.",
            remedy="Contacts.find_or_add makes it.",
        )
    return conversation


class ConversationRows:
    """`ports.Conversations`.

    `alias` is read from the contact's names and never written here: a webhook may learn a new
    name while a turn is running, and the turn must not put the old one back.
    """

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def take(self, address: Address) -> Conversation:
        """See `ports.Conversations`. Raises `GoneError` for an unknown contact."""
        await self._db.execute(_take, place(address))
        return await _read_conversation(self._db, address)

    async def get(self, address: Address) -> Conversation | None:
        """See `ports.Conversations`."""
        return await find_conversation(self._db, address)

    async def save(self, conversation: Conversation) -> None:
        """See `ports.Conversations`."""
        written = await self._db.execute(
            _save,
            {
                **place(conversation.address),
                "taken": conversation.epoch,
                "new_value": dump(conversation),
            },
        )
        if not written.rowcount:
            raise FencedError(
                f"Another drain has taken the conversation with {conversation.address.contact}."
            )

    async def with_work(self, now: Micros, since: Micros | None = None) -> Sequence[Address]:
        """See `ports.Conversations`; a message in back-off holds back its contact's timers too."""
        if since is None:
            rows = await self._db.execute(WITH_WORK, {"now": now})
        else:
            rows = await self._db.execute(LEFT_LYING, {"now": now, "since": since})
        return [Address(row.tenant, row.number, row.contact) for row in rows]
