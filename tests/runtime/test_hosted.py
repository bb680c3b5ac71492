"""Hosted ears and voices against a server that does not mean well: what is believed, what is said of it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse

from tests.rehearsing import MONDAY, NOTE, Desk, warm_decoder
from tests.speech_server import KEY, SpeechServer, pcm_of, refusal, transcription, wav_of
from wavoice.runtime.adapters.breaker import Breaker
from wavoice.runtime.adapters.fallback import FallbackVoice, Link
from wavoice.runtime.adapters.hosted import HostedApi
from wavoice.runtime.adapters.hosted_ears import HostedEars
from wavoice.runtime.adapters.hosted_voice import Format, HostedVoice
from wavoice.runtime.audio.decode import decode_note
from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.audio.replies import speech_from
from wavoice.runtime.build import Parts
from wavoice.runtime.errors import SpeechError, UnsupportedLanguageError
from wavoice.runtime.model import Heard, Speech
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Hint
from wavoice.sim.clock import CountingIds, VirtualClock
from wavoice.sim.rehearsal import rehearsal_settings, rehearse
from wavoice.sim.scripted import ScriptedEars, ToneVoice

SURE = {"avg_logprob": -0.2, "no_speech_prob": 0.01, "tokens": [1, 2, 3]}
SPOKEN = decode_note(NOTE.read_bytes(), 60)
AWAITED = Hint(awaiting_yes=True)


@asynccontextmanager
async def hosted(
    *answers: Response | None, key: str = KEY, verbose: bool = True
) -> AsyncIterator[tuple[HostedEars, SpeechServer]]:
    """Ears, and the server that gives them those answers."""
    server = SpeechServer()
    server.instead.extend(answers)
    async with server.served() as address:
        ears = HostedEars(HostedApi(address, SecretStr(key)), verbose=verbose)
        try:
            yield ears, server
        finally:
            await ears.close()


async def heard(*answers: Response | None, hint: Hint = AWAITED) -> Heard:
    async with hosted(*answers) as (ears, _):
        return await ears.hear(SPOKEN, hint)


class TestFigures:
    """What the gate needs for a spoken yes, and what stands in its place."""

    async def test_told_they_are_taken_over(self) -> None:
        long = {"avg_logprob": -0.5, "no_speech_prob": 0.3, "tokens": [1] * 9}
        told = await heard(transcription(" Yes, please. ", SURE, long), hint=Hint())
        decode = told.transcript
        assert (decode.text, decode.prompt, decode.beam, decode.language) == ("Yes, please.", "none", 0, "en")
        assert decode.avg_logprob == pytest.approx((3 * -0.2 + 9 * -0.5) / 12)
        assert (decode.no_speech, decode.measured) == (0.01, True)
        assert decode.model.startswith("whisper-1@127.0.0.1:")
        assert told.speech_seconds > 0.3  # found here

    async def test_without_tokens_the_worst_segment_counts(self) -> None:
        bad = {"avg_logprob": -0.9, "no_speech_prob": 0.3}
        told = await heard(transcription("Yes.", SURE, bad), hint=Hint())
        assert told.transcript.avg_logprob == -0.9

    @pytest.mark.parametrize(
        "answer",
        [
            transcription("Yes."),
            Response('{"text": "Yes."}'),
            Response('{"text": "Yes.", "segments": null}'),
            transcription("Yes.", {}),
            transcription("Yes.", {"avg_logprob": None, "no_speech_prob": None}),
            transcription("Yes.", {**SURE, "no_speech_prob": None}),
            transcription("Yes.", {**SURE, "avg_logprob": 0.0}),
            transcription("Yes.", {**SURE, "avg_logprob": 0.4}),
            transcription("Yes.", {**SURE, "no_speech_prob": 1.5}),
            Response('{"text": "Yes.", "segments": [{"avg_logprob": NaN, "no_speech_prob": 0.1}]}'),
            Response('{"text": "Yes.", "segments": [{"avg_logprob": -Infinity, "no_speech_prob": 0.1}]}'),
            transcription("Yes.", SURE, {}),
        ],
        ids=lambda answer: answer.body.decode()[:60],
    )
    async def test_not_told_or_impossible_nothing_is_vouched_for(self, answer: Response) -> None:
        told = await heard(transcription("Yes.", SURE), answer)
        assert [decode.measured for decode in told.decodes] in ([True, False], [False, True])
        (bad,) = (decode for decode in told.decodes if not decode.measured)
        assert (bad.text, bad.no_speech) == ("Yes.", 0.0)
        assert bad.avg_logprob < Policy().min_avg_logprob

    async def test_one_answer_given_twice_is_no_second_opinion(self) -> None:
        same = transcription("Yes.", SURE), transcription("Yes.", SURE)
        assert [decode.measured for decode in (await heard(*same)).decodes] == [False, False]
        other = transcription("Yes.", SURE), transcription("Yes.", {**SURE, "avg_logprob": -0.21})
        assert [decode.measured for decode in (await heard(*other)).decodes] == [True, True]

    async def test_no_words_need_no_figures(self) -> None:
        told = await heard(transcription(""), transcription("  "))
        assert [(one.text, one.measured, one.no_speech) for one in told.decodes] == [("", True, 1.0)] * 2

    async def test_a_language_that_was_not_asked_for_is_told(self) -> None:
        """The gate compares those of both decodes (D58)."""
        told = await heard(
            transcription("Yes.", SURE),
            transcription("Si.", {**SURE, "avg_logprob": -0.3}, language="spanish"),
        )
        assert sorted(decode.language for decode in told.decodes) == ["en", "es"]


class TestRequests:
    """What leaves this machine."""

    async def test_two_decodes_are_two_requests_that_differ_in_the_prompt(self) -> None:
        other = {**SURE, "avg_logprob": -0.3}
        async with hosted(transcription("Yes.", SURE), transcription("Yes.", other)) as (ears, server):
            await ears.hear(SPOKEN, AWAITED)
        first, second = sorted(server.asked, key=lambda one: "prompt" not in one.fields)
        assert first.fields.pop("prompt").startswith("No wait.")
        assert first.fields == second.fields
        assert first.fields == {
            "model": "whisper-1",
            "response_format": "verbose_json",
            "temperature": "0",
            "language": "en",
        }
        assert (first.path, first.key) == ("/v1/audio/transcriptions", KEY)

    async def test_words_are_the_prompt_of_a_request(self) -> None:
        async with hosted(transcription("Xylora.", SURE)) as (ears, server):
            told = await ears.hear(SPOKEN, Hint(words=("Xylora", "order 77120")))
        assert server.asked[0].fields["prompt"] == "Xylora, order 77120"
        assert told.transcript.prompt == "words"

    async def test_a_model_that_knows_no_figures_is_asked_for_none(self) -> None:
        async with hosted(Response('{"text": "Yes."}'), verbose=False) as (ears, server):
            told = await ears.hear(SPOKEN, Hint())
        assert server.asked[0].fields["response_format"] == "json"
        assert (told.transcript.text, told.transcript.measured) == ("Yes.", False)


REFUSED = [
    (refusal(500, "for +4915112345678"), "answered HTTP 500."),
    (refusal(429, "slow down"), "answered HTTP 429."),
    (refusal(400, "no such model"), "answered HTTP 400."),
    (PlainTextResponse("<html>It works!</html>"), "is no transcription."),
    (Response('{"txt": "Yes."}'), "is no transcription."),
    (Response("[" * 100_000), "is no transcription."),
    (Response(bytes(5 * 1024 * 1024)), "answered with more than"),
    (RedirectResponse("http://127.0.0.1:1/v1"), "answered HTTP 307."),
]


class TestTrouble:
    """An error says what is wrong and repeats nothing that was said, by anybody."""

    @pytest.mark.parametrize(("answer", "said"), REFUSED, ids=[said for _, said in REFUSED])
    async def test_an_answer_that_is_none(self, answer: Response, said: str) -> None:
        with pytest.raises(SpeechError) as caught:
            await heard(answer, hint=Hint())
        assert said in str(caught.value)
        assert str(caught.value).startswith(("127.0.0.1:", "The answer of 127.0.0.1:"))
        assert not any(word in str(caught.value) for word in ("4915112345678", "slow down", "It works"))

    async def test_a_refused_key_is_never_repeated(self) -> None:
        async with hosted(key="sk-wrong-one") as (ears, _):
            for call in (ears.warm(), ears.hear(SPOKEN, Hint())):
                with pytest.raises(
                    SpeechError, match=r"refused the key \(HTTP 401\)\. Check api_key"
                ) as caught:
                    await call
                assert "sk-wrong" not in repr(caught.value.__dict__) + str(caught.value)

    async def test_a_language_that_the_server_refuses(self) -> None:
        for answer in (
            refusal(400, "Invalid.", param="language"),
            refusal(422, "x", code="unsupported_language"),
            Response('{"object": "error", "message": "Unsupported language: \'xx\'."}', 400),
        ):
            with pytest.raises(UnsupportedLanguageError):
                await heard(answer, hint=Hint(language="xx"))

    async def test_the_first_failure_ends_the_other_requests(self) -> None:
        async with hosted(refusal(500, "x"), None) as (ears, server):
            with pytest.raises(SpeechError, match="HTTP 500"):
                await ears.hear(SPOKEN, AWAITED)
            assert len(server.asked) == 2

    async def test_nobody_there(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        ears = HostedEars(HostedApi(f"http://127.0.0.1:{port}/v1", None))
        with pytest.raises(SpeechError, match=r"did not answer \(ConnectError\)"):
            await ears.hear(SPOKEN, Hint())
        await ears.close()

    async def test_a_connection_that_breaks_is_tried_once_more(self) -> None:
        calls = 0

        async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal calls
            calls += 1
            await reader.readuntil(b"\r\n\r\n")
            writer.close()

        async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            ears = HostedEars(HostedApi(f"http://127.0.0.1:{port}/v1", None))
            with pytest.raises(SpeechError, match="did not answer"):
                await ears.hear(SPOKEN, Hint())
            await ears.close()
        assert calls == 2


TONE = Speech(pcm=(0.3 * np.sin(np.arange(22_050) / 10)).astype("<f4").tobytes(), rate=22_050, voice="tone")
ENDLESS = bytearray(wav_of(TONE))
ENDLESS[4:8] = ENDLESS[40:44] = b"\xff" * 4
"""As OpenAI writes it: the length is not known when the header is sent."""
WAV = wav_of(TONE)


async def spoken(answer: Response, audio_format: Format, languages: tuple[str, ...] = ()) -> Speech:
    server = SpeechServer()
    server.instead.append(answer)
    async with server.served() as address:
        voice = HostedVoice(
            HostedApi(address, SecretStr(KEY)), audio_format=audio_format, languages=languages
        )
        try:
            speech = await voice.say("Hello.", "en")
        finally:
            await voice.close()
    assert server.asked[0].fields == {
        "model": "tts-1",
        "input": "Hello.",
        "voice": "alloy",
        "response_format": audio_format,
    }
    return speech


class TestVoice:
    """Three formats, none of them detected."""

    @pytest.mark.parametrize(
        ("data", "audio_format", "rate"),
        [
            (WAV, "wav", 22_050),
            (bytes(ENDLESS), "wav", 22_050),
            (pcm_of(TONE), "pcm", 24_000),
            (to_voice_note(TONE, 100_000), "opus", 48_000),
        ],
        ids=["wav", "endless wav", "pcm", "opus"],
    )
    async def test_what_was_asked_for(self, data: bytes, audio_format: Format, rate: int) -> None:
        speech = await spoken(Response(data), audio_format)
        samples = np.frombuffer(speech.pcm, "<f4")
        assert speech.rate == rate
        assert samples.size / rate == pytest.approx(1.0, abs=0.05)
        assert 0.25 < np.abs(samples[rate // 4 : rate // 2]).max() < 0.35
        assert speech.voice.startswith("alloy@127.0.0.1:")

    @pytest.mark.parametrize(
        ("data", "audio_format"),
        [
            (b"", "wav"),
            (b"", "pcm"),
            (b"", "opus"),
            (b"odd", "pcm"),
            (bytes(301 * 48_000), "pcm"),
            (b'{"error": {"message": "no"}}', "wav"),
            (WAV, "opus"),
            (to_voice_note(TONE, 100_000), "wav"),
            (b"ffconcat version 1.0\nfile note.ogg\n", "opus"),
            (WAV[:44], "wav"),
            (WAV[:20] + b"\x55\x00" + WAV[22:], "wav"),
        ],
    )
    async def test_anything_else_is_refused(self, data: bytes, audio_format: Format) -> None:
        with pytest.raises(SpeechError):
            await spoken(Response(data), audio_format)

    async def test_samples_are_handed_on_as_they_come(self) -> None:
        """Cut anywhere, also inside a sample."""
        pcm, first = pcm_of(TONE), asyncio.Event()

        async def slowly() -> AsyncIterator[bytes]:
            yield pcm[:10_001]
            await first.wait()
            yield pcm[10_001:10_003]
            yield pcm[10_003:]

        server = SpeechServer()
        server.instead.append(StreamingResponse(slowly()))
        async with server.served() as address:
            voice = HostedVoice(HostedApi(address, SecretStr(KEY)), audio_format="pcm")
            parts = []
            async for part in voice.stream("Hello.", "en"):
                parts.append(part)
                first.set()
            await voice.close()
        assert len(parts) > 1
        assert {(part.rate, part.voice) for part in parts} == {(24_000, parts[0].voice)}
        assert b"".join(part.pcm for part in parts) == speech_from(pcm, "pcm")[0]

    async def test_a_stream_with_a_header_comes_whole(self) -> None:
        server = SpeechServer()
        server.instead.append(Response(WAV))
        async with server.served() as address:
            voice = HostedVoice(HostedApi(address, SecretStr(KEY)))
            (part,) = [part async for part in voice.stream("Hello.", "en")]
            await voice.close()
        assert part.rate == 22_050

    async def test_a_stream_that_is_left_lets_go_of_its_connection(self) -> None:
        server = SpeechServer()

        async def endless() -> AsyncIterator[bytes]:
            yield bytes(10_000)
            await server.closing.wait()

        server.instead.append(StreamingResponse(endless()))
        async with server.served() as address:
            voice = HostedVoice(HostedApi(address, SecretStr(KEY)), audio_format="pcm")
            async with aclosing(voice.stream("Hello.", "en")) as parts:
                assert (await anext(parts)).pcm
            server.instead.append(Response(pcm_of(TONE)))
            assert (await voice.say("Hello.", "en")).pcm
            await voice.close()

    async def test_a_text_that_is_too_long_or_foreign_is_not_sent(self) -> None:
        voice = HostedVoice(HostedApi("http://127.0.0.1:1/v1", None), languages=("en", "pt-BR"))
        with pytest.raises(SpeechError, match="more than 4096 characters"):
            await voice.say("a" * 4097, "en")
        with pytest.raises(UnsupportedLanguageError, match="does not speak 'hi'"):
            await voice.say("Namaste.", "hi")
        with pytest.raises(SpeechError, match="did not answer"):
            await voice.say("Bom dia.", "pt")
        await voice.close()

    async def test_one_that_never_answers_gives_way_to_the_next(self) -> None:
        server = SpeechServer()
        server.instead.append(None)
        async with server.served() as address:
            clock = VirtualClock(0)
            far = HostedVoice(HostedApi(address, SecretStr(KEY)))
            chain = FallbackVoice(
                [Link("far", far, Breaker(clock), 0.05), Link("near", _Near(), Breaker(clock))]
            )
            speech = await chain.say("Hello.", "en")
            await chain.close()
        assert (speech.voice, [one.backend for one in speech.detours]) == ("tone", ["far"])


class _Near(ToneVoice):
    async def warm(self) -> None:
        return

    async def close(self) -> None:
        return


@asynccontextmanager
async def customer_of(ears: HostedEars) -> AsyncIterator[Desk]:
    """The whole runtime over the emulator, with those ears."""
    clock = VirtualClock(MONDAY)
    parts = Parts(ears=ears, voice=ToneVoice(), ids=CountingIds(), decoder=warm_decoder())
    async with rehearse(rehearsal_settings(), parts, clock) as rehearsal:
        yield Desk(rehearsal, clock, ScriptedEars())


def said(text: str, *figures: dict[str, Any]) -> Response:
    return transcription(text, *figures)


class TestTurn:
    """A spoken yes, all the way to the shop."""

    async def moved_by(self, *yes: Response) -> tuple[list[tuple[str, dict[str, str]]], list[str], list[str]]:
        wish = said("Please move my delivery to Friday.", SURE)
        async with AsyncExitStack() as stack:
            ears, _ = await stack.enter_async_context(hosted(wish, *yes))
            at = await stack.enter_async_context(customer_of(ears))
            await at.rehearsal.phone.records(NOTE.read_bytes())
            asked = await at.wait(12)
            await at.rehearsal.phone.records(NOTE.read_bytes())
            await at.wait(30)
            return at.writes, await at.rows(), asked

    async def test_that_is_vouched_for_moves_the_order(self) -> None:
        writes, rows, asked = await self.moved_by(
            said("Yes, please.", SURE), said("Yes, please.", {**SURE, "avg_logprob": -0.3})
        )
        assert [action for action, _ in writes] == ["reschedule_delivery"]
        assert rows[-1] == "D03"
        assert any("Friday" in text for text in asked)

    @pytest.mark.parametrize(
        "figures",
        [(), ({"avg_logprob": 0.0, "no_speech_prob": 0.0},), ({**SURE, "avg_logprob": None},)],
        ids=["none", "zeros", "half"],
    )
    async def test_without_figures_it_is_asked_again(self, figures: tuple[dict[str, Any], ...]) -> None:
        writes, rows, _ = await self.moved_by(said("Yes, please.", *figures), said("Yes, please.", *figures))
        assert writes == []
        assert rows[-1] == "D17"

    async def test_one_answer_given_twice_moves_nothing(self) -> None:
        writes, rows, _ = await self.moved_by(said("Yes, please.", SURE), said("Yes, please.", SURE))
        assert (writes, rows[-1]) == ([], "D17")

    async def test_a_wish_without_figures_is_read_back_and_approved_by_hand(self) -> None:
        async with AsyncExitStack() as stack:
            ears, _ = await stack.enter_async_context(hosted(said("Move my delivery to Friday.")))
            at = await stack.enter_async_context(customer_of(ears))
            await at.rehearsal.phone.records(NOTE.read_bytes())
            await at.wait(12)
            await at.taps("Yes")
            await at.wait(10)
            assert [action for action, _ in at.writes] == ["reschedule_delivery"]
