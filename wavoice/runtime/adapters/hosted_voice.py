"""A voice elsewhere: OpenAI's `POST /audio/speech`, which many servers speak.

The protocol has no field for the language: such a voice speaks whatever it is given, some well and some
not. `[voice] languages` says which it is to be given.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final, Literal

from wavoice.runtime.adapters.backends import VoiceBackend
from wavoice.runtime.adapters.hosted import HostedApi, host_of
from wavoice.runtime.audio.replies import LONGEST_SECONDS, PCM_RATE, speech_from
from wavoice.runtime.errors import SpeechError, UnsupportedLanguageError
from wavoice.runtime.model import Speech
from wavoice.runtime.settings_speech import Voice
from wavoice.runtime.tongues import primary

MODEL: Final = "tts-1"
SPEAKER: Final = "alloy"
MOST_BYTES: Final = 16 * 1024 * 1024
"""Of an answer: almost 6 minutes of 16-bit samples at 24 kHz."""
MOST_PCM_BYTES: Final = int(LONGEST_SECONDS * PCM_RATE * 2)
LEAST_BYTES: Final = 4800
"""Samples of a tenth of a second: less is not worth handing on."""
LONGEST_TEXT: Final = 4096
"""Characters that OpenAI takes."""

Format = Literal["wav", "pcm", "opus"]


class HostedVoice:
    """`TextToSpeech` behind an OpenAI-compatible API, at whatever rate it answers."""

    def __init__(
        self,
        api: HostedApi,
        model: str = MODEL,
        speaker: str = SPEAKER,
        *,
        audio_format: Format = "wav",
        languages: tuple[str, ...] = (),
    ) -> None:
        """Empty `languages`: any."""
        self._api, self._model, self._speaker, self._format = api, model, speaker, audio_format
        self._languages = frozenset(map(primary, languages))

    async def warm(self) -> None:
        """Open a connection; nothing is spoken, because it would be paid for. Raises `SpeechError`."""
        await self._api.warm()

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def say(self, text: str, language: str) -> Speech:
        """Synthesise. Raises `SpeechError`, `UnsupportedLanguageError` for one that is not in `languages`."""
        self._check(text, language)
        data = await self._api.post("audio/speech", most_bytes=MOST_BYTES, json=self._wish(text))
        pcm, rate = await asyncio.to_thread(speech_from, data, self._format)
        return Speech(pcm=pcm, rate=rate, voice=self._name)

    async def stream(self, text: str, language: str) -> AsyncGenerator[Speech, None]:
        """`ports.StreamingSpeech`: samples as they come; a format with a header comes whole."""
        if self._format != "pcm":
            yield await self.say(text, language)
            return
        self._check(text, language)
        waiting = b""
        body = self._api.stream("audio/speech", most_bytes=MOST_PCM_BYTES, json=self._wish(text))
        async with aclosing(body):
            async for chunk in body:
                waiting += chunk
                whole = len(waiting) - len(waiting) % 2
                if whole >= LEAST_BYTES:
                    yield self._part(waiting[:whole])
                    waiting = waiting[whole:]
        if waiting:
            yield self._part(waiting)

    def _part(self, data: bytes) -> Speech:
        pcm, rate = speech_from(data, "pcm")
        return Speech(pcm=pcm, rate=rate, voice=self._name)

    def _wish(self, text: str) -> dict[str, str]:
        return {
            "model": self._model,
            "input": text,
            "voice": self._speaker,
            "response_format": self._format,
        }

    @property
    def _name(self) -> str:
        return f"{self._speaker}@{self._api.host}"

    def _check(self, text: str, language: str) -> None:
        if self._languages and primary(language) not in self._languages:
            raise UnsupportedLanguageError(
                f"{self._speaker} at {self._api.host} does not speak {language!r}."
            )
        if not text.strip():
            raise SpeechError("There is nothing to speak in that text.")
        if len(text) > LONGEST_TEXT:
            raise SpeechError(f"The text has more than {LONGEST_TEXT} characters.")


def _open(settings: Voice) -> HostedVoice:
    return HostedVoice(
        HostedApi.of(settings, "voice"),
        settings.model or MODEL,
        settings.speaker or SPEAKER,
        audio_format=settings.audio_format,
        languages=settings.languages,
    )


BACKEND = VoiceBackend(
    open=_open,
    describe=lambda settings: f"{settings.speaker or SPEAKER} at {host_of(settings.base_url)}.",
    hosted=True,
)
