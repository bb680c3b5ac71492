"""How much memory a bot has after so many notes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from wavoice.runtime.errors import WavoiceError
from wavoice.sim.bench.notes import BenchNote
from wavoice.sim.bench.process import open_process
from wavoice.sim.bench.stand import PATIENCE_SECONDS

CUSTOMERS = 40
"""Each sends every fortieth note: none uses up what a customer may say in a day."""


async def resident_after(store: Path, note: BenchNote, marks: Sequence[int]) -> dict[int, int]:
    """Send a bot of its own process notes one by one; return its resident bytes after each mark.

    Raises `WavoiceError` if a note gets no reply, or where the system does not tell (Linux does).
    """
    found = {}
    async with open_process(store, CUSTOMERS) as bot:
        for number in range(1, max(marks) + 1):
            phone = bot.phones[number % CUSTOMERS]
            seen = len(phone.messages)
            async with asyncio.timeout(PATIENCE_SECONDS):
                await phone.records(note.ogg)
                await phone.hears(seen)
            await bot.emulator.idle()
            if number in marks:
                resident = bot.resident()
                if resident is None:
                    raise WavoiceError("This system does not tell how much memory a process has.")
                found[number] = resident
    return found
