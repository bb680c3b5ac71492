"""One suite for whatever speaks: every backend that we bring, and hosted ones by hand.

By hand, against a hosted API (some ten short sentences; it costs a cent or so):

    WAVOICE_CONTRACT_VOICE_URL=https://api.openai.com/v1 WAVOICE_CONTRACT_VOICE_KEY=… \
    [WAVOICE_CONTRACT_VOICE_MODEL=tts-1] uv run pytest -m contract tests/contract/test_voices.py

A package that offers a voice of its own can run it too: WAVOICE_CONTRACT_VOICE_BACKEND names its entry point.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from functools import cache

import numpy as np
import pytest
from pydantic import SecretStr

from tests.speech_server import KEY, SpeechServer
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.fallback import FallbackVoice
from wavoice.runtime.adapters.voices import open_voice
from wavoice.runtime.audio.decode import decode_note
from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.errors import MissingModelError, SpeechError, UnsupportedLanguageError
from wavoice.runtime.policy import Policy
from wavoice.runtime.settings_speech import Voice

ALONE = Voice(backend="none")
LOCAL = ("piper", "pyttsx3")
HOSTED = {"openai wav": "wav", "openai pcm": "pcm", "openai opus": "opus"}
SENTENCE = "Shall I move order 1842 to Friday?"


def settings_of(kind: str, address: str) -> Voice:
    if kind in HOSTED:
        return Voice.model_validate(
            {
                "backend": "openai",
                "base_url": address,
                "api_key": KEY,
                "audio_format": HOSTED[kind],
                "languages": "en",
                "timeout_seconds": 30,
                "fallback": ALONE,
            }
        )

    def env(name: str) -> str | None:
        return os.environ.get(f"WAVOICE_CONTRACT_VOICE_{name}")

    if env("URL") is None and env("BACKEND") is None:
        pytest.skip("needs WAVOICE_CONTRACT_VOICE_URL or WAVOICE_CONTRACT_VOICE_BACKEND")
    key = env("KEY")
    return Voice(
        backend=env("BACKEND") or "openai",
        base_url=env("URL"),
        api_key=SecretStr(key) if key else None,
        model=env("MODEL"),
        timeout_seconds=30,
        languages=("en",),
        fallback=ALONE,
    )


@cache
def local(kind: str) -> FallbackVoice | None:
    """A voice of this machine, loaded once for the whole file; None if it is not here."""
    try:
        return open_voice(Voice(backend=kind, fallback=ALONE), SystemClock(), remembers=False)[0]
    except MissingModelError:
        return None


@pytest.fixture(
    params=[
        *LOCAL,
        "openai wav",
        *(pytest.param(kind, marks=pytest.mark.bulk) for kind in HOSTED if kind != "openai wav"),
        pytest.param("by hand", marks=pytest.mark.contract),
    ]
)
async def voice(request: pytest.FixtureRequest) -> AsyncIterator[FallbackVoice]:
    """A voice without a memory; the hosted ones reach a server of our own on a socket."""
    kind = request.param
    here = [found for one in LOCAL if (found := local(one)) is not None]
    if kind in LOCAL:
        if (found := local(kind)) is None:
            pytest.skip(f"{kind} is not on this machine")
        yield found
        return
    if kind in HOSTED and not here:
        pytest.skip("nothing on this machine can speak behind the server")
    async with SpeechServer(voice=here[0] if here else None).served() as address:
        opened, _ = open_voice(settings_of(kind, address), SystemClock(), remembers=False)
        assert opened is not None
        yield opened
        await opened.close()


async def test_it_is_warmed_without_complaint(voice: FallbackVoice) -> None:
    await voice.warm()


async def test_it_speaks_for_about_as_long_as_a_person_would(voice: FallbackVoice) -> None:
    speech = await voice.say(SENTENCE, "en")
    samples = np.frombuffer(speech.pcm, "<f4")
    assert 8_000 <= speech.rate <= 48_000
    assert 1.2 < samples.size / speech.rate < 6
    assert np.abs(samples).max() <= 1
    assert np.sqrt(np.square(samples).mean()) > 0.01
    assert speech.voice
    assert speech.detours == ()


async def test_what_it_says_becomes_a_voice_note(voice: FallbackVoice) -> None:
    speech = await voice.say(SENTENCE, "en")
    note = decode_note(to_voice_note(speech, Policy().max_reply_bytes), 60)
    assert note.seconds == pytest.approx(len(speech.pcm) / 4 / speech.rate, abs=0.2)


async def test_pages_come_to_the_same_note(voice: FallbackVoice) -> None:
    pages = [page async for page in voice.note(SENTENCE, "en")]
    assert pages
    assert 1.2 < decode_note(b"".join(pages), 60).seconds < 6


async def test_replies_asked_for_at_once_do_not_mix(voice: FallbackVoice) -> None:
    short, long = await asyncio.gather(
        voice.say("Done.", "en"), voice.say("Order 1842 now arrives on Friday, the fifth of December.", "en")
    )
    assert len(long.pcm) > 2 * len(short.pcm) > 0


@pytest.mark.parametrize("text", ["", "  "])
async def test_nothing_to_speak_is_an_error(voice: FallbackVoice, text: str) -> None:
    with pytest.raises(SpeechError, match="nothing to speak"):
        await voice.say(text, "en")


async def test_a_language_it_does_not_speak_is_told_apart(voice: FallbackVoice) -> None:
    with pytest.raises(UnsupportedLanguageError):
        await voice.say("Qapla'.", "xx")


async def test_speaking_leaves_the_loop_free_and_can_be_given_up(voice: FallbackVoice) -> None:
    reply = asyncio.create_task(voice.say("Shall I move order 1842 to Friday, or rather to Saturday?", "en"))
    await asyncio.sleep(0)
    assert not reply.done()
    reply.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reply
    assert (await voice.say("Done.", "en")).pcm
