"""The system clock and ids made from it."""

from __future__ import annotations

import asyncio
import time

import uuid6

from wavoice.runtime.model import SECOND, Micros


class SystemClock:
    """Wall clock for business time, a monotonic clock for stage durations."""

    def now(self) -> Micros:
        """UTC microseconds since the epoch."""
        return time.time_ns() // 1000

    def ticks(self) -> Micros:
        """Monotonic microseconds; only differences mean anything."""
        return time.perf_counter_ns() // 1000

    async def wait(self, poke: asyncio.Event, until: Micros | None) -> None:
        """Return when poked, or when the wall clock reaches `until`."""
        while not poke.is_set():
            remaining = None if until is None else (until - self.now()) / SECOND
            if remaining is not None and remaining <= 0:
                return
            try:
                await asyncio.wait_for(poke.wait(), remaining)
            except TimeoutError:
                continue  # the wall clock may have been set back meanwhile


class Uuid7Ids:
    """Time-ordered ids (RFC 9562, version 7) with a prefix."""

    def new(self, prefix: str) -> str:
        """Return e.g. `t_0197c2e4f3a87…`."""
        return f"{prefix}_{uuid6.uuid7().hex}"
