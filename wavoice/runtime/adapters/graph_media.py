"""Downloads customer media: the token goes to trusted hosts only, and never along a redirect elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from pydantic import SecretStr

from wavoice.runtime.adapters.graph_errors import network_errors, token_refused
from wavoice.runtime.errors import ChannelError, MediaGoneError, MediaTooLargeError, NetworkError

MAX_REDIRECTS = 3


class MediaDownloads:
    """The second hop: bytes from a media URL.

    Hosts are Graph's own and those of an allow-list: `host`, `host:port`, or `*.domain` for any
    subdomain. Others are not contacted at all, first hop or redirect. URLs must be https, unless
    Graph itself (the simulator) is reached by http. `stall_seconds` without a byte end a download.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        token: SecretStr,
        graph: httpx.URL,
        hosts: tuple[str, ...],
        stall_seconds: float,
    ) -> None:
        self._http = http
        self._token = token
        self._schemes = {"https", graph.scheme}
        self._stall_seconds = stall_seconds
        self._hosts = (graph.netloc.decode(), *hosts)

    async def get(self, address: str, max_bytes: int) -> bytes | None:
        """Return the bytes, or None if the URL is not (or no longer) valid.

        Raises `MediaTooLargeError` as soon as `max_bytes` are exceeded, whatever the headers claim;
        `MediaGoneError` for a host or redirect that is not followed; `AuthError`; `ChannelError`, which is a
        `NetworkError` if the download may do better when it is begun anew.
        """
        try:
            async with asyncio.timeout(self._stall_seconds) as patience:
                return await self._get(address, max_bytes, patience)
        except TimeoutError as error:
            raise NetworkError("WhatsApp's media host came to a standstill.") from error

    async def _get(self, address: str, max_bytes: int, patience: asyncio.Timeout) -> bytes | None:
        url = self._trusted(address)
        home = (url.scheme, url.netloc)
        at_home = True
        with network_errors(), _no_address():
            for _ in range(MAX_REDIRECTS + 1):
                async with self._http.stream(
                    "GET", url, headers=self._headers(with_token=at_home), follow_redirects=False
                ) as response:
                    if not response.has_redirect_location:
                        _refuse(response, with_token=at_home)
                        if response.status_code == httpx.codes.NOT_FOUND:
                            return None
                        return await self._body(response, max_bytes, patience)
                    url = self._trusted(response.headers["Location"], base=url)
                at_home = at_home and (url.scheme, url.netloc) == home
        raise MediaGoneError(f"The media URL was redirected more than {MAX_REDIRECTS} times.")

    async def _body(self, response: httpx.Response, max_bytes: int, patience: asyncio.Timeout) -> bytes:
        data, loop = bytearray(), asyncio.get_running_loop()
        async for chunk in response.aiter_raw():
            data += chunk
            if len(data) > max_bytes:
                raise MediaTooLargeError(f"The file is larger than {max_bytes} bytes.")
            patience.reschedule(loop.time() + self._stall_seconds)
        return bytes(data)

    def trusts(self, address: str) -> bool:
        """Tell whether a URL may be contacted at all."""
        try:
            self._trusted(address)
        except MediaGoneError:
            return False  # the answer to the question
        return True

    def _trusted(self, address: str, base: httpx.URL | None = None) -> httpx.URL:
        try:
            url = base.join(address) if base else httpx.URL(address)
        except httpx.InvalidURL as error:
            raise MediaGoneError("The media URL is not a URL.") from error
        host = url.netloc.decode()
        known = any(host == entry or _under(host, entry) for entry in self._hosts)
        if not known or url.scheme not in self._schemes or url.userinfo:
            raise MediaGoneError(
                f"The media URL leads to {url.scheme}://{host}, which is not trusted.",
                remedy="If it is WhatsApp's own, add the host to whatsapp.media_hosts.",
            )
        return url

    def _headers(self, *, with_token: bool) -> dict[str, str]:
        # Unpacked bytes could be far larger than those counted: none may be packed.
        headers = {"Accept-Encoding": "identity"}
        if with_token:
            headers["Authorization"] = f"Bearer {self._token.get_secret_value()}"
        return headers


@contextmanager
def _no_address() -> Iterator[None]:
    try:
        yield
    except httpx.InvalidURL as error:  # httpx reads `Location` even where no redirect is followed
        raise MediaGoneError("The media URL was redirected to what is no address.") from error


def _under(host: str, entry: str) -> bool:
    return entry.startswith("*.") and host.endswith(entry[1:]) and not host.startswith(".")


def _refuse(response: httpx.Response, *, with_token: bool) -> None:
    status = response.status_code
    if status in (httpx.codes.OK, httpx.codes.NOT_FOUND):
        return
    if status == httpx.codes.UNAUTHORIZED and with_token:
        raise token_refused()
    if status >= 500:
        raise NetworkError(f"WhatsApp's media host answered HTTP {status}.")
    if status == httpx.codes.TOO_MANY_REQUESTS:
        raise ChannelError(f"WhatsApp's media host answered HTTP {status}.", retryable=True)
    raise MediaGoneError(f"WhatsApp's media host answered HTTP {status}.")
