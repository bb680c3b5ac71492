"""The counter over real streamable HTTP on loopback, with a wire that loses and garbles answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from mcp.server.mcpserver import MCPServer
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.mcp.counter import Till, counter
from wavoice.sim.tcp import serve


@dataclass(slots=True)
class Line:
    """What becomes of the answer to the next calls of a tool, one fault each."""

    faults: list[str] = field(default_factory=list)
    tool: str = "create_refund"
    headers: list[Mapping[bytes, bytes]] = field(default_factory=list)

    def over(self, app: ASGIApp) -> ASGIApp:
        async def call(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            self.headers.append(dict(scope["headers"]))
            body, again = await _body(receive)
            mine = f'"{self.tool}"'.encode() in body and b"tools/call" in body
            if not mine or not self.faults:
                await app(scope, again, send)
                return
            await self._spoil(self.faults.pop(0), app, scope, again, send)

        return call

    async def _spoil(self, fault: str, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        if fault == "never arrives":
            await _answer(send, 503, b"")
            return
        sent: list[Message] = []

        async def swallow(message: Message) -> None:
            sent.append(message)

        await app(scope, receive, swallow)
        match fault:
            case "lost":
                await _answer(send, 502, b"gateway")
            case "half":
                headers = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                await send({"type": "http.response.body", "body": b'{"jsonrpc"', "more_body": True})
            case "garbage":
                await _answer(send, 200, b"\xff\x00 no json")
            case "html":
                await _answer(send, 200, b"<h1>Log in</h1>", b"text/html")
            case "misfit":
                await _answer(send, 200, b'{"jsonrpc":"2.0","id":0,"result":{"content":7}}')
            case "huge":
                await _answer(send, 200, b" " * 5_000_000)


async def _body(receive: Receive) -> tuple[bytes, Receive]:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    said = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return said.pop() if said else await receive()

    return body, again


async def _answer(send: Send, status: int, body: bytes, kind: bytes = b"application/json") -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def http(till: Till, line: Line | None = None, port: int = 0, **how: Any) -> AsyncIterator[int]:
    """Serve it; the port. `how`: of the SDK's `streamable_http_app`."""
    server: MCPServer = counter(till)
    app = server.streamable_http_app(json_response=True, **how)
    async with serve((line or Line()).over(app), port=port) as taken:
        yield taken
