"""Voice notes on their way out: uploaded while they are made, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import httpx
import pytest

from tests.rehearsing import desk
from tests.runtime.scripted_graph import START, scripted, settings
from wavoice.runtime.adapters.graph import GraphClient
from wavoice.runtime.adapters.phrases import PhraseVoice
from wavoice.runtime.build import Parts
from wavoice.runtime.errors import ChannelError, SpeechError
from wavoice.runtime.model import Speech
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Told
from wavoice.sim.clock import VirtualClock
from wavoice.sim.scripted import ToneVoice

MIME = "audio/ogg; codecs=opus"
WHERE = "(voice) Order 1842 is packed. It arrives on Thursday."


async def parts(*data: bytes) -> AsyncIterator[bytes]:
    for each in data:
        yield each


class TestUploads:
    async def test_chunks_leave_as_they_are_made(self) -> None:
        """On a socket: the second part is made once the server has seen the first."""
        arrived = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"transfer-encoding: chunked" in head.lower()
            body = b""
            while not body.endswith(b"0\r\n\r\n"):
                body += await reader.read(1 << 16)
                if b"first" in body:
                    arrived.set()
            assert body.index(b"first") < body.index(b"second")
            answer = b'{"id": "m_1"}'
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(answer), answer))
            await writer.drain()
            writer.close()

        async def made() -> AsyncIterator[bytes]:
            yield b"first"
            await arrived.wait()
            yield b"second"

        server = await asyncio.start_server(serve, "127.0.0.1")
        async with server, httpx.AsyncClient() as http:
            host, port = server.sockets[0].getsockname()
            client = scripted_over(http, f"http://{host}:{port}")
            assert await client.upload_parts(made(), MIME) == "m_1"

    async def test_whoever_wants_a_length_gets_it_from_then_on(self) -> None:
        asked: list[str] = []

        def graph(request: httpx.Request) -> httpx.Response:
            chunked = request.headers.get("Transfer-Encoding") == "chunked"
            asked.append("chunked" if chunked else "whole")
            if chunked:
                return httpx.Response(411)
            assert b"onetwo" in request.read()
            return httpx.Response(200, json={"id": "m_1"})

        client = scripted(graph)
        assert await client.upload_parts(parts(b"one", b"two"), MIME) == "m_1"
        assert await client.upload_parts(parts(b"one", b"two"), MIME) == "m_1"
        assert asked == ["chunked", "whole", "whole"]

    async def test_a_refusal_by_code_is_final(self) -> None:
        error = {"error": {"message": "no", "type": "OAuthException", "code": 131053}}
        with pytest.raises(ChannelError, match="131053"):
            await scripted(lambda _: httpx.Response(400, json=error)).upload_parts(parts(b"x"), MIME)

    async def test_an_error_of_whoever_makes_it_comes_through(self) -> None:
        async def fails() -> AsyncIterator[bytes]:
            yield b"one"
            raise SpeechError("The voice broke.")

        with pytest.raises(SpeechError, match="broke"):
            await scripted(lambda _: httpx.Response(200, json={"id": "m_1"})).upload_parts(fails(), MIME)


def scripted_over(http: httpx.AsyncClient, base_url: str) -> GraphClient:
    return GraphClient(settings(base_url=base_url), http, VirtualClock(START))


class Breaking(ToneVoice):
    """Hands on one page of a note, and then fails or goes on without end."""

    def __init__(self, *, endless: bool = False) -> None:
        self._endless = endless

    async def note(self, text: str, language: str, told: Told = None) -> AsyncGenerator[bytes, None]:
        yield b"OggS"
        while self._endless:
            yield bytes(1 << 16)
        raise SpeechError("The voice broke.")


class Broken(Breaking):
    """Fails whatever it is asked for."""

    async def say(self, text: str, language: str) -> Speech:
        raise SpeechError("The voice broke again.")


class Rubbish(ToneVoice):
    """Makes a note that is none."""

    async def note(self, text: str, language: str, told: Told = None) -> AsyncGenerator[bytes, None]:
        yield b"this is no audio"


class Silent(ToneVoice):
    """Never gets to its first page."""

    async def note(self, text: str, language: str, told: Told = None) -> AsyncGenerator[bytes, None]:
        await asyncio.Event().wait()
        yield b""


class TestReplies:
    async def replies(self, voice: ToneVoice | PhraseVoice, policy: Policy | None = None) -> list[str]:
        async with desk(parts=Parts(policy=policy or Policy()), speaks_with=voice) as at:
            said = await at.speaks("where is my order")
            replied = (await at.journal("replied"))[-1].body
            return [*said, replied.form, replied.fallback or ""]

    async def test_a_note_made_page_by_page_is_what_the_customer_hears(self) -> None:
        assert await self.replies(PhraseVoice(ToneVoice())) == [WHERE, "voice", ""]

    async def test_a_voice_that_breaks_off_begins_anew(self) -> None:
        assert await self.replies(Breaking()) == [WHERE, "voice", ""]

    async def test_a_voice_that_breaks_off_again_is_replaced_by_text(self) -> None:
        text = WHERE.removeprefix("(voice) ")
        assert await self.replies(Broken()) == [text, "text", "The voice broke again."]

    async def test_a_note_that_gets_too_large_is_replaced_by_text(self) -> None:
        said, form, why = await self.replies(Breaking(endless=True))
        assert (said, form) == (WHERE.removeprefix("(voice) "), "text")
        assert "more than the 524288 bytes" in why

    async def test_a_voice_that_is_late_is_replaced_by_text(self) -> None:
        said, form, why = await self.replies(Silent(), Policy(speak_budget_seconds=0.05))
        assert (said, form, why) == (WHERE.removeprefix("(voice) "), "text", "speech exceeded its budget")

    async def test_a_note_that_whatsapp_does_not_take_is_replaced_by_text(self) -> None:
        said, form, why = await self.replies(Rubbish())
        assert (said, form) == (WHERE.removeprefix("(voice) "), "text")
        assert why == "the voice note was not accepted"

    async def test_a_question_keeps_its_buttons_when_its_note_is_not_taken(self) -> None:
        async with desk(speaks_with=Rubbish()) as at:
            asked = await at.speaks("move my delivery to Friday")
            assert asked == ["Order 1842: move it to Friday 27 November? Reply yes or no."]
            assert [button.title for button in at.messages[-1].buttons] == ["Yes", "No"]


class Counting(ToneVoice):
    """Notes what it was asked to say."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.more = asyncio.Event()

    async def say(self, text: str, language: str) -> Speech:
        self.said.append(text)
        self.more.set()
        return await super().say(text, language)


async def test_the_outcome_is_spoken_while_the_yes_settles() -> None:
    counting = Counting()
    async with desk(speaks_with=PhraseVoice(counting)) as at:
        await at.speaks("move my delivery to Friday")
        await at.speaks("yes")
        outcome = "order 18 42 now comes on Friday 27 November."
        while outcome not in counting.said:
            counting.more.clear()
            await counting.more.wait()
        assert await at.wait(5) == ["(voice) Done: order 1842 now comes on Friday 27 November."]
        assert counting.said.count(outcome) == 1
