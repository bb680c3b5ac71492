"""The embedded engine: asyncio in one process, the store as the truth."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import astuple

import structlog

from wavoice.runtime.errors import StoreError
from wavoice.runtime.model import SECOND, Address, Micros
from wavoice.runtime.ports import Clock, EngineState, Store, UnitOfWork

log = structlog.get_logger("wavoice")
REST: Micros = SECOND
"""After trouble with the store, a contact (or the sweep) is left alone for this long."""
Drain = Callable[[Address], Awaitable[None]]


class EmbeddedEngine:
    """Runs `drain` for contacts that were nudged or have a due timer: serial per contact."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        lock: Callable[[], AbstractAsyncContextManager[None]],
        look_every: Micros | None = None,
    ) -> None:
        """`lock` is held while draining: of the processes on one database file, one drains.

        `look_every`: how often to look for what the others stored; None: there are no others.
        """
        self._store, self._clock, self._lock, self._look_every = store, clock, lock, look_every
        self.state = EngineState.WAITING
        self._drain: Drain | None = None
        self._tasks: dict[Address, asyncio.Task[None]] = {}
        self._dirty: set[Address] = set()
        self._resting: dict[Address, Micros] = {}
        self._poke = asyncio.Event()
        self._parked = asyncio.Event()

    def drains_with(self, drain: Drain) -> None:
        """Say what a drain is; once, before `run`."""
        self._drain = drain

    async def nudge(self, address: Address, tx: UnitOfWork) -> None:
        """See `ports.Engine`; while a drain runs, it goes round once more."""
        tx.after_commit(lambda: self._wake(address))

    def _wake(self, address: Address) -> None:
        self._dirty.add(address)
        if self.state is EngineState.DRAINING and address not in self._resting:
            self._start(address)

    def _start(self, address: Address) -> None:
        self._parked.clear()
        if address not in self._tasks:
            self._tasks[address] = asyncio.create_task(self._loop(address))

    async def _loop(self, address: Address) -> None:
        try:
            while address in self._dirty and self._drain is not None and self.state is not EngineState.ENDED:
                self._dirty.discard(address)
                await self._drain(address)
        except Exception as error:  # noqa: BLE001 -- one contact's trouble stops nobody else
            log.error("drain_failed", contact=address.contact, error=type(error).__name__)
            self._resting[address] = self._clock.now() + REST
        finally:
            # No await between the check above and here: a nudge is never lost.
            del self._tasks[address]
            self._poke.set()

    async def run(self) -> None:
        """Take up unfinished work, then wake contacts as their timers fall due, until cancelled."""
        try:
            async with self._lock():
                if self.state is EngineState.WAITING:
                    self.state = EngineState.DRAINING
                try:
                    while self.state is EngineState.DRAINING:
                        self._poke.clear()
                        await self._sweep()
                    await self.finish()
                finally:
                    await self._stop()
        finally:
            self.state = EngineState.ENDED

    async def finish(self) -> None:
        """Begin no further drain, and return when those under way have ended; then `run` ends by itself."""
        self.state = EngineState.ENDED
        self._poke.set()
        while self._tasks:
            await asyncio.wait(self._tasks.values())

    async def _sweep(self) -> None:
        now = self._clock.now()
        self._resting = {address: until for address, until in self._resting.items() if until > now}
        try:
            async with self._store.begin() as tx:
                due = await tx.conversations.with_work(now)
                next_due = await tx.timers.next_due()
        except StoreError as error:
            log.error("sweep_failed", error=error.code)
            await self._clock.wait(asyncio.Event(), now + REST)
            return
        if self.state is EngineState.ENDED:  # meanwhile
            return
        waiting = {*due, *self._dirty} - self._tasks.keys() - self._resting.keys()
        for address in sorted(waiting, key=astuple):  # the same order in every run
            self._dirty.add(address)
            self._start(address)
        if not self._tasks:
            self._parked.set()
        await self._clock.wait(self._poke, self._look_again(next_due, now))

    def _look_again(self, next_due: Micros | None, now: Micros) -> Micros | None:
        """When to sweep although nobody pokes."""
        moments = [moment for moment in (next_due, *self._resting.values()) if moment is not None]
        if self._tasks:  # what is due already may be due in one of these, whose end pokes
            moments = [moment for moment in moments if moment > now]
        if self._look_every is not None:
            moments.append(now + self._look_every)
        return min(moments, default=None)

    async def idle(self) -> None:
        """Look for work once more, and return when none is due and no drain is running."""
        self._parked.clear()
        self._poke.set()
        await self._parked.wait()

    async def _stop(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
