"""Media hosts are looked up once, by us, and contacted at exactly the address that was checked.

A host name that is trusted may still lead into the machine's own network, today or between a check and the
connection (DNS rebinding). So whoever checks also connects: to the address, with the name in `Host` and TLS.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from urllib.request import getproxies

import httpx

from wavoice.runtime.errors import MediaGoneError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host, port) to its addresses, the best first; raises `OSError` if there are none."""

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""RFC 6052: the last four bytes are the IPv4 address that is really meant."""


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """The addresses as this machine knows them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def behind_a_proxy() -> bool:
    """Tell whether this machine reaches https hosts by a proxy: then the proxy looks names up, not we."""
    return bool(getproxies().keys() & {"https", "all"})


class PublicHosts(httpx.AsyncBaseTransport):
    """Reaches hosts of the public internet by name, and nothing else.

    Raises `MediaGoneError` for a host that has any other address, before anything is sent;
    `httpx.ConnectError` for one that has none, or if none of its addresses answers.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, resolve: Resolve = system_resolve) -> None:
        self._inner = inner
        self._resolve = resolve

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to the first address that takes it."""
        url = request.url
        addresses = await self._addresses(url.host, url.port or 443, request)
        for address in addresses[:-1]:
            try:
                return await self._inner.handle_async_request(_pinned(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # as a browser does: the next may answer
        return await self._inner.handle_async_request(_pinned(request, addresses[-1]))

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()

    async def _addresses(self, host: str, port: int, request: httpx.Request) -> Sequence[str]:
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError("the host has no address", request=request) from error
        if not found:
            raise httpx.ConnectError("the host has no address", request=request)
        if not all(map(is_public, found)):
            raise MediaGoneError(
                f"{host} leads to an address that is not public.",
                remedy="WhatsApp's own never do: look at whatsapp.media_hosts and this machine's DNS.",
            )
        return found


def is_public(address: str) -> bool:
    """Tell whether an address can only be a machine of the public internet, whatever it is written as."""
    return all(one.is_global and not one.is_multicast for one in _meant(address))


def _meant(address: str) -> Iterator[Address]:
    """The address, and the IPv4 address that it leads to where it embeds one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    yield ip
    if isinstance(ip, ipaddress.IPv6Address):
        for inner in (ip.ipv4_mapped, ip.sixtofour):
            if inner is not None:
                yield inner
        if ip in _NAT64:
            yield ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)


def _pinned(request: httpx.Request, address: str) -> httpx.Request:
    """The same request, to this address: `Host` is set already, TLS asks for the name and checks it.

    https://www.python-httpx.org/advanced/extensions/#sni_hostname
    """
    extensions = {**request.extensions, "sni_hostname": request.url.host}
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address.partition("%")[0]),
        headers=request.headers,
        stream=request.stream,
        extensions=extensions,
    )
