"""Fetches files that a business sends by URL, as WhatsApp does: when they are sent, and cached.

Cloud API media reference: an asset is cached for 10 minutes by its exact URL.
"""

from __future__ import annotations

import ipaddress
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.graph_errors import GraphError

if TYPE_CHECKING:
    import httpx

CACHED: Micros = 600 * SECOND
LARGEST = 100 * 1024 * 1024
MAX_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file from somewhere else."""

    data: bytes
    mime_type: str
    """Of its `Content-Type`; empty if it has none."""


class Internet(Protocol):
    """Reaches other hosts: an `httpx.AsyncClient`."""

    def stream(
        self, method: str, url: httpx.URL, *, follow_redirects: bool
    ) -> AbstractAsyncContextManager[httpx.Response]:
        """Send a request; the context is its answer while that comes. Raises `httpx.HTTPError`."""
        ...


class Links:
    """The emulated WhatsApp's own way to the internet, and its cache.

    `http` reaches whatever its owner lets it reach. Machines of this network (loopback, private and
    link-local addresses) are refused unless `local`.
    """

    def __init__(self, http: Internet | None, clock: Clock, *, local: bool) -> None:
        """Without `http` nothing is fetched."""
        self._http = http
        self._clock = clock
        self._local = local
        self._cache: dict[str, tuple[Fetched, Micros]] = {}

    async def fetch(self, url: str) -> Fetched | None:
        """Return the file; None if nothing is fetched at all. Raises `GraphError` 131053."""
        if self._http is None:
            return None
        now = self._clock.now()
        self._cache = {key: kept for key, kept in self._cache.items() if now < kept[1]}
        if (kept := self._cache.get(url)) is not None:
            return kept[0]
        found = await self._get(self._http, url)
        self._cache[url] = (found, now + CACHED)
        return found

    async def _get(self, http: Internet, address: str) -> Fetched:
        import httpx  # noqa: PLC0415 -- see late_client

        try:
            url = httpx.URL(address)
            for _ in range(MAX_REDIRECTS + 1):
                answer = await self._hop(http, url)
                if isinstance(answer, Fetched):
                    return answer
                url = url.join(answer)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _failed(type(error).__name__) from error
        raise _failed(f"more than {MAX_REDIRECTS} redirects")

    async def _hop(self, http: Internet, url: httpx.URL) -> Fetched | str:
        """The file, or where it is instead."""
        if url.scheme not in {"http", "https"}:
            raise _failed("it must be an http or https URL")
        if not self._local and _is_local(url.host):
            raise _failed("its host is not on the public internet")
        async with http.stream("GET", url, follow_redirects=False) as response:
            if response.has_redirect_location:
                return response.headers["Location"]
            if response.status_code != HTTPStatus.OK:
                raise _failed(f"HTTP {response.status_code}")
            data = bytearray()
            async for chunk in response.aiter_bytes():
                data += chunk
                if len(data) > LARGEST:
                    raise _failed(f"it is larger than {LARGEST} bytes")
            return Fetched(bytes(data), response.headers.get("Content-Type", ""))


def _is_local(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


def _failed(why: str) -> GraphError:
    return GraphError(131053, f"Downloading media from weblink failed: {why}")
