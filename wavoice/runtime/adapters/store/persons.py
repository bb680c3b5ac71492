"""Everything that is known of one person: shown to them, or erased."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    false,
    insert,
    select,
    true,
    update,
)

from wavoice.runtime.adapters.store.codec import dump_json
from wavoice.runtime.adapters.store.journal_pruning import JournalPruning
from wavoice.runtime.adapters.store.statements import Row, Statements
from wavoice.runtime.adapters.store.states import UNDER_WAY, is_one_of
from wavoice.runtime.adapters.store.tables import (
    METADATA,
    aliases,
    consents,
    consents_shown,
    contacts,
    effects,
    inbox,
    journal,
    outbox,
    outbox_messages,
    proposals,
    timers,
)
from wavoice.runtime.adapters.store.tables_ops import erasures
from wavoice.runtime.journal import Event
from wavoice.runtime.model import SECOND, Consent, Micros, TimerKind
from wavoice.runtime.ports import Erasure, Ids

_KEPT: Final = frozenset({"consents", "consents_shown", "effects", "journal", "erasures"})
"""Tables whose rows stay: they prove what was agreed to and done. All others go."""
_JSON: Final = frozenset({"value", "body", "line", "pii", "args"})
MESSAGE_ID: Final = "wamid."
"""What WhatsApp's ids of messages begin with; the customer's number stands in them, in base64."""


def _of(table: Table) -> ColumnElement[bool]:
    column = table.c.id if table is contacts else table.c.contact
    return and_(column == bindparam("at_contact"), table.c.tenant == bindparam("of_tenant"))


_OF_A_PERSON: Final = tuple(
    table for table in METADATA.sorted_tables if table is contacts or "contact" in table.c
)
"""By what refers to what: the first are referred to, so they go last."""
_rows = {table.name: select(table).where(_of(table)) for table in (*_OF_A_PERSON, erasures)}
_gone = {table.name: delete(table).where(_of(table)) for table in _OF_A_PERSON if table.name not in _KEPT}
_mine = exists().where(
    outbox.c.id == outbox_messages.c.outbox,
    outbox.c.contact == bindparam("at_contact"),
    outbox.c.tenant == bindparam("of_tenant"),
)
_messages = select(outbox_messages).where(_mine)
_messages_gone = delete(outbox_messages).where(_mine)
_named = select(aliases.c.contact).where(
    aliases.c.tenant == bindparam("of_tenant"),
    aliases.c.value == bindparam("of_value"),
    aliases.c.until.is_(None),
)
_under_way = select(proposals.c.id).where(
    _of(proposals), proposals.c.open == true(), is_one_of(proposals.c.state, UNDER_WAY)
)
_unread = select(inbox.c.turn).where(_of(inbox), inbox.c.done == false()).limit(1)
_timed = select(timers.c.id).where(_of(timers)).limit(1)
_awaited = _timed.where(is_one_of(timers.c.kind, (TimerKind.OUTBOX, TimerKind.TICKET, TimerKind.NOTE)))
_erasing = _timed.where(timers.c.kind == TimerKind.ERASE)
_effect_left = (
    update(effects)
    .where(effects.c.key == bindparam("of_key"))
    .values(args=bindparam("new_args"), evidence=bindparam("new_evidence"), reason=None)
)
_consent_left = {
    consents.name: update(consents)
    .where(consents.c.seq == bindparam("of_seq"))
    .values(proof=bindparam("new_proof"), shown_in=bindparam("new_shown")),
    consents_shown.name: update(consents_shown)
    .where(consents_shown.c.seq == bindparam("of_seq"))
    .values(proof=bindparam("new_proof")),
}
_remember = insert(erasures)
_refused = select(erasures.c.id).where(
    erasures.c.tenant == bindparam("of_tenant"),
    erasures.c.person == bindparam("of_person"),
    erasures.c.opted_out == true(),
)

_erased_after = (
    select(erasures.c.id)
    .where(
        erasures.c.tenant == bindparam("of_tenant"),
        erasures.c.person.in_([bindparam("of_person"), bindparam("or_person")]),
        erasures.c.at >= bindparam("from_at"),
    )
    .limit(1)
)


class PersonRows:
    """`ports.Persons`. Whatever table has a column `contact` is a person's, also one that is added later."""

    def __init__(self, db: Statements, add: Callable[[Sequence[Event]], Any], ids: Ids) -> None:
        self._db, self._ids = db, ids
        self._journal = JournalPruning(db, add)
        self.erased = False
        """Rows are gone that must not survive anywhere in the file."""

    async def find(self, tenant: str, name: str) -> str | None:
        """See `ports.Persons`."""
        found = await self._db.execute(_named, {"of_tenant": tenant, "of_value": name})
        contact: str | None = found.scalar_one_or_none()
        return contact

    async def export(self, tenant: str, contact: str) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """See `ports.Persons`."""
        whose = {"of_tenant": tenant, "at_contact": contact}
        found = {name: (await self._db.execute(rows, whose)).all() for name, rows in _rows.items()}
        found[outbox_messages.name] = (await self._db.execute(_messages, whose)).all()
        return {name: [_shown(row) for row in rows] for name, rows in found.items() if rows}

    async def writing(self, tenant: str, contact: str) -> bool:
        """See `ports.Persons`."""
        return await self._any(_under_way, tenant, contact)

    async def awaited(self, tenant: str, contact: str) -> bool:
        """See `ports.Persons`."""
        return await self._any(_awaited, tenant, contact)

    async def unread(self, tenant: str, contact: str) -> bool:
        """See `ports.Persons`."""
        return await self._any(_unread, tenant, contact)

    async def erasing(self, tenant: str, contact: str) -> bool:
        """See `ports.Persons`."""
        return await self._any(_erasing, tenant, contact)

    async def _any(self, rows: Select[Any], tenant: str, contact: str) -> bool:
        return (
            await self._db.execute(rows, {"of_tenant": tenant, "at_contact": contact})
        ).first() is not None

    async def erase(self, why: Event, contact: str, keyed: Callable[[str], str]) -> Erasure:
        """See `ports.Persons`."""
        self.erased = True
        tenant = why.where.tenant
        whose = {"of_tenant": tenant, "at_contact": contact}
        names = tuple(keyed(row.value) for row in (await self._db.execute(_rows["aliases"], whose)).all())

        def rename(text: str) -> str:
            return f"{MESSAGE_ID}{keyed(text)}" if text.startswith(MESSAGE_ID) else text

        kept = {
            "effects": await self._effects(whose, rename, keyed),
            "consents": await self._consents(consents, whose, rename),
            "consents_shown": await self._consents(consents_shown, whose, rename),
        }
        opted_out = await self._opted_out(whose)
        deleted = {outbox_messages.name: (await self._db.execute(_messages_gone, whose)).rowcount}
        for table in reversed(_OF_A_PERSON):
            if table.name in _gone:
                deleted[table.name] = (await self._db.execute(_gone[table.name], whose)).rowcount
        for name in dict.fromkeys(names):
            row = {"id": self._ids.new("x"), "tenant": tenant, "contact": contact, "person": name}
            source = why.body.source
            await self._db.execute(_remember, {**row, "at": why.at, "source": source, "opted_out": opted_out})
        kept[journal.name] = await self._journal.erase(why, contact, rename)
        return Erasure(names, {name: n for name, n in deleted.items() if n}, kept)

    async def erased_after(self, tenant: str, names: Sequence[str], sent_at: Micros) -> bool:
        """See `ports.Persons`; WhatsApp dates messages to the second."""
        one, other = names[0], names[-1]
        later = (sent_at // SECOND + 1) * SECOND
        about = {"of_tenant": tenant, "of_person": one, "or_person": other, "from_at": later}
        return (await self._db.execute(_erased_after, about)).first() is not None

    async def erased_with_refusal(self, tenant: str, name: str) -> bool:
        """See `ports.Persons`."""
        about = {"of_tenant": tenant, "of_person": name}
        return (await self._db.execute(_refused, about)).first() is not None

    async def _effects(
        self, whose: Mapping[str, str], rename: Callable[[str], str], keyed: Callable[[str], str]
    ) -> int:
        """Each still says that it was made, when, under which key, and with which reference."""
        rows = (await self._db.execute(_rows["effects"], whose)).all()
        for row in rows:
            evidence = None if row.evidence is None else rename(row.evidence)
            left = {"of_key": row.key, "new_evidence": evidence}
            await self._db.execute(_effect_left, {**left, "new_args": dump_json({"hash": keyed(row.args)})})
        return len(rows)

    async def _consents(self, table: Table, whose: Mapping[str, str], rename: Callable[[str], str]) -> int:
        """What was shown and answered stays, with the ids of the messages made unreadable."""
        rows = (await self._db.execute(_rows[table.name], whose)).all()
        for row in rows:
            left = {"of_seq": row.seq, "new_proof": rename(row.proof)}
            shown = {"new_shown": rename(row.shown_in)} if table is consents else {}
            await self._db.execute(_consent_left[table.name], {**left, **shown})
        return len(rows)

    async def _opted_out(self, whose: Mapping[str, str]) -> bool:
        """Whether the last word was to be written to no more, on any number."""
        rows = (await self._db.execute(_rows["consents"], whose)).all()
        words = sorted(
            (row.at, row.seq, row.number, row.given) for row in rows if row.purpose == Consent.MESSAGES
        )
        last = {number: given for _, _, number, given in words}
        return not all(last.values())


def _shown(row: Row) -> Mapping[str, object]:
    """A row as plain values; what is stored as JSON is shown as such."""
    return {
        name: json.loads(value) if name in _JSON and str(value).startswith("{") else value
        for name, value in row._asdict().items()
    }
