"""Ears and a voice by script, for rehearsals in which hearing is not what is tested."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from wavoice.runtime.errors import SpeechError
from wavoice.runtime.model import Audio, Decode, Heard, Speech
from wavoice.runtime.ports import Hint


@dataclass(frozen=True, slots=True)
class Line:
    """What the ears return for one note."""

    text: str
    second: str | None = None
    """Text of decode A; as `text` if absent."""
    logprob: float = -0.2
    no_speech: float = 0.02
    language: str = "en"
    fails: bool = False
    """Raise `SpeechError` instead."""
    own: Line | None = None
    """What is heard in the language that the note is in, where that is not the conversation's."""
    language_p: float | None = 0.97
    """How probable that language is found to be."""


class ScriptedEars:
    """`ports.SpeechToText` that returns its lines one after the other, whatever the note holds.

    Lines may also be fixed to notes by size in bytes, so that a note heard again after a crash says
    the same again.
    """

    def __init__(self, lines: Iterable[Line] = (), by_size: dict[int, Line] | None = None) -> None:
        self.lines = deque(lines)
        self._by_size = by_size or {}
        self._last: Line | None = None

    async def hear(self, audio: Audio, hint: Hint) -> Heard:
        """Return the next line, with two decodes if a yes is awaited."""
        if hint.find_language:
            return self._in_its_own(audio, hint)
        line = self._last = self._by_size.get(audio.bytes_in) or self.lines.popleft()
        if line.fails:
            raise SpeechError("The recogniser was told to fail.")
        return self._heard(line, audio, hint)

    def _in_its_own(self, audio: Audio, hint: Hint) -> Heard:
        """The note of before, once more."""
        own = self._last.own if self._last else None
        if own is None:
            return Heard((), 0.0, audio.seconds, language_p=1.0)
        if own.fails:
            raise SpeechError("The recogniser was told to fail.")
        return replace(self._heard(own, audio, hint), language_p=own.language_p)

    def _heard(self, line: Line, audio: Audio, hint: Hint) -> Heard:
        seconds = audio.seconds if line.text else 0.0
        last = self._decode(line, line.text, "none", 5)
        if not hint.awaiting_yes:
            return Heard((last,), seconds, audio.seconds)
        first = self._decode(line, line.text if line.second is None else line.second, "negative", 1)
        return Heard((first, last), seconds, audio.seconds)

    @staticmethod
    def _decode(line: Line, text: str, prompt: str, beam: int) -> Decode:
        return Decode(text, line.logprob, line.no_speech, line.language, prompt, beam, model="scripted")


class ToneVoice:
    """`ports.TextToSpeech` that says nothing: as long as the words would take, at no cost."""

    rate = 16_000

    async def say(self, text: str, language: str) -> Speech:
        """Return 60 ms of silence a word; raises `SpeechError` for a language other than English."""
        if language != "en":
            raise SpeechError(f"This voice does not speak {language}.")
        samples = len(text.split()) * self.rate * 60 // 1000
        return Speech(pcm=bytes(4 * samples), rate=self.rate, voice="tone")
