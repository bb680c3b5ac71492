"""What a refusal of the Graph API means for us. Branches on Meta's code, not on the HTTP status."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from wavoice.runtime.errors import AuthError, ChannelError, NetworkError
from wavoice.runtime.model import SECOND, Micros

AUTH_CODES = frozenset({0, 104, 190})
"""Authentication failed, no token, token expired or invalid."""
RETRYABLE_CODES = frozenset({1, 2, 4, 80007, 130429, 131000, 131016, 131056, 131057})
"""Worth another try within a minute: outages, throughput and pair limits, maintenance.

Limits that last for hours (131048 spam, 132015 paused template) are not among them.
"""
CALL_LIMITS = frozenset({4, 80007})
"""The calls of the app, or of the account, have run out for a while."""
UNKNOWN_OBJECT_CODES = frozenset({33, 100})
"""Asked for an id: it is unknown, expired, or belongs to another number."""

LONGEST_PAUSE: Micros = 3600 * SECOND
"""No header keeps a reply back for longer than this; then it is tried again."""

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
                retry_after=retry_after(response.headers, code),
            )
    if response.status_code == httpx.codes.UNAUTHORIZED:
        return token_refused()
    return ChannelError(
        f"WhatsApp answered HTTP {response.status_code} without an error code.",
        retryable=response.status_code >= 500 or response.status_code == httpx.codes.TOO_MANY_REQUESTS,
        retry_after=retry_after(response.headers),
    )


def retry_after(headers: httpx.Headers, code: int | None = None) -> Micros:
    """How long the answer asks us to stay away, at most `LONGEST_PAUSE`; 0 if it does not say.

    `Retry-After` is a number of seconds, or a date, which counts from the answer's own `Date` (RFC 9110,
    10.2.3). `X-Business-Use-Case-Usage` tells minutes (`estimated_time_to_regain_access`, Graph API rate
    limits) until calls are counted anew: they matter where those ran out. The longer of both counts.
    """
    minutes = _usage_minutes(headers) if code in CALL_LIMITS else 0
    said = max(_seconds(headers), minutes * 60)
    return min(said * SECOND, LONGEST_PAUSE)


def _seconds(headers: httpx.Headers) -> int:
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return int(value[:9])
    try:
        until, sent = (parsedate_to_datetime(text) for text in (value, headers.get("Date", "")))
        return max(0, math.ceil((until - sent).total_seconds()))
    except (ValueError, TypeError, OverflowError):
        return 0  # neither number nor date: as good as absent


def _usage_minutes(headers: httpx.Headers) -> int:
    try:
        usage = json.loads(headers.get("X-Business-Use-Case-Usage", ""))
    except (ValueError, RecursionError):
        return 0
    lists = usage.values() if isinstance(usage, dict) else ()
    entries = [entry for found in lists if isinstance(found, list) for entry in found]
    told = [entry.get("estimated_time_to_regain_access") for entry in entries if isinstance(entry, dict)]
    return max((minutes for minutes in told if type(minutes) is int and 0 < minutes < 1 << 20), default=0)


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
    """Turn every failure of the network into a `NetworkError`."""
    try:
        yield
    except httpx.InvalidURL as error:  # httpx reads `Location` even where no redirect is followed
        raise ChannelError("WhatsApp answered with a redirect to what is no address.") from error
    except httpx.HTTPError as error:
        raise NetworkError(f"WhatsApp did not answer ({type(error).__name__}).") from error


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
