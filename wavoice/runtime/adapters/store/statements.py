"""What repositories need of a connection, and what its errors become."""

from __future__ import annotations

import sqlite3
from typing import Any, Protocol

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.exc import DBAPIError

from wavoice.runtime.errors import StoreError


class Statements(Protocol):
    """Runs statements in one open transaction; SQLAlchemy's `AsyncConnection` has the same method."""

    async def execute(self, statement: Executable, parameters: Any = None, /) -> CursorResult[Any]:
        """Run it once, or once for each mapping of a sequence. Raises `StoreError`."""
        ...


class OpenTransaction:
    """`Statements` on the calling thread.

    With the write lock held and the pages cached, a statement waits for nothing and takes some
    20 µs; handing each to a thread, as aiosqlite does, costs more than thirty times that.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._open = True

    async def execute(self, statement: Executable, parameters: Any = None, /) -> CursorResult[Any]:
        """See `Statements`."""
        if not self._open:
            raise StoreError("A repository was used after its transaction.", remedy="Begin a new one.")
        try:
            return self._connection.execute(statement, parameters)
        except DBAPIError as error:
            raise store_error(error) from None
        except UnicodeEncodeError:
            raise StoreError(
                "An identifier holds text that cannot be stored.",
                remedy="Replace lone surrogates before the text enters the runtime.",
            ) from None

    def end(self) -> None:
        """Refuse all further statements."""
        self._open = False


def store_error(error: DBAPIError) -> StoreError:
    """Say what the database said; a lock that was not released in time is retryable.

    Raise it `from None`: the driver's own message may quote a stored value.
    """
    cause = error.orig
    if not isinstance(cause, sqlite3.Error) or not hasattr(cause, "sqlite_errorname"):
        return StoreError("The store holds a damaged value.", remedy="Restore a backup.")
    busy = cause.sqlite_errorcode == sqlite3.SQLITE_BUSY
    remedy = (
        "Another process holds the write lock: try again." if busy
        else "Check the disk, its free space and the file's permissions."
    )  # fmt: skip
    refused = StoreError(f"The store failed: {cause}.", remedy=remedy)
    refused.retryable = busy
    return refused
