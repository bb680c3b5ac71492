"""What is taken out of the journal: a person's values by an erasure, the first records by age.

The chain goes on over what is taken away (chain.py), and a record at its end says what went.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, update

from wavoice.runtime.adapters.store.codec import dump_json
from wavoice.runtime.adapters.store.portable import insert
from wavoice.runtime.adapters.store.statements import Row, Statements
from wavoice.runtime.adapters.store.tables import journal, journal_heads
from wavoice.runtime.adapters.store.tables_ops import controls
from wavoice.runtime.chain import EMPTY, SEALED, Record, hash_left
from wavoice.runtime.journal import Event
from wavoice.runtime.model import Micros

AT_ONCE = 500
"""Records that one `erased` event names."""
_TELLS = frozenset({"erased", "pruned", "redacted"})
"""Kinds that say what became of others, and hold nothing personal."""

_of_contact = (
    select(journal)
    .where(journal.c.tenant == bindparam("of_tenant"), journal.c.contact == bindparam("at_contact"))
    .order_by(journal.c.seq)
)
_leave = (
    update(journal)
    .where(journal.c.seq == bindparam("of_seq"))
    .values(line=bindparam("new_line"), pii=EMPTY, pii_salt=None)
)
_old_words = (
    select(journal.c.seq)
    .where(
        journal.c.seq > bindparam("after_seq"),
        journal.c.tenant == bindparam("of_tenant"),
        journal.c.at < bindparam("before"),
        journal.c.retention == bindparam("of_class"),
        journal.c.pii != EMPTY,
    )
    .order_by(journal.c.seq)
    .limit(bindparam("most"))
)
_empty = update(journal).where(journal.c.seq == bindparam("of_seq")).values(pii=EMPTY, pii_salt=None)
_kept = (
    select(journal.c.seq)
    .where(or_(journal.c.at >= bindparam("before"), journal.c.tenant != bindparam("of_tenant")))
    .order_by(journal.c.seq)
    .limit(1)
)
_ends = select(func.min(journal.c.seq).label("first"), func.max(journal.c.seq).label("last"))
_seal = select(journal.c.seal).where(journal.c.seq == bindparam("of_seq"))
_drop = delete(journal).where(journal.c.seq <= bindparam("until"))
_begin = update(journal_heads).values(first=bindparam("new_first"), begins_after=bindparam("new_seal"))

_DONE_UNTIL = "emptied."
_how_far = select(controls.c.since).where(
    controls.c.tenant == bindparam("of_tenant"), controls.c.name == bindparam("of_name")
)
_reached = insert(controls)
_note = _reached.on_conflict_do_update(
    index_elements=["tenant", "number", "name"], set_={"since": _reached.excluded.since}
)


class JournalPruning:
    """Takes away; `add` appends the record that says so."""

    def __init__(self, db: Statements, add: Callable[[Sequence[Event]], Any]) -> None:
        self._db = db
        self._add = add

    async def erase(self, why: Event, contact: str, rename: Callable[[str], str]) -> int:
        """Take a contact's personal values out of all its events; `rename` changes the ids of messages."""
        rows = await self._db.execute(_of_contact, {"of_tenant": why.where.tenant, "at_contact": contact})
        left = dict(_left(rows.all(), rename))
        if left:
            await self._db.execute(
                _leave, [{"of_seq": seq, "new_line": line} for seq, (line, _) in left.items()]
            )
        numbers, hashes = tuple(left), tuple(said for _, said in left.values())
        for start in range(0, len(numbers), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            body = replace(why.body, records=numbers[part], hashes=hashes[part])
            await self._add([replace(why, body=body)])
        return len(left)

    async def empty(self, why: Event, classes: Sequence[str], before: Micros, most: int) -> int:
        """Take personal values out of older events of these classes; what is emptied is passed over."""
        emptied = 0
        for one in classes:
            found = await self._old_words(why.where.tenant, one, before, most)
            if found:
                await self._db.execute(_empty, [{"of_seq": seq} for seq in found])
                await self._went_to(why.where.tenant, one, found[-1])
                body = replace(why.body, until=found[-1], classes=(one,), before=before)
                await self._add([replace(why, body=body)])
            emptied += len(found)
        return emptied

    async def drop(self, why: Event, before: Micros, most: int) -> int:
        """Delete the first events while they are older, and this tenant's; return how many."""
        ends = (await self._db.execute(_ends)).one()
        if ends.first is None:
            return 0
        kept = (
            await self._db.execute(_kept, {"before": before, "of_tenant": why.where.tenant})
        ).scalar_one_or_none()
        until = min((ends.last + 1 if kept is None else kept) - 1, ends.first + most - 1)
        if until < ends.first:
            return 0
        seal = (await self._db.execute(_seal, {"of_seq": until})).scalar_one_or_none()
        if seal is None:  # from before the chain, or its last record: nothing would say what went
            return 0
        await self._db.execute(_drop, {"until": until})
        await self._db.execute(_begin, {"new_first": until + 1, "new_seal": seal})
        await self._add([replace(why, body=replace(why.body, until=until, before=before, seal=seal))])
        return int(until - ends.first + 1)

    async def _old_words(self, tenant: str, of_class: str, before: Micros, most: int) -> list[int]:
        name = f"{_DONE_UNTIL}{of_class}"
        known = await self._db.execute(_how_far, {"of_tenant": tenant, "of_name": name})
        about = {"of_tenant": tenant, "of_class": of_class, "before": before, "most": most}
        found = await self._db.execute(_old_words, {**about, "after_seq": known.scalar_one_or_none() or 0})
        return [row.seq for row in found]

    async def _went_to(self, tenant: str, of_class: str, seq: int) -> None:
        row = {"tenant": tenant, "number": "", "name": f"{_DONE_UNTIL}{of_class}", "since": seq, "reason": ""}
        await self._db.execute(_note, row)


def _left(rows: Sequence[Row], rename: Callable[[str], str]) -> Iterator[tuple[int, tuple[str, str]]]:
    """What is to stand in each record, and the hash of that."""
    for row in rows:
        if row.kind in _TELLS:
            continue
        line = dump_json(_renamed(json.loads(row.line), rename))
        if line == row.line and row.pii == EMPTY:
            continue
        values = {name: getattr(row, name) for name in SEALED if name != "pii_hash"}
        record = Record(**{**values, "line": line}, pii_hash="")
        yield row.seq, (line, hash_left(record, EMPTY, row.seal))


def _renamed(value: Any, rename: Callable[[str], str]) -> Any:
    """Every text of a line, as `rename` has it."""
    match value:
        case str():
            return rename(value)
        case list():
            return [_renamed(one, rename) for one in value]
        case dict():
            return {key: _renamed(one, rename) for key, one in value.items()}
        case _:
            return value
