"""Downloads of customer media: two hops on different hosts, and a token that stays at home.

S-rows: docs/conformance.md (S59 to S63).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from tests.runtime.scripted_graph import LIMIT, OPUS, START, refused, scripted, streamed
from wavoice.runtime.adapters.graph import GraphClient
from wavoice.runtime.errors import (
    AuthError,
    ChannelError,
    MediaGoneError,
    MediaTooLargeError,
    NetworkError,
    WavoiceError,
)
from wavoice.runtime.model import MediaRef
from wavoice.sim.clock import VirtualClock
from wavoice.sim.emulator.wire import Business
from wavoice.sim.virtual_loop import VirtualLoop, run_virtually


def broken(how: str) -> httpx.Response:
    """A download that breaks off or stalls in its middle, or a host that is down."""

    async def half() -> AsyncIterator[bytes]:
        yield OPUS[: len(OPUS) // 2]
        if how == "stalls":
            await asyncio.Event().wait()
        raise httpx.RemoteProtocolError("the peer closed the connection")

    return httpx.Response(503) if how == "fails" else httpx.Response(200, content=half())


async def dripping() -> AsyncIterator[bytes]:
    """A part every three seconds."""
    for at in range(0, len(OPUS), 50):
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 3.0)
        yield OPUS[at : at + 50]


def virtually(work: Callable[[], Coroutine[Any, Any, bytes]]) -> bytes:
    """Do the work on a virtual clock that goes on to whatever is waited for."""

    async def on(loop: VirtualLoop) -> bytes:
        task = loop.create_task(work())
        while not task.done():
            quiet = loop.create_task(loop.quiet())
            await asyncio.wait({task, quiet}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                due = await quiet
                assert due is not None
                loop.clock.advance_to(due)
            quiet.cancel()
        return await task

    return run_virtually(VirtualClock(START), on)


class TestDownloads:
    """S59 to S63: two hops on different hosts, and a token that stays at home."""

    media = MediaRef("901", "audio/ogg", hashlib.sha256(OPUS).hexdigest(), voice=True)

    def internet(self, *answers: httpx.Response) -> tuple[GraphClient, list[httpx.Request]]:
        """Graph names `cdn.test/1`, `/2`, …; other requests take the next of `answers`."""
        rest: Iterator[httpx.Response] = iter(answers)
        requests: list[httpx.Request] = []

        def handler(request: httpx.Request) -> httpx.Response:
            requests.append(request)
            if request.url.host == "graph.test":
                return httpx.Response(200, json={"url": f"https://cdn.test/{len(requests)}"})
            return next(rest)

        hosts = ("cdn.test", "*.mirror.test")
        return scripted(handler, base_url="https://graph.test", media_hosts=hosts), requests

    @staticmethod
    def trail(requests: list[httpx.Request]) -> list[tuple[str, bool]]:
        return [(request.url.host, "Authorization" in request.headers) for request in requests]

    async def test_two_hops_with_the_token(self) -> None:
        client, requests = self.internet(streamed(OPUS))
        assert await client.fetch(self.media, LIMIT) == OPUS
        assert self.trail(requests) == [("graph.test", True), ("cdn.test", True)]
        assert requests[0].url.path == "/v24.0/901"
        assert requests[0].url.params["phone_number_id"] == Business().number
        assert requests[1].headers["Accept-Encoding"] == "identity"

    @pytest.mark.conformance("T63")
    async def test_token_is_dropped_when_a_redirect_changes_the_host(self) -> None:
        """S63: and stays dropped on the way back."""
        client, requests = self.internet(
            httpx.Response(302, headers={"Location": "/near"}),
            httpx.Response(302, headers={"Location": "https://eu.mirror.test/far"}),
            httpx.Response(307, headers={"Location": "https://cdn.test/back"}),
            streamed(OPUS),
        )
        assert await client.fetch(self.media, LIMIT) == OPUS
        assert self.trail(requests)[1:] == [
            ("cdn.test", True),
            ("cdn.test", True),
            ("eu.mirror.test", False),
            ("cdn.test", False),
        ]

    @pytest.mark.parametrize(
        "location",
        [
            "https://evil.test/x",
            "https://mirror.test/x",
            "https://evilmirror.test/x",
            "https://cdn.test.evil.test/x",
            "https://cdn.test:8443/x",
            "http://cdn.test/x",
            "https://user@cdn.test/x",
            "https://169.254.169.254/latest",
            "file:///etc/passwd",
            "https://cdn.test./x",
            "https://cdn.test:443@evil.test/x",
            "https://cdn.test%2eevil.test/x",
            "https://cdn.test%00.evil.test/x",
            "https://cdn.test\\@evil.test/x",
            "https://[::1]/x",
            "https://[::ffff:169.254.169.254]/x",
            "https://2852039166/x",
            "https://0x7f.1/x",
            "https://xn--cdn-test-9db.test/x",
            "https://.mirror.test/x",
            "https://eu.mirror.test:8443/x",
            "https://eu.mirror.test./x",
            "//evil.test/x",
            "javascript:alert(1)",
        ],
    )
    @pytest.mark.conformance("T63")
    async def test_hosts_off_the_list_are_not_contacted(self, location: str) -> None:
        """S63."""
        client, requests = self.internet(httpx.Response(302, headers={"Location": location}))
        with pytest.raises(MediaGoneError):
            await client.fetch(self.media, LIMIT)
        assert [host for host, _ in self.trail(requests)] == ["graph.test", "cdn.test"]

    @pytest.mark.parametrize(
        "location",
        [
            *(
                "https://evil.test/x",
                "http://cdn.test/x",
                "https://cdn.test:port/x",
                "https://c\u0501n.test/x",
            ),
            *("javascript:alert(1)", "https://", "//cdn.test/x", "\x00", "https://cdn.test\n.evil.test/"),
        ],
    )
    async def test_odd_webhook_urls_fall_back_to_the_id(self, location: str) -> None:
        """S19."""
        client, requests = self.internet(streamed(OPUS))
        announced = MediaRef("901", "audio/ogg", self.media.sha256, voice=True, url=location)
        assert await client.fetch(announced, LIMIT) == OPUS
        assert [host for host, _ in self.trail(requests)] == ["graph.test", "cdn.test"]

    @pytest.mark.parametrize("host", ["CDN.TEST", "cdn.test:443", "Eu.Mirror.Test", "cdn.test#@evil.test"])
    async def test_other_spellings_of_a_known_host_are_known(self, host: str) -> None:
        client, requests = self.internet(streamed(OPUS))
        announced = MediaRef("901", "audio/ogg", self.media.sha256, voice=True, url=f"https://{host}/x")
        assert await client.fetch(announced, LIMIT) == OPUS
        assert len(requests) == 1

    async def test_at_most_three_redirects(self) -> None:
        client, requests = self.internet(
            *(httpx.Response(302, headers={"Location": f"/{turn}"}) for turn in range(9))
        )
        with pytest.raises(MediaGoneError, match="more than 3 times"):
            await client.fetch(self.media, LIMIT)
        assert len(requests) == 1 + 1 + 3

    async def test_other_bytes_are_fetched_once_more(self) -> None:
        """S62."""
        client, requests = self.internet(streamed(OPUS[:-1]), streamed(OPUS))
        assert await client.fetch(self.media, LIMIT) == OPUS
        assert len(requests) == 4

    @pytest.mark.parametrize("trouble", ["breaks off", "stalls", "fails"])
    def test_what_does_not_come_whole_is_begun_once_more(self, trouble: str) -> None:
        """With a fresh URL; a host that refuses is not asked again."""
        client, requests = self.internet(broken(trouble), streamed(OPUS))
        assert virtually(lambda: client.fetch(self.media, LIMIT)) == OPUS
        assert [host for host, _ in self.trail(requests)] == ["graph.test", "cdn.test"] * 2

    @pytest.mark.parametrize("trouble", ["breaks off", "stalls", "fails"])
    def test_what_does_not_come_whole_twice_is_an_outage(self, trouble: str) -> None:
        client, requests = self.internet(broken(trouble), broken(trouble))
        with pytest.raises(NetworkError):
            virtually(lambda: client.fetch(self.media, LIMIT))
        assert len(requests) == 4

    def test_a_slow_download_that_goes_on_is_not_given_up(self) -> None:
        client, requests = self.internet(httpx.Response(200, content=dripping()))
        assert virtually(lambda: client.fetch(self.media, LIMIT)) == OPUS
        assert len(requests) == 2

    async def test_other_bytes_twice_are_gone(self) -> None:
        """S62."""
        client, requests = self.internet(streamed(b"x"), streamed(b"x"))
        with pytest.raises(MediaGoneError, match="differ"):
            await client.fetch(self.media, LIMIT)
        assert len(requests) == 4

    async def test_404_gets_one_fresh_url(self) -> None:
        """S60."""
        client, requests = self.internet(httpx.Response(404), streamed(OPUS))
        assert await client.fetch(self.media, LIMIT) == OPUS
        client, requests = self.internet(httpx.Response(404), httpx.Response(404))
        with pytest.raises(MediaGoneError):
            await client.fetch(self.media, LIMIT)
        assert [request.url.path for request in requests] == ["/v24.0/901", "/1", "/v24.0/901", "/3"]

    async def test_size_is_counted_while_it_streams(self) -> None:
        pulled: list[int] = []

        async def endless() -> AsyncIterator[bytes]:
            while True:
                pulled.append(1)
                yield bytes(100)

        client, _ = self.internet(httpx.Response(200, content=endless(), headers={"Content-Length": "5"}))
        with pytest.raises(MediaTooLargeError):
            await client.fetch(self.media, 1000)
        assert len(pulled) == 11

    @pytest.mark.parametrize(
        ("status", "error", "retryable"),
        [
            (401, AuthError, False),
            (403, MediaGoneError, False),
            (429, ChannelError, True),
            (400, MediaGoneError, False),
        ],
    )
    async def test_refusals_of_the_media_host(
        self, status: int, error: type[WavoiceError], retryable: bool
    ) -> None:
        client, _ = self.internet(httpx.Response(status))
        with pytest.raises(error) as caught:
            await client.fetch(self.media, LIMIT)
        assert caught.value.retryable is retryable

    async def test_unknown_id_is_gone_but_an_outage_is_not(self) -> None:
        """S61."""
        with pytest.raises(MediaGoneError):
            await scripted(lambda request: refused(100, error_subcode=33)).fetch(self.media, LIMIT)
        with pytest.raises(ChannelError):
            await scripted(lambda request: refused(131016, 500)).fetch(self.media, LIMIT)

    async def test_an_id_stays_one_part_of_the_path(self) -> None:
        client, requests = self.internet(streamed(OPUS))
        odd = MediaRef("../me?x=", "audio/ogg", self.media.sha256, voice=True)
        assert await client.fetch(odd, LIMIT) == OPUS
        assert requests[0].url.raw_path.startswith(b"/v24.0/..%2Fme%3Fx%3D?")
