"""HTTP without sockets that shows a failing server as TCP would, and without the wait."""

from __future__ import annotations

import httpx
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class InProcess(httpx.AsyncBaseTransport):
    """Calls an ASGI app directly, as `httpx.ASGITransport` does.

    * An app that waits for its client to hang up has decided not to answer: it gets its
      `http.disconnect` at once, and the caller `httpx.ReadTimeout`.
    * An app that returns before its answer is whole gives `httpx.RemoteProtocolError`.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; raises what the client would see over TCP."""

        async def watched(scope: Scope, receive: Receive, send: Send) -> None:
            exchange = _Exchange(receive, send)
            await self._app(scope, exchange.receive, exchange.send)
            if exchange.answered:
                return
            if exchange.hung_up:
                raise httpx.ReadTimeout("the server holds the request", request=request)
            raise httpx.RemoteProtocolError("the server closed the connection", request=request)

        return await httpx.ASGITransport(app=watched).handle_async_request(request)


class _Exchange:
    """One request and its answer, as far as both have come."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._asked = False
        self.hung_up = False
        self.answered = False

    async def receive(self) -> Message:
        if self._asked:
            self.hung_up = True
            return {"type": "http.disconnect"}
        message = await self._receive()
        self._asked = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        self.answered = message["type"] == "http.response.body" and not message.get("more_body", False)
        await self._send(message)
