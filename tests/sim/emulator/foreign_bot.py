"""A bot that knows nothing of wavoice: Starlette, httpx and the Cloud API's documentation.

It hears a voice note, fetches it, uploads it again and sends it back as its own voice note; a text it
repeats with buttons.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


@dataclass(slots=True)
class EchoBot:
    graph: str
    """Base address of Graph: the only thing of it that differs from production."""
    number: str
    token: str
    app_secret: str
    verify_token: str
    http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=30))
    seen: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[dict[str, Any]] = field(default_factory=list)
    bytes_heard: list[bytes] = field(default_factory=list)
    media_hosts: set[str] = field(default_factory=set)

    async def registers(self, hook: str, app: str, account: str) -> None:
        """Do what the getting-started guide of the Cloud API asks for."""
        wanted = {
            "object": "whatsapp_business_account",
            "callback_url": hook,
            "verify_token": self.verify_token,
            "fields": "messages",
            "access_token": f"{app}|{self.app_secret}",
        }
        url = f"{self.graph}/v24.0/{app}/subscriptions"
        (await self.http.post(url, params=wanted)).raise_for_status()
        await self._call("POST", f"/{account}/subscribed_apps")

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/hook", self._verify, methods=["GET"]),
                Route("/hook", self._take, methods=["POST"]),
            ]
        )

    async def _verify(self, request: Request) -> Response:
        query = request.query_params
        if query.get("hub.verify_token") != self.verify_token:
            return PlainTextResponse("no", 403)
        return PlainTextResponse(query["hub.challenge"])

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        wanted = "sha256=" + hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted, request.headers["x-hub-signature-256"]):
            return PlainTextResponse("not signed by WhatsApp", 401)
        for entry in json.loads(body)["entry"]:
            for change in entry["changes"]:
                self.statuses += change["value"].get("statuses", [])
                for message in change["value"].get("messages", []):
                    await self._answer(message)
        return PlainTextResponse("ok")

    async def _answer(self, message: dict[str, Any]) -> None:
        if any(message["id"] == earlier["id"] for earlier in self.seen):
            return
        self.seen.append(message)
        to = message["from"]
        if message["type"] == "audio":
            media = await self._upload(await self._fetch(message["audio"]["id"]))
            await self._send(to=to, type="audio", audio={"id": media, "voice": True})
        if message["type"] == "text":
            buttons = [{"type": "reply", "reply": {"id": word, "title": word}} for word in ("yes", "no")]
            body = {"text": f"You wrote: {message['text']['body']}"}
            interactive = {"type": "button", "body": body, "action": {"buttons": buttons}}
            await self._send(to=to, type="interactive", interactive=interactive)

    async def _fetch(self, media: str) -> bytes:
        found = (await self._call("GET", f"/{media}")).json()
        self.media_hosts.add(httpx.URL(found["url"]).netloc.decode())
        answer = await self.http.get(found["url"], headers={"Authorization": f"Bearer {self.token}"})
        self.bytes_heard.append(answer.raise_for_status().content)
        return self.bytes_heard[-1]

    async def _upload(self, ogg: bytes) -> str:
        fields = {"messaging_product": "whatsapp", "type": "audio/ogg"}
        files = {"file": ("note.ogg", ogg, "audio/ogg")}
        answer = await self._call("POST", f"/{self.number}/media", data=fields, files=files)
        return str(answer.json()["id"])

    async def _send(self, **message: Any) -> None:
        await self._call(
            "POST", f"/{self.number}/messages", json={"messaging_product": "whatsapp", **message}
        )

    async def _call(self, method: str, path: str, **content: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.graph}/v24.0{path}"
        return (await self.http.request(method, url, headers=headers, **content)).raise_for_status()
