"""Files on WhatsApp's side: what is taken, how long ids and URLs live, and how downloads go wrong."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import struct
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tests.sim.emulator.audio_files import tone
from tests.sim.emulator.emulated_world import NUMBER, START, TOKEN, World, opus
from wavoice.runtime.adapters.graph import GraphClient, GraphSettings
from wavoice.runtime.errors import ChannelError, MediaGoneError
from wavoice.runtime.model import SECOND, MediaRef, Micros
from wavoice.sim.emulator.media import TINY_JPEG
from wavoice.sim.emulator.media_faults import PAUSE

DAY: Micros = 24 * 3600 * SECOND
BEARER = {"Authorization": f"Bearer {TOKEN}"}
OFFICE = "application/vnd.openxmlformats-officedocument"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(8)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.emulator.close()


def png(depth: int = 8, colour: int = 6, size: int = 40) -> bytes:
    """The opening of a PNG file."""
    head = struct.pack(">I4sIIBBBBB", 13, b"IHDR", 1, 1, depth, colour, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + head).ljust(size, b"\x00")


def webp(size: int, *, animated: bool = False) -> bytes:
    """The opening of an extended WebP file."""
    head = b"RIFF" + bytes(4) + b"WEBPVP8X" + bytes(4) + bytes([0x02 if animated else 0])
    return head.ljust(size, b"\x00")


def code(answer: httpx.Response) -> int:
    """0 for a success."""
    return 0 if answer.status_code == 200 else int(answer.json()["error"]["code"])


async def uploaded(world: World, data: bytes, mime_type: str = "audio/ogg") -> str:
    return str((await world.upload(data, mime_type)).json()["id"])


async def described(world: World, media: str, **params: str) -> dict[str, Any]:
    found: dict[str, Any] = (await world.call("GET", f"/v24.0/{media}", params=params)).json()
    return found


TAKEN = [
    (tone("adts", "aac"), "audio/aac"),
    (b"#!AMR\n" + bytes(8), "audio/amr"),
    (tone("mp3", "libmp3lame"), "audio/mpeg"),
    (tone("mp4", "aac"), "audio/mp4"),
    (opus(), "audio/ogg"),
    (opus(2), "audio/ogg; codecs=opus"),
    (b"\x00\x00\x00\x18ftypmp42" + bytes(8), "video/mp4"),
    (b"\x00\x00\x00\x18ftyp3gp4" + bytes(8), "video/3gpp"),
    (TINY_JPEG, "image/jpeg"),
    (png(), "image/png"),
    (png(colour=2), "image/png"),
    (webp(100 * 1024), "image/webp"),
    (webp(500 * 1024, animated=True), "image/webp"),
    (b"%PDF-1.7\n", "application/pdf"),
    ("हाँ".encode(), "text/plain"),
    (OLD_OFFICE, "application/msword"),
    (OLD_OFFICE, "application/vnd.ms-excel"),
    (OLD_OFFICE, "application/vnd.ms-powerpoint"),
    (b"PK\x03\x04", f"{OFFICE}.wordprocessingml.document"),
    (b"PK\x03\x04", f"{OFFICE}.spreadsheetml.sheet"),
    (b"PK\x03\x04", f"{OFFICE}.presentationml.presentation"),
]
MEGABYTE = 1024 * 1024


@pytest.mark.conformance("S58")
class TestUploads:
    @pytest.mark.parametrize(("data", "mime_type"), TAKEN, ids=[kind for _, kind in TAKEN])
    async def test_every_type_that_whatsapp_takes(self, world: World, data: bytes, mime_type: str) -> None:
        answer = await world.upload(data, mime_type)
        assert answer.status_code == 200
        assert answer.json()["id"].isdigit()
        assert list(answer.json()) == ["id"]

    @pytest.mark.parametrize(
        ("data", "mime_type", "expected"),
        [
            pytest.param(tone("wav", "pcm_s16le"), "audio/wav", 100, id="wav"),
            pytest.param(tone("wav", "pcm_s16le"), "audio/ogg", 131053, id="wav as ogg"),
            pytest.param(tone("ogg", "vorbis", "stereo"), "audio/ogg", 131053, id="vorbis"),
            pytest.param(b"OggS", "audio/ogg", 131053, id="plain ogg"),
            pytest.param(tone("webm", "libopus"), "audio/ogg", 131053, id="webm as ogg"),
            pytest.param(opus(), "audio/mpeg", 131053, id="ogg as mp3"),
            pytest.param(png(depth=16), "image/png", 131053, id="16-bit png"),
            pytest.param(png(colour=3), "image/png", 131053, id="palette png"),
            pytest.param(b"GIF89a", "image/gif", 100, id="gif"),
            pytest.param(TINY_JPEG, "application/octet-stream", 100, id="octets"),
            pytest.param(png(size=5 * MEGABYTE + 1), "image/png", 100, id="large picture"),
            pytest.param(webp(100 * 1024 + 1), "image/webp", 100, id="large sticker"),
            pytest.param(webp(500 * 1024 + 1, animated=True), "image/webp", 100, id="large moving sticker"),
            pytest.param(b"\0\0\0\x18ftypmp42" + bytes(16 * MEGABYTE), "video/mp4", 100, id="large video"),
        ],
    )
    async def test_what_it_does_not_take(
        self, world: World, data: bytes, mime_type: str, expected: int
    ) -> None:
        answer = await world.upload(data, mime_type)
        assert (answer.status_code, code(answer)) == (400, expected)

    @pytest.mark.parametrize(
        ("name", "expected"),
        [("a.ogg", 0), ("a.OPUS", 0), ("note", 0), ("a.mp3", 0), ("a.wav", 100), ("a.pdf", 100)],
    )
    async def test_the_extension_must_not_tell_another_type(
        self, world: World, name: str, expected: int
    ) -> None:
        assert code(await world.upload(opus(), "audio/ogg", name)) == expected

    async def test_incomplete_uploads(self, world: World) -> None:
        answer = await world.call("POST", f"/v24.0/{NUMBER}/media", data={"messaging_product": "whatsapp"})
        assert answer.json()["error"]["error_data"]["details"] == "Param file is required"
        answer = await world.call("POST", f"/v24.0/{NUMBER}/media", data={"type": "audio/ogg"})
        assert code(answer) == 100


@pytest.mark.conformance("S59")
class TestDescription:
    @pytest.mark.parametrize("hexadecimal", [True, False])
    @pytest.mark.parametrize("as_string", [True, False])
    async def test_hash_and_size_in_either_form(self, hexadecimal: bool, as_string: bool) -> None:
        """Another host than Graph's; only for the own number."""
        world = World(hex_sha256=hexadecimal, file_size_as_string=as_string)
        await world.anna.records(opus())
        media = world.bot.values[0]["messages"][0]["audio"]["id"]
        answer = await described(world, media, phone_number_id=NUMBER)
        digest = hashlib.sha256(opus()).digest()
        assert answer["sha256"] == (digest.hex() if hexadecimal else base64.b64encode(digest).decode())
        assert answer["file_size"] == (str(len(opus())) if as_string else len(opus()))
        assert answer["mime_type"] == "audio/ogg; codecs=opus"
        assert (answer["messaging_product"], answer["id"]) == ("whatsapp", media)
        assert httpx.URL(answer["url"]).host == "media.wavoice.test"
        other = await world.call("GET", f"/v24.0/{media}", params={"phone_number_id": "999"})
        assert (other.status_code, code(other), other.json()["error"]["error_subcode"]) == (400, 100, 33)

    async def test_another_port_over_tcp(self, world: World) -> None:
        world.emulator.serve_media_at("http://127.0.0.1:8443")
        url = httpx.URL((await described(world, await uploaded(world, opus())))["url"])
        assert (url.host, url.port) == ("127.0.0.1", 8443)


