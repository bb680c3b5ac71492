"""The Cloud API client: against the emulator over ASGI and TCP, and against scripted answers.

S-rows: docs/conformance.md.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import AsyncIterator
from functools import partial

import httpx
import pytest
from pydantic import SecretStr

from tests.runtime.scripted_graph import (
    ANNA,
    LIMIT,
    OPUS,
    START,
    TOKEN,
    always,
    recording,
    refused,
    scripted,
    settings,
)
from wavoice.runtime.adapters.graph import GraphClient
from wavoice.runtime.adapters.wire import parse
from wavoice.runtime.errors import (
    AuthError,
    ChannelError,
    ConfigError,
    MediaGoneError,
    MediaTooLargeError,
    WavoiceError,
)
from wavoice.runtime.model import SECOND, Alias, Button, MediaRef, Micros, Outgoing, Template
from wavoice.runtime.ports import Channel
from wavoice.sim.clock import VirtualClock
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.emulator.wire import Business
from wavoice.sim.tcp import serve

MINUTE: Micros = 60 * SECOND


class World:
    """An emulator, one customer, and the webhooks that the bot received."""

    def __init__(self) -> None:
        self.clock = VirtualClock(START)
        self.webhooks: list[bytes] = []
        config = EmulatorConfig(
            access_token=TOKEN, app_secret="app-secret", webhook_url="http://bot.wavoice.test/hook"
        )
        bot = httpx.AsyncClient(transport=httpx.MockTransport(self._bot))
        self.emulator = Emulator(config, self.clock, bot)
        self.anna: Phone = self.emulator.phone("Anna", ANNA.phone, ANNA.bsuid, wrote_at=START)

    async def recorded(self, ogg: bytes = OPUS) -> MediaRef:
        """Announce a voice note of hers."""
        await self.anna.records(ogg)
        media = parse(self.webhooks[-1]).messages[0].media
        assert media is not None
        return media

    def _bot(self, request: httpx.Request) -> httpx.Response:
        self.webhooks.append(request.content)
        return httpx.Response(200)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.emulator.close()


@pytest.fixture
async def client(world: World) -> AsyncIterator[GraphClient]:
    async with world.emulator.client() as http:
        yield GraphClient(settings(), http, world.clock)


class TestAgainstTheEmulator:
    async def test_is_a_channel(self, client: GraphClient) -> None:
        channel: Channel = client
        assert channel is client

    async def test_check_says_who_we_are(self, client: GraphClient) -> None:
        assert await client.check() == "+15550100100 (Corner Shop, CONNECTED)"

    async def test_wrong_token_is_one_sentence_with_its_remedy(self, world: World) -> None:
        """S35."""
        wrong = settings(access_token=SecretStr("EAAwrong"))
        async with world.emulator.client() as http:
            with pytest.raises(AuthError) as caught:
                await GraphClient(wrong, http, world.clock).check()
        assert str(caught.value) == (
            "WhatsApp refused the access token (code 190). Put a valid system user token into "
            "whatsapp.access_token (WAVOICE_WHATSAPP__ACCESS_TOKEN)."
        )

    async def test_sends_text_by_phone_or_user_id(self, world: World, client: GraphClient) -> None:
        """S36, S37: a hidden number is no obstacle."""
        asked = await world.anna.says("Hi")
        accepted = await client.send(Outgoing(to=ANNA, reference="o_1", text="Hello", answers=asked))
        await client.send(Outgoing(to=Alias(None, "US.anna"), reference="o_2", text="again"))
        await world.emulator.idle()
        first, second = world.anna.messages
        assert (first.wamid, first.text, first.quotes, first.kind) == (
            accepted.message,
            "Hello",
            asked,
            "text",
        )
        assert (second.text, second.quotes) == ("again", None)
        assert accepted.at == START

    async def test_sends_buttons(self, world: World, client: GraphClient) -> None:
        buttons = (Button("yes:p1", "Yes"), Button("no:p1", "No"))
        await client.send(Outgoing(to=ANNA, reference="o_1", text="Move it to Friday?", buttons=buttons))
        message = await world.anna.hears(0)
        assert (message.kind, message.text, message.buttons) == ("buttons", "Move it to Friday?", buttons)

    async def test_uploads_and_sends_a_voice_note(self, world: World, client: GraphClient) -> None:
        """S58."""
        media = await client.upload(OPUS, "audio/ogg; codecs=opus")
        await client.send(Outgoing(to=ANNA, reference="o_1", media=media))
        message = await world.anna.hears(0)
        assert (message.kind, message.media, message.download_icon) == ("voice", OPUS, False)

    async def test_seen_marks_read_and_shows_typing(self, world: World, client: GraphClient) -> None:
        """S42, S43: typing ends at the reply."""
        earlier = await world.anna.says("hello")
        wamid = await world.anna.says("are you there?")
        await client.seen(wamid)
        assert world.anna.seen == [earlier, wamid]
        await client.send(Outgoing(to=ANNA, reference="o_1", text="yes"))
        assert (await world.anna.hears(0)).typing
        assert not world.anna.typing

    async def test_typing_ends_after_25_seconds(self, world: World, client: GraphClient) -> None:
        """S43."""
        await client.seen(await world.anna.says("hello"))
        world.clock.advance_to(START + 25 * SECOND - 1)
        assert world.anna.typing
        world.clock.advance_to(START + 25 * SECOND)
        assert not world.anna.typing

    async def test_unknown_message_cannot_be_read(self, client: GraphClient) -> None:
        """S42."""
        with pytest.raises(ChannelError) as caught:
            await client.seen("wamid.unknown")
        assert (caught.value.graph_code, caught.value.retryable) == (131009, False)

    async def test_fetches_by_webhook_url_and_by_id(self, world: World, client: GraphClient) -> None:
        """S19, S59, S62."""
        media = await world.recorded()
        assert media.url is not None
        assert await client.fetch(media, LIMIT) == OPUS
        assert (
            await client.fetch(MediaRef(media.id, media.mime_type, media.sha256, voice=True), LIMIT) == OPUS
        )

    async def test_expired_url_is_renewed(self, world: World, client: GraphClient) -> None:
        """S60: after five minutes the webhook's URL answers 404, a fresh one works."""
        media = await world.recorded()
        assert media.url is not None
        world.clock.advance_to(START + 5 * MINUTE)
        async with world.emulator.client() as http:
            expired = await http.get(media.url, headers={"Authorization": f"Bearer {TOKEN}"})
        assert expired.status_code == 404
        assert await client.fetch(media, LIMIT) == OPUS

    async def test_dead_id_is_gone(self, world: World, client: GraphClient) -> None:
        """S61: after seven days."""
        media = await world.recorded()
        world.clock.advance_to(START + 7 * 24 * 60 * MINUTE)
        with pytest.raises(MediaGoneError):
            await client.fetch(media, LIMIT)

    async def test_oversize_is_refused(self, world: World, client: GraphClient) -> None:
        media = await world.recorded()
        assert await client.fetch(media, len(OPUS)) == OPUS
        with pytest.raises(MediaTooLargeError):
            await client.fetch(media, len(OPUS) - 1)

    async def test_over_tcp(self, world: World) -> None:
        """The same calls over real sockets, Graph and media on two ports."""
        emulator = world.emulator
        async with (
            serve(emulator.graph_app) as graph,
            serve(emulator.media_app) as media_port,
            httpx.AsyncClient() as http,
        ):
            emulator.serve_media_at(f"http://127.0.0.1:{media_port}")
            tcp = settings(
                base_url=f"http://127.0.0.1:{graph}",
                media_hosts=(f"127.0.0.1:{media_port}",),
                version="v26.0",
            )
            client = GraphClient(tcp, http, world.clock)
            assert await client.fetch(await world.recorded(), LIMIT) == OPUS
            sound = await client.upload(OPUS, "audio/ogg")
            await client.send(Outgoing(to=ANNA, reference="o_1", media=sound))
            assert (await world.anna.hears(0)).media == OPUS
            await emulator.idle()


