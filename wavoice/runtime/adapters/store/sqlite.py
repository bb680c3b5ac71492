"""The store in one SQLite file, or in memory: durable, one writer at a time."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from wavoice.runtime import ports
from wavoice.runtime.adapters.store.connection import connect
from wavoice.runtime.adapters.store.journal_rows import JournalRows, KnownHead
from wavoice.runtime.adapters.store.lock import MEMORY
from wavoice.runtime.adapters.store.statements import OpenTransaction, is_busy, store_error
from wavoice.runtime.adapters.store.unit import Unit
from wavoice.runtime.adapters.store.waiting import to_the_end
from wavoice.runtime.errors import StoreError
from wavoice.runtime.model import SECOND, Micros

T = TypeVar("T")

LOCK_TIMEOUT: Micros = 5 * SECOND
"""How long a transaction waits for another process to end its own."""


MOST_TOGETHER = 64
"""Transactions in one commit."""
_ONE = "one"
"""Savepoint of a transaction in a group that others have written in."""


@dataclass(slots=True)
class _Group:
    """Transactions that become durable with one commit: those that queued while the one before ran."""

    changed_before: int
    units: list[Unit] = field(default_factory=list)
    saved: bool = False
    """The one that runs has a savepoint."""
    durable: bool = False
    over: bool = False
    error: StoreError | None = None


class SqliteStore:
    """`ports.Store` on one connection that is kept open; transactions queue for it in order.

    Those that have queued meanwhile are committed with one wait for the disk, each whole or not at all, and
    each ends when all of them are durable.

    What waits (for the write lock of another process, for the disk at commit) runs in a thread; the
    statements between run on the loop. In memory nothing waits, no thread is used, and a run with a scripted
    clock takes the same path every time.
    """

    def __init__(
        self,
        database: sqlite3.Connection,
        ids: ports.Ids,
        thread: ThreadPoolExecutor | None,
        lock_timeout: Micros = LOCK_TIMEOUT,
    ) -> None:
        self._database = database
        self._lock_timeout = lock_timeout
        self._closed = False
        self._ids = ids
        self._thread = thread
        self._turnstile = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None
        self._queued = 0
        self._group: _Group | None = None
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
        return cls(database, ids, thread, lock_timeout)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[ports.UnitOfWork]:
        """See `ports.Store`. Raises `StoreError`, retryable if another process keeps the write lock.

        A transaction inside another of the same task is a bug and a `RuntimeError`.
        """
        if self._holder is asyncio.current_task():
            raise RuntimeError("a transaction inside a transaction would wait for itself")
        await self._turn_comes()
        try:
            async with self._written_in() as (unit, group):
                yield unit
            alone = len(group.units) == 1 and not self._queued
            if alone or len(group.units) >= MOST_TOGETHER:  # else the first does, and goes on first
                await self._commit(group)
        finally:
            self._turnstile.release()
        if not group.over:
            await to_the_end(self._settle(group))
        if group.error is not None:
            raise group.error

    async def _turn_comes(self) -> None:
        self._queued += 1
        try:
            await self._turnstile.acquire()
        finally:
            self._queued -= 1

    @asynccontextmanager
    async def _written_in(self) -> AsyncIterator[tuple[Unit, _Group]]:
        """One unit, in the group that is open, or in one of its own; whoever enters holds the turnstile."""
        if self._closed:
            raise StoreError("The store is closed.", remedy="Open it again.")
        self._holder = asyncio.current_task()
        db = OpenTransaction(self._database)
        unit = Unit(db, self._ids, JournalRows(db, self._known))
        try:
            group = await self._open_group()
            try:
                yield unit, group
                self._close_unit(group)
            except BaseException:
                db.end()
                await self._undo(group)
                raise
            group.units.append(unit)
        finally:
            db.end()
            self._holder = None

    async def _open_group(self) -> _Group:
        """The group that is open already, or a new one, with the write lock."""
        if self._group is None:
            self._group = _Group(await self._begun())
        else:
            self._database.execute(f"SAVEPOINT {_ONE}")
            self._group.saved = True
        return self._group

    def _close_unit(self, group: _Group) -> None:
        if not self._database.in_transaction:  # an error that somebody passed over ended it
            raise _lost()
        if group.saved:
            self._database.execute(f"RELEASE {_ONE}")
            group.saved = False

    async def _undo(self, group: _Group) -> None:
        """Take back what the unit wrote, and nothing of those before it."""
        saved, group.saved = group.saved, False
        if saved and self._database.in_transaction:
            self._database.execute(f"ROLLBACK TO {_ONE}")
            self._database.execute(f"RELEASE {_ONE}")
            return
        # Some errors of SQLite end the whole transaction: with it goes what the others wrote.
        self._end(group, _lost())
        await _wait(self._thread, self._database.rollback)

    async def _settle(self, group: _Group) -> None:
        """Come back behind those who were waiting: what they have written meanwhile is committed with it."""
        async with self._turnstile:
            if not group.over:
                await self._commit(group)

    async def _commit(self, group: _Group) -> None:
        """Make it durable; whoever calls holds the turnstile. That it could not be is the group's error."""
        waits = self._log_holds_erased or self._database.total_changes != group.changed_before
        error: StoreError | None = None
        try:
            await _wait(self._thread if waits else None, lambda: self._make_durable(group))
        except StoreError as refused:
            error = refused
        finally:
            self._end(group, None if group.durable else error or _lost())
            if group.error is not None:
                await _wait(self._thread, self._database.rollback)

    def _end(self, group: _Group, error: StoreError | None) -> None:
        group.over, group.error, self._group = True, error, None
        if group.durable:  # in the order of the commit, whoever is first to go on
            for unit in group.units:
                unit.run_calls()

    async def close(self) -> None:
        """See `ports.Store`; waits for the open transaction. Closing twice is harmless."""
        async with self._alone():
            if not self._closed:
                self._closed = True
                await _wait(self._thread, self._database.close)
                if self._thread:
                    self._thread.shutdown()

    async def compact(self) -> None:
        """See `ports.Compacts`; needs as much free space as the file has, and everybody waits for it."""
        async with self._alone():
            await _wait(self._thread, self._vacuum)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """No transaction is open, and none begins."""
        async with self._turnstile:
            if self._group is not None:
                await self._commit(self._group)
            yield

    def _vacuum(self) -> None:
        self._database.execute("VACUUM")
        self._empty_the_log()

    async def _begun(self) -> int:
        """Take the write lock; returns the count of rows changed so far.

        Mostly no other process has it, and to ask takes a tenth of what it takes to wait in a thread.
        """
        if self._thread is not None:
            self._database.execute("PRAGMA busy_timeout = 0")
            try:
                self._begin()
            except sqlite3.OperationalError as error:
                if not is_busy(error):
                    raise store_error(error) from None
            else:
                return self._database.total_changes
            finally:
                self._database.execute(f"PRAGMA busy_timeout = {self._lock_timeout * 1000 // SECOND}")
        await _wait(self._thread, self._begin)
        return self._database.total_changes

    def _begin(self) -> None:
        # The write lock first: no transaction fails half way for want of it.
        self._database.execute("BEGIN IMMEDIATE")

    def _make_durable(self, group: _Group) -> None:
        self._database.commit()
        group.durable = True
        for unit in group.units:
            unit.durable = True
            self._log_holds_erased |= unit.erased
        if self._log_holds_erased:
            self._empty_the_log()

    def _empty_the_log(self) -> None:
        """Old pages stay in the write-ahead log until it is begun anew; a busy reader puts it off."""
        busy = self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        self._log_holds_erased = bool(busy)


def _lost() -> StoreError:
    return StoreError("The store could not keep a transaction.", remedy="Check the disk and its free space.")


async def _wait(thread: ThreadPoolExecutor | None, call: Callable[[], T]) -> T:
    """Run `call` to its end, even if the caller is cancelled meanwhile: the connection is not shared."""
    try:
        if thread is None:
            return call()
        return await to_the_end(asyncio.get_running_loop().run_in_executor(thread, call))
    except sqlite3.Error as error:
        raise store_error(error) from None
