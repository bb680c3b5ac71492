"""The emulated WhatsApp as the bot meets it: webhooks, and what customers do.

S-rows: docs/conformance.md.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from itertools import pairwise

import httpx
import pytest

from tests.sim.emulator.emulated_world import NUMBER, SECRET, START, TOKEN, WEEK, Bot, World, opus, says
from wavoice.runtime.adapters.wire import parse, verify_signature
from wavoice.runtime.errors import PortInUseError, UserInputError
from wavoice.runtime.model import SECOND, Alias, Modality
from wavoice.sim.clock import VirtualClock
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.emulator.wire import Business
from wavoice.sim.tcp import serve


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    made.bot.documented = True
    yield made
    await made.emulator.close()


class TestWebhooks:
    @pytest.mark.conformance("S3", "S4", "S11", "S12")
    async def test_body_is_ascii_and_signed_as_sent(self, world: World) -> None:
        """S3, S4, S11, S12."""
        await world.emulator.phone("Zoé हिन्दी", "15550100300", "US.zoe").says("हाँ 😀")
        (body,) = world.bot.bodies
        assert body.isascii()
        assert rb"Zo\u00e9 \u0939" in body
        assert rb"\u0939\u093e\u0901 \ud83d\ude00" in body
        assert b", " not in body
        assert verify_signature(body, world.bot.signatures[0], [SECRET.encode()])
        digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert world.bot.signatures[0] == f"sha256={digest}"
        entry = json.loads(body)["entry"][0]
        assert entry["id"] == Business().waba
        (value,) = world.bot.values
        assert value["metadata"] == {"display_phone_number": "15550100100", "phone_number_id": NUMBER}
        assert value["messages"][0]["timestamp"] == str(START // SECOND)

    @pytest.mark.conformance("S3")
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

    @pytest.mark.conformance("S6")
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

    @pytest.mark.conformance("S7")
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

    @pytest.mark.conformance("S6")
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

    @pytest.mark.conformance("S8")
    async def test_delivered_twice_although_answered(self, world: World) -> None:
        """S8."""
        wamid = await world.anna.says("hello", deliver="twice")
        first, second = world.bot.bodies
        assert first == second
        assert parse(first).messages[0].id == wamid

    @pytest.mark.conformance("S57")
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
