"""When the screen is drawn. It shares loop and processor with the turn, which it must not hold up.

A layout takes as long as a stage of a turn. So news is gathered until none has come for a moment: the turn is
over then, or waits for a thread that hears or speaks. Until it is over only the conversation is drawn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from wavoice.runtime.journal import Event, Received, TurnEnded
from wavoice.sim.chat.facts import Fact, Sent

QUIET = 0.12
"""Seconds without news after which it is drawn."""
MOST = 1.0
"""Seconds after which it is drawn although more is coming."""
LONG = 10.0
"""Seconds after which a turn is taken to last, and all panes are drawn during it."""


class Pace:
    """Calls `draw` once for all news that comes together. Use it on the loop."""

    def __init__(self, draw: Callable[[], None], quiet: float = QUIET) -> None:
        """`quiet`: 0 draws everything as it comes, for tests that look at every step."""
        self._draw, self._quiet = draw, quiet
        self._waiting: asyncio.TimerHandle | None = None
        self._first = 0.0
        self._busy_until = 0.0

    @property
    def busy(self) -> bool:
        """A turn is under way: what is not about the conversation can wait."""
        return asyncio.get_running_loop().time() < self._busy_until

    def news(self, news: Event | Fact) -> None:
        """Something was written, or happened on the phone."""
        if self._quiet:
            match news:
                case Sent() | Event(body=Received()):
                    self._busy_until = asyncio.get_running_loop().time() + LONG
                case Event(body=TurnEnded()):
                    self._busy_until = 0.0
        self.changed()

    def changed(self) -> None:
        """Something that is shown is something else now."""
        if not self._quiet:
            self._draw()
            return
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self._waiting is None:
            self._first = now
        else:
            self._waiting.cancel()
        self._waiting = loop.call_at(min(now + self._quiet, self._first + MOST), self._now)

    def stop(self) -> None:
        """Draw no more."""
        if self._waiting is not None:
            self._waiting.cancel()

    def _now(self) -> None:
        self._waiting = None
        self._draw()
