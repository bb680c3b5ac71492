"""PostgreSQL under a virtual clock: the loop waits for the database before its time may move.

A scenario's loop lets time jump when nothing happens any more, and an answer of the database is still to come
then. So a transaction counts as work, during which no time passes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg

from wavoice.runtime.adapters.store.postgres import PostgresStore
from wavoice.runtime.adapters.store.postgres_connection import STATEMENTS, address_of
from wavoice.runtime.ports import Ids, Store, UnitOfWork
from wavoice.sim.virtual_loop import VirtualLoop


class OneConnection:
    """In the place of a pool, without its tasks and time-outs: who comes first, is served first.

    So the order in which transactions run is that of the scenario, in every run.
    """

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection
        self._turnstile = asyncio.Lock()

    @classmethod
    async def connect(cls, url: str) -> OneConnection:
        connection = await psycopg.AsyncConnection.connect(address_of(url), autocommit=True)
        connection.prepared_max = STATEMENTS
        return cls(connection)

    async def getconn(self) -> psycopg.AsyncConnection[Any]:
        await self._turnstile.acquire()
        return self._connection

    async def putconn(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._turnstile.release()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        async with self._turnstile:
            yield self._connection

    async def close(self) -> None:
        await self._connection.close()


class Working:
    """A store whose transactions are work to the loop."""

    def __init__(self, inner: PostgresStore, one: OneConnection, loop: VirtualLoop) -> None:
        self.inner, self._one, self._loop = inner, one, loop

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        with self._loop.work():
            async with self.inner.begin() as tx:
                yield tx

    @asynccontextmanager
    async def speaking(self) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """The connection between two transactions, for who shares it: work as well."""
        with self._loop.work():
            async with self._one.connection() as connection:
                yield connection

    async def close(self) -> None:
        with self._loop.work():
            await self.inner.close()


class Stores:
    """Opens stores on one database, emptied before each."""

    def __init__(self, url: str, emptying: str) -> None:
        self._url, self._emptying = url, emptying

    @asynccontextmanager
    async def __call__(self, ids: Ids, loop: VirtualLoop) -> AsyncIterator[Store]:
        with loop.work():
            one = await OneConnection.connect(self._url)
            async with one.connection() as connection:
                await connection.execute(self._emptying)
        store = Working(PostgresStore(self._url, one, ids, 1), one, loop)
        yield store
        await store.close()