class TestRefusals:
    @pytest.mark.parametrize("code", [0, 104, 190])
    async def test_token_codes(self, code: int) -> None:
        """S35: Graph quotes malformed tokens; we do not."""
        client = scripted(lambda request: refused(code, 401, message=f"Malformed access token {TOKEN}"))
        with pytest.raises(AuthError) as caught:
            await client.send(Outgoing(to=ANNA, reference="o_1", text="x"))
        assert TOKEN not in str(caught.value)

    @pytest.mark.parametrize(
        ("code", "retryable"),
        [
            (1, True),
            (2, True),
            (3, False),
            (4, True),
            (10, False),
            (100, False),
            (368, False),
            (80007, True),
            (130429, True),
            (131000, True),
            (131016, True),
            (131026, False),
            (131047, False),
            (131048, False),
            (131053, False),
            (131056, True),
            (131057, True),
            (999999, False),
        ],
    )
    async def test_retry_follows_the_code_not_the_status(self, code: int, retryable: bool) -> None:
        for status in (400, 500):
            client = scripted(partial(always, refused(code, status)))
            with pytest.raises(ChannelError) as caught:
                await client.send(Outgoing(to=ANNA, reference="o_1", text="x"))
            assert (caught.value.graph_code, caught.value.retryable) == (code, retryable)

    async def test_transient_by_its_own_word(self) -> None:
        client = scripted(lambda request: refused(999999, is_transient=True))
        with pytest.raises(ChannelError) as caught:
            await client.seen("wamid.A")
        assert caught.value.retryable

    async def test_details_are_told_without_phone_numbers(self) -> None:
        data = {"details": "Recipient 15550100200 is not allowed"}
        client = scripted(lambda request: refused(131030, error_data=data))
        with pytest.raises(ChannelError, match=r"Recipient … is not allowed \(code 131030\)"):
            await client.seen("wamid.A")

    @pytest.mark.parametrize(
        ("answer", "error", "retryable"),
        [
            (httpx.Response(502, text="<html>bad gateway"), ChannelError, True),
            (httpx.Response(429), ChannelError, True),
            (httpx.Response(403, text="no"), ChannelError, False),
            (httpx.Response(302, headers={"Location": "https://evil.test/"}), ChannelError, False),
            (httpx.Response(401), AuthError, False),
            (httpx.Response(200, text="<html>"), ChannelError, True),
            (httpx.Response(200, json={"messages": []}), ChannelError, True),
        ],
    )
    async def test_answers_that_are_not_graphs(
        self, answer: httpx.Response, error: type[WavoiceError], retryable: bool
    ) -> None:
        with pytest.raises(error) as caught:
            await scripted(lambda request: answer).send(Outgoing(to=ANNA, reference="o_1", text="x"))
        assert caught.value.retryable is retryable

    async def test_silent_network_is_retryable(self) -> None:
        def silent(request: httpx.Request) -> httpx.Response:
            raise httpx.ReadTimeout("", request=request)

        with pytest.raises(ChannelError, match="ReadTimeout") as caught:
            await scripted(silent).upload(OPUS, "audio/ogg")
        assert caught.value.retryable

    @pytest.mark.parametrize(
        "message",
        [
            Outgoing(to=Alias(None, None), reference="o_1", text="x"),
            Outgoing(to=ANNA, reference="o_1"),
        ],
    )
    async def test_incomplete_messages_never_leave(self, message: Outgoing) -> None:
        requests: list[httpx.Request] = []
        client = scripted(partial(recording, requests))
        with pytest.raises(ChannelError):
            await client.send(message)
        assert requests == []


