"""An HTTP client that is made beside the event loop, once the simulator is up.

Importing httpx and reading the certificates take a third of the simulator's start, and nothing needs
them before the first webhook.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

    import httpx


class LateClient:
    """A `webhooks.WebhookClient` and `links.Internet` over TCP; as a context, it is closed at the end.

    No proxy of the environment stands between WhatsApp and a bot under test. `patience`: seconds that
    an answer may take.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._made: asyncio.Task[httpx.AsyncClient] | None = None

    def begin(self) -> None:
        """Make the client, as soon as the caller lets the event loop go on."""
        self._begun()

    def _begun(self) -> asyncio.Task[httpx.AsyncClient]:
        if self._made is None:
            self._made = asyncio.create_task(asyncio.to_thread(self._make))
        return self._made

    def _make(self) -> httpx.AsyncClient:
        import httpx  # noqa: PLC0415

        return httpx.AsyncClient(timeout=self._patience, trust_env=False)

    async def _client(self) -> httpx.AsyncClient:
        # A caller that is cancelled takes nobody else's client away.
        return await asyncio.shield(self._begun())

    async def post(self, url: str, *, content: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """Post exactly these bytes. Raises `httpx.HTTPError` without an answer."""
        return await (await self._client()).post(url, content=content, headers=headers)

    async def get(self, url: str, *, headers: Mapping[str, str]) -> httpx.Response:
        """Get this. Raises `httpx.HTTPError` without an answer."""
        return await (await self._client()).get(url, headers=headers)

    @asynccontextmanager
    async def stream(
        self, method: str, url: httpx.URL, *, follow_redirects: bool
    ) -> AsyncIterator[httpx.Response]:
        """Send a request; the context is its answer while that comes. Raises `httpx.HTTPError`."""
        client = await self._client()
        async with client.stream(method, url, follow_redirects=follow_redirects) as response:
            yield response

    async def __aenter__(self) -> LateClient:
        """Return itself, with nothing made yet."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the client, if it was made."""
        if self._made is not None:
            await (await self._made).aclose()
