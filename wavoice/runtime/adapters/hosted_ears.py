"""Ears elsewhere: OpenAI's `POST /audio/transcriptions`, which many servers speak.

Every note is sent as what is left of it after the sandbox: 16-bit samples at 16 kHz, never the file that
a customer sent. Decodes A and B of confirmation.md A2 are two requests that differ in the prompt alone.

Its word counts less than that of a local model, because what A2 asks for may not be there:

* `verbose_json` tells `avg_logprob` and `no_speech_prob` by segment (OpenAI with whisper-1, faster-whisper
  servers). Other models and servers know only `json`, leave figures out, or write 0 in their place
  (vLLM's `no_speech_prob` is null). Then the decode is not `measured`, and the gate takes no yes from it.
* A server may ignore the prompt. Then A and B are one decode, told by figures that are the same to the last
  digit, and no second opinion: not `measured` either.
* Whether anybody spoke is found here, by the voice activity detection of the local ears.
"""

from __future__ import annotations

import asyncio
import io
import math
import wave
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import numpy as np
from pydantic import BaseModel, ValidationError

from wavoice.runtime.adapters.backends import EarsBackend
from wavoice.runtime.adapters.hosted import HostedApi, host_of
from wavoice.runtime.adapters.passes import (
    RATE,
    UNHEARD_LOGPROB,
    Pass,
    Samples,
    passes_for,
    samples_of,
    seconds_of,
    speech_spans,
    split_at_pauses,
    unheard,
)
from wavoice.runtime.errors import SpeechError, speech_errors
from wavoice.runtime.model import Audio, Decode, Heard
from wavoice.runtime.ports import Hint
from wavoice.runtime.settings_speech import Ears
from wavoice.runtime.tongues import primary

MODEL: Final = "whisper-1"
MOST_BYTES: Final = 4 * 1024 * 1024
"""Of an answer; 5 minutes of fast speech with every token take less than a tenth."""
REQUESTS: Final = 16
"""Under way at a time: a yes takes two for every piece between long pauses."""
UNTOLD: Final = "und"
"""ISO 639's code of a language that nobody has named."""
UNKNOWN_BEAM: Final = 0
"""No API tells how it searches."""


class _Segment(BaseModel):
    avg_logprob: float | None = None
    no_speech_prob: float | None = None
    tokens: list[int] = []

    @property
    def measured(self) -> bool:
        """Whether the figures are some: 0 is no log-probability of anything that was heard."""
        logprob, no_speech = self.avg_logprob, self.no_speech_prob
        if logprob is None or no_speech is None or not math.isfinite(logprob):
            return False
        return logprob < 0 and 0 <= no_speech <= 1


