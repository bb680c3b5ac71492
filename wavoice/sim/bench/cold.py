"""A cold turn: the first note of a bot that has just begun to take notes; its models are warm."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from wavoice.runtime.adapters.clock import Uuid7Ids
from wavoice.runtime.adapters.store import SqliteStore
from wavoice.runtime.errors import WavoiceError
from wavoice.runtime.journal import Event
from wavoice.sim.bench.notes import BenchNote
from wavoice.sim.bench.process import open_process
from wavoice.sim.bench.runners import Sample, sample
from wavoice.sim.bench.stand import PATIENCE_SECONDS, Reply
from wavoice.sim.reach import Wire
from wavoice.sim.report import Reference, results


@dataclass(frozen=True, slots=True)
class ColdRunner:
    """A fresh process, a fresh store and one note, every time."""

    wire: Wire
    sequential: bool = False
    how: str = "cold"
    reply: str = "spoken"

    async def run(self, note: BenchNote) -> Sample:
        """Start a bot, send it the note at once, end it, and read its journal."""
        with tempfile.TemporaryDirectory(prefix="wavoice-cold-") as folder:
            store = Path(folder, "bot.db")
            try:
                async with open_process(store, wire=self.wire, sequential=self.sequential) as bot:
                    async with asyncio.timeout(PATIENCE_SECONDS):
                        message = await bot.phones[0].records(note.ogg)
                        await bot.phones[0].hears(0)
                    await bot.emulator.idle()
            except (TimeoutError, WavoiceError) as error:
                return Sample(problem=f"the cold turn failed: {error or 'there was no reply'}")
            events = await _journal(store)
        found = sample(results(events, [Reference(note.name, note.name, message)])[0], Reply.SPOKEN)
        return found if found.problem else replace(found, start_ms=bot.start_ms)


async def _journal(store: Path) -> list[Event]:
    opened = await SqliteStore.open(store, ids=Uuid7Ids())
    try:
        async with opened.begin() as tx:
            return list(await tx.journal.read())
    finally:
        await opened.close()
