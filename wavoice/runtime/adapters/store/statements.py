"""What repositories need of a connection, and what its errors become."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from sqlalchemy import Executable

from wavoice.runtime.adapters.store.prepared import prepared
from wavoice.runtime.errors import StoreError

Row: TypeAlias = Any
"""A row; its columns are attributes, of the types that tables.py says."""


NAMES = "names"
"""Work that one transaction does at a time: giving contacts their names, and writing to several at once."""


class Found(Protocol):
    """What a statement came to, as SQLAlchemy's `CursorResult` says it."""

    @property
    def rowcount(self) -> int:
        """Rows that were written."""
        ...

    def __iter__(self) -> Iterator[Row]: ...

    def all(self) -> Sequence[Row]:
        """Return every row."""
        ...

    def first(self) -> Row | None:
        """Return the first row, if any."""
        ...

    def one_or_none(self) -> Row | None:
        """Return the row, if any. Several are an exception."""
        ...

    def one(self) -> Row:
        """Return the row. None or several are an exception."""
        ...

    def scalar_one(self) -> Any:
        """Return the first column of the row. None or several are an exception."""
        ...

    def scalar_one_or_none(self) -> Any | None:
        """Return the first column of the row, if any. Several are an exception."""
        ...

    def scalars(self) -> Iterator[Any]:
        """Return the first column of every row."""
        ...


class Statements(Protocol):
    """Runs statements in one open transaction."""

    async def execute(self, statement: Executable, parameters: Any = None, /) -> Found:
        """Run it once, or once for each mapping of a sequence. Raises `StoreError`."""
        ...

    async def alone(self, work: str) -> bool:
        """Wait until no other transaction does work of that name, and keep others from it until the end.

        False if no other could have: what was read before is true still.
        """
        ...


class Rows:
    """`Found`, in memory: the connection is free for the next statement."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: Sequence[Any], rowcount: int) -> None:
        self._rows = rows
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def all(self) -> Sequence[Any]:
        """See `Found`."""
        return self._rows

    def first(self) -> Row | None:
        """See `Found`."""
        return self._rows[0] if self._rows else None

    def one_or_none(self) -> Row | None:
        """See `Found`."""
        return self.one() if self._rows else None

    def one(self) -> Row:
        """See `Found`."""
        (row,) = self._rows
        return row

    def scalar_one(self) -> Any:
        """See `Found`."""
        return self.one()[0]

    def scalar_one_or_none(self) -> Any | None:
        """See `Found`."""
        return self.one()[0] if self._rows else None

    def scalars(self) -> Iterator[Any]:
        """See `Found`."""
        return (row[0] for row in self._rows)


class OpenTransaction:
    """`Statements` on the calling thread.

    With the write lock held and the pages cached, a statement waits for nothing and takes some
    20 µs; handing each to a thread, as aiosqlite does, costs more than thirty times that, and to
    let SQLAlchemy carry it out three times. It writes the SQL, once (prepared.py).
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._open = True

    async def execute(self, statement: Executable, parameters: Any = None, /) -> Found:
        """See `Statements`."""
        if not self._open:
            raise over()
        try:
            if parameters is None or isinstance(parameters, Mapping):
                return self._once(statement, parameters or {})
            return self._for_each(statement, parameters)
        except sqlite3.Error as error:
            raise store_error(error) from None
        except UnicodeEncodeError:
            raise unstorable() from None

    def _once(self, statement: Executable, parameters: Mapping[str, object]) -> Rows:
        ready = prepared(statement, parameters)
        cursor = self._database.execute(ready.sql, ready.bound(parameters))
        return Rows(ready.rows(cursor.fetchall()), cursor.rowcount)

    def _for_each(self, statement: Executable, many: Sequence[Mapping[str, object]]) -> Rows:
        ready = prepared(statement, many[0])
        cursor = self._database.executemany(ready.sql, [ready.bound(one) for one in many])
        return Rows((), cursor.rowcount)

    async def alone(self, work: str) -> bool:  # noqa: ARG002 -- whoever writes is alone
        """See `Statements`."""
        return False

    def end(self) -> None:
        """Refuse all further statements."""
        self._open = False


def over() -> StoreError:
    """A repository outlived what it works in."""
    return StoreError("A repository was used after its transaction.", remedy="Begin a new one.")


def unstorable() -> StoreError:
    """Half a character: no encoding has it."""
    return StoreError(
        "An identifier holds text that cannot be stored.",
        remedy="Replace lone surrogates before the text enters the runtime.",
    )


def is_busy(error: sqlite3.OperationalError) -> bool:
    """True if another process holds the lock; of an extended code the last byte says what kind it is."""
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def store_error(error: sqlite3.Error) -> StoreError:
    """Say what the database said; a lock that was not released in time is retryable.

    Raise it `from None`: the driver's own message may quote a stored value.
    """
    if not hasattr(error, "sqlite_errorname"):
        return StoreError("The store holds a damaged value.", remedy="Restore a backup.")
    busy = error.sqlite_errorcode == sqlite3.SQLITE_BUSY
    remedy = (
        "Another process holds the write lock: try again." if busy
        else "Check the disk, its free space and the file's permissions."
    )  # fmt: skip
    refused = StoreError(f"The store failed: {error}.", remedy=remedy)
    refused.retryable = busy
    return refused
