"""An emulator whose app has yet to subscribe, and callbacks that answer the handshake or do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from tests.sim.emulator.emulated_world import SECRET, START, TOKEN
from wavoice.sim.clock import VirtualClock
from wavoice.sim.emulator.config import EmulatorConfig
from wavoice.sim.emulator.emulator import Emulator
from wavoice.sim.emulator.subscriptions import App
from wavoice.sim.emulator.wire import Business

APP = "300000000000001"
APP_TOKEN = f"{APP}|{SECRET}"
VERIFY = "my verify token"
WABA, NUMBER = Business().waba, Business().number
SUBSCRIPTIONS = f"/v24.0/{APP}/subscriptions"
SUBSCRIBED_APPS = f"/v24.0/{WABA}/subscribed_apps"


def echo(request: httpx.Request) -> httpx.Response:
    """A right answer to the handshake, and 403 for a wrong token."""
    query = request.url.params
    if query["hub.mode"] != "subscribe" or query["hub.verify_token"] != VERIFY:
        return httpx.Response(403, text="forbidden")
    return httpx.Response(200, text=query["hub.challenge"])


class Callbacks:
    """All hosts of the developer: who asked what, and what was posted where."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.posted: list[httpx.Request] = []
        self.verify: Callable[[httpx.Request], httpx.Response] = echo
        self.statuses: dict[str, list[int]] = {}
        """By host: status codes to give to POSTs, then 200 for ever."""

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            self.asked.append(request)
            return self.verify(request)
        self.posted.append(request)
        answers = self.statuses.get(request.url.host, [])
        return httpx.Response(answers.pop(0) if answers else 200)

    def texts(self, host: str | None = None) -> list[str]:
        """What customers said, as it was posted (to one host)."""
        return [
            message["text"]["body"]
            for request in self.posted
            if host in (None, request.url.host)
            for message in json.loads(request.content)["entry"][0]["changes"][0]["value"].get("messages", [])
        ]

    def hosts(self) -> list[str]:
        """Where webhooks went, in order."""
        return [request.url.host for request in self.posted]


class Developer:
    """Calls the Graph API as a developer who sets an app up."""

    def __init__(self, *apps: App, **config: Any) -> None:
        self.callbacks = Callbacks()
        self.clock = VirtualClock(START)
        webhook = httpx.AsyncClient(transport=httpx.MockTransport(self.callbacks))
        self.emulator = Emulator(
            EmulatorConfig(**{"access_token": TOKEN, "app_secret": SECRET, **config}), self.clock, webhook
        )
        for app in apps:
            self.emulator.subscriptions.add(app)
        self.anna = self.emulator.phone("Anna", "15550100200", "US.anna")
        self.http = self.emulator.client()

    async def call(self, method: str, path: str, token: str | None = TOKEN, **content: Any) -> httpx.Response:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return await self.http.request(method, f"http://graph.wavoice.test{path}", headers=headers, **content)

    async def subscribe(
        self, token: str = APP_TOKEN, path: str = SUBSCRIPTIONS, **changed: Any
    ) -> httpx.Response:
        """Subscribe as most SDKs do: by query parameters."""
        given = {
            "object": "whatsapp_business_account",
            "callback_url": "https://app.example/hook",
            "verify_token": VERIFY,
            "fields": "messages",
        }
        return await self.call("POST", path, token, params={**given, **changed})

    async def install(self, token: str = TOKEN, **body: Any) -> httpx.Response:
        return await self.call("POST", SUBSCRIBED_APPS, token, json=body or None)


def code(answer: httpx.Response) -> tuple[int, int, int | None]:
    """Status, code and subcode of a refusal."""
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("error_subcode")