class _Transcription(BaseModel):
    text: str
    language: str | None = None
    segments: list[_Segment] | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one request heard."""

    text: str
    language: str
    segments: tuple[_Segment, ...]

    @property
    def measured(self) -> bool:
        """An empty text needs no figures."""
        return not self.text or (bool(self.segments) and all(one.measured for one in self.segments))


class HostedEars:
    """`SpeechToText` behind an OpenAI-compatible API. `requests` are under way at a time, others wait."""

    def __init__(
        self, api: HostedApi, model: str = MODEL, *, verbose: bool = True, requests: int = REQUESTS
    ) -> None:
        self._api, self._model = api, model
        self._format = "verbose_json" if verbose else "json"
        self._slots = asyncio.Semaphore(requests)

    async def warm(self) -> None:
        """Open a connection, and load voice activity detection. Raises `SpeechError`."""
        await asyncio.gather(self._api.warm(), asyncio.to_thread(speech_spans, np.zeros(RATE, np.float32)))

    async def close(self) -> None:
        """Close the connections."""
        await self._api.close()

    async def hear(self, audio: Audio, hint: Hint) -> Heard:
        """Transcribe 16 kHz audio in `hint.language`: one request, or two and more while a yes is awaited.

        Raises `SpeechError`, and `UnsupportedLanguageError` if the server says so.
        """
        with speech_errors("The note could not be prepared", told=False):
            samples = samples_of(audio)
            if not samples.size:
                return unheard(audio, hint)
            spans = await asyncio.to_thread(speech_spans, samples)
        speech = seconds_of(spans)
        passes = passes_for(hint, speech)
        pieces = split_at_pauses(samples, spans) if hint.awaiting_yes else [samples]
        notes = await asyncio.gather(*(asyncio.to_thread(_wav, piece) for piece in pieces))
        language = None if hint.find_language else primary(hint.language)
        heard = await _all([self._ask(note, how, language) for how in passes for note in notes])
        rows = [heard[start : start + len(notes)] for start in range(0, len(heard), len(notes))]
        decodes = [self._decode(how, row) for how, row in zip(passes, rows, strict=True)]
        if hint.find_language and {decode.language for decode in decodes} == {primary(hint.language)}:
            return Heard((), speech, audio.seconds)
        if len(decodes) > 1 and _are_one(decodes):
            decodes = [_unmeasured(decode) for decode in decodes]
        return Heard(decodes=tuple(decodes), speech_seconds=speech, note_seconds=audio.seconds)

    async def _ask(self, note: bytes, how: Pass, language: str | None) -> _Piece:
        """`language` None: the server finds it, and says so if its answer has a place for it."""
        fields = {"model": self._model, "response_format": self._format, "temperature": "0"}
        if language is not None:
            fields["language"] = language
        if how.prompt:
            fields["prompt"] = how.prompt
        file = {"file": ("note.wav", note, "audio/wav")}
        async with self._slots:
            body = await self._api.post(
                "audio/transcriptions", most_bytes=MOST_BYTES, data=fields, files=file
            )
        try:
            said = _Transcription.model_validate_json(body)
        except ValidationError:  # its text quotes the transcript
            raise SpeechError(f"The answer of {self._api.host} is no transcription.") from None
        return _Piece(
            said.text.strip(), _code(said.language) or language or UNTOLD, tuple(said.segments or ())
        )

    def _decode(self, how: Pass, pieces: Sequence[_Piece]) -> Decode:
        spoken = [piece for piece in pieces if piece.text]
        segments = [segment for piece in spoken for segment in piece.segments]
        languages = {piece.language for piece in spoken or pieces}
        decode = Decode(
            text=" ".join(piece.text for piece in spoken),
            avg_logprob=UNHEARD_LOGPROB,
            no_speech=1.0,
            language=" ".join(sorted(languages)),
            prompt=how.name,
            beam=UNKNOWN_BEAM,
            model=f"{self._model}@{self._api.host}",
        )
        if not spoken:
            return decode
        if not all(piece.measured for piece in pieces):
            return _unmeasured(decode)
        return replace(
            decode, avg_logprob=_mean(segments), no_speech=min(one.no_speech_prob or 0 for one in segments)
        )


def _mean(segments: Sequence[_Segment]) -> float:
    """Mean log-probability of all tokens; of the worst segment, where they are not told."""
    if not all(segment.tokens for segment in segments):
        return min(one.avg_logprob or 0 for one in segments)
    total = sum((one.avg_logprob or 0) * len(one.tokens) for one in segments)
    return total / sum(len(segment.tokens) for segment in segments)


def _unmeasured(decode: Decode) -> Decode:
    return replace(decode, avg_logprob=UNHEARD_LOGPROB, no_speech=0.0, measured=False)


def _are_one(decodes: Sequence[Decode]) -> bool:
    """True if two requests were answered with one and the same decode."""
    figures = {(one.text, one.avg_logprob, one.no_speech) for one in decodes}
    return len(figures) == 1 and bool(decodes[0].text)


async def _all(asked: Sequence[Coroutine[Any, Any, _Piece]]) -> list[_Piece]:
    """What all of them return; the first that fails ends the others."""
    tasks = [asyncio.ensure_future(one) for one in asked]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def _wav(samples: Samples) -> bytes:
    pcm = (np.clip(samples, -1.0, 1.0) * 32767).astype("<i2")
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm.tobytes())
    return target.getvalue()


def _code(said: str | None) -> str | None:
    """The code of a language that a server wrote as a code or, like OpenAI, as an English name."""
    if not said:
        return None
    name = said.strip().casefold()
    return name if len(name) <= 3 else _codes().get(name, name)


@cache
def _codes() -> dict[str, str]:
    from babel import Locale  # noqa: PLC0415 -- 30 ms, and most servers write codes

    return {name.casefold(): code for code, name in Locale("en").languages.items() if len(code) <= 3}


def _open(settings: Ears) -> HostedEars:
    api = HostedApi.of(settings, "ears")
    verbose = settings.response_format == "verbose_json"
    return HostedEars(api, settings.model or MODEL, verbose=verbose)


BACKEND = EarsBackend(
    open=_open,
    describe=lambda settings: f"{settings.model or MODEL} at {host_of(settings.base_url)}",
    hosted=True,
)
