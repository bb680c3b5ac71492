"""A clock that only moves when told to, and ids that count."""

from __future__ import annotations

import asyncio
from collections import Counter

from wavoice.runtime.model import Micros
from wavoice.runtime.ports import Clock


class VirtualClock:
    """`ports.Clock` for scripted time: `now()` and `ticks()` move together; `step` parts them."""

    def __init__(self, start: Micros) -> None:
        self._ticks, self._stepped = start, 0
        self._waiting: dict[asyncio.Event, Micros] = {}
        """Until when, in ticks: who waits has asked the monotonic clock."""

    def now(self) -> Micros:
        """The scripted moment."""
        return self._ticks + self._stepped

    def ticks(self) -> Micros:
        """The same moment but for steps: a stage takes no time unless the script says so."""
        return self._ticks

    def advance_to(self, moment: Micros) -> None:
        """Jump. Raises `ValueError` for a moment in the past."""
        if moment < self.now():
            raise ValueError("a virtual clock does not run backwards")
        self._ticks = moment - self._stepped
        for wake, until in self._waiting.items():
            if until <= self._ticks:
                wake.set()

    def step(self, by: Micros) -> None:
        """Set the system's clock ahead or back, as a time server does: `ticks()` know nothing of it."""
        self._stepped += by

    @property
    def next_wake(self) -> Micros | None:
        """Earliest moment that somebody waits for."""
        first = min(self._waiting.values(), default=None)
        return None if first is None else first + self._stepped

    async def wait(self, poke: asyncio.Event, until: Micros | None) -> None:
        """Return when poked, or when the clock has been advanced to `until`."""
        if until is None:
            await poke.wait()
            return
        while not poke.is_set() and until > self.now():  # the clock may be set back meanwhile
            await self._either(poke, until - self._stepped)

    async def _either(self, poke: asyncio.Event, ticks: Micros) -> None:
        wake = asyncio.Event()
        self._waiting[wake] = ticks
        waits = [asyncio.ensure_future(poke.wait()), asyncio.ensure_future(wake.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            del self._waiting[wake]
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)


class SkippingClock:
    """The system clock, with waits that can be skipped: stages take their true time, waiting none.

    `now()` is the wall clock plus everything skipped so far; `ticks()` never skips.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._skipped: Micros = 0
        self._waiting: set[asyncio.Event] = set()

    def now(self) -> Micros:
        """Wall clock plus what was skipped."""
        return self._clock.now() + self._skipped

    def ticks(self) -> Micros:
        """Monotonic time of the system."""
        return self._clock.ticks()

    @property
    def skipped(self) -> Micros:
        """How far it is ahead of the system's clock."""
        return self._skipped

    def skip_to(self, moment: Micros) -> None:
        """Jump ahead; a moment that has passed already is reached."""
        self._skipped += max(0, moment - self.now())
        for wake in self._waiting:
            wake.set()

    async def wait(self, poke: asyncio.Event, until: Micros | None) -> None:
        """Return when poked, or when `until` is reached by waiting or by a skip."""
        while not poke.is_set() and (until is None or self.now() < until):
            either = asyncio.Event()
            self._waiting.add(either)
            watcher = asyncio.create_task(_relay(poke, either))
            try:
                await self._clock.wait(either, None if until is None else until - self._skipped)
            finally:
                self._waiting.discard(either)
                watcher.cancel()
                await asyncio.gather(watcher, return_exceptions=True)


async def _relay(source: asyncio.Event, target: asyncio.Event) -> None:
    await source.wait()
    target.set()


class CountingIds:
    """`ports.Ids` that are the same in every run: `t_000001`, `t_000002`, …"""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def new(self, prefix: str) -> str:
        """Return the next id of that prefix."""
        self._counts[prefix] += 1
        return f"{prefix}_{self._counts[prefix]:06d}"
