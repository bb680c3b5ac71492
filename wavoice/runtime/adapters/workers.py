"""Threads that take the most urgent piece of work next, so that one long note never starves the others.

A note that is longer than one piece is worked on piece by piece. Every piece has a moment by which it is
due: the arrival of its note, and a little more for all of the note that comes up to its end. So the
second piece of a five-minute note lets a short note pass that came two seconds later, and its last piece
lets none pass that came half a minute later: short notes go first, and long ones are not put off for ever.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

YIELDS: Final = 0.1
"""Seconds that a second of a note gives way to what comes after it."""


@dataclass(frozen=True, slots=True)
class Line:
    """The place in the queue of one note."""

    workers: Workers
    since: float

    async def run(self, upto: float, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a piece of work in a thread; the note up to the end of its piece lasts `upto` seconds.

        Cancelled before a thread has taken it, it is never run; after that it runs to its end for nobody.
        """
        return await self.workers.submit(self.since + YIELDS * upto, lambda: call(*args, **kwargs))


class Workers:
    """`count` threads; of what is due at the same moment, the first that came is first."""

    def __init__(self, count: int, name: str, now: Callable[[], float] = time.monotonic) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix=name)
        self._now = now
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._waiting: list[tuple[float, int, Future[Any], Callable[[], Any]]] = []

    def line(self) -> Line:
        """The place of a note that has come just now."""
        return Line(self, self._now())

    async def submit(self, due: float, call: Callable[[], T]) -> T:
        """Run a call when a thread is free and nothing is due before it."""
        future: Future[T] = Future()
        with self._lock:
            heapq.heappush(self._waiting, (due, next(self._numbers), future, call))
        self._pool.submit(self._work)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Start nothing any more; what runs finishes."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _work(self) -> None:
        with self._lock:
            _, _, future, call = heapq.heappop(self._waiting)
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001 -- whoever waits gets it
            future.set_exception(error)
        else:
            future.set_result(result)
