"""Every HTTP exchange between bot, WhatsApp and shop, as facts for the raw view."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import httpx

from wavoice.runtime.ports import Clock
from wavoice.sim.chat.facts import Exchange

HIDDEN = "[secret]"
"""Stands where a secret stood."""
LONGEST = 64 * 1024
"""Characters of a body that are shown."""
_BEARER = re.compile(r"(?i)(bearer\s+)[^\s\"']+")
_TEXTS = ("application/json", "text/", "application/x-www-form-urlencoded")

Tell = Callable[[Exchange], None]
Watch = Callable[[httpx.Request, httpx.Response], None]


class HttpLog:
    """Makes transports that tell what passed through them; nothing else about the exchange changes."""

    def __init__(self, clock: Clock, tell: Tell, secrets: Sequence[str]) -> None:
        self._clock, self._tell = clock, tell
        self._secrets = [secret for secret in secrets if secret]

    def watch(self, inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        """Return the same transport, watched."""
        return _Watched(inner, self)

    def now(self) -> tuple[int, int]:
        """The moment and the monotonic time."""
        return self._clock.now(), self._clock.ticks()

    def note(self, since: tuple[int, int], request: httpx.Request, status: int | None, response: str) -> None:
        """Tell one exchange. The request's body has been read by whoever answered it."""
        self._tell(
            Exchange(
                at=since[0],
                host=request.url.host,
                method=request.method,
                path=self._hide(request.url.raw_path.decode("ascii", "replace")),
                status=status,
                took=self._clock.ticks() - since[1],
                request=self.shown(request.headers, request.content),
                response=response,
            )
        )

    def shown(self, headers: Mapping[str, str], body: bytes) -> str:
        """A body as it may be looked at."""
        if not body:
            return ""
        kind = headers.get("content-type", "")
        if not kind.startswith(_TEXTS):
            return f"<{len(body)} bytes>"
        return self._hide(body.decode("utf-8", "replace"))[:LONGEST]

    def _hide(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _BEARER.sub(rf"\1{HIDDEN}", text)


class _Watched(httpx.AsyncBaseTransport):
    def __init__(self, inner: httpx.AsyncBaseTransport, log: HttpLog) -> None:
        self._inner, self._log = inner, log

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        since = self._log.now()
        try:
            response = await self._inner.handle_async_request(request)
        except httpx.HTTPError as error:
            self._log.note(since, request, None, type(error).__name__)
            raise
        # In process a body is bytes that can be iterated again: looking at it does not consume it.
        whole = response.stream if isinstance(response.stream, httpx.ByteStream) else ()
        shown = self._log.shown(response.headers, b"".join(whole))
        self._log.note(since, request, response.status_code, shown)
        return response
