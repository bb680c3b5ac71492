"""The loop on a virtual clock: time-outs pass without waiting, work in threads counts, nobody hangs."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from wavoice.runtime.model import SECOND
from wavoice.sim import virtual_loop
from wavoice.sim.clock import VirtualClock
from wavoice.sim.virtual_loop import VirtualLoop

START = 1_000 * SECOND
ROUNDING = 1
"""Moments of asyncio are rounded up to whole microseconds."""
T = TypeVar("T")


def run(work: Callable[[VirtualLoop], Awaitable[T]], make: type[VirtualLoop] = VirtualLoop) -> T:
    clock = VirtualClock(START)

    async def main() -> T:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        return await work(loop)

    with asyncio.Runner(loop_factory=lambda: make(clock)) as runner:
        return runner.run(main())


def test_its_time_is_that_of_the_clock_since_it_was_made() -> None:
    async def work(loop: VirtualLoop) -> tuple[float, float]:
        before = loop.time()
        loop.clock.advance_to(START + 90 * SECOND)
        return before, loop.time()

    assert run(work) == (0, 90)


def test_who_sleeps_for_ever_waits_for_no_moment() -> None:
    async def work(loop: VirtualLoop) -> int | None:
        sleeping = asyncio.ensure_future(asyncio.sleep(math.inf))
        due = await loop.quiet()
        sleeping.cancel()
        return due

    assert run(work) is None


def test_a_timeout_passes_when_the_clock_is_moved_there() -> None:
    async def work(loop: VirtualLoop) -> tuple[int | None, bool, bool]:
        async def give_up() -> None:
            async with asyncio.timeout(3600):
                await asyncio.Event().wait()

        task = asyncio.ensure_future(give_up())
        due = await loop.quiet()
        loop.clock.advance_to(START + 3599 * SECOND)
        await loop.quiet()
        early = task.done()
        assert due is not None
        loop.clock.advance_to(due)
        await loop.quiet()
        return due - START, early, isinstance(task.exception(), TimeoutError)

    due, early, timed_out = run(work)
    assert due is not None
    assert 0 <= due - 3600 * SECOND <= ROUNDING
    assert (early, timed_out) == (False, True)


def test_quiet_tells_the_next_moment_that_anybody_waits_for() -> None:
    async def work(loop: VirtualLoop) -> list[int | None]:
        clock_waits = asyncio.ensure_future(loop.clock.wait(asyncio.Event(), START + 5 * SECOND))
        found = [await loop.quiet()]
        loop.call_later(2, lambda: None)
        found.append(await loop.quiet())
        loop.clock.advance_to(START + 3 * SECOND)
        found.append(await loop.quiet())
        loop.clock.advance_to(START + 5 * SECOND)
        found.append(await loop.quiet())
        return [*found, int(clock_waits.done())]

    first, second, third, last, done = run(work)
    assert first == third == START + 5 * SECOND
    assert second is not None
    assert 0 <= second - (START + 2 * SECOND) <= ROUNDING
    assert (last, done) == (None, 1)


def test_quiet_returns_only_when_nothing_more_happens() -> None:
    async def work(loop: VirtualLoop) -> list[str]:
        order: list[str] = []

        async def busy() -> None:
            for _ in range(100):
                await asyncio.sleep(0)
            order.append("busy")

        task = asyncio.ensure_future(busy())
        assert await loop.quiet() is None
        order.append("quiet")
        await task
        return order

    assert run(work) == ["busy", "quiet"]


def test_quiet_may_be_asked_again_and_again() -> None:
    async def work(loop: VirtualLoop) -> list[int | None]:
        return [await loop.quiet() for _ in range(3)]

    assert run(work) == [None, None, None]


class _Counting(VirtualLoop):
    """A loop that says when it has gone round a number of times with nothing to do."""

    def __init__(self, clock: VirtualClock) -> None:
        self.rounds, self.idle = 0, threading.Event()
        super().__init__(clock)

    def time(self) -> float:
        if self.working:
            self.rounds += 1
            if self.rounds > 20:
                self.idle.set()
        return super().time()


def test_while_a_thread_works_nothing_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(loop: VirtualLoop) -> list[str]:
        assert isinstance(loop, _Counting)
        order: list[str] = []

        async def hear() -> None:
            await asyncio.to_thread(loop.idle.wait, 30)
            order.append("heard")

        task = asyncio.ensure_future(hear())
        with monkeypatch.context() as patched:
            patched.setattr(virtual_loop, "STUCK_SECONDS", 0.0)
            await loop.quiet()
        order.append("quiet")
        await task
        return order

    assert run(work, _Counting) == ["heard", "quiet"]


def test_while_work_lasts_nothing_is_quiet() -> None:
    async def work(loop: VirtualLoop) -> list[str]:
        order: list[str] = []

        def stop() -> None:
            busy.__exit__(None, None, None)
            order.append("over")

        busy = loop.work()
        busy.__enter__()
        waker = threading.Thread(target=lambda: loop.call_soon_threadsafe(stop))
        loop.call_soon(waker.start)
        await loop.quiet()
        order.append("quiet")
        waker.join()
        return order

    assert run(work) == ["over", "quiet"]


def test_work_that_fails_is_over() -> None:
    def fail(loop: VirtualLoop) -> None:
        with loop.work():
            raise ZeroDivisionError

    async def work(loop: VirtualLoop) -> int:
        with pytest.raises(ZeroDivisionError):
            fail(loop)
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(divmod, 1, 0)
        return loop.working

    assert run(work) == 0


def test_whoever_waits_for_a_clock_that_nobody_moves_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual_loop, "STUCK_SECONDS", 0.0)

    async def work(loop: VirtualLoop) -> None:
        await loop.clock.wait(asyncio.Event(), START + SECOND)

    with pytest.raises(RuntimeError, match="everything waits for a virtual clock that nobody moves"):
        run(work)


def test_whoever_sleeps_without_moving_the_clock_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual_loop, "STUCK_SECONDS", 0.0)

    async def work(loop: VirtualLoop) -> None:
        await asyncio.wait_for(asyncio.Event().wait(), 5)

    with pytest.raises(RuntimeError, match="that nobody moves"):
        run(work)
