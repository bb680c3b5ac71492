"""OpenAI's audio protocol on a socket, with our own local models behind it; misbehaves when told to."""

from __future__ import annotations

import asyncio
import io
import wave
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from starlette.applications import Starlette
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.errors import SpeechError, UnsupportedLanguageError
from wavoice.runtime.model import Audio, Speech
from wavoice.runtime.ports import Hint, SpeechToText, TextToSpeech
from wavoice.sim.tcp import serve

KEY = "sk-of-a-test"
NAMES = {"en": "english", "pt": "portuguese"}
"""OpenAI writes languages out."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that came in."""

    path: str
    key: str
    fields: dict[str, Any]


@dataclass(slots=True)
class SpeechServer:
    """Answers with what `instead` holds, one after the other, and with its models when that is empty."""

    ears: SpeechToText | None = None
    voice: TextToSpeech | None = None
    asked: list[Asked] = field(default_factory=list)
    instead: deque[Response | None] = field(default_factory=deque)
    """None: no answer at all, until the server is closed."""
    figures: bool = True
    """False: the format `json`, whatever is asked for."""
    heeds_prompts: bool = True
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/models", self._models),
                Route("/v1/audio/transcriptions", self._transcribe, methods=["POST"]),
                Route("/v1/audio/speech", self._speak, methods=["POST"]),
            ]
        )

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """Yields the base address."""
        async with serve(self.app) as port:
            try:
                yield f"http://127.0.0.1:{port}/v1"
            finally:
                self.closing.set()

    async def _models(self, request: Request) -> Response:
        return self._refused(request) or JSONResponse({"object": "list", "data": [{"id": "whisper-1"}]})

    async def _transcribe(self, request: Request) -> Response:
        async with request.form() as form:
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            if early := await self._early(request, fields):
                return early
            return await self._heard(form, fields)

    async def _heard(self, form: FormData, fields: dict[str, str]) -> Response:
        file = form["file"]
        assert isinstance(file, UploadFile)
        assert self.ears is not None
        audio, prompt = _audio(await file.read()), fields.get("prompt") if self.heeds_prompts else None
        language, hint = fields.get("language"), Hint(words=(prompt,) if prompt else ())
        try:
            if language is None:
                found = await self.ears.hear(audio, replace(hint, find_language=True))
                language = found.transcript.language if found.decodes else hint.language
            heard = await self.ears.hear(audio, replace(hint, language=language))
        except UnsupportedLanguageError:
            return refusal(400, "Language is not supported.", param="language", code="unsupported_language")
        said = heard.transcript
        if not self.figures or fields.get("response_format") != "verbose_json":
            return JSONResponse({"text": said.text})
        segment = {
            "id": 0,
            "seek": 0,
            "start": 0.0,
            "end": audio.seconds,
            "text": said.text,
            "temperature": 0.0,
            "avg_logprob": said.avg_logprob,
            "compression_ratio": 1.0,
            "no_speech_prob": said.no_speech,
        }
        return JSONResponse(
            {
                "task": "transcribe",
                "language": NAMES.get(language, language),
                "duration": audio.seconds,
                "text": said.text,
                "segments": [segment] if said.text else [],
            }
        )

    async def _speak(self, request: Request) -> Response:
        fields = await request.json()
        if early := await self._early(request, fields):
            return early
        assert self.voice is not None
        try:
            speech = await self.voice.say(fields["input"], "en")
        except SpeechError as error:
            return refusal(400, error.message)
        made = {"wav": wav_of, "pcm": pcm_of, "opus": _opus_of}[fields["response_format"]](speech)
        return Response(made, media_type="application/octet-stream")

    async def _early(self, request: Request, fields: dict[str, Any]) -> Response | None:
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        self.asked.append(Asked(request.url.path, key, fields))
        if self.instead:
            answer = self.instead.popleft()
            if answer is None:
                await self.closing.wait()
            return answer or Response(status_code=503)
        return self._refused(request)

    @staticmethod
    def _refused(request: Request) -> Response | None:
        if request.headers.get("authorization") == f"Bearer {KEY}":
            return None
        # OpenAI's own words quote the key.
        return refusal(401, f"Incorrect API key provided: {request.headers.get('authorization')}.")


def refusal(status: int, message: str, **more: str) -> Response:
    return JSONResponse({"error": {"message": message, "type": "invalid_request_error", **more}}, status)


def transcription(text: str, *segments: dict[str, Any], **more: Any) -> Response:
    """An answer in the format `verbose_json`."""
    return JSONResponse({"text": text, "language": "english", "segments": list(segments), **more})


def wav_of(speech: Speech) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(speech.rate)
        file.writeframes(_sixteen_bits(np.frombuffer(speech.pcm, "<f4")))
    return target.getvalue()


def pcm_of(speech: Speech) -> bytes:
    samples = np.frombuffer(speech.pcm, "<f4")
    times = np.arange(int(len(samples) * 24_000 / speech.rate)) / 24_000
    return _sixteen_bits(np.interp(times, np.arange(len(samples)) / speech.rate, samples))


def _opus_of(speech: Speech) -> bytes:
    return to_voice_note(speech, 1_000_000)


def _sixteen_bits(samples: np.ndarray[Any, Any]) -> bytes:
    return bytes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def _audio(data: bytes) -> Audio:
    with wave.open(io.BytesIO(data), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 16_000)
        frames = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return Audio(pcm=(frames / np.float32(32767)).astype("<f4").tobytes(), seconds=len(frames) / 16_000)
