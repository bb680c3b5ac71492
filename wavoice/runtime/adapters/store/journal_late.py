"""The journal where many transactions run at once: written last, so its chain is held for a moment only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import select

from wavoice.runtime.adapters.store.journal_rows import (
    HEAD_NAME,
    JournalRows,
    KnownHead,
    append_after,
    begin_chain,
)
from wavoice.runtime.adapters.store.statements import Statements
from wavoice.runtime.adapters.store.tables import journal_heads
from wavoice.runtime.chain import Head
from wavoice.runtime.journal import Event

_hold = (
    select(journal_heads.c.first, journal_heads.c.last, journal_heads.c.seal)
    .where(journal_heads.c.name == HEAD_NAME)
    .with_for_update()
)


class LateJournal(JournalRows):
    """`ports.JournalTable` whose events are written when the transaction ends.

    All transactions add to one chain, so whoever adds holds its head until the commit, and everybody else
    waits. Taken last, it is held for two statements, and nobody who holds it waits for anything else: two
    transactions cannot wait for each other.
    """

    def __init__(self, db: Statements) -> None:
        super().__init__(db, KnownHead())
        self._late: list[Event] = []

    async def add(self, events: Sequence[Event]) -> None:
        """See `ports.JournalTable`."""
        self._late.extend(events)

    async def read(self, turn: str | None = None) -> Sequence[Event]:
        """See `ports.JournalTable`."""
        await self.flush()
        return await super().read(turn)

    async def redact(self, why: Event, turn: str, change: Callable[[Event], Event]) -> int:
        """See `ports.JournalTable`."""
        await self.flush()
        return await super().redact(why, turn, change)

    async def flush(self) -> None:
        """Write what was added. The head of the chain is held from here to the end of the transaction."""
        events, self._late = self._late, []
        if not events:
            return
        found = (await self._db.execute(_hold)).one_or_none()
        if found is None:
            await begin_chain(self._db)
            found = (await self._db.execute(_hold)).one()
        await append_after(self._db, Head(found.first, found.last, found.seal), events)
