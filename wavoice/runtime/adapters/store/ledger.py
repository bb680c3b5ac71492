"""What is only ever added to: consents and the journal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Row, bindparam, insert, select

from wavoice.runtime.adapters.store.codec import dump_json
from wavoice.runtime.adapters.store.statements import Statements
from wavoice.runtime.adapters.store.tables import (
    Retention,
    columns,
    consents,
    consents_shown,
    journal,
    of_contact,
    place,
)
from wavoice.runtime.errors import StoreError
from wavoice.runtime.journal import Event, HeardNote, LookedUp, Noticed, Read, Replied, Typed
from wavoice.runtime.journal_lines import from_json, to_json
from wavoice.runtime.model import Address, Consent, ConsentRecord, ConsentStatus

_add_consent = insert(consents)
_add_shown = insert(consents_shown)
_answers = select(consents).where(of_contact(consents)).order_by(consents.c.at, consents.c.seq)
_shown = (
    select(consents_shown)
    .where(of_contact(consents_shown))
    .order_by(consents_shown.c.at, consents_shown.c.seq)
)
_given = (
    select(consents.c.given)
    .where(of_contact(consents), consents.c.purpose == bindparam("of_purpose"))
    .order_by(consents.c.at.desc(), consents.c.seq.desc())
    .limit(1)
)


class ConsentRows:
    """`ports.Consents`; the latest word is the latest by its own date, so an import may add older ones."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def add(self, record: ConsentRecord) -> None:
        """See `ports.Consents`."""
        row = {
            **columns(record.address),
            "purpose": record.purpose,
            "at": record.at,
            "source": record.source,
            "wording": record.wording,
            "proof": record.proof,
        }
        if record.status is ConsentStatus.SHOWN:
            await self._db.execute(_add_shown, row)
            return
        given = record.status is ConsentStatus.GRANTED
        answer = {**row, "status": record.status, "given": given, "shown_in": record.shown_in}
        await self._db.execute(_add_consent, answer)

    async def lines(self, address: Address) -> Sequence[ConsentRecord]:
        """See `ports.Consents`."""
        shown = (await self._db.execute(_shown, place(address))).all()
        answers = (await self._db.execute(_answers, place(address))).all()
        return [
            *(_record(address, row, ConsentStatus.SHOWN) for row in shown),
            *(_record(address, row, _status(row), row.shown_in) for row in answers),
        ]

    async def given(self, address: Address, purpose: Consent) -> bool | None:
        """See `ports.Consents`."""
        found = await self._db.execute(_given, {**place(address), "of_purpose": purpose})
        given: bool | None = found.scalar_one_or_none()
        return given


def _status(row: Row[Any]) -> ConsentStatus:
    if row.status:
        return ConsentStatus(row.status)
    return ConsentStatus.GRANTED if row.given else ConsentStatus.WITHDRAWN


def _record(address: Address, row: Row[Any], status: ConsentStatus, shown_in: str = "") -> ConsentRecord:
    return ConsentRecord(
        address=address,
        purpose=Consent(row.purpose),
        status=status,
        at=row.at,
        source=row.source,
        wording=row.wording,
        proof=row.proof,
        shown_in=shown_in,
    )


_WORDS = frozenset(body.kind for body in (Typed, HeardNote, LookedUp, Read, Replied, Noticed))
"""Events that hold what was said; the others prove why something was done."""

_append = insert(journal)
_all = select(journal.c.line, journal.c.pii).order_by(journal.c.seq)
_of_turn = _all.where(journal.c.turn == bindparam("of_turn"))


class JournalRows:
    """`ports.JournalTable`; personal values stand in a column of their own."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def add(self, events: Sequence[Event]) -> None:
        """See `ports.JournalTable`."""
        if events:
            await self._db.execute(_append, [_row(event) for event in events])

    async def read(self, turn: str | None = None) -> Sequence[Event]:
        """See `ports.JournalTable`. Raises `StoreError` for events of a newer program."""
        found = await (self._db.execute(_of_turn, {"of_turn": turn}) if turn else self._db.execute(_all))
        try:
            return [from_json({**json.loads(row.line), "pii": json.loads(row.pii)}) for row in found]
        except ValidationError:
            # Not chained: the validation error would quote the customer's words.
            raise StoreError("A journal event is damaged.", remedy="Restore a backup.") from None
        except ValueError as error:
            raise StoreError(f"The journal cannot be read: {error}.", remedy="Upgrade wavoice.") from error


def _row(event: Event) -> dict[str, object]:
    line = to_json(event)
    pii = line.pop("pii")
    return {
        **columns(Address(event.where.tenant, event.where.number, event.where.contact)),
        "turn": event.where.turn,
        "kind": event.kind,
        "at": event.at,
        "line": dump_json(line),
        "pii": dump_json(pii),
        "retention": Retention.TRANSCRIPT if event.kind in _WORDS else Retention.AUDIT,
        "version": line["version"],
    }
