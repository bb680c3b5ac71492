"""A voice bot as one writes it first: every step waits for the one before.

Webhook → look up the media URL → download → ffmpeg → Whisper with its own 30-s window → rules → the shop
→ speech → ffmpeg → upload → send. Weights, beam, threads, language, rules, words of the reply and voice
are those of the runtime, and so are the emulated WhatsApp and the shop; what differs is the order of
things, the window, a process for each run of ffmpeg, and that nothing is remembered. It is kept from
stumbling where a first bot would: it decodes once at temperature 0, without timestamps, and asks nobody
for consent. It checks no signature, stores nothing and survives nothing, which costs it no time.
"""

from __future__ import annotations

import asyncio
import subprocess
import time
import wave
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from wavoice.runtime.adapters.backends import OpenVoice
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.model import Order, Speech
from wavoice.runtime.ports import Situation
from wavoice.runtime.replies.english import order_status
from wavoice.runtime.replies.spoken import speakable
from wavoice.sim.bench.floor import BEAM, LANGUAGE

SORRY = "I can only tell you where your order is."


@dataclass(frozen=True, slots=True)
class Tools:
    """What the bot works with."""

    model: Any
    """A `faster_whisper.WhisperModel`."""
    voice: OpenVoice
    rules: RulesInterpreter
    ffmpeg: str
    folder: Path
    """For files in between."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How the bot reaches WhatsApp and the shop."""

    graph: httpx.AsyncClient
    number_url: str
    """`{graph}/{version}/{phone number id}`."""
    token: str
    shop: httpx.AsyncClient
    shop_url: str


@dataclass(slots=True)
class Answered:
    """One note, and how many milliseconds each step took."""

    message: str
    heard: str = ""
    said: str = ""
    total_ms: float = 0.0
    """Webhook to the answer that WhatsApp has accepted the reply."""
    steps: dict[str, float] = field(default_factory=dict)


class NaiveBot:
    """Its webhook is `app`; `answered` returns what became of a message."""

    def __init__(self, tools: Tools, reach: Reach) -> None:
        self._tools, self._reach = tools, reach
        self._work: dict[str, asyncio.Task[Answered]] = {}
        self._begun = asyncio.Condition()
        self.app = Starlette(routes=[Route("/{path:path}", self._webhook, methods=["POST"])])

    async def answered(self, message: str) -> Answered:
        """Return the note once it is answered. Raises what went wrong."""
        async with self._begun:
            await self._begun.wait_for(lambda: message in self._work)
        return await self._work.pop(message)

    async def close(self) -> None:
        """Stop what is under way."""
        for task in self._work.values():
            task.cancel()
        await asyncio.gather(*self._work.values(), return_exceptions=True)

    async def _webhook(self, request: Request) -> Response:
        begun = time.perf_counter()
        payload = await request.json()
        for entry in payload.get("entry", []):
            for change in entry.get("changes", []):
                for message in change.get("value", {}).get("messages", []):
                    if message["type"] == "audio":
                        task = asyncio.create_task(self._answer(message, begun))
                        async with self._begun:
                            self._work[message["id"]] = task
                            self._begun.notify_all()
        return Response()

    async def _answer(self, message: dict[str, Any], begun: float) -> Answered:
        note = Answered(message["id"])
        name = message["id"].replace("/", "_").replace("=", "")
        async with AsyncExitStack() as files:
            ogg, wav, spoken, reply = (
                self._tools.folder / f"{name}.{kind}" for kind in ("ogg", "wav", "said.wav", "said.ogg")
            )
            for file in (ogg, wav, spoken, reply):
                files.callback(file.unlink, missing_ok=True)
            ogg.write_bytes(await _timed(note, "download", self._download(message["audio"]["id"])))
            await _timed(note, "to wav", self._ffmpeg(ogg, wav, "-ar", "16000", "-ac", "1"))
            note.heard = await _timed(note, "transcribe", asyncio.to_thread(self._transcribe, wav))
            note.said = await _timed(note, "decide", self._decide(note.heard, message["from"]))
            speech = await _timed(note, "speak", self._tools.voice.say(speakable(note.said), LANGUAGE))
            _write_wav(spoken, speech)
            opus = ("-c:a", "libopus", "-b:a", "16k", "-ac", "1")
            await _timed(note, "to opus", self._ffmpeg(spoken, reply, *opus))
            media = await _timed(note, "upload", self._upload(reply.read_bytes()))
            await _timed(note, "send", self._send(message["from"], media))
        note.total_ms = (time.perf_counter() - begun) * 1000
        return note

    async def _download(self, media: str) -> bytes:
        """In two hops, as WhatsApp's guide shows it."""
        base = self._reach.number_url.rpartition("/")[0]
        found = (await self._graph("GET", f"{base}/{media}")).json()
        return (await self._graph("GET", found["url"])).content

    async def _ffmpeg(self, source: Path, target: Path, *how: str) -> None:
        command = [self._tools.ffmpeg, "-nostdin", "-y", "-loglevel", "error", "-i", str(source), *how]
        await asyncio.to_thread(subprocess.run, [*command, str(target)], check=True, capture_output=True)

    def _transcribe(self, wav: Path) -> str:
        segments, _ = self._tools.model.transcribe(
            str(wav), language=LANGUAGE, beam_size=BEAM, temperature=0.0, without_timestamps=True
        )
        return " ".join(segment.text.strip() for segment in segments)

    async def _decide(self, heard: str, phone: str) -> str:
        reading = self._tools.rules.read(heard, Situation(now=datetime.now(UTC)))
        if reading.intent != "track_order":
            return SORRY
        shop, url = self._reach.shop, self._reach.shop_url
        customers = (await shop.get(f"{url}/customers", params={"phone": f"+{phone}"})).json()["customers"]
        orders = (await shop.get(f"{url}/customers/{customers[0]['id']}/orders")).json()["orders"]
        return order_status(_order(orders[0]), datetime.now(UTC).date())

    async def _upload(self, ogg: bytes) -> str:
        form = {"messaging_product": "whatsapp", "type": "audio/ogg"}
        file = ("voice.ogg", ogg, "audio/ogg; codecs=opus")
        answer = await self._graph("POST", f"{self._reach.number_url}/media", data=form, files={"file": file})
        return str(answer.json()["id"])

    async def _send(self, to: str, media: str) -> None:
        audio = {"id": media, "voice": True}
        body = {"messaging_product": "whatsapp", "to": f"+{to}", "type": "audio", "audio": audio}
        await self._graph("POST", f"{self._reach.number_url}/messages", json=body)

    async def _graph(self, method: str, url: str, **content: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._reach.token}"}
        answer = await self._reach.graph.request(method, url, headers=headers, **content)
        return answer.raise_for_status()


async def _timed(note: Answered, step: str, work: Awaitable[Any]) -> Any:
    begun = time.perf_counter()
    result = await work
    note.steps[step] = (time.perf_counter() - begun) * 1000
    return result


def _write_wav(file: Path, speech: Speech) -> None:
    samples = np.clip(np.frombuffer(speech.pcm, "<f4"), -1, 1)
    with wave.open(str(file), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(speech.rate)
        target.writeframes((samples * 32767).astype("<i2").tobytes())


def _order(record: dict[str, Any]) -> Order:
    return Order(
        id=record["id"],
        customer=record["customer"],
        status=record["status"],
        day=date.fromisoformat(record["day"]),
        version=record["version"],
        delivery_address=record["delivery_address"],
        items=tuple(record["items"]),
    )
