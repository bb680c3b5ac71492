"""One emulator, one recording bot and one customer, in process and on a virtual clock."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.sim.emulator.audio_files import opus
from wavoice.runtime.adapters.wire import parse
from wavoice.runtime.model import SECOND, Micros, StatusUpdate
from wavoice.sim.clock import VirtualClock
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.emulator.wire import Business
from wavoice.sim.emulator.wire.shapes.webhook import Webhook

__all__ = ["MESSAGES", "NUMBER", "SECRET", "START", "TOKEN", "WEEK", "Bot", "World", "opus", "says"]

TOKEN = "EAAtoken"
SECRET = "app-secret"
START: Micros = 1_795_000_000 * SECOND
WEEK: Micros = 7 * 24 * 3600 * SECOND
NUMBER = Business().number
MESSAGES = f"/v24.0/{NUMBER}/messages"


class Bot:
    """A webhook that records what it gets and answers as told."""

    def __init__(self) -> None:
        self.app = Starlette(routes=[Route("/hook", self._take, methods=["POST"])])
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.answers: list[int] = []
        """Status codes to give, then 200 for ever."""
        self.open = asyncio.Event()
        self.open.set()
        self.hold: str | None = None
        """Status whose webhook is kept waiting until `open` is set anew."""
        self.crash: Exception | None = None
        self.documented = False
        """Whether what comes must fit the models of all webhooks."""

    async def _take(self, request: Request) -> Response:
        self.bodies.append(await request.body())
        if self.documented:
            Webhook.model_validate_json(self.bodies[-1])
        self.signatures.append(request.headers["X-Hub-Signature-256"])
        if self.hold is not None and f'"status":"{self.hold}"'.encode() in self.bodies[-1]:
            self.open.clear()
        await self.open.wait()
        if self.crash is not None:
            raise self.crash
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    @property
    def values(self) -> list[dict[str, Any]]:
        """`value` of every webhook."""
        return [json.loads(body)["entry"][0]["changes"][0]["value"] for body in self.bodies]

    @property
    def entries(self) -> list[dict[str, Any]]:
        """`entry` of every webhook."""
        return [json.loads(body)["entry"][0] for body in self.bodies]

    @property
    def statuses(self) -> list[StatusUpdate]:
        return [status for body in self.bodies for status in parse(body).statuses]


class World:
    """An emulator, a bot and a customer, in one process and on one virtual clock."""

    def __init__(
        self, start: Micros = START, internet: httpx.AsyncClient | None = None, **config: Any
    ) -> None:
        self.clock = VirtualClock(start)
        self.bot = Bot()
        webhook = httpx.AsyncClient(transport=httpx.ASGITransport(self.bot.app))
        standard = {
            "access_token": TOKEN,
            "app_secret": SECRET,
            "webhook_url": "http://bot.wavoice.test/hook",
        }
        self._parts = (EmulatorConfig(**{**standard, **config}), self.clock, webhook, internet)
        self.emulator = Emulator(*self._parts)
        self.anna = self.emulator.phone("Anna", "15550100200", "US.anna", wrote_at=start)
        self.http = self.emulator.client()

    async def restarts(self, world: dict[str, Any] | None = None) -> None:
        """Another emulator takes the place of this one, empty or with a saved world; the bot forgets."""
        await self.emulator.close()
        self.emulator = Emulator(*self._parts)
        self.http = self.emulator.client()
        self.bot.bodies.clear()
        if world is not None:
            self.emulator.import_(world)

    async def call(self, method: str, path: str, **content: Any) -> httpx.Response:
        headers = content.pop("headers", {"Authorization": f"Bearer {TOKEN}"})
        return await self.http.request(method, f"http://graph.wavoice.test{path}", headers=headers, **content)

    async def send(self, **body: Any) -> httpx.Response:
        return await self.call(
            "POST", MESSAGES, json={"messaging_product": "whatsapp", "to": "15550100200", **body}
        )

    async def upload(self, data: bytes, mime_type: str, filename: str = "upload") -> httpx.Response:
        return await self.call(
            "POST",
            f"/v24.0/{NUMBER}/media",
            data={"messaging_product": "whatsapp", "type": mime_type},
            files={"file": (filename, data, mime_type)},
        )

    async def speak(self, data: bytes, mime_type: str = "audio/ogg", *, voice: bool = True) -> str:
        """Upload and send audio; return the wamid."""
        media = (await self.upload(data, mime_type)).json()["id"]
        answer = await self.send(type="audio", audio={"id": media, "voice": voice})
        return str(answer.json()["messages"][0]["id"])

    async def ask(self, *buttons: tuple[str, str], text: str = "Sure?") -> httpx.Response:
        nodes = [{"type": "reply", "reply": {"id": key, "title": title}} for key, title in buttons]
        interactive = {"type": "button", "body": {"text": text}, "action": {"buttons": nodes}}
        return await self.send(type="interactive", interactive=interactive)


def says(text: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": text}}
