"""The emulator that is running now, its clock, and other worlds that can take its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.clock import SkippingClock
from wavoice.sim.emulator.emulator import Emulator
from wavoice.sim.emulator.world_file import LATEST, from_bytes, read_world, to_bytes


class Live:
    """One running world. Its apps stay the same when the world is replaced."""

    def __init__(self, make: Callable[[], Emulator], clock: SkippingClock) -> None:
        self._make = make
        self.clock = clock
        self.emulator = make()
        self.graph_app = _Door(lambda: self.emulator.graph_app)
        self.media_app = _Door(lambda: self.emulator.media_app)
        self.mirror_app = _Door(lambda: self.emulator.mirror_app)

    async def reset(self) -> None:
        """Start a new, empty world; what was under way in the old one is dropped. The clock runs on."""
        old, self.emulator = self.emulator, self._make()
        await old.close()

    async def save(self) -> bytes:
        """Return the world as the bytes of its file, once nothing is under way."""
        return to_bytes(await self.emulator.export())

    async def load(self, world: bytes) -> None:
        """Let a saved world take the place of this one; the clock jumps to its time, if that lies ahead.

        Raises `UserInputError`, and this world stays.
        """
        document = from_bytes(world)
        state = read_world(document)
        await self._rehearse(document)
        old, new = self.emulator, self._make()
        self.clock.skip_to(state.at)
        new.import_(document)
        self.emulator = new
        await old.close()

    async def advance(self, by: Micros) -> None:
        """Jump ahead; what falls due on the way happens first, in its order, each at its moment.

        Raises `UserInputError` beyond the year 9999.
        """
        end = self.clock.now() + by
        if end > LATEST:
            raise UserInputError("The clock would go beyond the year 9999.", remedy="Advance by less.")
        await self.emulator.idle()
        while (due := self.emulator.next_due) is not None and due < end:
            self.clock.skip_to(due)
            await self.emulator.idle()
        self.clock.skip_to(end)
        await self.emulator.idle()

    async def _rehearse(self, document: dict[str, Any]) -> None:
        """Import a world into an emulator that is thrown away, before clock and emulator are touched.

        Raises `UserInputError` for a world whose parts do not fit together.
        """
        trial = self._make()
        try:
            trial.import_(document)
            await trial.close()
        except (KeyError, ValueError, TypeError) as error:
            raise UserInputError(
                f"The parts of that world do not fit together: {type(error).__name__} {error}.",
                remedy="Give a file that `wavoice sim` has saved, unchanged.",
            ) from error

    async def close(self) -> None:
        """Stop what is under way."""
        await self.emulator.close()


class _Door:
    """An ASGI app in front of whichever app is meant now."""

    def __init__(self, inner: Callable[[], ASGIApp]) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._inner()(scope, receive, send)


def iso(at: Micros) -> str:
    """Return a moment as ISO 8601, in UTC, to the microsecond."""
    whole, rest = divmod(at, SECOND)
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{rest:06d}Z"
