"""Takes away what policy keeps no longer, some rows at a time: nobody's turn waits behind a year of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    true,
    update,
)

from wavoice.runtime.adapters.store.codec import VERSION, dump, load
from wavoice.runtime.adapters.store.journal_pruning import JournalPruning
from wavoice.runtime.adapters.store.statements import Row, Statements
from wavoice.runtime.adapters.store.states import UNDER_WAY, is_one_of
from wavoice.runtime.adapters.store.tables import (
    Retention,
    aliases,
    consents,
    consents_shown,
    conversations,
    effects,
    hand_offs,
    inbox,
    journal,
    media,
    outbox,
    outbox_messages,
    proposals,
    tool_questions,
    voice_use,
)
from wavoice.runtime.adapters.store.tables_ops import erasures
from wavoice.runtime.chain import EMPTY
from wavoice.runtime.journal import Event
from wavoice.runtime.model import (
    SECOND,
    Alias,
    Conversation,
    Inbound,
    OutboxState,
    Outcome,
    PacketState,
)
from wavoice.runtime.ports import Keep

_WORDS: Final = "words"
_NOTHING: Final = "{}"
_KNOWN = (Outcome.DONE, Outcome.REFUSED, Outcome.FAILED)

_later = consents.alias()
_no_later = ~exists().where(
    _later.c.tenant == consents.c.tenant,
    _later.c.number == consents.c.number,
    _later.c.contact == consents.c.contact,
    _later.c.purpose == consents.c.purpose,
    or_(_later.c.at > consents.c.at, and_(_later.c.at == consents.c.at, _later.c.seq > consents.c.seq)),
)
_OLD: Mapping[str, tuple[Table, Any, ColumnElement[bool]]] = {
    "inbox": (inbox, inbox.c.seq, and_(inbox.c.done == true(), inbox.c.received_at < bindparam("ids"))),
    "media": (media, media.c.turn, media.c.received_at < bindparam("figures")),
    "outbox": (
        outbox,
        outbox.c.id,
        and_(
            outbox.c.state != OutboxState.QUEUED,
            outbox.c.held_at.is_(None),
            outbox.c.created_at < bindparam("words"),
        ),
    ),
    "hand_offs": (
        hand_offs,
        hand_offs.c.key,
        and_(hand_offs.c.state != PacketState.WAITING, hand_offs.c.created_at < bindparam("words")),
    ),
    "tool_questions": (
        tool_questions,
        tool_questions.c.id,
        tool_questions.c.expires_at < bindparam("words"),
    ),
    "proposals": (
        proposals,
        proposals.c.id,
        and_(
            ~is_one_of(proposals.c.state, UNDER_WAY),
            proposals.c.created_at < bindparam("words"),
        ),
    ),
    "aliases": (
        aliases,
        aliases.c.seq,
        and_(aliases.c.until.is_not(None), aliases.c.until < bindparam("words")),
    ),
    "effects": (
        effects,
        effects.c.key,
        and_(
            is_one_of(effects.c.state, _KNOWN),
            effects.c.intended_at < bindparam("audit"),
        ),
    ),
    "consents": (consents, consents.c.seq, and_(consents.c.at < bindparam("consents"), ~_no_later)),
    "consents_shown": (
        consents_shown,
        consents_shown.c.seq,
        consents_shown.c.at < bindparam("consents"),
    ),
    "erasures": (erasures, erasures.c.id, erasures.c.at < bindparam("consents")),
}
"""By table: its key, and what of it is too old. The last word on a consent never is."""


def _old(table: Table, key: Any, old: ColumnElement[bool]) -> Select[Any]:
    return select(key.label("key")).where(table.c.tenant == bindparam("of_tenant"), old).order_by(key)


_find = {name: _old(*spec).limit(bindparam("most")) for name, spec in _OLD.items()}
_count = {
    name: select(func.count()).select_from(table).where(table.c.tenant == bindparam("of_tenant"), old)
    for name, (table, _, old) in _OLD.items()
}
_delete = {name: delete(table).where(key == bindparam("of_key")) for name, (table, key, _) in _OLD.items()}
_delete_use = delete(voice_use).where(
    voice_use.c.tenant == bindparam("of_tenant"), voice_use.c.day < bindparam("day")
)
_delete_messages = delete(outbox_messages).where(outbox_messages.c.outbox == bindparam("of_key"))

_wordy_and_old = (
    inbox.c.tenant == bindparam("of_tenant"),
    inbox.c.done == true(),
    inbox.c.received_at < bindparam("words"),
    inbox.c.body != _NOTHING,
)
_wordy = select(inbox).where(*_wordy_and_old).order_by(inbox.c.seq).limit(bindparam("most"))
_count_wordy = select(func.count()).select_from(inbox).where(*_wordy_and_old)
_hush = (
    update(inbox)
    .where(inbox.c.seq == bindparam("of_seq"))
    .values(value=bindparam("new_value"), body=_NOTHING, version=VERSION)
)
_last_wrote = select(func.max(inbox.c.received_at)).where(
    inbox.c.tenant == bindparam("of_tenant"),
    inbox.c.number == bindparam("of_number"),
    inbox.c.contact == bindparam("of_contact"),
)
_conversation = select(conversations).where(
    conversations.c.number == bindparam("of_number"), conversations.c.contact == bindparam("of_contact")
)
_forget = (
    update(conversations)
    .where(
        conversations.c.number == bindparam("of_number"),
        conversations.c.contact == bindparam("of_contact"),
        conversations.c.epoch == bindparam("of_epoch"),
    )
    .values(value=bindparam("new_value"), version=VERSION)
)
_old_in_journal = (
    select(func.count())
    .select_from(journal)
    .where(journal.c.tenant == bindparam("of_tenant"), journal.c.at < bindparam("audit"))
)
_wordy_in_journal = (
    select(func.count())
    .select_from(journal)
    .where(
        journal.c.tenant == bindparam("of_tenant"),
        journal.c.at < bindparam("words"),
        journal.c.at >= bindparam("audit"),
        journal.c.retention == Retention.TRANSCRIPT,
        journal.c.pii != EMPTY,
    )
)


class RetentionRows:
    """`ports.Retention`."""

    def __init__(self, db: Statements, add: Callable[[Sequence[Event]], Any]) -> None:
        self._db = db
        self._journal = JournalPruning(db, add)
        self.erased = False
        """Rows are gone that must not survive anywhere in the file."""

    async def due(self, tenant: str, keep: Keep) -> Mapping[str, int]:
        """See `ports.Retention`."""
        moments = _moments(tenant, keep)
        counts = {**_count, "inbox (words)": _count_wordy}
        counts |= {"journal": _old_in_journal, "journal (words)": _wordy_in_journal}
        found = {name: (await self._db.execute(one, moments)).scalar_one() for name, one in counts.items()}
        return {name: n for name, n in found.items() if n}

    async def prune(self, why: Event, keep: Keep, most: int) -> Mapping[str, int]:
        """See `ports.Retention`; a conversation whose words are gone forgets them, too."""
        tenant = why.where.tenant
        moments = {**_moments(tenant, keep), "most": most}
        gone = {"inbox (words)": await self._hush(moments)}
        for name, find in _find.items():
            keys = [{"of_key": row.key} for row in await self._db.execute(find, moments)]
            if keys and name == outbox.name:
                await self._db.execute(_delete_messages, keys)
            if keys:
                await self._db.execute(_delete[name], keys)
            gone[name] = len(keys)
        gone[voice_use.name] = (await self._db.execute(_delete_use, moments)).rowcount
        words = (str(Retention.TRANSCRIPT),)
        gone["journal (words)"] = await self._journal.empty(why, words, keep.words, most)
        gone["journal"] = await self._journal.drop(why, keep.audit, most)
        self.erased = self.erased or any(gone.values())
        return {name: n for name, n in gone.items() if n}

    async def _hush(self, moments: Mapping[str, Any]) -> int:
        """Messages keep their ids, by which a redelivery is known, and lose everything else."""
        rows = (await self._db.execute(_wordy, moments)).all()
        for row in rows:
            bare = _without_words(load(Inbound, row.value, row.version))
            await self._db.execute(_hush, {"of_seq": row.seq, "new_value": dump(bare)})
        for place in {(row.number, row.contact) for row in rows}:
            await self._forget(moments["of_tenant"], place, moments[_WORDS])
        return len(rows)

    async def _forget(self, tenant: str, place: tuple[str, str], before: int) -> None:
        """What a conversation remembers is as old as its last message."""
        at = {"of_number": place[0], "of_contact": place[1]}
        last = (await self._db.execute(_last_wrote, {**at, "of_tenant": tenant})).scalar_one_or_none()
        row: Row | None = (await self._db.execute(_conversation, at)).one_or_none()
        if row is None or (last is not None and last >= before):
            return
        bare = _without_memory(load(Conversation, row.value, row.version))
        await self._db.execute(_forget, {**at, "of_epoch": row.epoch, "new_value": dump(bare)})


def _moments(tenant: str, keep: Keep) -> Mapping[str, Any]:
    return {
        "of_tenant": tenant,
        "ids": min(keep.ids, keep.words),
        "words": keep.words,
        "figures": keep.figures,
        "day": datetime.fromtimestamp(keep.figures / SECOND, UTC).date().isoformat(),
        "audit": keep.audit,
        "consents": keep.consents,
    }


def _without_words(message: Inbound) -> Inbound:
    return replace(
        message, alias=Alias(None, None), text=None, media=None, button=None, referral=None, offer=None
    )


def _without_memory(conversation: Conversation) -> Conversation:
    return replace(
        conversation, memory=(), asking=None, aside=None, queued=None, question=None, offers=(), referral=None
    )
