"""One line for everything that passes between the bot and WhatsApp, for the terminal of `wavoice sim`."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.webhooks import Answer, WebhookClient
from wavoice.sim.emulator.wire.senders import nodes

_SHOWN = 60
"""Characters of a text that a line shows."""
_LARGEST = 64 * 1024
"""Longer bodies of calls are files; they are not read."""


@dataclass(frozen=True, slots=True)
class Line:
    """What passed."""

    at: Micros
    way: str
    """`webhook`, `graph` or `media`."""
    what: str
    status: int | None
    """HTTP status; None: no answer came."""
    took: Micros
    """Real time."""

    @property
    def ok(self) -> bool:
        """True for what the sender wanted to see."""
        return self.status is not None and self.status < 400 and (self.way != "webhook" or self.status == 200)

    def __str__(self) -> str:
        clock = datetime.fromtimestamp(self.at / SECOND, UTC).strftime("%H:%M:%S")
        answer = "no answer" if self.status is None else str(self.status)
        return f"{clock}  {self.way:8}{self.what}  {answer}  {self.took / 1000:.0f} ms"


class LiveLog:
    """Watches apps and webhooks; `show` gets each line when the answer has come."""

    def __init__(self, clock: Clock, show: Callable[[Line], None]) -> None:
        self._clock = clock
        self._show = show

    def app(self, app: ASGIApp, way: str) -> ASGIApp:
        """Return the app, watched."""
        return _WatchedApp(app, way, self)

    def bot(self, client: WebhookClient) -> WebhookClient:
        """Return the client that posts webhooks, watched."""
        return _WatchedBot(client, self)

    def ticks(self) -> Micros:
        """Monotonic time."""
        return self._clock.ticks()

    def line(self, way: str, what: str, status: int | None, since: Micros) -> None:
        """Show that something passed."""
        self._show(Line(self._clock.now(), way, what, status, self._clock.ticks() - since))


class _WatchedApp:
    def __init__(self, app: ASGIApp, way: str, log: LiveLog) -> None:
        self._app = app
        self._way = way
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, status, since = bytearray(), None, self._log.ticks()

        async def coming() -> Message:
            message = await receive()
            if len(body) <= _LARGEST:
                body.extend(message.get("body", b""))
            return message

        async def going(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, coming, going)
        finally:
            what = " ".join((scope["method"], scope["path"], describe_call(bytes(body))))
            self._log.line(self._way, what.strip(), status, since)


class _WatchedBot:
    def __init__(self, client: WebhookClient, log: LiveLog) -> None:
        self._client = client
        self._log = log

    async def post(self, url: str, *, content: bytes, headers: Mapping[str, str]) -> Answer:
        return await self._seen(
            describe_webhook(content), self._client.post(url, content=content, headers=headers)
        )

    async def get(self, url: str, *, headers: Mapping[str, str]) -> Answer:
        return await self._seen("handshake", self._client.get(url, headers=headers))

    async def _seen(self, what: str, answering: Awaitable[Answer]) -> Answer:
        since, status = self._log.ticks(), None
        try:
            answer = await answering
            status = answer.status_code
        finally:
            self._log.line("webhook", what, status, since)
        return answer


def describe_webhook(body: bytes) -> str:
    """Say in a few words what a webhook is about."""
    payload = _read(body)
    changes = [change for entry in nodes(payload, "entry") for change in nodes(entry, "changes")]
    return "; ".join(part for change in changes for part in _change(change)) or "not a webhook of WhatsApp"


def describe_call(body: bytes) -> str:
    """Say in a few words what a Graph call sends; empty for one without a JSON body."""
    call = _read(body)
    if call.get("status") == "read":
        return "read, typing" if "typing_indicator" in call else "read"
    if "messaging_product" not in call:
        return ""
    kind = call.get("type", "text")
    return f"{kind}{_text(call, kind)} to {call.get('to') or call.get('recipient')}"


def _change(change: Mapping[str, Any]) -> Iterator[str]:
    value, field = change.get("value"), change.get("field", "")
    value = value if isinstance(value, Mapping) else {}
    for message in nodes(value, "messages"):
        kind = message.get("type", "")
        yield f"{kind}{_text(message, kind)} from {message.get('from') or message.get('from_user_id')}"
    for status in nodes(value, "statuses"):
        whom = status.get("recipient_id") or status.get("recipient_user_id")
        error = "".join(f" {error.get('code')}" for error in nodes(status, "errors"))
        yield f"{status.get('status')}{error} for {whom}"
    if not value.get("messages") and not value.get("statuses"):
        yield str(field)


def _text(message: Mapping[str, Any], kind: object) -> str:
    node = message.get(kind) if isinstance(kind, str) else None
    node = node if isinstance(node, Mapping) else {}
    inner = next((node[key] for key in ("button_reply", "list_reply", "body") if key in node), node)
    said = inner if isinstance(inner, str) else None
    if isinstance(inner, Mapping):
        said = next(
            (inner[key] for key in ("title", "text", "body", "emoji", "caption") if key in inner), None
        )
    if not isinstance(said, str):
        return ""
    short = said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
    return f" {json.dumps(short, ensure_ascii=False)}"


def _read(body: bytes) -> dict[str, Any]:
    if not body.startswith(b"{") or len(body) > 50 * _LARGEST:
        return {}
    try:
        return dict(json.loads(body))
    except (ValueError, RecursionError):
        return {}
