"""A vendor's API, asked with care.

No answer is believed further than its shape, none may be large, nothing of it is repeated in an error (it
may quote a secret or a customer), and no redirect is followed: a secret goes to one host. A budget is the
longest wait for an operation as a whole, however many calls it takes; the client's time-outs do not apply.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from wavoice.runtime.errors import DeclinedError, NoAnswerError, SystemOfRecordError

T = TypeVar("T")
MOST_BYTES: Final = 8 * 1024 * 1024
"""Of one answer; a page of fifty orders has some hundred kilobytes."""
NOT_CARRIED_OUT: Final = frozenset(
    {
        *(HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN),
        *(HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.GONE),
        *(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
"""Statuses by which a server says that it has not done what it was asked; of any other nobody knows."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, whole."""

    vendor: str
    status: int
    headers: httpx.Headers
    body: bytes

    def read(self, shape: TypeAdapter[T]) -> T:
        """What it says, where it is of that shape. Raises `SystemOfRecordError`, which quotes nothing."""
        try:
            return shape.validate_json(self.body)
        except ValidationError:
            raise SystemOfRecordError(f"The answer of {self.vendor} is not understood.") from None

    def succeeded(self) -> Reply:
        """Itself, if it is a 2xx. Raises `DeclinedError` if nothing was done, else `SystemOfRecordError`."""
        if HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES:
            return self
        told = f"{self.vendor} answered HTTP {self.status}."
        if self.status in NOT_CARRIED_OUT:
            raise DeclinedError(told, reason=f"HTTP {self.status}")
        raise SystemOfRecordError(told)


class Api:
    """One vendor at one address."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, vendor: str) -> None:
        """`vendor` is its name in messages, e.g. `Vendure`."""
        self.vendor = vendor
        self._http = http
        self._base_url = base_url.rstrip("/")

    async def call(
        self,
        method: str,
        path: str = "",
        *,
        headers: Mapping[str, str],
        json: object = None,
        params: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send it and return the whole answer, whatever its status. Raises `SystemOfRecordError`.

        A read is sent once more where the connection broke: a server may have closed one that was kept
        alive. What may write is sent once.
        """
        request = self._http.build_request(
            method,
            f"{self._base_url}{path}",
            # Unpacked bytes could be far more than those that are counted: none may be packed.
            headers={**headers, "Accept": "application/json", "Accept-Encoding": "identity"},
            json=json,
            params=params,
            timeout=None,
        )
        try:
            try:
                return await self._send(request)
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                if method != "GET":
                    raise
                return await self._send(request)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            why = type(error).__name__
            raise SystemOfRecordError(f"The connection to {self.vendor} failed ({why}).") from error

    async def _send(self, request: httpx.Request) -> Reply:
        response = await self._http.send(request, stream=True, follow_redirects=False)
        try:
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise SystemOfRecordError(f"{self.vendor} answered with more than {MOST_BYTES} bytes.")
        finally:
            await response.aclose()
        return Reply(self.vendor, response.status_code, response.headers, bytes(body))


@asynccontextmanager
async def within(seconds: float, vendor: str) -> AsyncIterator[None]:
    """End what takes longer. Raises `NoAnswerError`."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise NoAnswerError(f"{vendor} did not answer within {seconds:g} s.") from error