class TestToken:
    def test_is_in_no_repr(self, world: World, client: GraphClient) -> None:
        assert TOKEN not in repr(settings())
        assert TOKEN not in repr(client)
        assert TOKEN not in repr(vars(client))

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    @pytest.mark.conformance("T63")
    async def test_follows_no_redirect_of_graph(self, status: int) -> None:
        asked: list[str] = []

        def elsewhere(request: httpx.Request) -> httpx.Response:
            asked.append(request.url.host)
            return httpx.Response(status, headers={"Location": "https://evil.test/v24.0/messages"})

        client = scripted(elsewhere)
        for call in (client.send(Outgoing(ANNA, "o_1/0", text="hello")), client.check()):
            with pytest.raises(ChannelError, match=f"HTTP {status}"):
                await call
        assert set(asked) == {"graph.wavoice.test"}

    async def test_a_redirect_to_nowhere_is_a_refusal(self) -> None:
        client = scripted(partial(always, httpx.Response(302, headers={"Location": "javascript:alert(1)"})))
        with pytest.raises(ChannelError, match="no address"):
            await client.check()

    async def test_is_in_no_exception(self) -> None:
        def down(request: httpx.Request) -> httpx.Response:
            assert request.headers["Authorization"] == f"Bearer {TOKEN}"
            raise httpx.ConnectError("no route", request=request)

        with pytest.raises(ChannelError) as caught:
            await scripted(down).check()
        assert TOKEN not in "".join(traceback.format_exception(caught.value))

    @pytest.mark.parametrize("token", ["", TOKEN + "\n", "Bearer " + TOKEN, TOKEN + "…"])
    def test_that_cannot_be_one_is_refused_unquoted(self, token: str) -> None:
        with pytest.raises(ConfigError) as caught:
            scripted(lambda request: httpx.Response(200), access_token=SecretStr(token))
        assert TOKEN not in str(caught.value)

    async def test_a_template_is_its_name_and_language(self) -> None:
        requests: list[httpx.Request] = []
        client = scripted(partial(recording, requests))
        await client.send(Outgoing(ANNA, "call.o_1", template=Template("we_have_an_answer", "en_US")))
        body = json.loads(requests[0].content)
        assert body["type"] == "template"
        assert body["template"] == {"name": "we_have_an_answer", "language": {"code": "en_US"}}
        assert body["biz_opaque_callback_data"] == "call.o_1"

    async def test_body_is_what_the_reference_says(self) -> None:
        """S54: one request, bearer in the header, our reference in the body."""
        requests: list[httpx.Request] = []

        await scripted(partial(recording, requests)).send(Outgoing(to=ANNA, reference="o_1", text="हाँ"))
        (request,) = requests
        assert request.url.path == f"/v24.0/{Business().number}/messages"
        assert json.loads(request.content) == {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "+15550100200",
            "type": "text",
            "text": {"body": "हाँ"},
            "biz_opaque_callback_data": "o_1",
        }
