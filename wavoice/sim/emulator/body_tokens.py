"""The access token as a parameter of the body: `curl -d access_token=…`, as Meta's own examples have it.

Source: Graph API overview: parameters stand in the query or in the body, `access_token` among them.
"""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


class BodyTokens:
    """An app in front of which a token in a form or JSON body becomes one of the query.

    Calls that bring the token in a header or in the query are passed on untouched.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a call."""
        kind = _kind(scope)
        if kind is None:
            await self._app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        if token := _token(body, kind):
            parts = (scope["query_string"], urlencode({"access_token": token}).encode())
            scope = {**scope, "query_string": b"&".join(part for part in parts if part)}
        read: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def once_more() -> Message:
            return read.pop() if read else await receive()

        await self._app(scope, once_more, send)


def _kind(scope: Scope) -> str | None:
    """Type of the body, if the token can only stand there."""
    if scope["type"] != "http":
        return None
    request = Request(scope)
    if "authorization" in request.headers or "access_token" in request.query_params:
        return None
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind if kind in (_FORM, _JSON) else None


def _token(body: bytes, kind: str) -> str | None:
    try:
        if kind == _FORM:
            return next(iter(parse_qs(body.decode()).get("access_token", ())), None)
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None  # whoever reads the body says what is wrong with it
    token = given.get("access_token") if isinstance(given, dict) else None
    return token if isinstance(token, str) and token.isprintable() else None
