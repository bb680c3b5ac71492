"""Time in a chat: it runs by itself, and can be jumped; what falls due on the way happens first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from wavoice.runtime.build import Runtime
from wavoice.runtime.errors import UserInputError, WavoiceError
from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.background import Background
from wavoice.sim.chat.screen import Screens
from wavoice.sim.clock import SkippingClock
from wavoice.sim.emulator.emulator import Emulator
from wavoice.sim.emulator.world_file import LATEST

Act = Callable[[], Awaitable[object]]


@dataclass(slots=True)
class Timekeeper:
    """Knows what is under way, and what is due when."""

    clock: SkippingClock
    runtime: Runtime
    emulator: Emulator
    screens: Screens
    later: Background

    async def idle(self) -> None:
        """Return when nothing is under way on either side before the clock moves."""
        while True:
            await self.emulator.idle()
            await self.runtime.engine.idle()
            await self.emulator.idle()
            await self.screens.idle()
            async with self.runtime.store.begin() as tx:
                if not await tx.conversations.with_work(self.clock.now()):
                    return

    async def next_due(self) -> Micros | None:
        """When something happens by itself next; None: never."""
        async with self.runtime.store.begin() as tx:
            timer = await tx.timers.next_due()
        dues = (timer, self.emulator.next_due, self.later.next_due)
        return min((due for due in dues if due is not None), default=None)

    async def advance(self, by: Micros) -> None:
        """Let that much time pass at once. Raises `UserInputError` for the past and beyond the year 9999."""
        end = self._end(by, "/advance 26h")
        await self.idle()
        while (due := await self.next_due()) is not None and due < end:
            now = self.clock.now()
            # What is due and was left alone (a contact rests after trouble) gets its second.
            self.clock.skip_to(due if due > now else min(end, now + SECOND))
            await self._look()
        self.clock.skip_to(end)
        await self._look()

    async def finish(self, within: Micros) -> None:
        """Let what is due in that time happen, one after the other, without the wait."""
        end = self.clock.now() + within
        await self.idle()
        while (due := await self.next_due()) is not None and due <= end:
            self.clock.skip_to(max(due, self.clock.now()))
            await self._look()

    def after(self, delay: Micros, act: Act, refused: Callable[[str], None]) -> None:
        """Do something once that much time has passed; `refused` gets a line if it cannot be done then.

        Raises `UserInputError` for the past and beyond the year 9999.
        """
        self._end(delay, "/after 1.5s no wait")

        async def work() -> None:
            try:
                await act()
            except WavoiceError as error:
                refused(str(error))

        self.later.later(delay, work)

    def _end(self, by: Micros, example: str) -> Micros:
        end = self.clock.now() + by
        if by < 0 or end > LATEST:
            raise UserInputError("Time runs forwards, up to the year 9999.", remedy=f"As in {example}.")
        return end

    async def _look(self) -> None:
        """What was scheduled for now happens, and what comes of it."""
        await self.later.idle()
        await self.idle()
