"""The engine on PostgreSQL: any number of worker processes, woken by Procrastinate; the store is the truth.

A drain is a job. Of one contact one job runs (its lock), and one more may wait (its queueing lock), so that a
storm of messages is two drains. A job is stored in the transaction that stores the message, and carries
nothing but whose inbox it is about: what is to be done stands in the store. So a job may be lost, doubled or
done too late, and nothing is: the keeper of every worker looks each second for what was left lying.

Facts about Procrastinate were read in its release 3.10.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import procrastinate
import psycopg
import structlog
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job
from psycopg_pool import PoolTimeout

from wavoice.runtime.adapters.store.postgres import PostgresUnit
from wavoice.runtime.adapters.store.postgres_connection import address_of
from wavoice.runtime.ending import done_or_told, stop_task
from wavoice.runtime.errors import StoreError
from wavoice.runtime.model import SECOND, Address, Micros
from wavoice.runtime.ports import Clock, EngineState, Store, UnitOfWork

log = structlog.get_logger("wavoice")

QUEUE = "turns"
TASK = "drain"
POLL_SECONDS = 0.5
"""How late a job may be whose notice was lost, or that waited for its contact's job before it: Procrastinate
does not look for work when a job ends."""
HEARTBEAT_SECONDS = 1
STALLED_SECONDS = 3
"""A worker that has said nothing for so long is taken for dead, and its jobs are done by others. If it is
only slow, the contact's epoch refuses what it writes."""
FORGET_SECONDS = 60
"""After which a dead worker's own row is deleted."""
SWEEP: Micros = SECOND
LYING: Micros = 3 * SECOND
"""A message that nobody has begun for so long was left lying."""
KEEPER = "keeper"
JOB_CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one process does at a time."""

    drains: int = 32
    """Contacts whose turns run at once; most of a turn is waiting for others."""
    grace_seconds: float = 20.0
    """How long drains that have begun may go on when the engine is to end."""


def app_on(url: str) -> procrastinate.App:
    """Procrastinate on connections of its own to that database, opened when the engine runs."""
    connector = procrastinate.PsycopgConnector(
        conninfo=address_of(url), min_size=1, max_size=JOB_CONNECTIONS, timeout=5.0
    )
    return procrastinate.App(connector=connector)


class ProcrastinateEngine:
    """`ports.Engine` for `PostgresStore`."""

    def __init__(
        self, store: Store, clock: Clock, app: procrastinate.App, limits: Limits | None = None
    ) -> None:
        """`store` gives `PostgresUnit`s of the database that `app` (see `app_on`) works on."""
        self._store, self._clock, self._limits = store, clock, limits or Limits()
        self.state = EngineState.WAITING
        self._ending, self._ended = asyncio.Event(), asyncio.Event()
        self._drain: Callable[[Address], Awaitable[None]] | None = None
        self._app = app
        # No `retry`: attempts and back-off are rows of the store.
        self._task = app.task(name=TASK, queue=QUEUE)(self._work)

    def drains_with(self, drain: Callable[[Address], Awaitable[None]]) -> None:
        """See `ports.Engine`."""
        self._drain = drain

    async def nudge(self, address: Address, tx: UnitOfWork) -> None:
        """See `ports.Engine`. The job is committed with `tx`; while one waits already, that one is enough.

        It is enough because this transaction holds the contact's gate: if the job that waits is begun before
        this commit, its drain waits at the gate before it believes that nothing is there.
        """
        pg = _pg(tx)
        await pg.gate(address.contact)
        contact = f"{address.tenant}/{address.number}/{address.contact}"
        job = self._task.configure(lock=contact, queueing_lock=f"d:{contact}", connection=pg.connection)
        try:
            async with pg.connection.transaction():  # a savepoint: the refusal undoes itself alone
                await job.defer_async(tenant=address.tenant, number=address.number, contact=address.contact)
        except AlreadyEnqueued:
            return
        except (ConnectorException, psycopg.Error) as error:
            raise _store_error(error) from None

    async def run(self) -> None:
        """See `ports.Engine`; a database that is away for a while is waited for."""
        if self.state is EngineState.WAITING:
            self.state = EngineState.DRAINING
        try:
            while self.state is EngineState.DRAINING:
                await self._serve_until_told()
                if self.state is EngineState.DRAINING:
                    await self._clock.wait(self._ending, self._clock.now() + SWEEP)
        finally:
            self.state = EngineState.ENDED
            self._ended.set()

    async def finish(self) -> None:
        """See `ports.Engine`; then `run` ends by itself."""
        runs = self.state is EngineState.DRAINING
        self.state = EngineState.ENDED
        self._ending.set()
        if runs:
            await self._ended.wait()

    async def _serve_until_told(self) -> None:
        serving = asyncio.create_task(self._open())
        try:
            await done_or_told(serving, self._ending)
        finally:
            serving.cancel()  # the worker takes no more jobs, and lets those that have begun end
            (came_to,) = await asyncio.gather(serving, return_exceptions=True)
        if isinstance(came_to, ConnectorException | psycopg.Error | PoolTimeout):
            log.error("engine_failed", error=type(came_to).__name__)
        elif isinstance(came_to, Exception):
            raise came_to

    async def _open(self) -> None:
        async with self._app.open_async():
            await self._serve()

    async def _serve(self) -> None:
        keeping = asyncio.create_task(self._keep())
        try:
            await self._app.run_worker_async(
                queues=[QUEUE],
                concurrency=self._limits.drains,
                fetch_job_polling_interval=POLL_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=FORGET_SECONDS,
                shutdown_graceful_timeout=self._limits.grace_seconds,
                delete_jobs="always",
                install_signal_handlers=False,
            )
        finally:
            await stop_task(keeping)

    async def _work(self, tenant: str, number: str, contact: str) -> None:
        """The task. One contact's trouble stops nobody else, and what it leaves the keeper finds."""
        if self._drain is None:
            raise RuntimeError("nobody has said what a drain is")
        try:
            await self._drain(Address(tenant, number, contact))
        except Exception as error:  # noqa: BLE001 -- see above; what fails in a turn is kept by the bot
            log.error("drain_failed", contact=contact, error=type(error).__name__)

    async def _keep(self) -> None:
        """Every second, and when a timer is due: what was left lying is nudged. No trouble ends it."""
        while True:
            due: Micros | None = None
            try:
                await self._rescue()
                due = await self._sweep()
            except Exception as error:  # noqa: BLE001 -- whatever it is, the next second is another try
                log.error("sweep_failed", error=getattr(error, "code", type(error).__name__))
            now = self._clock.now()
            wake = now + SWEEP if due is None or due <= now else min(due, now + SWEEP)
            await self._clock.wait(asyncio.Event(), wake)

    async def _sweep(self) -> Micros | None:
        """Nudge who has something due, and say when the next timer is; one process at a time does it."""
        now = self._clock.now()
        async with self._store.begin() as tx:
            if not await _pg(tx).only_one(KEEPER):
                return None
            waiting = await tx.conversations.with_work(now, now - LYING)
            due = await tx.timers.next_due()
        for address in waiting:
            try:
                async with self._store.begin() as tx:
                    await self.nudge(address, tx)
            except StoreError as error:
                log.error("nudge_failed", contact=address.contact, error=error.code)
        return due

    async def _rescue(self) -> None:
        """Give the jobs of dead workers up, and their contacts to the living, each in one transaction."""
        stalled = await self._app.job_manager.get_stalled_jobs(
            queue=QUEUE, seconds_since_heartbeat=STALLED_SECONDS
        )
        for job in stalled:
            try:
                async with self._store.begin() as tx:
                    if await _give_up(_pg(tx), job):
                        await self.nudge(_address_of(job), tx)
                        log.warning("job_rescued", job=job.id, contact=_address_of(job).contact)
            except (StoreError, psycopg.Error) as error:
                log.error("rescue_failed", job=job.id, error=type(error).__name__)

    async def idle(self) -> None:
        """See `ports.Engine`; looks every 20 ms."""
        while await self._is_busy():
            await self._clock.wait(asyncio.Event(), self._clock.now() + SECOND // 50)

    async def _is_busy(self) -> bool:
        async with self._store.begin() as tx:
            if await tx.conversations.with_work(self._clock.now()):
                return True
            cursor = await _pg(tx).connection.execute("SELECT EXISTS (SELECT 1 FROM procrastinate_jobs)")
            row = await cursor.fetchone()
        return bool(row and row[0])


def _pg(tx: UnitOfWork) -> PostgresUnit:
    if not isinstance(tx, PostgresUnit):
        raise TypeError("this engine works on PostgreSQL")
    return tx


def _address_of(job: Job) -> Address:
    told = job.task_kwargs
    return Address(str(told["tenant"]), str(told["number"]), str(told["contact"]))


_GIVE_UP = "DELETE FROM procrastinate_jobs WHERE id = %s AND status = 'doing' RETURNING id"
"""As `procrastinate_finish_job_v1(id, 'failed', true)` does, which fails where nothing is left to delete."""


async def _give_up(tx: PostgresUnit, job: Job) -> bool:
    """Delete the job; False if it has ended, or another keeper was first."""
    await tx.gate(_address_of(job).contact)
    cursor = await tx.connection.execute(_GIVE_UP, (job.id,))
    return await cursor.fetchone() is not None


def _store_error(error: ConnectorException | psycopg.Error) -> StoreError:
    failed = StoreError(
        f"The store failed: the engine's job was not stored ({type(error.__cause__ or error).__name__}).",
        remedy="Check that PostgreSQL is up and reachable, its disk, and its log.",
    )
    failed.retryable = True
    return failed
