"""The handshake: WhatsApp asks a callback whether it wants its webhooks.

Source: Cloud API, "Create a webhook endpoint": a GET with `hub.mode`, `hub.challenge` and
`hub.verify_token`; right is status 200 with the challenge alone, byte for byte.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.webhooks import USER_AGENT, WebhookClient
from wavoice.sim.emulator.wire import WireIds

LONGEST_URL = 200
_REFUSED = 2200
"""Of Graph's webhooks product; not in the Cloud API's error reference."""


class Callbacks:
    """Verifies callback URLs."""

    def __init__(self, http: WebhookClient, ids: WireIds) -> None:
        self._http = http
        self._ids = ids

    async def verify(self, url: str, token: str) -> None:
        """Return if the callback answers the challenge. Raises `GraphError` 100 or 2200."""
        import httpx  # noqa: PLC0415 -- see late_client

        if not is_web_address(url):
            raise GraphError(100, f"Param callback_url must be a URL of at most {LONGEST_URL} characters")
        if len(url) > LONGEST_URL:
            raise GraphError(100, f"Param callback_url must be at most {LONGEST_URL} characters long")
        challenge = self._ids.digits()
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token}
        asked = f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(query)}"
        try:
            answer = await self._http.get(asked, headers={"User-Agent": USER_AGENT})
        except httpx.HTTPError as error:
            raise _refused(type(error).__name__) from error
        if answer.status_code != HTTPStatus.OK:
            raise _refused(f"HTTP Status Code = {answer.status_code}")
        if answer.content != challenge.encode():
            raise _refused("HTTP Status Code = 200; the response does not match the challenge")


def is_web_address(url: str) -> bool:
    """True for what can be called: `http` or `https`, and a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and url.isprintable()


def _refused(why: str) -> GraphError:
    return GraphError(_REFUSED, f"Callback verification failed with the following errors: {why}")
