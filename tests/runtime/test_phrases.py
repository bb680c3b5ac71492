from __future__ import annotations

import pytest

from wavoice.runtime.adapters.phrases import PAUSE_SECONDS, PhraseVoice
from wavoice.runtime.errors import SpeechError
from wavoice.runtime.model import Speech


class Parrot:
    """A voice that notes what it was asked to say: one sample a letter."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def say(self, text: str, language: str) -> Speech:
        if language != "en":
            raise SpeechError("English only.")
        self.asked.append(text)
        return Speech(pcm=bytes(4 * len(text)), rate=1000, voice="parrot")


async def test_a_sentence_is_spoken_once() -> None:
    parrot = Parrot()
    voice = PhraseVoice(parrot)
    await voice.say("Move it? Reply yes or no.", "en")
    speech = await voice.say("Send it? Reply yes or no.", "en")
    assert parrot.asked == ["Move it?", "Reply yes or no.", "Send it?"]
    pause = round(PAUSE_SECONDS * 1000)
    assert len(speech.pcm) == 4 * (len("Send it?") + pause + len("Reply yes or no."))


async def test_numbers_with_points_are_one_sentence() -> None:
    parrot = Parrot()
    await PhraseVoice(parrot).say("It costs 19.99 in all.", "en")
    assert parrot.asked == ["It costs 19.99 in all."]


async def test_only_so_many_are_remembered() -> None:
    parrot = Parrot()
    voice = PhraseVoice(parrot, remembered=2)
    for text in ("One.", "Two.", "One.", "Three.", "One.", "Two."):
        await voice.say(text, "en")
    assert parrot.asked == ["One.", "Two.", "Three.", "Two."]


async def test_errors_are_not_remembered() -> None:
    voice = PhraseVoice(Parrot())
    with pytest.raises(SpeechError):
        await voice.say("Bonjour.", "fr")
    assert (await voice.say("Hello.", "en")).voice == "parrot"
