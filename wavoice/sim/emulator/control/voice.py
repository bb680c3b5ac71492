"""Where the voice notes of a control call come from: bytes, a fixture, or words and noise."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from wavoice.sim.emulator.control.models import SayNote
from wavoice.sim.emulator.control.problems import ControlError, not_there

if TYPE_CHECKING:
    from wavoice.runtime.model import Speech
    from wavoice.runtime.ports import TextToSpeech

_LARGEST = 16 * 1024 * 1024
"""What WhatsApp takes as audio."""


class NoteSource:
    """Voice notes; the voice is loaded when it first speaks."""

    def __init__(self, fixtures: Path, seed: int) -> None:
        self._fixtures = fixtures
        self._seed = seed
        self._voice: TextToSpeech | None = None

    async def make(self, asked: SayNote) -> bytes:
        """Return Ogg Opus bytes. Raises `ControlError` or what the voice raises."""
        given = [key for key in ("data", "fixture", "say") if getattr(asked, key) is not None]
        if len(given) != 1:
            raise ControlError(
                f"A note has {' and '.join(given) or 'no sound'}.",
                remedy="Give exactly one of data, fixture and say.",
            )
        if asked.say is None and asked.noise != "none":
            raise ControlError("Noise is added only to what is said.", remedy="Use say, or leave noise out.")
        if asked.data is not None:
            return asked.data
        return self._fixture(asked.fixture) if asked.fixture else await self._said(asked)

    def _fixture(self, name: str) -> bytes:
        file = self._fixtures / f"{name}.ogg"
        if not file.is_file():
            raise not_there(
                f"fixture {name!r} in {self._fixtures}",
                "`wavoice fixtures list` shows the names; --fixtures names the folder.",
            )
        return file.read_bytes()

    async def _said(self, asked: SayNote) -> bytes:
        # Heavy, and many a session speaks only in files.
        from wavoice.runtime.audio.encode import to_voice_note  # noqa: PLC0415

        speech = await self._speaker().say(asked.say or "", asked.language)
        if asked.noise != "none":
            speech = await asyncio.to_thread(_with_noise, speech, asked, self._seed)
        return await asyncio.to_thread(to_voice_note, speech, _LARGEST)

    def _speaker(self) -> TextToSpeech:
        from wavoice.runtime.adapters.clock import SystemClock  # noqa: PLC0415
        from wavoice.runtime.adapters.voices import open_voice  # noqa: PLC0415
        from wavoice.runtime.settings_speech import Voice  # noqa: PLC0415

        if self._voice is None:
            self._voice, why = open_voice(Voice(), SystemClock(), remembers=False)
            if self._voice is None:
                raise ControlError(f"Nothing can speak here. {why}", remedy="Send data or a fixture.")
        return self._voice


def _with_noise(speech: Speech, asked: SayNote, seed: int) -> Speech:
    from dataclasses import replace  # noqa: PLC0415

    import numpy as np  # noqa: PLC0415

    from wavoice.sim import noise as sound  # noqa: PLC0415
    from wavoice.sim.resample import resampled  # noqa: PLC0415

    said = resampled(np.frombuffer(speech.pcm, dtype="<f4").astype(np.float64), speech.rate)
    rng = np.random.default_rng([seed, *(asked.say or "").encode()])
    around = {"street": sound.street, "wind": sound.wind}[asked.noise](said.size, rng)
    samples = sound.to_pcm16(sound.mix(said, around, asked.snr)).astype("<f4") / 32767
    return replace(speech, pcm=samples.tobytes(), rate=sound.RATE, ogg=None)
