"""What a refusal of the Graph API means for us. Branches on Meta's code, not on the HTTP status."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from wavoice.runtime.errors import AuthError, ChannelError

AUTH_CODES = frozenset({0, 104, 190})
"""Authentication failed, no token, token expired or invalid."""
RETRYABLE_CODES = frozenset({1, 2, 4, 80007, 130429, 131000, 131016, 131056, 131057})
"""Worth another try within a minute: outages, throughput and pair limits, maintenance.

Limits that last for hours (131048 spam, 132015 paused template) are not among them.
"""
UNKNOWN_OBJECT_CODES = frozenset({33, 100})
"""Asked for an id: it is unknown, expired, or belongs to another number."""

_LONG_NUMBER = re.compile(r"\d{7,}")


def token_refused(code: int | None = None) -> AuthError:
    """Return the error for a token that WhatsApp does not take; never repeats what Graph wrote.

    Graph quotes malformed tokens in its message.
    """
    return AuthError(
        f"WhatsApp refused the access token ({'HTTP 401' if code is None else f'code {code}'}).",
        remedy="Put a valid system user token into whatsapp.access_token (WAVOICE_WHATSAPP__ACCESS_TOKEN).",
    )


def refusal(response: httpx.Response) -> AuthError | ChannelError:
    """Return the error for an answer that is not a success."""
    match _json(response):
        case {"error": {"code": int(code)} as error}:
            if code in AUTH_CODES:
                return token_refused(code)
            return ChannelError(
                f"WhatsApp refused the call: {_words(error)} (code {code}).",
                graph_code=code,
                retryable=code in RETRYABLE_CODES or error.get("is_transient") is True,
            )
    if response.status_code == httpx.codes.UNAUTHORIZED:
        return token_refused()
    return ChannelError(
        f"WhatsApp answered HTTP {response.status_code} without an error code.",
        retryable=response.status_code >= 500 or response.status_code == httpx.codes.TOO_MANY_REQUESTS,
    )


def answer(response: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of a success. Raises `AuthError` or `ChannelError`."""
    if not response.is_success:
        raise refusal(response)
    value = _json(response)
    if not isinstance(value, dict):
        raise unreadable()
    return value


def unreadable() -> ChannelError:
    """Return the error for a success that does not say what it must: as good as no answer."""
    return ChannelError("WhatsApp's answer could not be read.", retryable=True)


@contextmanager
def network_errors() -> Iterator[None]:
    """Turn every failure of the network into a retryable `ChannelError`."""
    try:
        yield
    except httpx.HTTPError as error:
        raise ChannelError(f"WhatsApp did not answer ({type(error).__name__}).", retryable=True) from error


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None  # a proxy's page: judged by its status alone


def _words(error: dict[str, Any]) -> str:
    """Graph's own words, shortened, with anything that may be a phone number or user id masked."""
    data = error.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    said = " - ".join(str(part) for part in (error.get("message"), details) if part)
    return _LONG_NUMBER.sub("…", said)[:300] or "no reason given"
