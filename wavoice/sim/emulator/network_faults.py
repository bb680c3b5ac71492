"""How a business's own sends fail on their way to WhatsApp and back: by script, or by seeded chaos."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Literal, NamedTuple

from pydantic import BaseModel, Field
from starlette.types import ASGIApp

from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.chaos import AnswerFate, Chaos
from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.webhooks import Webhooks
from wavoice.sim.shop_faults import instead_of_answer, instead_of_work

SLOW: Micros = 2 * SECOND
"""How long a slow answer takes on the clock."""
PATIENCE: Micros = 2 * SECOND
"""How long an answer waits at most for a bot to take the statuses that chaos sends before it."""
GRACE: Micros = 20_000
"""How long it waits after the first of them was taken, for those that follow at once."""

NetworkFault = Literal["fail", "refuse", "lost_response", "timeout", "slow"]
"""What goes wrong; `Emulator.fault` says what each means."""


class Accepted(NamedTuple):
    """A send that was accepted, and the answer to it."""

    wamid: str
    answer: ASGIApp


class NetworkFaultsState(BaseModel, defer_build=True):
    """What is still to go wrong."""

    queue: list[NetworkFault] = Field(default_factory=list)
    answered: int = 0
    """Accepted messages whose answer chaos has drawn so far."""


class NetworkFaults:
    """Faults in the order in which they were scripted, each used once; then chaos, if there is any."""

    def __init__(self, clock: Clock, webhooks: Webhooks, chaos: Chaos | None = None) -> None:
        self._clock = clock
        self._webhooks = webhooks
        self._chaos = chaos
        self._queue: deque[NetworkFault] = deque()
        self._answered = 0

    @property
    def state(self) -> NetworkFaultsState:
        """All that must survive; a copy."""
        return NetworkFaultsState(queue=list(self._queue), answered=self._answered)

    def load(self, state: NetworkFaultsState) -> None:
        """Go on from there."""
        self._queue, self._answered = deque(state.queue), state.answered

    def suffer(self, chaos: Chaos | None) -> None:
        """Let this chaos have the answers from now on."""
        self._chaos = chaos

    def add(self, does: NetworkFault, times: int) -> None:
        """Queue a fault for the next `times` sends."""
        self._queue.extend([does] * times)

    async def serve(self, work: Callable[[], Accepted]) -> ASGIApp:
        """Answer one send with `work()`, as far as the script lets it. Raises `GraphError`."""
        fault = self._queue.popleft() if self._queue else None
        if fault == "fail":
            raise GraphError(131000, "Something went wrong on WhatsApp's side; try again later")
        if fault == "refuse":
            raise GraphError(131047, "More than 24 hours have passed since the user last replied")
        if fault == "timeout" and (silence := instead_of_work(fault)) is not None:
            return silence
        wamid, answer = work()
        fate = self._fate()
        if fault == "slow":
            await self._clock.wait(asyncio.Event(), self._clock.now() + SLOW)
        if fate.after_statuses:
            await self._after_statuses(wamid)
        lost = fault == "lost_response" or fate.lost
        if lost and (broken := instead_of_answer("lost_response")) is not None:
            return broken
        return answer

    def _fate(self) -> AnswerFate:
        if self._chaos is None:
            return AnswerFate()
        self._answered += 1
        return self._chaos.answer(self._answered - 1)

    async def _after_statuses(self, wamid: str) -> None:
        """Wait for the first status, at most `PATIENCE`, and `GRACE` more for those that follow at once."""
        with self._webhooks.awaiting(wamid) as seen:
            await self._clock.wait(seen, self._clock.now() + PATIENCE)
            await self._clock.wait(asyncio.Event(), self._clock.now() + GRACE)
