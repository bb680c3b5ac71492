"""Procrastinate under a virtual clock: its statements are work, and it looks when something happened.

In production a worker looks for jobs twice a second, for what is due once a second, and the database tells it
of a new job. Here time jumps, and whoever looks in intervals would look for days. It looks when a job was
stored or has ended, and when a timer is due: what it does then is production's code.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import procrastinate
import psycopg
from procrastinate.connector import Notify

from tests.postgres.virtual import Working
from wavoice.runtime.adapters.procrastinate_engine import ProcrastinateEngine
from wavoice.runtime.model import Address
from wavoice.runtime.ports import Clock, Engine, Store, UnitOfWork
from wavoice.runtime.settings import Settings
from wavoice.sim.scenario.stage import Crashed, MortalStore

_NEWS = json.dumps({"type": "job_inserted", "job_id": 0})
_FORGET_THE_DEAD = "DELETE FROM procrastinate_workers"
"""What their heartbeats come to after a minute; the jobs that they had begun are nobody's then."""


class Connector(procrastinate.PsycopgConnector):
    """Speaks on the store's one connection; of a process that is dead it says nothing more."""

    def __init__(self, store: Working, is_dead: Callable[[], bool]) -> None:
        super().__init__()
        self._store, self._is_dead = store, is_dead
        self.bell = asyncio.Event()
        """Rung when there may be a job to begin."""

    async def open_async(self, pool: object = None) -> None:
        """Open already."""

    async def close_async(self) -> None:
        """Closed by the store."""

    @asynccontextmanager
    async def _get_cursor(
        self, connection: psycopg.AsyncConnection[Any] | None = None
    ) -> AsyncIterator[psycopg.AsyncCursor[Any]]:
        if self._is_dead():
            raise Crashed
        async with AsyncExitStack() as stack:
            if connection is None:
                connection = await stack.enter_async_context(self._store.speaking())
            yield await stack.enter_async_context(super()._get_cursor(connection))

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        """As it does; a job that has ended lets another of its contact begin."""
        await super().execute_query_async(query, **arguments)
        self.bell.set()

    async def listen_notify(self, on_notification: Notify, channels: object) -> None:
        """Told by the bell, in the place of the database: its notices take real time."""
        while True:
            await self.bell.wait()
            self.bell.clear()
            await on_notification(channel="", payload=_NEWS)


class PatientApp(procrastinate.App):
    """Its workers do nothing in intervals."""

    async def run_worker_async(self, **options: Any) -> None:
        """As it does; a worker that is to end waits for none of its jobs."""
        never = {
            "fetch_job_polling_interval": math.inf,
            "abort_job_polling_interval": math.inf,
            "update_heartbeat_interval": math.inf,
        }
        await super().run_worker_async(**{**options, **never, "shutdown_graceful_timeout": 0})


class VirtualEngine(ProcrastinateEngine):
    """Looks when something happened."""

    def __init__(self, store: Store, clock: Clock, connector: Connector) -> None:
        super().__init__(store, clock, PatientApp(connector=connector))
        self._connector, self._news = connector, asyncio.Event()

    async def nudge(self, address: Address, tx: UnitOfWork) -> None:
        """See `ports.Engine`."""
        await super().nudge(address, tx)
        tx.after_commit(self._connector.bell.set)

    async def _work(self, tenant: str, number: str, contact: str) -> None:
        await super()._work(tenant, number, contact)
        self._news.set()

    async def _keep(self) -> None:
        await self._connector.execute_query_async(_FORGET_THE_DEAD)
        await self._rescue()
        while True:
            self._news.clear()
            due = await self._sweep()
            under_way = due is not None and due <= self._clock.now()  # its end is news
            await self._clock.wait(self._news, None if under_way else due)


def procrastinate_engine(_: Settings, store: Store, clock: Clock) -> Engine:
    """For a stage whose store is one of `Stores`."""
    assert isinstance(store, MortalStore)
    assert isinstance(store.inner, Working)
    return VirtualEngine(store, clock, Connector(store.inner, lambda: store.switch.down))
