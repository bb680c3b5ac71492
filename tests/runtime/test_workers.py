"""Whose piece is heard next: by moments that the tests say, with one thread that waits for them."""

from __future__ import annotations

import asyncio
import threading

import pytest

from wavoice.runtime.adapters.workers import YIELDS, Line, Workers

PIECE = 28.0


class Queue:
    """One thread, held at its first piece of work; a clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = 0.0
        self.done: list[str] = []
        self._may = threading.Event()
        self._begun = threading.Event()
        self.workers = Workers(1, "test", lambda: self.now)
        self.tasks: list[asyncio.Task[None]] = []

    async def hold(self) -> None:
        line = self.workers.line()
        self.tasks.append(asyncio.create_task(line.run(0.0, self._hold)))
        await asyncio.to_thread(self._begun.wait)

    def _hold(self) -> None:
        self._begun.set()
        self._may.wait()

    def line(self, at: float) -> Line:
        self.now = at
        return self.workers.line()

    async def put(self, line: Line, name: str, upto: float) -> asyncio.Task[None]:
        task = asyncio.create_task(line.run(upto, self.done.append, name))
        self.tasks.append(task)
        await asyncio.sleep(0)  # it stands in the queue now
        return task

    async def order(self) -> list[str]:
        """Let the thread go; the order in which it did what waited."""
        self._may.set()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.workers.close()
        return self.done


@pytest.fixture
async def queue() -> Queue:
    made = Queue()
    await made.hold()
    return made


async def test_of_what_comes_at_once_the_first_is_first(queue: Queue) -> None:
    for name in "abc":
        await queue.put(queue.line(at=0), name, upto=4)
    assert await queue.order() == ["a", "b", "c"]


async def test_a_short_note_goes_before_a_longer_one_that_came_just_before(queue: Queue) -> None:
    await queue.put(queue.line(at=0), "twenty seconds", upto=20)
    await queue.put(queue.line(at=1), "two seconds", upto=2)
    assert await queue.order() == ["two seconds", "twenty seconds"]


async def test_five_minutes_let_pass_what_comes_meanwhile(queue: Queue) -> None:
    long = queue.line(at=0)
    for number in range(1, 11):
        await queue.put(long, f"piece {number}", upto=PIECE * number)
    for second in (1, 2):
        await queue.put(queue.line(at=second), f"note at {second} s", upto=4)
    order = await queue.order()
    assert order[:4] == ["note at 1 s", "note at 2 s", "piece 1", "piece 2"]


async def test_five_minutes_are_not_put_off_for_ever(queue: Queue) -> None:
    """Short notes without end: each piece has its turn, the last one within half a minute."""
    long = queue.line(at=0)
    pieces = [PIECE * number for number in range(1, 11)]
    for upto in pieces:
        await queue.put(long, f"{YIELDS * upto:.1f} long", upto=upto)
    for second in range(40):
        await queue.put(queue.line(at=second), f"{second + 0.4:.1f} short", upto=4)
    order = [float(name.split()[0]) for name in await queue.order()]
    assert order == sorted(order)
    assert YIELDS * pieces[-1] < 30


async def test_nobody_works_for_whom_nobody_waits(queue: Queue) -> None:
    given_up = await queue.put(queue.line(at=0), "given up", upto=1)
    await queue.put(queue.line(at=0), "wanted", upto=2)
    given_up.cancel()
    await asyncio.gather(given_up, return_exceptions=True)
    assert await queue.order() == ["wanted"]


async def test_an_error_reaches_whoever_asked_and_stops_nobody_else() -> None:
    workers = Workers(1, "test")
    line = workers.line()
    with pytest.raises(ZeroDivisionError):
        await line.run(1.0, divmod, 1, 0)
    assert await line.run(1.0, divmod, 7, 2) == (3, 1)
    workers.close()
