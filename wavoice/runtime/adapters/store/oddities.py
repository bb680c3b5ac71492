"""Counts of what webhooks brought and nobody here understands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, select

from wavoice.runtime.adapters.store.portable import insert, larger, smaller
from wavoice.runtime.adapters.store.statements import Statements
from wavoice.runtime.adapters.store.tables import oddities
from wavoice.runtime.model import Micros
from wavoice.runtime.ports import Oddity

MOST_KINDS = 200
"""Kinds of one tenant: more than WhatsApp has fields and types, and few enough to read."""
OTHER = "other"

_insert = insert(oddities)
_add = _insert.on_conflict_do_update(
    index_elements=["tenant", "kind"],
    set_={
        "count": oddities.c.count + _insert.excluded["count"],
        "first_at": smaller(oddities.c.first_at, _insert.excluded.first_at),
        "last_at": larger(oddities.c.last_at, _insert.excluded.last_at),
        "outline": _insert.excluded.outline,
    },
)
_kinds = select(oddities.c.kind).where(oddities.c.tenant == bindparam("of_tenant"))
_all = (
    select(oddities.c.kind, oddities.c["count"], oddities.c.first_at, oddities.c.last_at, oddities.c.outline)
    .where(oddities.c.tenant == bindparam("of_tenant"))
    .order_by(oddities.c.last_at.desc(), oddities.c.kind)
)


class OddityRows:
    """`ports.Oddities`."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def count(
        self, tenant: str, kinds: Mapping[str, int], outlines: Mapping[str, str], at: Micros
    ) -> None:
        """See `ports.Oddities`."""
        known = set((await self._db.execute(_kinds, {"of_tenant": tenant})).scalars())
        for name, count in sorted(kinds.items()):
            kind = name if name in known or len(known) < MOST_KINDS else OTHER
            known.add(kind)
            row = {"tenant": tenant, "kind": kind, "count": count, "first_at": at, "last_at": at}
            await self._db.execute(_add, {**row, "outline": outlines.get(name, "")})

    async def all(self, tenant: str) -> Sequence[Oddity]:
        """See `ports.Oddities`."""
        rows = await self._db.execute(_all, {"of_tenant": tenant})
        return [Oddity(*row) for row in rows]
