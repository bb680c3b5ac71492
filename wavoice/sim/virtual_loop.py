"""An event loop on a virtual clock: it knows when everything waits, and time-outs pass in virtual time.

Tests that patch `time` chase every call; here the loop itself is asked. A loop with nothing ready
calls its selector with a time-out: that is the moment in which nothing more happens until the clock
moves, and the time-out says how far it may move before a timer of asyncio (`asyncio.timeout`) is due.
"""

from __future__ import annotations

import asyncio
import contextvars
import math
import selectors
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, TypeVarTuple

from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.clock import VirtualClock

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

STUCK_SECONDS = 60.0
"""Real time after which a loop that nobody can wake gives up instead of hanging."""


class _QuietSelector(selectors.DefaultSelector):
    """Tells its loop when there is nothing left to do."""

    def __init__(self) -> None:
        super().__init__()
        self.owner: VirtualLoop | None = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if (timeout is not None and timeout <= 0) or self.owner is None:
            return self._ready(timeout)
        if found := self._ready(0):
            return found
        if self.owner.quietens(timeout):
            return []
        found = self._ready(STUCK_SECONDS)
        if not found and not self.owner.working:
            raise RuntimeError("everything waits for a virtual clock that nobody moves")
        return found

    def _ready(self, timeout: float | None) -> list[tuple[selectors.SelectorKey, int]]:
        return list(super().select(timeout))


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its `time()` is the clock's; `run_virtually` makes one."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock, self._began = clock, clock.ticks()
        self._waiter: asyncio.Future[Micros | None] | None = None
        self.working = 0
        """Threads that the loop waits for: their time is real."""
        selector = _QuietSelector()
        super().__init__(selector)
        selector.owner = self

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return (self.clock.ticks() - self._began) / SECOND

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        """As every loop's; who sleeps for `math.inf` waits for no moment."""
        if math.isinf(when):
            return asyncio.TimerHandle(when, callback, args, self, context)
        return super().call_at(when, callback, *args, context=context)

    async def quiet(self) -> Micros | None:
        """Return once nothing more happens until the clock moves.

        What is returned is when it has to move for whoever waits, asyncio's own timers included;
        None if nobody waits for any moment.
        """
        self._waiter = self.create_future()
        timer = await self._waiter
        wakes = [moment for moment in (timer, self.clock.next_wake) if moment is not None]
        return min(wakes, default=None)

    @contextmanager
    def work(self) -> Iterator[None]:
        """Real work in threads: while it lasts nothing is quiet."""
        self.working += 1
        try:
            yield
        finally:
            self.working -= 1

    def run_in_executor(self, executor: Any, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        """A thread at work is no quiet."""
        self.working += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._back_to_work)
        return future

    def _back_to_work(self, _: object) -> None:
        self.working -= 1

    def quietens(self, timeout: float | None) -> bool:
        """Called by the selector when nothing is ready; True if somebody waited to hear it."""
        waiter = self._waiter
        if waiter is None or waiter.done() or self.working:
            return False
        # Rounded up: a timer of asyncio must be due when the clock has been moved there.
        ahead = None if timeout is None else math.ceil(round(timeout * SECOND, 3))
        waiter.set_result(None if ahead is None else self.clock.now() + ahead)
        return True


def run_virtually(clock: VirtualClock, work: Callable[[VirtualLoop], Coroutine[Any, Any, T]]) -> T:
    """Do the work on a loop of its own, in the clock's time."""
    kept: list[T] = []

    async def keep(loop: VirtualLoop) -> None:
        # The task itself ends with nothing: where Ctrl-C is Python's own, the runner asks `signal` for its
        # handler, which writes out the result of the task for the message of an error that nobody sees.
        kept.append(await work(loop))

    with asyncio.Runner(loop_factory=lambda: VirtualLoop(clock)) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)  # noqa: S101 -- the line above makes it
        runner.run(keep(loop))
    return kept[0]
