"""Webhooks of customers' messages that wait: until a moment, or for the customer's next message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from pydantic import BaseModel

from wavoice.runtime.model import Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.background import Background

Body = Mapping[str, Any]


class LateBodies(BaseModel, defer_build=True):
    """Webhooks that are tried for the first time at a moment."""

    due: Micros
    bodies: list[dict[str, Any]]


class MailbagState(BaseModel, defer_build=True):
    """All that waits."""

    held: dict[str, list[dict[str, Any]]] = {}
    """Until the user's next message, by business-scoped user id."""
    late: list[LateBodies] = []


class Mailbag:
    """Holds webhooks back. `post` tries one."""

    def __init__(
        self, clock: Clock, background: Background, post: Callable[[Body], Awaitable[object]]
    ) -> None:
        self._clock = clock
        self._background = background
        self._post = post
        self._held: dict[str, Sequence[Body]] = {}
        self._late: list[LateBodies] = []

    @property
    def state(self) -> MailbagState:
        """What to keep."""
        held = {user: [dict(body) for body in bodies] for user, bodies in self._held.items()}
        return MailbagState(held=held, late=list(self._late))

    def load(self, state: MailbagState) -> None:
        """Go on where another emulator stood; what has fallen due meanwhile is tried at once."""
        self._held = dict(state.held)
        for late in state.late:
            self._start(late)

    def take(self, user: str) -> Sequence[Body]:
        """Return what was held until this message of the user, and hold it no more."""
        return self._held.pop(user, ())

    def hold(self, user: str, bodies: Sequence[Body]) -> None:
        """Hold these until the user's next message."""
        self._held[user] = bodies

    def renamed(self, old: str, new: str) -> None:
        """A user has another id from now on."""
        if old in self._held:
            self._held[new] = self._held.pop(old)

    def post_late(self, gap: Micros, bodies: Sequence[Body]) -> None:
        """Try these once that much time has passed."""
        self._start(LateBodies(due=self._clock.now() + gap, bodies=[dict(body) for body in bodies]))

    async def post_all(self, bodies: Sequence[Body]) -> None:
        """Try these now, one after the other."""
        for body in bodies:
            await self._post(body)

    async def flush(self) -> None:
        """Try all that is held until a next message."""
        held, self._held = self._held, {}
        for bodies in held.values():
            await self.post_all(bodies)

    def _start(self, late: LateBodies) -> None:
        self._late.append(late)
        gap = max(0, late.due - self._clock.now())
        self._background.later(gap, partial(self._post_due, late))

    async def _post_due(self, late: LateBodies) -> None:
        self._late.remove(late)
        await self.post_all(late.bodies)
