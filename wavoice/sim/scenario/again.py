"""Stores in memory that are used again.

A scenario lives for some milliseconds of processor time, and a tenth of them a new store takes: its tables
are made, and every statement is prepared for the first time. What is used again is the connection alone, with
its tables empty and their numbers back at the beginning; whatever a store knows beside its tables is new.
"""

from __future__ import annotations

import sqlite3
from functools import cache

from wavoice.runtime.adapters.store.connection import connect
from wavoice.runtime.adapters.store.lock import MEMORY
from wavoice.runtime.adapters.store.sqlite import LOCK_TIMEOUT, SqliteStore
from wavoice.runtime.adapters.store.tables import METADATA
from wavoice.runtime.ports import Ids

_IDLE: list[sqlite3.Connection] = []
_MOST_IDLE = 4


def open_store(ids: Ids) -> SqliteStore:
    """As `SqliteStore.open(":memory:")`, but that closing it leaves its connection to the next."""
    return SqliteStore(_IDLE.pop() if _IDLE else connect(MEMORY, LOCK_TIMEOUT, _Again), ids, None)


class _Again(sqlite3.Connection):
    """A connection that is emptied, not closed."""

    def close(self) -> None:
        """Leave it to the next, unless enough wait already."""
        if len(_IDLE) >= _MOST_IDLE:
            super().close()
            return
        self.rollback()
        for emptying in _emptying():
            self.execute(emptying)
        _IDLE.append(self)


@cache
def _emptying() -> tuple[str, ...]:
    """What references others goes first."""
    names = [table.name for table in reversed(METADATA.sorted_tables)]
    return (*(f"DELETE FROM {name}" for name in names), "DELETE FROM sqlite_sequence")  # noqa: S608 - constants
