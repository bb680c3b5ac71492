"""The emulated WhatsApp, seen from both ends: raw Graph calls and handsets.

S-rows: shared/whatsapp.md, section 18.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from wavoice.runtime.adapters.wire import parse, verify_signature
from wavoice.runtime.errors import PortInUseError, UserInputError
from wavoice.runtime.model import SECOND, Alias, Micros, Modality, StatusUpdate
from wavoice.sim.clock import VirtualClock
from wavoice.sim.graph import Emulator, EmulatorConfig
from wavoice.sim.tcp import serve
from wavoice.sim.wire import Business

TOKEN = "EAAtoken"
SECRET = "app-secret"
START: Micros = 1_795_000_000 * SECOND
WEEK: Micros = 7 * 24 * 3600 * SECOND
NUMBER = Business().number
MESSAGES = f"/v24.0/{NUMBER}/messages"


def opus(channels: int = 1, size: int = 200) -> bytes:
    """The opening page of an Ogg Opus file, filled up to `size`."""
    page = b"OggS" + bytes(22) + b"\x01\x13OpusHead\x01" + bytes([channels])
    return page.ljust(size, b"\x00")


class Bot:
    """A webhook that records what it gets and answers as told."""

    def __init__(self) -> None:
        self.app = Starlette(routes=[Route("/hook", self._take, methods=["POST"])])
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.answers: list[int] = []
        """Status codes to give, then 200 for ever."""
        self.open = asyncio.Event()
        self.open.set()
        self.crash: Exception | None = None

    async def _take(self, request: Request) -> Response:
        self.bodies.append(await request.body())
        self.signatures.append(request.headers["X-Hub-Signature-256"])
        await self.open.wait()
        if self.crash is not None:
            raise self.crash
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    @property
    def values(self) -> list[dict[str, Any]]:
        """`value` of every webhook."""
        return [json.loads(body)["entry"][0]["changes"][0]["value"] for body in self.bodies]

    @property
    def statuses(self) -> list[StatusUpdate]:
        return [status for body in self.bodies for status in parse(body).statuses]


class World:
    """An emulator, a bot and a customer, in one process and on one virtual clock."""

    def __init__(self, start: Micros = START, **config: Any) -> None:
        self.clock = VirtualClock(start)
        self.bot = Bot()
        webhook = httpx.AsyncClient(transport=httpx.ASGITransport(self.bot.app))
        standard = {
            "access_token": TOKEN,
            "app_secret": SECRET,
            "webhook_url": "http://bot.wavoice.test/hook",
        }
        self.emulator = Emulator(EmulatorConfig(**{**standard, **config}), self.clock, webhook)
        self.anna = self.emulator.phone("Anna", "15550100200", "US.anna")
        self.http = self.emulator.client()

    async def call(self, method: str, path: str, **content: Any) -> httpx.Response:
        headers = content.pop("headers", {"Authorization": f"Bearer {TOKEN}"})
        return await self.http.request(method, f"http://graph.wavoice.test{path}", headers=headers, **content)

    async def send(self, **body: Any) -> httpx.Response:
        return await self.call(
            "POST", MESSAGES, json={"messaging_product": "whatsapp", "to": "15550100200", **body}
        )

    async def upload(self, data: bytes, mime_type: str) -> httpx.Response:
        return await self.call(
            "POST",
            f"/v24.0/{NUMBER}/media",
            data={"messaging_product": "whatsapp", "type": mime_type},
            files={"file": ("voice.ogg", data, mime_type)},
        )

    async def speak(self, data: bytes, mime_type: str = "audio/ogg", *, voice: bool = True) -> str:
        """Upload and send audio; return the wamid."""
        media = (await self.upload(data, mime_type)).json()["id"]
        answer = await self.send(type="audio", audio={"id": media, "voice": voice})
        return str(answer.json()["messages"][0]["id"])

    async def ask(self, *buttons: tuple[str, str], text: str = "Sure?") -> httpx.Response:
        nodes = [{"type": "reply", "reply": {"id": key, "title": title}} for key, title in buttons]
        interactive = {"type": "button", "body": {"text": text}, "action": {"buttons": nodes}}
        return await self.send(type="interactive", interactive=interactive)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.emulator.close()


def says(text: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": text}}


class TestWebhooks:
    async def test_body_is_ascii_and_signed_as_sent(self, world: World) -> None:
        """S3, S4, S11, S12."""
        await world.emulator.phone("Zoé हिन्दी", "15550100300", "US.zoe").says("हाँ 😀")
        (body,) = world.bot.bodies
        assert body.isascii()
        assert rb"Zo\u00e9 \u0939" in body
        assert rb"\u0939\u093e\u0901 \ud83d\ude00" in body
        assert b", " not in body
        assert verify_signature(body, world.bot.signatures[0], [SECRET.encode()])
        assert re.fullmatch(r"sha256=[0-9a-f]{64}", world.bot.signatures[0])
        entry = json.loads(body)["entry"][0]
        assert entry["id"] == Business().waba
        (value,) = world.bot.values
        assert value["metadata"] == {"display_phone_number": "15550100100", "phone_number_id": NUMBER}
        assert value["messages"][0]["timestamp"] == str(START // SECOND)

    async def test_bytes_are_the_same_over_tcp(self, world: World) -> None:
        """S3: transport changes neither body nor signature."""
        await world.anna.says("😀")
        bot = Bot()
        async with serve(bot.app) as port, httpx.AsyncClient() as webhook:
            config = EmulatorConfig(
                access_token=TOKEN, app_secret=SECRET, webhook_url=f"http://127.0.0.1:{port}/hook"
            )
            emulator = Emulator(config, VirtualClock(START), webhook)
            await emulator.phone("Anna", "15550100200", "US.anna").says("😀")
        assert (bot.bodies, bot.signatures) == (world.bot.bodies, world.bot.signatures)

    async def test_anything_but_200_is_repeated_with_growing_gaps(self, world: World) -> None:
        """S6: 500, 204, 302 and 400 are all no 200; body and signature stay."""
        world.bot.answers = [500, 204, 302, 400]
        await world.anna.says("hello")
        await world.emulator.idle()
        tried = [world.clock.now()]
        while (due := world.clock.next_wake) is not None:
            world.clock.advance_to(due)
            await world.emulator.idle()
            tried.append(due)
        gaps = [later - earlier for earlier, later in pairwise(tried)]
        assert len(world.bot.bodies) == 5
        assert gaps == sorted(set(gaps))
        assert len({*world.bot.bodies}) == len({*world.bot.signatures}) == 1
        assert world.emulator.dropped == ()

    async def test_given_up_after_a_week(self, world: World) -> None:
        """S7."""
        world.bot.answers = [503] * 10_000
        await world.anna.says("hello")
        await world.emulator.idle()
        while (due := world.clock.next_wake) is not None:
            world.clock.advance_to(due)
            await world.emulator.idle()
        assert world.emulator.dropped == (world.bot.bodies[0],)
        assert START + WEEK - 6 * 3600 * SECOND < world.clock.now() <= START + WEEK

    async def test_a_bot_that_is_down_is_tried_again(self, world: World) -> None:
        """S6: no answer is no 200."""
        up: list[bytes] = []

        def handler(request: httpx.Request) -> httpx.Response:
            if world.clock.now() == START:
                raise httpx.ConnectTimeout("", request=request)
            up.append(request.content)
            return httpx.Response(200)

        config = EmulatorConfig(access_token=TOKEN, app_secret=SECRET, webhook_url="http://bot.test/")
        emulator = Emulator(config, world.clock, httpx.AsyncClient(transport=httpx.MockTransport(handler)))
        await emulator.phone("Anna", "15550100200").says("hello")
        await emulator.idle()
        assert up == []
        world.clock.advance_to(START + 3600 * SECOND)
        await emulator.idle()
        assert len(up) == 1

    async def test_delivered_twice_although_answered(self, world: World) -> None:
        """S8."""
        wamid = await world.anna.says("hello", deliver="twice")
        first, second = world.bot.bodies
        assert first == second
        assert parse(first).messages[0].id == wamid

    async def test_sending_does_not_wait_for_the_bot(self, world: World) -> None:
        """S57: statuses go their own way, and idle waits for them."""
        world.bot.open.clear()
        answer = await world.send(**says("hello"))
        assert answer.status_code == 200
        idle = asyncio.create_task(world.emulator.idle())
        await asyncio.wait([idle], timeout=0)
        assert not idle.done()
        world.bot.open.set()
        await idle
        assert [status.status.value for status in world.bot.statuses] == ["sent", "delivered"]

    async def test_a_crash_of_the_bot_surfaces(self, world: World) -> None:
        world.bot.crash = RuntimeError("bug in the bot")
        with pytest.raises(RuntimeError, match="bug in the bot"):
            await world.anna.says("hello")
        await world.send(**says("hello"))
        with pytest.raises(ExceptionGroup) as caught:
            await world.emulator.idle()
        assert caught.value.exceptions == (world.bot.crash,)
        await world.emulator.idle()

    async def test_closing_ends_redelivery(self, world: World) -> None:
        world.bot.answers = [500]
        await world.anna.says("hello")
        await world.emulator.idle()
        assert world.clock.next_wake is not None
        await world.emulator.close()
        assert world.clock.next_wake is None


class TestInbound:
    async def test_voice_note(self, world: World) -> None:
        """S17, S19, S20."""
        await world.anna.records(opus())
        audio = world.bot.values[0]["messages"][0]["audio"]
        digest = base64.b64encode(hashlib.sha256(opus()).digest()).decode()
        assert audio.pop("url").startswith("http://media.wavoice.test/")
        assert audio.pop("id").isdigit()
        assert audio == {"mime_type": "audio/ogg; codecs=opus", "sha256": digest, "voice": True}

    async def test_audio_url_is_a_switch(self) -> None:
        """S19."""
        world = World(audio_url=False)
        await world.anna.records(opus())
        assert "url" not in world.bot.values[0]["messages"][0]["audio"]

    async def test_forwarded_note_is_a_file(self, world: World) -> None:
        """S18, S26: forwarded and reply merge."""
        asked = (await world.send(**says("Sure?"))).json()["messages"][0]["id"]
        await world.emulator.idle()
        await world.anna.records(opus(), forwarded=True, quotes=asked)
        message = world.bot.values[-1]["messages"][0]
        assert message["audio"]["voice"] is False
        assert message["context"] == {"from": "15550100100", "id": asked, "forwarded": True}

    async def test_reply_to_own_words_names_oneself(self, world: World) -> None:
        """S26."""
        own = await world.anna.says("Friday")
        await world.anna.says("I meant this", own)
        context = world.bot.values[-1]["messages"][0]["context"]
        assert context == {"from": "15550100200", "from_user_id": "US.anna", "id": own}

    async def test_taps_answer_the_newest_question_or_an_older_one_by_id(self, world: World) -> None:
        """S22, S24."""
        old = (await world.ask(("yes:1", "Yes"), ("no:1", "No"))).json()["messages"][0]["id"]
        new = (await world.ask(("yes:2", "Yes"), ("no:2", "No"))).json()["messages"][0]["id"]
        await world.emulator.idle()
        await world.anna.taps("Yes")
        await world.anna.taps("yes:1")
        newest, stale = (parse(body).messages[0] for body in world.bot.bodies[-2:])
        assert (newest.modality, newest.button, newest.quotes) == (Modality.BUTTON, "yes:2", new)
        assert (stale.button, stale.quotes, stale.text) == ("yes:1", old, "Yes")
        assert world.bot.values[-1]["messages"][0]["context"]["from"] == "15550100100"

    async def test_there_is_nothing_to_tap_or_play(self, world: World) -> None:
        with pytest.raises(UserInputError, match="no button 'Yes' on Anna's phone"):
            await world.anna.taps("Yes")
        with pytest.raises(UserInputError, match="no voice note"):
            await world.anna.plays()

    async def test_hidden_phone_is_absent_not_empty(self, world: World) -> None:
        """S32: username only; sent never tells the username."""
        ben = world.emulator.phone("Ben", None, "US.ben", "@ben")
        await ben.says("hello")
        assert parse(world.bot.bodies[0]).messages[0].alias == Alias(None, "US.ben")
        assert world.bot.values[0]["contacts"] == [
            {"profile": {"name": "Ben", "username": "@ben"}, "user_id": "US.ben"}
        ]
        assert "from" not in world.bot.values[0]["messages"][0]
        answer = await world.send(to=None, recipient="US.ben", **says("hi"))
        assert answer.json()["contacts"] == [{"input": "US.ben", "user_id": "US.ben"}]
        await world.emulator.idle()
        sent, delivered = world.bot.values[1:]
        assert sent["contacts"] == [{"profile": {"name": "Ben"}, "user_id": "US.ben"}]
        assert delivered["contacts"][0]["profile"]["username"] == "@ben"
        assert "recipient_id" not in sent["statuses"][0]

    async def test_hears_waits_for_what_comes(self, world: World) -> None:
        after = len(world.anna.messages)
        waiting = asyncio.create_task(world.anna.hears(after))
        await world.send(**says("one"))
        await world.send(**says("two"))
        assert (await waiting).text == "one"
        assert (await world.anna.hears(after + 1)).text == "two"


class TestStatuses:
    async def test_life_of_a_voice_note(self, world: World) -> None:
        """S51, S52, S54."""
        media = (await world.upload(opus(), "audio/ogg")).json()["id"]
        answer = await world.send(
            type="audio", audio={"id": media, "voice": True}, biz_opaque_callback_data="o_1"
        )
        wamid = answer.json()["messages"][0]["id"]
        await world.anna.hears(0)
        await world.anna.reads()
        await world.anna.plays()
        await world.anna.plays()
        await world.anna.reads()
        assert [(found.status.value, found.message, found.reference) for found in world.bot.statuses] == [
            (state, wamid, "o_1") for state in ("sent", "delivered", "read", "played")
        ]
        nodes = [value["statuses"][0] for value in world.bot.values]
        assert ["pricing" in node for node in nodes] == [True, True, False, False]
        assert {(node["recipient_id"], node["recipient_user_id"]) for node in nodes} == {
            ("15550100200", "US.anna")
        }
        assert all(value["contacts"][0]["user_id"] == "US.anna" for value in world.bot.values)
        assert not any("conversation" in node for node in nodes)

    async def test_price_changes_in_october_2026(self) -> None:
        """S53."""
        october = 1_790_812_800 * SECOND
        for moment, kind in ((october - 1, "free_customer_service"), (october, "regular")):
            world = World(start=moment)
            await world.send(**says("hello"))
            await world.emulator.idle()
            pricing = world.bot.values[0]["statuses"][0]["pricing"]
            assert (pricing["type"], pricing["category"], pricing["pricing_model"]) == (
                kind,
                "service",
                "PMP",
            )

    async def test_wrong_container_fails_after_acceptance(self, world: World) -> None:
        """S49: 200 first, then `failed` with 131053, without contacts."""
        wamid = await world.speak(b"ID3" + bytes(100), "audio/mpeg")
        await world.emulator.idle()
        (status,) = world.bot.statuses
        assert (status.status.value, status.error_code, status.message) == ("failed", 131053, wamid)
        (value,) = world.bot.values
        assert "contacts" not in value
        assert "pricing" not in value["statuses"][0]
        assert "recipient_user_id" not in value["statuses"][0]
        assert world.anna.messages == []

    async def test_the_same_file_is_fine_as_audio(self, world: World) -> None:
        """S51: no `voice`, no `played`."""
        await world.speak(b"ID3" + bytes(100), "audio/mpeg", voice=False)
        assert (await world.anna.hears(0)).kind == "audio"
        with pytest.raises(UserInputError):
            await world.anna.plays()

    async def test_who_is_not_on_whatsapp_fails_later(self, world: World) -> None:
        answer = await world.send(to="+1 555 010-0999", **says("hello"))
        assert answer.json()["contacts"] == [{"input": "+1 555 010-0999", "wa_id": "15550100999"}]
        await world.emulator.idle()
        (status,) = world.bot.statuses
        assert (status.status.value, status.error_code) == ("failed", 131026)
        assert world.bot.values[0]["statuses"][0]["recipient_id"] == "15550100999"

    @pytest.mark.parametrize(("size", "icon"), [(512 * 1024, False), (512 * 1024 + 1, True)])
    async def test_large_notes_show_a_download_icon(self, world: World, size: int, icon: bool) -> None:
        """S50."""
        await world.speak(opus(size=size))
        message = await world.anna.hears(0)
        assert (message.kind, message.download_icon) == ("voice", icon)


class TestSending:
    async def test_answer_and_ids(self, world: World) -> None:
        """S36: every id new, and the same again for the same seed."""
        answers = [(await world.send(**says(str(turn)))).json() for turn in range(50)]
        assert answers[0]["messaging_product"] == "whatsapp"
        assert answers[0]["contacts"] == [{"input": "15550100200", "wa_id": "15550100200"}]
        wamids = [answer["messages"][0]["id"] for answer in answers]
        assert len(set(wamids)) == 50
        assert all(base64.b64decode(wamid.removeprefix("wamid."), validate=True) for wamid in wamids)
        for seed, same in ((0, True), (1, False)):
            again = (await World(seed=seed).send(**says("0"))).json()["messages"][0]["id"]
            assert (again == wamids[0]) is same

    async def test_phone_number_wins_over_user_id(self, world: World) -> None:
        """S37."""
        world.emulator.phone("Ben", "15550100300", "US.ben")
        await world.send(recipient="US.ben", **says("for Anna"))
        assert (await world.anna.hears(0)).text == "for Anna"
        unknown = await world.send(to=None, recipient="US.nobody", **says("x"))
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (400, 131009)

    async def test_errors_have_graphs_shape(self, world: World) -> None:
        """S38."""
        answer = await world.send(**says(""))
        error = answer.json()["error"]
        assert answer.status_code == 400
        assert error["message"] == "(#131009) Parameter value is not valid"
        assert (error["type"], error["code"]) == ("OAuthException", 131009)
        assert error["error_data"] == {
            "messaging_product": "whatsapp",
            "details": "Param body must be a string of 1 to 4096 characters",
        }
        assert error["fbtrace_id"]

    @pytest.mark.parametrize(
        ("allowed", "refused", "field"),
        [
            (says("ह" * 4096), says("ह" * 4097), "body"),
            (
                {**says("x"), "biz_opaque_callback_data": "r" * 512},
                {**says("x"), "biz_opaque_callback_data": "r" * 513},
                "biz_opaque_callback_data",
            ),
        ],
    )
    async def test_text_limits(
        self, world: World, allowed: dict[str, Any], refused: dict[str, Any], field: str
    ) -> None:
        """S39, S54: counted in characters."""
        assert (await world.send(**allowed)).status_code == 200
        answer = await world.send(**refused)
        assert answer.json()["error"]["code"] == 131009
        assert field in answer.json()["error"]["error_data"]["details"]

    @pytest.mark.parametrize(
        ("buttons", "text", "details"),
        [
            ([], "?", "1 to 3 buttons"),
            ([(str(i), str(i)) for i in range(4)], "?", "1 to 3 buttons"),
            ([("1", "t" * 21)], "?", "Param title"),
            ([("1", "")], "?", "Param title"),
            ([("i" * 257, "Yes")], "?", "Param id"),
            ([("1", "Yes")], "b" * 1025, "Param text"),
            ([("1", "Yes"), ("1", "No")], "?", "every id must be unique"),
            ([("1", "Yes"), ("2", "Yes")], "?", "every title must be unique"),
        ],
    )
    async def test_button_limits(
        self, world: World, buttons: list[tuple[str, str]], text: str, details: str
    ) -> None:
        """S39, S40."""
        widest = [("i" * 256, "t" * 20), ("2", "2"), ("3", "3")]
        assert (await world.ask(*widest, text="b" * 1024)).status_code == 200
        answer = await world.ask(*buttons, text=text)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 131009)
        assert details in answer.json()["error"]["error_data"]["details"]

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"type": "text"}, 131008),
            ({"type": "audio", "audio": {"voice": True}}, 131008),
            ({"type": "interactive", "interactive": {"type": "carousel"}}, 131051),
            ({"type": "hologram"}, 131051),
            ({**says("x"), "to": None}, 131008),
            ({**says("x"), "messaging_product": "sms"}, 100),
            ({"type": "audio", "audio": {"id": "1"}}, 100),
            ({"status": "read"}, 131008),
        ],
    )
    async def test_incomplete_or_unknown_requests(
        self, world: World, body: dict[str, Any], code: int
    ) -> None:
        """S41."""
        assert (await world.send(**body)).json()["error"]["code"] == code

    @pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff"])
    async def test_bodies_that_are_no_json_object(self, world: World, raw: bytes) -> None:
        answer = await world.call("POST", MESSAGES, content=raw)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)

    @pytest.mark.parametrize(
        ("headers", "code"),
        [({}, 104), ({"Authorization": "Bearer EAAother"}, 190), ({"Authorization": f"Basic {TOKEN}"}, 104)],
    )
    async def test_token_is_checked_everywhere(
        self, world: World, headers: dict[str, str], code: int
    ) -> None:
        """S35, S60: also for the bytes of media."""
        await world.anna.records(opus())
        url = httpx.URL(world.bot.values[0]["messages"][0]["audio"]["url"])
        answers = [
            await world.call("POST", MESSAGES, headers=headers, json={}),
            await world.call("POST", f"/v24.0/{NUMBER}/media", headers=headers),
            await world.call("GET", f"/v24.0/{NUMBER}", headers=headers),
            await world.http.get(url, headers=headers),
        ]
        assert {(answer.status_code, answer.json()["error"]["code"]) for answer in answers} == {(401, code)}
        assert (await world.http.get(url, headers={"Authorization": f"Bearer {TOKEN}"})).content == opus()

    async def test_any_version_and_only_ones_own_number(self, world: World) -> None:
        """S35."""
        for version, status in (("v17.0", 200), ("v26.0", 200), ("v24", 400), ("24.0", 400)):
            assert (await world.call("GET", f"/{version}/{NUMBER}")).status_code == status
        other = await world.call("POST", "/v24.0/999/messages", json={})
        assert (other.json()["error"]["code"], other.json()["error"]["error_subcode"]) == (100, 33)


class TestMedia:
    @pytest.mark.parametrize(
        ("data", "mime_type", "code"),
        [
            (b"RIFF" + bytes(40), "audio/wav", 100),
            (b"RIFF" + bytes(40), "audio/ogg", 131053),
            (b"OggS" + bytes(22) + b"\x01\x1e\x01vorbis", "audio/ogg", 131053),
            (opus(channels=2), "audio/ogg; codecs=opus", 131053),
            (b"OggS", "audio/ogg", 131053),
            (opus(), "audio/mpeg", 131053),
            (opus(size=16 * 1024 * 1024 + 1), "audio/ogg", 100),
        ],
    )
    async def test_uploads_are_what_they_say(
        self, world: World, data: bytes, mime_type: str, code: int
    ) -> None:
        """S50, S58."""
        answer = await world.upload(data, mime_type)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)

    async def test_uploads_get_ids_that_live_a_month(self, world: World) -> None:
        """S58, S61."""
        media = (await world.upload(opus(), "audio/ogg; codecs=opus")).json()["id"]
        assert media.isdigit()
        world.clock.advance_to(START + 30 * 24 * 3600 * SECOND - 1)
        assert (await world.call("GET", f"/v24.0/{media}")).status_code == 200
        world.clock.advance_to(START + 30 * 24 * 3600 * SECOND)
        gone = await world.call("GET", f"/v24.0/{media}")
        assert (gone.json()["error"]["code"], gone.json()["error"]["error_subcode"]) == (100, 33)

    async def test_incomplete_uploads(self, world: World) -> None:
        answer = await world.call("POST", f"/v24.0/{NUMBER}/media", data={"messaging_product": "whatsapp"})
        assert answer.json()["error"]["error_data"]["details"] == "Param file is required"

    @pytest.mark.parametrize("hexadecimal", [True, False])
    async def test_media_answer(self, hexadecimal: bool) -> None:
        """S59: another host, the hash in either form, only for the own number."""
        world = World(hex_sha256=hexadecimal)
        await world.anna.records(opus())
        media = world.bot.values[0]["messages"][0]["audio"]["id"]
        answer = (await world.call("GET", f"/v24.0/{media}", params={"phone_number_id": NUMBER})).json()
        digest = hashlib.sha256(opus()).digest()
        assert answer["sha256"] == (digest.hex() if hexadecimal else base64.b64encode(digest).decode())
        assert (answer["file_size"], answer["mime_type"]) == (len(opus()), "audio/ogg; codecs=opus")
        assert httpx.URL(answer["url"]).host == "media.wavoice.test"
        other = await world.call("GET", f"/v24.0/{media}", params={"phone_number_id": "999"})
        assert other.json()["error"]["code"] == 100

    async def test_every_get_gives_a_new_url_for_five_minutes(self, world: World) -> None:
        """S60."""
        media = (await world.upload(opus(), "audio/ogg")).json()["id"]
        urls = [(await world.call("GET", f"/v24.0/{media}")).json()["url"] for _ in range(2)]
        assert urls[0] != urls[1]
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        world.clock.advance_to(START + 300 * SECOND - 1)
        assert (await world.http.get(urls[0], headers=bearer)).content == opus()
        world.clock.advance_to(START + 300 * SECOND)
        assert (await world.http.get(urls[0], headers=bearer)).status_code == 404
        assert (await world.http.get(urls[0] + "x", headers=bearer)).status_code == 404


async def test_a_taken_port_is_named() -> None:
    async with serve(Bot().app) as port:
        with pytest.raises(PortInUseError, match=f"Port {port} on 127.0.0.1 is taken. .* --port") as caught:
            async with serve(Bot().app, port=port):
                pytest.fail("two servers on one port")
        assert caught.value.remedy


async def test_secrets_are_in_no_repr() -> None:
    config = EmulatorConfig(access_token=TOKEN, app_secret=SECRET, webhook_url="http://bot.test/hook")
    assert TOKEN not in repr(config)
    assert SECRET not in repr(config)


async def test_nothing_else_exists_on_the_emulated_network(world: World) -> None:
    with pytest.raises(httpx.ConnectError):
        await world.http.get("http://evil.wavoice.test/")
