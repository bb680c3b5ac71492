"""How much was listened to, by day and contact."""

from __future__ import annotations

from datetime import date

from sqlalchemy import bindparam, func, select

from wavoice.runtime.adapters.store.portable import insert
from wavoice.runtime.adapters.store.statements import Statements
from wavoice.runtime.adapters.store.tables import columns, voice_use
from wavoice.runtime.model import Address

_insert = insert(voice_use)
_add = _insert.on_conflict_do_update(
    index_elements=["tenant", "day", "contact", "number"],
    set_={"seconds": voice_use.c.seconds + _insert.excluded.seconds},
)
_of_all = select(func.coalesce(func.sum(voice_use.c.seconds), 0.0)).where(
    voice_use.c.tenant == bindparam("of_tenant"), voice_use.c.day == bindparam("of_day")
)
_of_one = _of_all.where(voice_use.c.contact == bindparam("of_contact"))


class VoiceUseRows:
    """`ports.VoiceUse`."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def add(self, address: Address, day: date, seconds: float) -> None:
        """See `ports.VoiceUse`."""
        row = {**columns(address), "day": day.isoformat(), "seconds": seconds}
        await self._db.execute(_add, row)

    async def of_contact(self, address: Address, day: date) -> float:
        """See `ports.VoiceUse`."""
        whose = {"of_tenant": address.tenant, "of_day": day.isoformat(), "of_contact": address.contact}
        return float((await self._db.execute(_of_one, whose)).scalar_one())

    async def of_tenant(self, tenant: str, day: date) -> float:
        """See `ports.VoiceUse`."""
        whose = {"of_tenant": tenant, "of_day": day.isoformat()}
        return float((await self._db.execute(_of_all, whose)).scalar_one())
