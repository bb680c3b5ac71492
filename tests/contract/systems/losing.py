"""A small proxy that loses what it is told to: a request before it arrives, or an answer after the work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from wavoice.sim.tcp import serve

Lost = Literal["request", "answer"]
_PASSED_ON = ("authorization", "content-type", "vendure-api-key", "idempotency-key", "accept")


@dataclass
class Proxy:
    """Passes everything on, but for what is lost: each entry is used once, by the first request it fits."""

    target: str
    http: httpx.AsyncClient
    losses: list[tuple[bytes, Lost]] = field(default_factory=list)
    url: str = ""
    seen: list[bytes] = field(default_factory=list)
    """Method, path and body of every request, also of those that were lost."""

    def lose(self, what: Lost, words: bytes) -> None:
        """Lose the next request whose method, path and body hold these words, or its answer."""
        self.losses.append((words, what))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        line = f"{request.method} {request.url.path} ".encode() + body
        self.seen.append(line)
        lost = self._lost(line)
        if lost == "request":
            await _break_off(send)
            return
        query = f"?{request.url.query}" if request.url.query else ""
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        url = f"{self.target}{request.url.path}{query}"
        answer = await self.http.request(request.method, url, content=body, headers=headers)
        if lost == "answer":
            await _break_off(send)
            return
        kept = {
            name: value
            for name, value in answer.headers.items()
            if name not in ("content-length", "content-encoding", "transfer-encoding", "connection")
        }
        await Response(answer.content, answer.status_code, kept)(scope, receive, send)

    def _lost(self, line: bytes) -> Lost | None:
        for n, (words, what) in enumerate(self.losses):
            if words in line:
                del self.losses[n]
                return what
        return None


async def _break_off(send: Send) -> None:
    """Promise a body and end before it: the server closes the connection."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})


@asynccontextmanager
async def losing(target: str) -> AsyncIterator[Proxy]:
    """A proxy in front of `target`, an origin such as `http://127.0.0.1:3000`."""
    async with httpx.AsyncClient(timeout=60, verify=False) as http:
        proxy = Proxy(target, http)
        async with serve(proxy) as port:
            proxy.url = f"http://127.0.0.1:{port}"
            yield proxy
