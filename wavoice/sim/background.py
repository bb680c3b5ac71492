"""Work that nobody awaits, owned: it can be waited for, it ends with its owner, its errors surface."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine

from wavoice.runtime.model import Micros
from wavoice.runtime.ports import Clock


class Background:
    """Tasks of one owner, some of them parked until the clock reaches a moment."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._parked: dict[asyncio.Task[None] | None, Micros] = {}
        self._failures: list[BaseException] = []
        self._moved = asyncio.Event()

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Run `work` beside the caller."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def later(self, gap: Micros, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` beside the caller once that much time has passed; until then it is parked."""
        self.start(self._at(self._clock.now() + gap, work))

    async def park(self, until: Micros) -> None:
        """Inside started work: wait for a moment of the clock. Parked work counts as idle."""
        task = asyncio.current_task()
        self._parked[task] = until
        self._moved.set()
        try:
            await self._clock.wait(asyncio.Event(), until)
        finally:
            del self._parked[task]

    @property
    def next_due(self) -> Micros | None:
        """When parked work is due next; None if there is none."""
        return min(self._parked.values(), default=None)

    async def idle(self) -> None:
        """Return when nothing more happens until the clock moves.

        Raises an `ExceptionGroup` with whatever failed since the last call.
        """
        while any(self._parked.get(task, 0) <= self._clock.now() for task in self._tasks):
            self._moved.clear()
            await self._moved.wait()
        self._raise_failures()

    async def close(self) -> None:
        """Cancel what still runs, then raise as `idle` does."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)  # failures are kept by `_ended`
        self._raise_failures()

    async def _at(self, moment: Micros, work: Callable[[], Awaitable[None]]) -> None:
        await self.park(moment)
        await work()

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failures.append(error)
        self._moved.set()

    def _raise_failures(self) -> None:
        failures, self._failures = self._failures, []
        if failures:
            raise BaseExceptionGroup("background work failed", failures)
