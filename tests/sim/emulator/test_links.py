"""Files that a business sends by URL: fetched by WhatsApp, once in ten minutes, from the internet only."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.sim.emulator.audio_files import opus, tone
from tests.sim.emulator.emulated_world import START, World
from wavoice.runtime.model import SECOND

URL = "https://files.test/a"
OGG = httpx.Headers({"Content-Type": "audio/ogg"})


class Internet:
    """Hosts that answer as told, and remember what they were asked."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self.asked: list[str] = []
        self._answer = answer
        self.http = httpx.AsyncClient(transport=httpx.MockTransport(self._take))

    def _take(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        return self._answer(request)


def file(data: bytes, mime_type: str = "audio/ogg") -> Internet:
    return Internet(lambda _: httpx.Response(200, content=data, headers={"Content-Type": mime_type}))


async def outcome(world: World, url: str = URL, *, voice: bool = True) -> int | None:
    """Send audio by URL; return the code that it fails with later, None if it arrives."""
    answer = await world.send(type="audio", audio={"link": url, "voice": voice})
    assert answer.status_code == 200
    await world.emulator.idle()
    return world.bot.statuses[-1].error_code


class TestFetching:
    async def test_what_is_there_is_shown(self) -> None:
        internet = file(tone("ogg", "libopus"))
        world = World(internet=internet.http)
        assert await outcome(world) is None
        message = world.anna.messages[0]
        assert (message.kind, message.media, message.link) == ("voice", tone("ogg", "libopus"), URL)

    async def test_cached_for_ten_minutes_by_its_exact_url(self) -> None:
        internet = file(opus())
        world = World(internet=internet.http)
        await outcome(world)
        world.clock.advance_to(START + 600 * SECOND - 1)
        await outcome(world)
        await outcome(world, f"{URL}?v=2")
        world.clock.advance_to(START + 600 * SECOND)
        await outcome(world)
        assert internet.asked == [URL, f"{URL}?v=2", URL]

    async def test_what_is_not_there_fails_later(self) -> None:
        def refuse(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("", request=request)

        for answer in (lambda _: httpx.Response(404), refuse):
            assert await outcome(World(internet=Internet(answer).http)) == 131053

    async def test_redirects_are_followed_three_times(self) -> None:
        def hop(request: httpx.Request) -> httpx.Response:
            left = int(request.url.path[1:])
            if left == 0:
                return httpx.Response(200, content=opus(), headers=OGG)
            return httpx.Response(302, headers={"Location": f"/{left - 1}"})

        world = World(internet=Internet(hop).http)
        assert await outcome(world, "https://files.test/3") is None
        assert await outcome(world, "https://files.test/4") == 131053

    @pytest.mark.parametrize(
        "url",
        [
            "http://127.0.0.1/a",
            "http://localhost:8000/a",
            "http://[::1]/a",
            "http://169.254.169.254/latest",
            "http://10.0.0.1/a",
            "http://printer.local/a",
        ],
    )
    async def test_hosts_of_this_network_are_not_asked(self, url: str) -> None:
        """Directly or by a redirect, unless the emulator may."""
        internet = file(opus())
        assert await outcome(World(internet=internet.http), url) == 131053
        assert internet.asked == []
        assert await outcome(World(internet=internet.http, local_links=True), url) is None
        astray = Internet(lambda _: httpx.Response(302, headers={"Location": url}))
        assert await outcome(World(internet=astray.http)) == 131053
        assert astray.asked == [URL]

    async def test_without_an_internet_it_is_shown_unseen(self) -> None:
        world = World()
        assert await outcome(world) is None
        assert (world.anna.messages[0].link, world.anna.messages[0].media) == (URL, None)


@pytest.mark.conformance("S49")
class TestTruth:
    @pytest.mark.parametrize(
        ("data", "mime_type"),
        [
            (tone("wav", "pcm_s16le"), "audio/wav"),
            (tone("mp3", "libmp3lame"), "audio/mpeg"),
            (tone("ogg", "vorbis", "stereo"), "audio/ogg"),
            (tone("webm", "libopus"), "audio/ogg"),
        ],
        ids=["wav", "mp3", "vorbis", "webm as ogg"],
    )
    async def test_a_voice_note_that_is_none_fails_later(self, data: bytes, mime_type: str) -> None:
        """200, then `failed`: these cannot even be uploaded as Ogg."""
        world = World(internet=file(data, mime_type).http)
        assert await outcome(world) == 131053
        assert [status.status.value for status in world.bot.statuses] == ["failed"]

    async def test_a_file_of_another_type_fails_later(self) -> None:
        assert await outcome(World(internet=file(opus(), "image/png").http), voice=False) == 131053
        assert await outcome(World(internet=file(b"<html>", "audio/ogg").http), voice=False) == 131053
        assert await outcome(World(internet=file(opus()).http), voice=False) is None
