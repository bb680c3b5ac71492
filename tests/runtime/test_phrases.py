"""Sentences that were said before, are being said, and are likely to be said."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from wavoice.runtime.adapters.phrases import PAUSE_SECONDS, PhraseVoice
from wavoice.runtime.audio.decode import decode_note
from wavoice.runtime.errors import SpeechError
from wavoice.runtime.model import Speech

RATE = 16_000
LETTER = 0.02
"""Seconds that a letter takes to say."""


class Parrot:
    """A voice that notes what it was asked to say: 20 ms a letter."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.more = asyncio.Event()

    async def say(self, text: str, language: str) -> Speech:
        if language != "en":
            raise SpeechError("English only.")
        self.asked.append(text)
        self.more.set()
        return Speech(pcm=bytes(4 * round(RATE * LETTER) * len(text)), rate=RATE, voice="parrot")


class Held(Parrot):
    """A voice that says a sentence once it may."""

    def __init__(self) -> None:
        super().__init__()
        self._may: dict[str, asyncio.Event] = {}

    def let(self, text: str) -> None:
        self._may.setdefault(text, asyncio.Event()).set()

    async def say(self, text: str, language: str) -> Speech:
        speech = await super().say(text, language)
        await self._may.setdefault(text, asyncio.Event()).wait()
        return speech


class Streaming(Parrot):
    """A voice that hands on every letter."""

    async def stream(self, text: str, language: str) -> AsyncIterator[Speech]:
        for letter in text:
            yield await self.say(letter, language)


def seconds(note: bytes | None) -> float:
    return decode_note(note or b"", 60).seconds


async def quiet() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def until(voice: Parrot, asked: list[str]) -> None:
    """Wait until the voice was asked for these."""
    while voice.asked != asked:
        voice.more.clear()
        await voice.more.wait()


async def test_a_sentence_is_spoken_once() -> None:
    parrot = Parrot()
    voice = PhraseVoice(parrot)
    await voice.say("Move it? Reply yes or no.", "en")
    speech = await voice.say("Send it? Reply yes or no.", "en")
    assert parrot.asked == ["Move it?", "Reply yes or no.", "Send it?"]
    spoken = LETTER * len("Send it?") + PAUSE_SECONDS + LETTER * len("Reply yes or no.")
    assert seconds(speech.ogg) == pytest.approx(spoken, abs=0.1)
    assert speech.voice == "parrot"


async def test_numbers_with_points_are_one_sentence() -> None:
    parrot = Parrot()
    await PhraseVoice(parrot).say("It costs 19.99 in all.", "en")
    assert parrot.asked == ["It costs 19.99 in all."]


async def test_only_so_much_is_remembered() -> None:
    parrot = Parrot()
    voice = PhraseVoice(parrot, remembered_seconds=0.25)
    for text in ("One.", "Two.", "One.", "Three.", "One.", "Two."):
        await voice.say(text, "en")
    assert parrot.asked == ["One.", "Two.", "Three.", "Two."]


async def test_errors_are_not_remembered() -> None:
    voice = PhraseVoice(Parrot())
    with pytest.raises(SpeechError):
        await voice.say("Bonjour.", "fr")
    assert (await voice.say("Hello.", "en")).voice == "parrot"


async def test_a_sentence_that_two_want_at_once_is_spoken_once() -> None:
    held = Held()
    voice = PhraseVoice(held)
    first, second = (asyncio.create_task(voice.say("Hello.", "en")) for _ in range(2))
    await until(held, ["Hello."])
    first.cancel()
    held.let("Hello.")
    assert (await second).ogg
    assert held.asked == ["Hello."]


class TestNotes:
    async def test_the_first_sentence_is_handed_on_before_the_second_is_spoken(self) -> None:
        held = Held()
        first, second = "Order eighteen forty-two is packed and on its way.", "It arrives on Thursday."
        note = PhraseVoice(held).note(f"{first} {second}", "en")
        held.let(first)
        pages = [await anext(note)]
        assert pages[0].startswith(b"OggS")
        held.let(second)
        pages += [page async for page in note]
        spoken = LETTER * len(first) + PAUSE_SECONDS + LETTER * len(second)
        assert seconds(b"".join(pages)) == pytest.approx(spoken, abs=0.1)

    async def test_what_streams_is_encoded_as_it_comes(self) -> None:
        voice = PhraseVoice(Streaming())
        note = b"".join([page async for page in voice.note("Hello there.", "en")])
        assert seconds(note) == pytest.approx(LETTER * len("Hello there."), abs=0.1)
        assert (await voice.say("Hello there.", "en")).ogg == note

    async def test_an_error_comes_before_any_page(self) -> None:
        with pytest.raises(SpeechError, match="English only"):
            await anext(PhraseVoice(Parrot()).note("Bonjour.", "fr"))

    async def test_whoever_stops_listening_leaves_nothing_behind(self) -> None:
        held = Held()
        note = PhraseVoice(held).note("One. Two.", "en")
        waiting = asyncio.create_task(anext(note))
        await until(held, ["One.", "Two."])
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await note.aclose()
        assert asyncio.all_tasks() == {asyncio.current_task()}


class TestAhead:
    async def test_what_is_likely_is_spoken_before_it_is_wanted(self) -> None:
        held = Held()
        voice = PhraseVoice(held)
        voice.prepare(["Done.", "Nothing changed."], "en")
        await until(held, ["Done."])
        held.let("Done.")
        held.let("Nothing changed.")
        await until(held, ["Done.", "Nothing changed."])
        await voice.say("Done.", "en")
        assert held.asked == ["Done.", "Nothing changed."]

    async def test_nothing_is_prepared_while_something_is_said(self) -> None:
        held = Held()
        voice = PhraseVoice(held)
        saying = asyncio.create_task(voice.say("Hello.", "en"))
        await until(held, ["Hello."])
        voice.prepare(["Done."], "en")
        await quiet()
        assert held.asked == ["Hello."]
        held.let("Hello.")
        await saying
        await until(held, ["Hello.", "Done."])

    async def test_what_has_become_useless_is_dropped(self) -> None:
        held = Held()
        voice = PhraseVoice(held)
        never_mind = voice.prepare(["One.", "Two."], "en")
        await until(held, ["One."])
        never_mind()
        held.let("One.")
        await voice.say("One.", "en")
        await quiet()
        assert held.asked == ["One."]

    async def test_what_was_asked_for_last_goes_first(self) -> None:
        held = Held()
        voice = PhraseVoice(held)
        voice.prepare(["One.", "Two."], "en")
        await until(held, ["One."])
        voice.prepare(["Three."], "en")
        held.let("One.")
        held.let("Three.")
        await until(held, ["One.", "Three.", "Two."])

    async def test_a_sentence_that_cannot_be_spoken_stops_no_other(self) -> None:
        parrot = Parrot()
        voice = PhraseVoice(parrot)
        voice.prepare(["Hello."], "en")
        voice.prepare(["Bonjour."], "fr")
        await until(parrot, ["Hello."])

    async def test_the_end_leaves_nothing_running(self) -> None:
        held = Held()
        voice = PhraseVoice(held)
        voice.prepare(["One.", "Two."], "en")
        await until(held, ["One."])
        await voice.close()
        await quiet()
        assert asyncio.all_tasks() == {asyncio.current_task()}
