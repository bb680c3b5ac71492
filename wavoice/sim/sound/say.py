"""`/say`: a typed line as a voice note, with the voices of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final, Self

import numpy as np

from wavoice.runtime.adapters.backends import OpenVoice, voice_backend
from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.errors import MissingModelError, SpeechError, UserInputError
from wavoice.runtime.model import Speech
from wavoice.runtime.settings_speech import Voice
from wavoice.runtime.tongues import primary
from wavoice.sim import noise as sound
from wavoice.sim.noise import RATE, Signal
from wavoice.sim.resample import resampled
from wavoice.sim.sound.notes import MAX_BYTES, PHONE_COMPLEXITY, QUIET, Around
from wavoice.sim.utterance import segments

VOICES: Final[Mapping[str, str]] = {"piper": "piper", "espeak-ng": "pyttsx3"}
"""Voices by the name that a user types, and the backend that speaks; the more natural one first."""
LEVEL_DB: Final = -23.0
"""Active speech level of a note, in dB of full scale: as the committed fixtures."""
_LEAD, _TAIL = 0.4, 0.5
"""Seconds of surroundings before and after the words."""


class Talker:
    """Says lines for the customer. Voices are opened when they are first asked for, and kept."""

    def __init__(self) -> None:
        self._open: dict[str, OpenVoice] = {}

    async def __aenter__(self) -> Self:
        """Return it; nothing is loaded yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go of the voices."""
        opened, self._open = self._open, {}
        for voice in opened.values():
            await voice.close()

    @staticmethod
    def voices() -> tuple[str, ...]:
        """The voices that this machine has, the best first."""
        return tuple(name for name in VOICES if _missing(name) is None)

    @staticmethod
    def unavailable() -> str | None:
        """Why no line can be said here, in one line with the remedy; None if one can."""
        if Talker.voices():
            return None
        return " ".join(reason for name in VOICES if (reason := _missing(name)))

    async def note(
        self, text: str, language: str = "en", voice: str | None = None, around: Around = QUIET
    ) -> bytes:
        """Say a line; return it as a voice note of a customer's phone.

        `text` may hold `[pause 700ms]` and `[level -25dB]`. Without `voice`, the best one that speaks the
        language does. Raises `UserInputError` for a line that cannot be said, `MissingModelError` for a
        voice that is not there, `SpeechError` for one that fails.
        """
        try:
            said = segments(text)
        except ValueError as error:
            raise UserInputError(f"That cannot be said: {error}.") from error
        parts = [np.zeros(round(_LEAD * RATE))]
        for segment in said:
            speech = sound.at_level(await self._speak(segment.text, language, voice), LEVEL_DB)
            parts += [
                np.zeros(round(segment.pause_before * RATE)),
                speech * sound.amplitude(segment.gain_db),
            ]
        parts.append(np.zeros(round(_TAIL * RATE)))
        return await asyncio.to_thread(_note, np.concatenate(parts), around)

    async def _speak(self, text: str, language: str, voice: str | None) -> Signal:
        speech = await self._voice(_chosen(language, voice)).say(text, language)
        samples = np.frombuffer(speech.pcm, dtype="<f4").astype(np.float64)
        if not samples.any():
            raise SpeechError("The voice said nothing.")
        return resampled(samples, speech.rate)

    def _voice(self, name: str) -> OpenVoice:
        if name not in self._open:
            self._open[name] = voice_backend(VOICES[name]).open(Voice(backend=VOICES[name]))
        return self._open[name]


def _note(speech: Signal, around: Around) -> bytes:
    mixed = sound.to_pcm16(around.added_to(speech))
    pcm = (mixed / np.float32(32768)).astype("<f4").tobytes()
    return to_voice_note(Speech(pcm, RATE, "said"), MAX_BYTES, PHONE_COMPLEXITY)


def _chosen(language: str, wanted: str | None) -> str:
    if wanted is not None:
        if wanted not in VOICES:
            raise UserInputError(f"There is no voice {wanted!r}.", remedy=f"Use one of: {', '.join(VOICES)}.")
        missing = _missing(wanted)
        if missing:
            raise MissingModelError(missing)
        return wanted
    there = [name for name in Talker.voices() if name != "piper" or primary(language) == "en"]
    if not there:
        reasons = [reason for name in VOICES if (reason := _missing(name))]
        raise MissingModelError(f"No voice here speaks {language!r}.", remedy=" ".join(reasons))
    return there[0]


def _missing(name: str) -> str | None:
    return voice_backend(VOICES[name]).unavailable(Voice(backend=VOICES[name]))
