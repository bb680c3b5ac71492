"""What is only ever added to: consents; the journal stands in journal_rows.py."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select

from wavoice.runtime.adapters.store.statements import Statements
from wavoice.runtime.adapters.store.tables import columns, consents, of_contact, place
from wavoice.runtime.model import Address, Consent, ConsentRecord

_add_consent = insert(consents)
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
        await self._db.execute(
            _add_consent,
            {
                **columns(record.address),
                "purpose": record.purpose,
                "given": record.given,
                "at": record.at,
                "source": record.source,
            },
        )

    async def given(self, address: Address, purpose: Consent) -> bool | None:
        """See `ports.Consents`."""
        found = await self._db.execute(_given, {**place(address), "of_purpose": purpose})
        given: bool | None = found.scalar_one_or_none()
        return given
