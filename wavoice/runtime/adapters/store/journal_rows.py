"""The journal: only ever added to, each record chained to the one before (chain.py)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from sqlalchemy import bindparam, func, insert, select, update

from wavoice.runtime.adapters.store import portable
from wavoice.runtime.adapters.store.codec import dump_json
from wavoice.runtime.adapters.store.statements import Row, Statements
from wavoice.runtime.adapters.store.tables import Retention, journal, journal_heads
from wavoice.runtime.chain import GENESIS, SEALED, Head, hash_pii, seal
from wavoice.runtime.errors import StoreError
from wavoice.runtime.journal import (
    Event,
    HeardNote,
    LookedUp,
    Noticed,
    Read,
    Replied,
    Typed,
)
from wavoice.runtime.journal_lines import from_json, to_json

_WORDS = frozenset(body.kind for body in (Typed, HeardNote, LookedUp, Read, Replied, Noticed))
"""Events that hold what was said; the others prove why something was done."""

HEAD_NAME = "journal"
_SALT_BYTES = 16

_append = insert(journal)
_all = select(journal).order_by(journal.c.seq)
_of_turn = _all.where(journal.c.turn == bindparam("of_turn"))
_replace = (
    update(journal)
    .where(journal.c.seq == bindparam("of_seq"))
    .values(pii=bindparam("new_pii"), pii_salt=bindparam("new_salt"))
)
_last = select(func.coalesce(func.max(journal.c.seq), 0)).scalar_subquery()
_newest = select(_last.label("written"))
_begin = insert(journal_heads)
_begin_once = portable.insert(journal_heads).on_conflict_do_nothing(index_elements=["name"])
_look = select(journal_heads, _last.label("written")).where(journal_heads.c.name == HEAD_NAME)
_move = (
    update(journal_heads)
    .where(
        journal_heads.c.name == HEAD_NAME,
        journal_heads.c.last == bindparam("old_last"),
        journal_heads.c.seal == bindparam("old_seal"),
    )
    .values(last=bindparam("new_last"), seal=bindparam("new_seal"))
)
_move_if_nothing_came_between = _move.where(_last == bindparam("old_last"))


async def begin_chain(db: Statements) -> None:
    """Make the head of an empty chain, unless another transaction has made it meanwhile."""
    written = int((await db.execute(_newest)).scalar_one())
    named = {"name": HEAD_NAME, "tenant": "", "first": written + 1}
    await db.execute(_begin_once, {**named, "last": written, "seal": GENESIS})


async def append_after(db: Statements, head: Head, events: Sequence[Event]) -> None:
    """Write events behind a head that nobody else can move before this transaction ends."""
    rows = [_row(event) for event in events]
    ahead = _chain(head, head.last, rows)
    await db.execute(_append, rows)
    await db.execute(_move, _moves(head, ahead))


@dataclass(slots=True)
class KnownHead:
    """The head of the chain as this process left it: a guess, because others may write as well."""

    head: Head | None = None


class JournalRows:
    """`ports.JournalTable`; personal values stand in a column of their own."""

    def __init__(self, db: Statements, known: KnownHead) -> None:
        self._db = db
        self._known = known
        self.erased = False
        """Personal values were replaced that must not survive anywhere in the file."""

    async def add(self, events: Sequence[Event]) -> None:
        """See `ports.JournalTable`. Two statements, unless another process has written meanwhile."""
        if not events:
            return
        rows = [_row(event) for event in events]
        if not await self._chained_to(self._known.head, rows):
            await self._chain_anew(rows)
        await self._db.execute(_append, rows)

    async def _chained_to(self, head: Head | None, rows: Sequence[dict[str, Any]]) -> bool:
        """Chain the rows to the head that this process left, if it still is the head."""
        if head is None:
            return False
        ahead = _chain(head, head.last, rows)
        moved = await self._db.execute(_move_if_nothing_came_between, _moves(head, ahead))
        if not moved.rowcount:
            return False
        self._known.head = ahead
        return True

    async def _chain_anew(self, rows: Sequence[dict[str, Any]]) -> None:
        found = (await self._db.execute(_look)).one_or_none()
        if found is None:
            written = int((await self._db.execute(_newest)).scalar_one())
            head = Head(written + 1, written, GENESIS)
            ahead = _chain(head, written, rows)
            named = {"name": HEAD_NAME, "tenant": "", "first": ahead.first}
            await self._db.execute(_begin, {**named, "last": ahead.last, "seal": ahead.seal})
        else:
            head = Head(found.first, found.last, found.seal)
            # A program from before the chain may still write: its records stand between, unsealed.
            ahead = _chain(head, max(found.last, found.written), rows)
            await self._db.execute(_move, _moves(head, ahead))
        self._known.head = ahead

    async def read(self, turn: str | None = None) -> Sequence[Event]:
        """See `ports.JournalTable`. Raises `StoreError` for events of a newer program."""
        return [_event(row) for row in await self._rows(turn)]

    async def redact(self, why: Event, turn: str, change: Callable[[Event], Event]) -> int:
        """See `ports.JournalTable`."""
        done: dict[int, str] = {}
        for row in await self._rows(turn):
            pii = _changed(_event(row), change)
            if pii != row.pii:
                salt = secrets.token_hex(_SALT_BYTES)
                await self._db.execute(_replace, {"of_seq": row.seq, "new_pii": pii, "new_salt": salt})
                done[row.seq] = hash_pii(salt, pii)
        if done:
            self.erased = True
            body = replace(why.body, records=tuple(done), hashes=tuple(done.values()))
            await self.add([replace(why, body=body)])
        return len(done)

    async def _rows(self, turn: str | None) -> Sequence[Row]:
        found = await (self._db.execute(_of_turn, {"of_turn": turn}) if turn else self._db.execute(_all))
        return found.all()


def _event(row: Row) -> Event:
    try:
        return from_json({**json.loads(row.line), "pii": json.loads(row.pii)})
    except ValidationError:
        # Not chained: the validation error would quote the customer's words.
        raise StoreError("A journal event is damaged.", remedy="Restore a backup.") from None
    except ValueError as error:
        raise StoreError(f"The journal cannot be read: {error}.", remedy="Upgrade wavoice.") from error


def _changed(event: Event, change: Callable[[Event], Event]) -> str:
    """The personal values after the change, as they stand in their column."""
    before, after = to_json(event), to_json(change(event))
    pii = after.pop("pii")
    if {**after, "pii": before["pii"]} != before:
        raise ValueError("a redaction changes personal values and nothing else")
    return dump_json(pii)


def _row(event: Event) -> dict[str, Any]:
    line = to_json(event)
    pii = line.pop("pii")
    return {
        "tenant": event.where.tenant,
        "number": event.where.number,
        "contact": event.where.contact,
        "turn": event.where.turn,
        "kind": event.kind,
        "at": event.at,
        "line": dump_json(line),
        "pii": dump_json(pii),
        "retention": str(Retention.TRANSCRIPT if event.kind in _WORDS else Retention.AUDIT),
        "version": line["version"],
    }


def _chain(head: Head, after: int, rows: Sequence[dict[str, Any]]) -> Head:
    """Number and seal the rows; return the head that they make."""
    before = head.seal
    for seq, (row, salt) in enumerate(zip(rows, _salts(len(rows)), strict=True), after + 1):
        row["seq"], row["pii_salt"], row["pii_hash"] = seq, salt, hash_pii(salt, row["pii"])
        row["seal"] = before = seal(before, tuple([row[name] for name in SEALED]))
    return Head(head.first, after + len(rows), before)


def _salts(count: int) -> Iterator[str]:
    """A salt a record: the same words in two records must not look the same."""
    chance = secrets.token_hex(_SALT_BYTES * count)
    return (chance[i : i + 2 * _SALT_BYTES] for i in range(0, len(chance), 2 * _SALT_BYTES))


def _moves(old: Head, new: Head) -> Mapping[str, object]:
    return {"old_last": old.last, "old_seal": old.seal, "new_last": new.last, "new_seal": new.seal}
