"""Due moments as rows."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select

from wavoice.runtime.adapters.store.portable import insert, larger
from wavoice.runtime.adapters.store.statements import Statements
from wavoice.runtime.adapters.store.tables import columns, of_contact, place, timers
from wavoice.runtime.adapters.store.work import NEXT_DUE
from wavoice.runtime.model import Address, Micros, Timer, TimerKind

_insert = insert(timers)
_set = _insert.on_conflict_do_update(
    index_elements=["kind", "subject"],
    set_={
        **{
            name: _insert.excluded[name]
            for name in ("id", "tenant", "number", "contact", "due_at", "attempts")
        },
        "generation": larger(_insert.excluded.generation, timers.c.generation + 1),
    },
)
_clear = delete(timers).where(timers.c.subject == bindparam("of_subject"))
_due = (
    select(timers)
    .where(of_contact(timers), timers.c.due_at <= bindparam("now"))
    .order_by(timers.c.due_at, timers.c.id)
    .limit(1)
)


class TimerRows:
    """`ports.Timers`."""

    def __init__(self, db: Statements) -> None:
        self._db = db

    async def set(self, timer: Timer) -> None:
        """See `ports.Timers`; the stored generation is the given one or, if higher, the old one plus 1."""
        await self._db.execute(
            _set,
            {
                **columns(timer.address),
                "id": timer.id,
                "kind": timer.kind,
                "subject": timer.subject,
                "due_at": timer.due_at,
                "generation": timer.generation,
                "attempts": timer.attempts,
            },
        )

    async def clear(self, subject: str) -> None:
        """See `ports.Timers`."""
        await self._db.execute(_clear, {"of_subject": subject})

    async def due(self, address: Address, now: Micros) -> Timer | None:
        """See `ports.Timers`."""
        row = (await self._db.execute(_due, {**place(address), "now": now})).one_or_none()
        if row is None:
            return None
        return Timer(
            id=row.id,
            address=address,
            kind=TimerKind(row.kind),
            due_at=row.due_at,
            subject=row.subject,
            generation=row.generation,
            attempts=row.attempts,
        )

    async def next_due(self) -> Micros | None:
        """See `ports.Timers`; what is ready already is `Conversations.with_work`, not a due moment.

        Timers of a contact with undone messages are left out: they run after its inbox.
        """
        moment: Micros | None = (await self._db.execute(NEXT_DUE)).scalar_one()
        return moment
