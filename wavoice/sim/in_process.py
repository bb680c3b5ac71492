"""HTTP without sockets that shows a failing server as TCP would, and without the wait."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import SplitResult, unquote, urlsplit

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class InProcess(httpx.AsyncBaseTransport):
    """Calls an ASGI app directly. As `httpx.ASGITransport`, without its search for other event loops.

    * An app that waits for its client to hang up has decided not to answer: it gets its
      `http.disconnect` at once, and the caller `httpx.ReadTimeout`; or after `patience`, the time that
      a client waits, if that is to pass too.
    * An app that returns before its answer is whole gives `httpx.RemoteProtocolError`.
    * An exception of the app surfaces in the caller.
    """

    def __init__(self, app: ASGIApp, patience: Callable[[], Awaitable[object]] | None = None) -> None:
        self._app = app
        self._patience = patience

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; raises what the client would see over TCP."""
        exchange = _Exchange(await request.aread(), self._patience)
        await self._app(_scope(request), exchange.receive, exchange.send)
        if exchange.answered:
            body = httpx.ByteStream(bytes(exchange.body))
            return httpx.Response(exchange.status, headers=exchange.headers, stream=body, request=request)
        if exchange.hung_up:
            raise httpx.ReadTimeout("the server holds the request", request=request)
        raise httpx.RemoteProtocolError("the server closed the connection", request=request)


class LateApp:
    """An ASGI app that is known only after its callers were made."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the call on."""
        await self.app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Status:
    """An answer of which only the status is looked at, and of a GET the body."""

    status_code: int
    content: bytes = b""


class InProcessPoster:
    """Posts webhooks to an ASGI app: `webhooks.WebhookClient` at a fraction of what a client costs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def post(self, url: str, *, content: bytes, headers: Mapping[str, str]) -> Status:
        """Post these bytes. Raises `httpx.RemoteProtocolError` if the app breaks off."""
        parts = _split(url)
        sent = {"host": parts.netloc, "content-length": str(len(content)), **headers}
        exchange = await self._exchange("POST", parts, sent, content)
        return Status(exchange.status)

    async def get(self, url: str, *, headers: Mapping[str, str]) -> Status:
        """Get this. Raises `httpx.RemoteProtocolError` if the app breaks off."""
        parts = urlsplit(url)
        exchange = await self._exchange("GET", parts, {"host": parts.netloc, **headers}, b"")
        return Status(exchange.status, bytes(exchange.body))

    async def _exchange(
        self, method: str, parts: SplitResult, headers: Mapping[str, str], content: bytes
    ) -> _Exchange:
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        exchange = _Exchange(content, None)
        await self._app(_asgi(method, parts, raw), exchange.receive, exchange.send)
        if not exchange.answered:
            raise httpx.RemoteProtocolError("the server closed the connection")
        return exchange


_split = cache(urlsplit)


def _scope(request: httpx.Request) -> Scope:
    headers = [(name.lower(), value) for name, value in request.headers.raw]
    return _asgi(request.method, urlsplit(str(request.url)), headers)


def _asgi(method: str, url: SplitResult, headers: list[tuple[bytes, bytes]]) -> Scope:
    """The request as ASGI puts it (HTTP connection scope, version 3.0)."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "headers": headers,
        "scheme": url.scheme,
        "path": unquote(url.path) or "/",
        "raw_path": (url.path or "/").encode(),
        "query_string": url.query.encode(),
        "server": (url.hostname, url.port),
        "client": ("127.0.0.1", 123),
        "root_path": "",
    }


class _Exchange:
    """One request and its answer, as far as both have come."""

    def __init__(self, content: bytes, patience: Callable[[], Awaitable[object]] | None) -> None:
        self._content = content
        self._patience = patience
        self._asked = False
        self.hung_up = False
        self.answered = False
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.body = bytearray()

    async def receive(self) -> Message:
        if self._asked:
            if self._patience is not None:
                await self._patience()
            self.hung_up = True
            return {"type": "http.disconnect"}
        self._asked = True
        return {"type": "http.request", "body": self._content, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", []))
        else:
            self.body += message.get("body", b"")
            self.answered = not message.get("more_body", False)