@pytest.mark.conformance("S60")
class TestUrls:
    async def test_every_get_gives_a_new_one_for_five_minutes(self, world: World) -> None:
        media = await uploaded(world, opus())
        urls = [(await described(world, media))["url"] for _ in range(2)]
        assert urls[0] != urls[1]
        world.clock.advance_to(START + 300 * SECOND - 1)
        assert (await world.http.get(urls[0], headers=BEARER)).content == opus()
        world.clock.advance_to(START + 300 * SECOND)
        assert (await world.http.get(urls[0], headers=BEARER)).status_code == 404
        fresh = (await described(world, media))["url"]
        assert (await world.http.get(fresh, headers=BEARER)).content == opus()
        assert (await world.http.get(fresh + "x", headers=BEARER)).status_code == 404

    async def test_the_token_is_needed(self, world: World) -> None:
        url = (await described(world, await uploaded(world, opus())))["url"]
        assert (await world.http.get(url)).status_code == 401
        wrong = await world.http.get(url, headers={"Authorization": "Bearer EAAother"})
        assert (wrong.status_code, code(wrong)) == (401, 190)


@pytest.mark.conformance("S61")
class TestLifetimes:
    @pytest.mark.parametrize(("inbound", "days"), [(True, 7), (False, 30)])
    async def test_of_ids(self, world: World, inbound: bool, days: int) -> None:
        if inbound:
            await world.anna.records(opus())
            media = world.bot.values[0]["messages"][0]["audio"]["id"]
        else:
            media = await uploaded(world, opus())
        world.clock.advance_to(START + days * DAY - 1)
        assert (await described(world, media))["id"] == media
        world.clock.advance_to(START + days * DAY)
        gone = await world.call("GET", f"/v24.0/{media}")
        assert (gone.status_code, code(gone), gone.json()["error"]["error_subcode"]) == (400, 100, 33)
        await uploaded(world, opus())  # sweeps
        assert code(await world.call("GET", f"/v24.0/{media}")) == 100

    async def test_deleted(self, world: World) -> None:
        media = await uploaded(world, opus())
        url = (await described(world, media))["url"]
        assert code(await world.call("DELETE", f"/v24.0/{media}", params={"phone_number_id": "9"})) == 100
        assert (await world.call("DELETE", f"/v24.0/{media}")).json() == {"success": True}
        for method in ("GET", "DELETE"):
            gone = await world.call(method, f"/v24.0/{media}")
            assert (code(gone), gone.json()["error"]["error_subcode"]) == (100, 33)
        assert (await world.http.get(url, headers=BEARER)).status_code == 404


