"""Ears and voice of a chat: loaded in the background, shown while they load."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from wavoice.runtime.adapters.ears import open_ears
from wavoice.runtime.adapters.voices import open_voice
from wavoice.runtime.errors import WavoiceError
from wavoice.runtime.ports import Clock, SpeechToText, TextToSpeech
from wavoice.runtime.settings import Settings
from wavoice.sim.chat.speech import LateEars, LateVoice, Model
from wavoice.sim.scenario.notes import Faults

VOICE_SILENT = "Replies are text"
"""How the line begins that says why there is no voice."""


@dataclass(slots=True)
class Models:
    """What hears and what speaks, and how far both are. Nothing here raises: what is missing is said."""

    settings: Settings
    clock: Clock
    changed: Callable[[str], None]
    """Gets one line whenever ears or voice are ready, or known to be missing."""
    faults: Faults = field(default_factory=Faults)
    ears: Model = field(default_factory=Model)
    voice: Model = field(default_factory=Model)
    late_ears: LateEars = field(init=False)
    late_voice: LateVoice = field(init=False)
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.late_ears = LateEars(self.ears, self.faults)
        self.late_voice = LateVoice(self.voice, self.faults)

    @property
    def ready(self) -> bool:
        """True once nothing loads any more."""
        return self.ears.known.is_set() and self.voice.known.is_set()

    def use(self, ears: SpeechToText | None, voice: TextToSpeech | None) -> None:
        """Hear and speak with these, which are warm; no voice: replies are text."""
        if ears is not None:
            self.late_ears.inner = ears
            self.ears.settle("ready", "ears: brought along")
        if voice is not None:
            self.late_voice.speak_with(voice)
            self.voice.settle("ready", "voice: brought along")

    def start(self) -> None:
        """Begin to load what is not there yet, in the background."""
        for model, load in ((self.ears, self._load_ears), (self.voice, self._load_voice)):
            if not model.known.is_set():
                self._tasks.append(asyncio.create_task(load()))

    async def settled(self) -> None:
        """Return when nothing loads any more."""
        await self.ears.known.wait()
        await self.voice.known.wait()

    async def close(self) -> None:
        """Load no more, and let go of what was loaded."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._open.aclose()

    async def _load_ears(self) -> None:
        try:
            # Entry points and libraries are imported here: half a second that nobody has to wait for.
            ears, line = await asyncio.to_thread(open_ears, self.settings.ears, self.clock)
            self._open.push_async_callback(ears.close)
            await ears.warm()
        except WavoiceError as error:
            self._settle(self.ears, "missing", f"Voice notes cannot be heard: {error}")
            return
        except Exception as error:  # noqa: BLE001 -- another package's mistake: typing still works
            self._settle(self.ears, "missing", f"Voice notes cannot be heard: {type(error).__name__}.")
            return
        self.late_ears.inner = ears
        self._settle(self.ears, "ready", f"Ears: {line}.")

    async def _load_voice(self) -> None:
        try:
            voice, line = await asyncio.to_thread(open_voice, self.settings.voice, self.clock)
            if voice is not None:
                self._open.push_async_callback(voice.close)
                await voice.warm()
        except WavoiceError as error:
            self._settle(self.voice, "missing", f"{VOICE_SILENT}: {error}")
            return
        except Exception as error:  # noqa: BLE001 -- as above
            self._settle(self.voice, "missing", f"{VOICE_SILENT}: {type(error).__name__}.")
            return
        if voice is None:
            self._settle(self.voice, "missing", line)
            return
        self.late_voice.speak_with(voice)
        self._settle(self.voice, "ready", f"Voice: {line}")

    def _settle(self, model: Model, state: str, line: str) -> None:
        model.settle("ready" if state == "ready" else "missing", " ".join(line.split()))
        self.changed(model.line)
