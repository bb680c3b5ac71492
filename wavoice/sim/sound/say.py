"""`/say`: a typed line as a voice note, with the voices of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
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
ENGLISH_ONLY: Final = "piper"
LEVEL_DB: Final = -23.0
"""Active speech level of a note, in dB of full scale: as the committed fixtures."""
_LEAD, _TAIL = 0.4, 0.5
"""Seconds of surroundings before and after the words."""


class Talker:
    """Says lines for the customer. Voices are opened when they are first asked for, and kept."""

    def __init__(self, voices: Mapping[str, Callable[[], OpenVoice]] | None = None) -> None:
        """`voices`: how to open each, the best first; without them, what this machine has of `VOICES`."""
        self._given = voices
        self._open: dict[str, OpenVoice] = {}

    async def __aenter__(self) -> Self:
        """Return it; nothing is loaded yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go of the voices."""
        opened, self._open = self._open, {}
        for voice in opened.values():
            await voice.close()

    def voices(self) -> tuple[str, ...]:
        """The voices that there are, the best first."""
        return tuple(self._given or (name for name in VOICES if _missing(name) is None))

    def unavailable(self) -> str | None:
        """Why no line can be said here, in one line with the remedy; None if one can."""
        if self.voices():
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
        speech = await self._voice(self._chosen(language, voice)).say(text, language)
        samples = np.frombuffer(speech.pcm, dtype="<f4").astype(np.float64)
        if not samples.any():
            raise SpeechError("The voice said nothing.")
        return resampled(samples, speech.rate)

    def _voice(self, name: str) -> OpenVoice:
        if name not in self._open:
            opens = self._given[name] if self._given else partial(_opened, name)
            self._open[name] = opens()
        return self._open[name]

    def _chosen(self, language: str, wanted: str | None) -> str:
        there = self.voices()
        if wanted is not None and wanted not in there:
            reason = _missing(wanted) if wanted in VOICES else None
            if reason:
                raise MissingModelError(reason)
            known = ", ".join(there) or "none"
            raise UserInputError(f"There is no voice {wanted!r}.", remedy=f"There are: {known}.")
        able = [name for name in there if name != ENGLISH_ONLY or primary(language) == "en"]
        if wanted is not None or able:
            return wanted or able[0]
        reasons = [reason for name in VOICES if name != ENGLISH_ONLY and (reason := _missing(name))]
        raise MissingModelError(f"No voice here speaks {language!r}.", remedy=" ".join(reasons))


def _opened(name: str) -> OpenVoice:
    return voice_backend(VOICES[name]).open(Voice(backend=VOICES[name]))


def _note(speech: Signal, around: Around) -> bytes:
    mixed = sound.to_pcm16(around.added_to(speech))
    pcm = (mixed / np.float32(32768)).astype("<f4").tobytes()
    return to_voice_note(Speech(pcm, RATE, "said"), MAX_BYTES, PHONE_COMPLEXITY)


def _missing(name: str) -> str | None:
    return voice_backend(VOICES[name]).unavailable(Voice(backend=VOICES[name]))
