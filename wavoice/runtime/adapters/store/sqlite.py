"""The store in one SQLite file, or in memory: durable, one writer at a time."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from wavoice.runtime import ports
from wavoice.runtime.adapters.store.connection import connect
from wavoice.runtime.adapters.store.journal_rows import JournalRows, KnownHead
from wavoice.runtime.adapters.store.lock import MEMORY
from wavoice.runtime.adapters.store.statements import OpenTransaction, store_error
from wavoice.runtime.adapters.store.unit import Unit
from wavoice.runtime.adapters.store.waiting import to_the_end
from wavoice.runtime.errors import StoreError
from wavoice.runtime.model import SECOND, Micros

T = TypeVar("T")

LOCK_TIMEOUT: Micros = 5 * SECOND
"""How long a transaction waits for another process to end its own."""


class SqliteStore:
    """`ports.Store` on one connection that is kept open; transactions queue for it in order.

    What may wait (taking the write lock, the disk at commit) runs in a thread; the statements
    between run on the loop. In memory nothing waits, no thread is used, and a run with a scripted
    clock takes the same path every time.
    """

    def __init__(
        self, database: sqlite3.Connection, ids: ports.Ids, thread: ThreadPoolExecutor | None
    ) -> None:
        self._database = database
        self._closed = False
        self._ids = ids
        self._thread = thread
        self._turnstile = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None
        self._known = KnownHead()
        self._log_holds_erased = False

    @classmethod
    async def open(
        cls, path: str | Path, *, ids: ports.Ids, lock_timeout: Micros = LOCK_TIMEOUT
    ) -> SqliteStore:
        """Open or create the database at `path` (`":memory:"` for none) and bring its schema up to date.

        Raises `StoreError` for a path that cannot be used, a file that is not a database or not
        ours, and a schema that a newer program made.
        """
        thread = None if str(path) == MEMORY else ThreadPoolExecutor(1, thread_name_prefix="wavoice-store")
        try:
            database = await _wait(thread, lambda: connect(str(path), lock_timeout))
        except BaseException:
            if thread:
                thread.shutdown(wait=False)
            raise
        return cls(database, ids, thread)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[ports.UnitOfWork]:
        """See `ports.Store`. Raises `StoreError`, retryable if another process keeps the write lock.

        A transaction inside another of the same task is a bug and a `RuntimeError`.
        """
        if self._holder is asyncio.current_task():
            raise RuntimeError("a transaction inside a transaction would wait for itself")
        async with self._turnstile:
            if self._closed:
                raise StoreError("The store is closed.", remedy="Open it again.")
            self._holder = asyncio.current_task()
            db = OpenTransaction(self._database)
            unit = Unit(db, self._ids, JournalRows(db, self._known))
            try:
                await _wait(self._thread, self._begin)
                yield unit
                db.end()
                await _wait(self._thread, lambda: self._commit(unit))
            finally:
                db.end()
                self._holder = None
                if unit.durable:
                    unit.run_calls()
                else:
                    await _wait(self._thread, self._database.rollback)

    async def close(self) -> None:
        """See `ports.Store`; waits for the open transaction. Closing twice is harmless."""
        async with self._turnstile:
            if not self._closed:
                self._closed = True
                await _wait(self._thread, self._database.close)
                if self._thread:
                    self._thread.shutdown()

    async def compact(self) -> None:
        """See `ports.Compacts`; needs as much free space as the file has, and everybody waits for it."""
        async with self._turnstile:
            await _wait(self._thread, self._vacuum)

    def _vacuum(self) -> None:
        self._database.execute("VACUUM")
        self._empty_the_log()

    def _begin(self) -> None:
        # The write lock first: no transaction fails half way for want of it.
        self._database.execute("BEGIN IMMEDIATE")

    def _commit(self, unit: Unit) -> None:
        self._database.commit()
        unit.durable = True
        self._log_holds_erased |= unit.erased
        if self._log_holds_erased:
            self._empty_the_log()

    def _empty_the_log(self) -> None:
        """Old pages stay in the write-ahead log until it is begun anew; a busy reader puts it off."""
        busy = self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        self._log_holds_erased = bool(busy)


async def _wait(thread: ThreadPoolExecutor | None, call: Callable[[], T]) -> T:
    """Run `call` to its end, even if the caller is cancelled meanwhile: the connection is not shared."""
    try:
        if thread is None:
            return call()
        return await to_the_end(asyncio.get_running_loop().run_in_executor(thread, call))
    except sqlite3.Error as error:
        raise store_error(error) from None
