"""The naive bot on the bench: its own emulator and shop, asked by the same customers."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx

from wavoice.runtime.adapters.backends import OpenVoice, voice_backend
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.voices import AUTO, NATURAL_FIRST
from wavoice.runtime.errors import SpeechError
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.lexicon import enabled
from wavoice.runtime.settings import Settings
from wavoice.runtime.settings_speech import Voice
from wavoice.sim.bench.naive import Answered, NaiveBot, Reach, Tools
from wavoice.sim.bench.notes import BenchNote
from wavoice.sim.bench.stand import PATIENCE_SECONDS, Crowd
from wavoice.sim.emulator.emulator import Emulator
from wavoice.sim.in_process import InProcess, LateApp
from wavoice.sim.reach import Wire, far_bot, reach
from wavoice.sim.rehearsal import ACCESS_TOKEN, SHOP_URL, emulator_config
from wavoice.sim.world import World


@dataclass(frozen=True, slots=True)
class NaiveStand:
    """The naive bot, ready to be asked."""

    emulator: Emulator
    bot: NaiveBot
    crowd: Crowd

    async def ask(self, note: BenchNote) -> Answered:
        """Send the note as a new customer; return what became of it. Raises what went wrong in the bot."""
        who, record, order = self.crowd.next()
        phone = self.emulator.phone(who.name, who.phone, who.bsuid)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                message = await phone.records(note.ogg)
                return await self.bot.answered(message)
        finally:
            self.crowd.leave(record, order)

    async def rest(self) -> None:
        """Return when nothing is under way."""
        await self.emulator.idle()


def why_not(settings: Settings) -> str | None:
    """Why the naive bot cannot run here; None if it can."""
    if find_spec("imageio_ffmpeg") is None:
        return 'ffmpeg is not installed: pip install "wavoice-bot[sim]"'
    return "no voice is installed" if _plain_voice(settings.voice) is None else None


@asynccontextmanager
async def open_naive(settings: Settings, model: Any, wire: Wire) -> AsyncIterator[NaiveStand]:
    """The naive bot with that Whisper model, warm, over an emulator of its own.

    Raises `SpeechError` where `why_not` says that it cannot run.
    """
    clock = SystemClock()
    wire = replace(wire, limits=False)
    config, carrier, world = emulator_config(wire), wire.carrier(clock), World(clock=clock)
    late = LateApp()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wavoice-naive-")))
        tools = await _tools(settings, model, folder)
        stack.push_async_callback(tools.voice.close)
        webhook = await stack.enter_async_context(httpx.AsyncClient(transport=InProcess(late)))
        shop = await stack.enter_async_context(httpx.AsyncClient(transport=world.transport()))
        emulator = Emulator(config, clock, far_bot(webhook, carrier))
        whatsapp = await stack.enter_async_context(reach(emulator, config, carrier))
        number = f"{whatsapp.graph}/{settings.whatsapp.graph_version}/{config.business.number}"
        bot = NaiveBot(tools, Reach(whatsapp.client, number, ACCESS_TOKEN, shop, SHOP_URL))
        late.app = bot.app
        stack.push_async_callback(emulator.close)
        stack.push_async_callback(bot.close)
        yield NaiveStand(emulator, bot, Crowd(world))


async def _tools(settings: Settings, model: Any, folder: Path) -> Tools:
    import imageio_ffmpeg  # noqa: PLC0415 -- an extra

    voice = _plain_voice(settings.voice)
    if voice is None:
        raise SpeechError("No voice is installed.")
    await voice.warm()
    rules = RulesInterpreter(enabled(settings.bot.languages))
    return Tools(model, voice, rules, imageio_ffmpeg.get_ffmpeg_exe(), folder)


def _plain_voice(settings: Voice) -> OpenVoice | None:
    """The voice that speaks first in the runtime, without a memory and without another to fall back on."""
    for name in NATURAL_FIRST if settings.backend == AUTO else (settings.backend,):
        chosen = settings.model_copy(update={"backend": name})
        backend = voice_backend(name)
        if backend.unavailable(chosen) is None:
            return backend.open(chosen)
    return None
