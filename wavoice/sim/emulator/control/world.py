"""Time, and the world as a whole."""

from __future__ import annotations

from starlette.responses import Response

from wavoice.sim.emulator.control import models as m
from wavoice.sim.emulator.control.calls import Call
from wavoice.sim.emulator.live import Live, iso


class WorldDesk:
    """Calls about the world as a whole."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def calls(self) -> list[Call]:
        """What can be asked for here."""
        return [
            Call("GET", "/clock", self.clock),
            Call("POST", "/clock/advance", self.advance),
            Call("GET", "/world", self.save),
            Call("PUT", "/world", self.load),
            Call("POST", "/reset", self.reset),
        ]

    async def clock(self) -> m.ClockState:
        """Tell the time of this world: that of the system plus every jump."""
        now = self._live.clock.now()
        return m.ClockState(now=now, iso=iso(now))

    async def advance(self, body: m.Advance) -> m.ClockState:
        """Jump ahead; returns once everything that fell due on the way has happened."""
        await self._live.advance(body.by)
        return await self.clock()

    async def save(self) -> Response:
        """Return the whole world as one JSON file, secrets included, once nothing is under way."""
        return Response(await self._live.save(), media_type="application/json")

    async def load(self, body: m.World) -> m.ClockState:
        """Let a saved world take the place of this one; the body is its file."""
        await self._live.load(body.model_dump_json().encode())
        return await self.clock()

    async def reset(self) -> m.Done:
        """Drop the whole world and start an empty one with the same ids and secrets; time goes on."""
        await self._live.reset()
        return m.Done()
