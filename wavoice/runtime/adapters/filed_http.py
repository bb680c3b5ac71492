"""What is filed once under its key over HTTP: `PUT` to file it, `GET` to look whether it was."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

import httpx
from pydantic import SecretStr, TypeAdapter, ValidationError

from wavoice.runtime.model import Outcome, WriteResult

_NEVER = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}
)


@dataclass(frozen=True, slots=True)
class _Refusal:
    reason: str


_NAMES = TypeAdapter(dict[str, object])
_REFUSAL = TypeAdapter(_Refusal)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where it is filed, and in which words the other side says so."""

    path: str
    """Below the root of the contract, e.g. `entries`."""
    names: str
    """Key of the answer that names what was filed, e.g. `ticket`."""
    absent: str
    """Reason of a 404 that means: never filed. Any other 404 is of a proxy that went astray."""


class Filing:
    """Files once under a key; never tries again from here.

    `budget_seconds` is the longest wait for one call as a whole; the client's own time-outs do not apply.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        base_url: str,
        token: SecretStr | None,
        budget_seconds: float,
        shelf: Shelf,
    ) -> None:
        self._http = http
        self._root = f"{base_url.rstrip('/')}/{shelf.path}"
        self._headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
        self._budget = budget_seconds
        self._shelf = shelf

    async def put(self, key: str, body: Mapping[str, object]) -> WriteResult:
        """File it; REFUSED if it never can be, UNKNOWN for any other answer and for none."""
        response = await self._send("PUT", key, body)
        if isinstance(response, WriteResult):
            return response
        reason = _reason(response)
        if response.status_code in _NEVER or reason == "key_reused":
            return WriteResult(Outcome.REFUSED, reason=reason or f"HTTP {response.status_code}")
        return self._filed(response)

    async def get(self, key: str) -> WriteResult | None:
        """What was filed under that key; None if the other side says: nothing."""
        response = await self._send("GET", key, None)
        if isinstance(response, WriteResult):
            return response
        if response.status_code == HTTPStatus.NOT_FOUND and _reason(response) == self._shelf.absent:
            return None
        return self._filed(response)

    async def _send(
        self, method: str, key: str, body: Mapping[str, object] | None
    ) -> httpx.Response | WriteResult:
        url = f"{self._root}/{quote(key, safe='')}"
        try:
            async with asyncio.timeout(self._budget):
                return await self._http.request(method, url, json=body, headers=self._headers, timeout=None)
        except (TimeoutError, httpx.TimeoutException):
            return WriteResult(Outcome.UNKNOWN, reason=f"no answer within {self._budget:g} s")
        except httpx.HTTPError as error:
            return WriteResult(Outcome.UNKNOWN, reason=f"the connection failed ({type(error).__name__})")

    def _filed(self, response: httpx.Response) -> WriteResult:
        if response.status_code != HTTPStatus.OK:
            return WriteResult(Outcome.UNKNOWN, reason=f"HTTP {response.status_code}")
        try:
            name = _NAMES.validate_json(response.content).get(self._shelf.names)
        except ValidationError:
            name = None
        if not isinstance(name, str):
            return WriteResult(Outcome.UNKNOWN, reason="the answer does not follow the contract")
        return WriteResult(Outcome.DONE, name)


def _reason(response: httpx.Response) -> str | None:
    try:
        return _REFUSAL.validate_json(response.content).reason
    except ValidationError:
        return None
