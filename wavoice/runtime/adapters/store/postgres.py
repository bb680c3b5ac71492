"""The store on PostgreSQL: many processes and machines, each contact's transactions one after another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

import psycopg
from psycopg_pool import PoolTimeout

from wavoice.runtime import ports
from wavoice.runtime.adapters.store.journal_late import LateJournal
from wavoice.runtime.adapters.store.postgres_connection import address_of, pool_of, prepare_database, shown
from wavoice.runtime.adapters.store.postgres_transaction import PostgresTransaction, postgres_error
from wavoice.runtime.adapters.store.unit import Unit
from wavoice.runtime.adapters.store.waiting import to_the_end
from wavoice.runtime.errors import StoreError

CONNECTIONS = 8
"""Of one process: as many transactions at once."""


class Pool(Protocol):
    """What a store needs of psycopg's pool."""

    async def getconn(self) -> psycopg.AsyncConnection[Any]:
        """A connection that nobody else has. Raises `PoolTimeout`."""
        ...

    async def putconn(self, conn: psycopg.AsyncConnection[Any], /) -> None:
        """Give it back; a broken one is replaced."""
        ...

    async def close(self) -> None:
        """Wait for all that are out, and close them."""
        ...


class PostgresUnit(Unit):
    """`ports.UnitOfWork` on PostgreSQL."""

    def __init__(self, db: PostgresTransaction, ids: ports.Ids) -> None:
        self._late, self._pg = LateJournal(db), db
        super().__init__(db, ids, self._late)
        self.connection = db.connection
        """In its transaction: what the engine stores with it is committed with it."""

    async def gate(self, contact: str) -> None:
        """Wait for the contact's other transactions, and keep later ones waiting until the end of this."""
        await self._pg.gate(contact)

    async def only_one(self, work: str) -> bool:
        """Whether this transaction is the one that does this work now; it holds it to its end."""
        return await self._pg.only_one(work)

    async def flush(self) -> None:
        """Write what waits for the end of the transaction."""
        await self._late.flush()


class PostgresStore:
    """`ports.Store` on a pool of connections. Transactions of different contacts run at the same time."""

    def __init__(self, url: str, pool: Pool, ids: ports.Ids, size: int) -> None:
        self.url = url
        self._pool, self._ids, self._size = pool, ids, size
        self._inside: set[asyncio.Task[object] | None] = set()
        self._closed = False

    @classmethod
    async def open(cls, url: str, *, ids: ports.Ids, connections: int = CONNECTIONS) -> PostgresStore:
        """Connect to the database, and bring its schema up to date.

        Raises `StoreError` for a server that does not answer or refuses, and for a schema that is not ours or
        that a newer program made; `ConfigError` for what is no address.
        """
        await asyncio.to_thread(prepare_database, url)
        pool = pool_of(address_of(url), connections)
        store = cls(url, pool, ids, connections)
        try:
            await pool.open(wait=True)
        except PoolTimeout as error:
            await pool.close()
            raise store._unreachable(error) from None
        return store

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[ports.UnitOfWork]:
        """See `ports.Store`. Raises `StoreError`, retryable if it may pass by itself.

        A transaction inside another of the same task is a bug and a `RuntimeError`. A commit whose answer is
        lost with the connection is an error, too, although it may be durable: whoever stores something again
        finds it there.
        """
        task = asyncio.current_task()
        if task in self._inside:
            raise RuntimeError("a transaction inside a transaction would wait for itself")
        if self._closed:
            raise StoreError("The store is closed.", remedy="Open it again.")
        self._inside.add(task)
        try:
            connection = await self._take()
            try:
                async with self._transaction(connection) as unit:
                    yield unit
            finally:
                await to_the_end(self._pool.putconn(connection))
        finally:
            self._inside.discard(task)

    @asynccontextmanager
    async def _transaction(self, connection: psycopg.AsyncConnection[Any]) -> AsyncIterator[PostgresUnit]:
        db = PostgresTransaction(connection)
        unit = PostgresUnit(db, self._ids)
        try:
            yield unit
            await unit.flush()
            db.end()
            await to_the_end(self._commit(connection, unit))
        finally:
            db.end()
            if unit.durable:
                unit.run_calls()
            else:
                await to_the_end(_roll_back(connection))

    async def _commit(self, connection: psycopg.AsyncConnection[Any], unit: PostgresUnit) -> None:
        try:
            cursor = await connection.execute("COMMIT")
        except psycopg.Error as error:
            raise postgres_error(error) from None
        if cursor.statusmessage != "COMMIT":  # a transaction that failed in the middle rolls back here
            raise StoreError("The store failed: the transaction had failed before.", remedy="See the log.")
        unit.durable = True

    async def _take(self) -> psycopg.AsyncConnection[Any]:
        """A connection with an open transaction; those that the server has ended meanwhile are dropped."""
        lost: psycopg.Error | PoolTimeout | None = None
        for _ in range(self._size + 1):
            try:
                connection: psycopg.AsyncConnection[Any] = await self._pool.getconn()
            except PoolTimeout as error:
                raise self._unreachable(lost or error) from None
            try:
                await connection.execute("BEGIN")
            except psycopg.OperationalError as error:
                lost = error
                await to_the_end(self._pool.putconn(connection))
            except BaseException:
                await to_the_end(self._pool.putconn(connection))
                raise
            else:
                return connection
        raise self._unreachable(lost) from None

    def _unreachable(self, error: psycopg.Error | PoolTimeout | None) -> StoreError:
        said = postgres_error(error) if error else None
        refused = StoreError(
            f"{shown(self.url)} does not answer{f': {said.message}' if said else '.'}",
            remedy="Check that PostgreSQL is up and reachable, and store.url.",
        )
        refused.retryable = True
        return refused

    async def close(self) -> None:
        """See `ports.Store`; waits for open transactions. Closing twice is harmless."""
        if not self._closed:
            self._closed = True
            await self._pool.close()


async def _roll_back(connection: psycopg.AsyncConnection[Any]) -> None:
    try:
        await connection.execute("ROLLBACK")
    except psycopg.Error:
        # It is broken, and its transaction with it: the pool will not hand it out again.
        await connection.close()
