"""The embedded engine: asyncio in one process, the store as the truth."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from wavoice.runtime.model import Address
from wavoice.runtime.ports import Clock, Store

Drain = Callable[[Address], Awaitable[None]]


class EmbeddedEngine:
    """Runs `drain` for contacts that were nudged or have a due timer: serial per contact."""

    def __init__(
        self, store: Store, clock: Clock, lock: Callable[[], AbstractAsyncContextManager[None]]
    ) -> None:
        """`lock` is held while draining: of the processes on one database file, one drains."""
        self._store, self._clock, self._lock = store, clock, lock
        self._drain: Drain | None = None
        self._tasks: dict[Address, asyncio.Task[None]] = {}
        self._dirty: set[Address] = set()
        self._poke = asyncio.Event()
        self._parked = asyncio.Event()
        self._running = False

    def drains_with(self, drain: Drain) -> None:
        """Say what a drain is; once, before `run`."""
        self._drain = drain

    def nudge(self, address: Address) -> None:
        """Drain that contact soon; while a drain runs, it goes round once more."""
        self._dirty.add(address)
        if self._running:
            self._start(address)

    def _start(self, address: Address) -> None:
        self._parked.clear()
        if address not in self._tasks:
            self._tasks[address] = asyncio.create_task(self._loop(address))

    async def _loop(self, address: Address) -> None:
        try:
            while address in self._dirty and self._drain is not None:
                self._dirty.discard(address)
                await self._drain(address)
        finally:
            # No await between the check above and here: a nudge is never lost.
            del self._tasks[address]
            self._poke.set()

    async def run(self) -> None:
        """Take up unfinished work, then wake contacts as their timers fall due, until cancelled."""
        async with self._lock():
            self._running = True
            try:
                while True:
                    self._poke.clear()
                    await self._sweep()
            finally:
                self._running = False
                await self._stop()

    async def _sweep(self) -> None:
        async with self._store.begin() as tx:
            due = await tx.conversations.with_work(self._clock.now())
            next_due = await tx.timers.next_due()
        for address in {*due, *self._dirty} - self._tasks.keys():
            self._dirty.add(address)
            self._start(address)
        if not self._tasks:
            self._parked.set()
        await self._clock.wait(self._poke, None if self._tasks else next_due)

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