class TestRanges:
    @pytest.mark.parametrize(
        ("asked", "status", "part", "told"),
        [
            ("bytes=0-3", 206, slice(0, 4), "bytes 0-3/200"),
            ("bytes=190-", 206, slice(190, 200), "bytes 190-199/200"),
            ("bytes=190-999", 206, slice(190, 200), "bytes 190-199/200"),
            ("bytes=-5", 206, slice(195, 200), "bytes 195-199/200"),
            ("bytes=200-", 416, slice(0, 0), "bytes */200"),
            ("bytes=-0", 416, slice(0, 0), "bytes */200"),
            ("bytes=5-3", 200, slice(0, 200), None),
            ("bytes=0-1,5-6", 200, slice(0, 200), None),
            ("lines=1-2", 200, slice(0, 200), None),
        ],
    )
    async def test_parts(self, world: World, asked: str, status: int, part: slice, told: str | None) -> None:
        url = (await described(world, await uploaded(world, opus())))["url"]
        answer = await world.http.get(url, headers={**BEARER, "Range": asked})
        assert (answer.status_code, answer.content) == (status, opus()[part])
        assert answer.headers.get("Content-Range") == told


class TestFaults:
    """Against the runtime's own client, which must notice each."""

    def client(self, world: World, *hosts: str) -> GraphClient:
        settings = GraphSettings(
            base_url="http://graph.wavoice.test",
            number=NUMBER,
            access_token=SecretStr(TOKEN),
            media_hosts=("media.wavoice.test", *hosts),
        )
        return GraphClient(settings, world.http, world.clock)

    async def announced(self, world: World) -> MediaRef:
        await world.anna.records(opus())
        audio = world.bot.values[-1]["messages"][0]["audio"]
        return MediaRef(audio["id"], audio["mime_type"], audio["sha256"], voice=True, url=audio["url"])

    @pytest.mark.conformance("S62")
    async def test_bytes_hash_to_what_was_announced(self, world: World) -> None:
        media = await self.announced(world)
        data = await self.client(world).fetch(media, 1000)
        assert base64.b64encode(hashlib.sha256(data).digest()).decode() == media.sha256

    @pytest.mark.conformance("S62")
    @pytest.mark.parametrize("fault", ["truncate", "wrong_hash"])
    async def test_other_bytes_are_fetched_once_more(self, world: World, fault: Any) -> None:
        media = await self.announced(world)
        world.emulator.media_fault(fault)
        assert await self.client(world).fetch(media, 1000) == opus()
        world.emulator.media_fault(fault, 2)
        with pytest.raises(MediaGoneError, match="differ"):
            await self.client(world).fetch(media, 1000)

    @pytest.mark.conformance("S62")
    async def test_slow(self, world: World) -> None:
        """The second half comes when the clock has moved."""
        media = await self.announced(world)
        world.emulator.media_fault("slow")
        fetching = asyncio.create_task(self.client(world).fetch(media, 1000))
        while world.clock.next_wake is None:
            await asyncio.wait([fetching], timeout=0)
        assert world.clock.next_wake == START + PAUSE
        world.clock.advance_to(START + PAUSE)
        assert await fetching == opus()

    @pytest.mark.parametrize("fault", ["cut", "fail"])
    async def test_broken_off(self, world: World, fault: Any) -> None:
        """Once, the download is begun anew; twice, it is an outage."""
        media = await self.announced(world)
        world.emulator.media_fault(fault)
        assert await self.client(world).fetch(media, 1000) == opus()
        world.emulator.media_fault(fault, 2)
        with pytest.raises(ChannelError) as caught:
            await self.client(world).fetch(media, 1000)
        assert caught.value.retryable

    async def test_gone_gets_a_fresh_url(self, world: World) -> None:
        media = await self.announced(world)
        world.emulator.media_fault("gone")
        assert await self.client(world).fetch(media, 1000) == opus()

    @pytest.mark.conformance("T63")
    async def test_a_redirect_to_another_host_gets_no_token(self, world: World) -> None:
        """Followed without the token to a host that is trusted, and not at all to another."""
        media = await self.announced(world)
        world.emulator.media_fault("redirect")
        assert await self.client(world, "mirror.wavoice.test").fetch(media, 1000) == opus()
        assert world.emulator.leaks == ()
        world.emulator.media_fault("redirect")
        with pytest.raises(MediaGoneError, match="not trusted"):
            await self.client(world).fetch(media, 1000)

    @pytest.mark.conformance("T63")
    async def test_a_client_that_shows_its_token_there_is_told_of(self, world: World) -> None:
        url = (await described(world, await uploaded(world, opus())))["url"]
        world.emulator.media_fault("redirect")
        redirect = await world.http.get(url, headers=BEARER)
        assert (redirect.status_code, httpx.URL(redirect.headers["Location"]).host) == (
            302,
            "mirror.wavoice.test",
        )
        assert (await world.http.get(redirect.headers["Location"], headers=BEARER)).content == opus()
        assert len(world.emulator.leaks) == 1
