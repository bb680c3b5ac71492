"""What is only ever added to: consents; the journal stands in journal_rows.py."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, insert, select

from wavoice.runtime.adapters.store.statements import Row, Statements
from wavoice.runtime.adapters.store.tables import columns, consents, consents_shown, of_contact, place
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


def _status(row: Row) -> ConsentStatus:
    if row.status:
        return ConsentStatus(row.status)
    return ConsentStatus.GRANTED if row.given else ConsentStatus.WITHDRAWN


def _record(address: Address, row: Row, status: ConsentStatus, shown_in: str = "") -> ConsentRecord:
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
