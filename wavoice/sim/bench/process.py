"""A bot in a process of its own, and everything around it in this one: WhatsApp, the shop, the customers."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.errors import WavoiceError
from wavoice.sim.bench.bot import Spec
from wavoice.sim.bench.stand import Crowd
from wavoice.sim.emulator.emulator import Emulator
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.emulator.webhooks import Answer
from wavoice.sim.reach import Wire, far_bot, reach
from wavoice.sim.rehearsal import emulator_config
from wavoice.sim.tcp import serve
from wavoice.sim.world import World

START_SECONDS = 120.0
"""For a process on a busy machine to import everything and open its store."""
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class BotProcess:
    """A bot that takes notes."""

    phones: Sequence[Phone]
    emulator: Emulator
    store: Path
    pid: int
    start_ms: float
    """From the start of the process until it takes notes."""

    def resident(self) -> int | None:
        """Bytes of its memory that are in use now (RSS); None where the system does not tell."""
        statm = Path(f"/proc/{self.pid}/statm")
        return int(statm.read_text().split()[1]) * _PAGE if statm.exists() else None


class _FarAway:
    """Posts webhooks to wherever the bot turns out to be."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.url = ""

    async def post(self, url: str, *, content: bytes, headers: Mapping[str, str]) -> Answer:  # noqa: ARG002
        """Post these bytes to the bot."""
        return await self._http.post(self.url, content=content, headers=dict(headers))

    async def get(self, url: str, *, headers: Mapping[str, str]) -> Answer:
        """Get this. Nothing of a bench does."""
        return await self._http.get(url, headers=dict(headers))


@asynccontextmanager
async def open_process(
    store: Path, customers: int = 1, wire: Wire | None = None, *, sequential: bool = False
) -> AsyncIterator[BotProcess]:
    """Start a bot with its store at this path; each customer has agreed to spoken replies.

    Leaving ends it in order. Raises `WavoiceError` if it does not start.
    """
    clock, wire = SystemClock(), replace(wire or Wire(), limits=False)
    config, carrier, world = emulator_config(wire), wire.carrier(clock), World(clock=clock)
    crowd = Crowd(world)
    people = [crowd.next()[0] for _ in range(customers)]
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=30))
        bot = _FarAway(http)
        emulator = Emulator(config, clock, far_bot(bot, carrier))
        whatsapp = await stack.enter_async_context(reach(emulator, config, carrier, sockets=True))
        shop = await stack.enter_async_context(serve(world.app, grace=1))
        spec = Spec(
            graph=whatsapp.graph,
            media=whatsapp.media,
            shop=f"http://127.0.0.1:{shop}",
            store=str(store),
            sequential=sequential,
            customers=[(each.name, each.phone, each.bsuid) for each in people],
        )
        stack.push_async_callback(emulator.close)
        said = store.with_suffix(".log")
        begun = time.perf_counter()
        process = await _start(spec, said)
        try:
            bot.url = await _address(process, said)
            took = (time.perf_counter() - begun) * 1000
            phones = [emulator.phone(each.name, each.phone, each.bsuid) for each in people]
            yield BotProcess(phones, emulator, store, process.pid, took)
            await emulator.idle()
        finally:
            await _end(process)


async def _start(spec: Spec, said: Path) -> asyncio.subprocess.Process:
    """Its log goes to a file: a pipe that nobody reads would stop it once it is full."""
    with said.open("wb") as log:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "wavoice.sim.bench.bot", spec.model_dump_json()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )


async def _address(process: asyncio.subprocess.Process, said: Path) -> str:
    if process.stdout is None:
        raise WavoiceError("The bot has no standard output.")
    async with asyncio.timeout(START_SECONDS):
        line = (await process.stdout.readline()).decode().strip()
    if line.startswith("http"):
        return line
    raise WavoiceError(f"The bot did not start: {_last_line(said)}.")


def _last_line(file: Path) -> str:
    lines = file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


async def _end(process: asyncio.subprocess.Process) -> None:
    """Its standard input ends, so it closes what it has open."""
    await process.communicate(b"")
