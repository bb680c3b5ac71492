"""A Graph API client against scripted answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
from pydantic import SecretStr

from tests.sim.emulator.audio_files import opus
from wavoice.runtime.adapters.graph import GraphClient, GraphSettings
from wavoice.runtime.model import SECOND, Alias, Micros
from wavoice.sim.clock import VirtualClock
from wavoice.sim.emulator.wire import Business

TOKEN = "EAAcanary0token"
START: Micros = 1_795_000_000 * SECOND
OPUS = opus()
LIMIT = 1 << 20
ANNA = Alias(phone="15550100200", bsuid="US.anna")


def settings(**changes: Any) -> GraphSettings:
    standard: dict[str, Any] = {
        "base_url": "http://graph.wavoice.test",
        "number": Business().number,
        "access_token": SecretStr(TOKEN),
        "media_hosts": ("media.wavoice.test",),
    }
    return GraphSettings(**{**standard, **changes})


Handler = Callable[[httpx.Request], httpx.Response]


def scripted(handler: Handler, **changes: Any) -> GraphClient:
    """A client for which `handler` is the whole internet."""
    http = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    return GraphClient(settings(**changes), http, VirtualClock(START))


def always(answer: httpx.Response, request: httpx.Request) -> httpx.Response:
    return answer


def recording(requests: list[httpx.Request], request: httpx.Request) -> httpx.Response:
    requests.append(request)
    return httpx.Response(200, json={"messages": [{"id": "wamid.B"}]})


def streamed(data: bytes, status: int = 200) -> httpx.Response:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(data), 100):
            yield data[start : start + 100]

    return httpx.Response(status, content=chunks())


def refused(code: int, status: int = 400, **error: Any) -> httpx.Response:
    body = {"message": f"(#{code}) no", "type": "OAuthException", "code": code, "fbtrace_id": "x", **error}
    return httpx.Response(status, json={"error": body})
