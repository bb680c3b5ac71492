"""How a business's own sends fail on their way to WhatsApp and back: by script, never at random."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Literal

from starlette.types import ASGIApp

from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.shop_faults import instead_of_answer, instead_of_work

SLOW: Micros = 2 * SECOND
"""How long a slow answer takes on the clock."""

NetworkFault = Literal["fail", "refuse", "lost_response", "timeout", "slow"]
"""What goes wrong; `Emulator.fault` says what each means."""


class NetworkFaults:
    """Faults in the order in which they were scripted, each used once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queue: deque[NetworkFault] = deque()

    def add(self, does: NetworkFault, times: int) -> None:
        """Queue a fault for the next `times` sends."""
        self._queue.extend([does] * times)

    async def serve(self, work: Callable[[], ASGIApp]) -> ASGIApp:
        """Answer one send with `work()`, as far as the script lets it. Raises `GraphError`."""
        fault = self._queue.popleft() if self._queue else None
        if fault == "fail":
            raise GraphError(131000, "Something went wrong on WhatsApp's side; try again later")
        if fault == "refuse":
            raise GraphError(131047, "More than 24 hours have passed since the user last replied")
        if fault == "timeout" and (silence := instead_of_work(fault)) is not None:
            return silence
        answer = work()
        if fault == "slow":
            await self._clock.wait(asyncio.Event(), self._clock.now() + SLOW)
        if fault == "lost_response" and (broken := instead_of_answer(fault)) is not None:
            return broken
        return answer
