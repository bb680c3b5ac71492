"""Ears and a voice that load while the phone is used already, and that fail when told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from wavoice.runtime.audio.opus import encode, note_of
from wavoice.runtime.errors import SpeechError
from wavoice.runtime.model import Audio, Decode, Heard, Speech
from wavoice.runtime.ports import (
    Hint,
    Listening,
    ListensAhead,
    SpeaksAhead,
    SpeechToText,
    SpokenNotes,
    TextToSpeech,
    Told,
)
from wavoice.sim.scenario.notes import Faults

ModelState = Literal["loading", "ready", "missing"]
"""How far ears or voice are."""

OFF = "Voice replies are off."
LOW = -2.5
"""Mean log-probability of a note that is heard badly by fault: below every floor of policy."""


@dataclass(slots=True)
class Model:
    """Ears or voice, as the phone shows them."""

    state: ModelState = "loading"
    line: str = ""
    """Which, or why none: one line, with the remedy."""
    known: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once it is ready or known to be missing."""

    def settle(self, state: ModelState, line: str) -> None:
        """Say how it came out."""
        self.state, self.line = state, line
        self.known.set()


class LateEars:
    """`ports.SpeechToText` that waits until the real ears are loaded."""

    def __init__(self, model: Model, faults: Faults) -> None:
        self._model, self._faults = model, faults
        self.inner: SpeechToText | None = None

    async def hear(self, audio: Audio, hint: Hint) -> Heard:
        """Hear once the ears are there. Raises `SpeechError` if there are none, or by fault."""
        await self._model.known.wait()
        await self._fail()
        if self.inner is None:
            raise SpeechError(self._model.line)
        return self._worse(await self.inner.hear(audio, hint))

    def listen(self, hint: Hint) -> Listening:
        """Begin to hear, if the ears can and are there; else all is heard at the end."""
        ears: object = self.inner
        return _LateListening(self, ears.listen(hint) if isinstance(ears, ListensAhead) else None, hint)

    async def finish(self, listening: Listening, audio: Audio) -> Heard:
        """The end of a note that was begun."""
        await self._fail()
        return self._worse(await listening.finish(audio))

    async def _fail(self) -> None:
        if self._faults.take("ears", "timeout"):
            await asyncio.Event().wait()
        if self._faults.take("ears", "fail"):
            raise SpeechError("The recogniser fails, as you asked.")

    def _worse(self, heard: Heard) -> Heard:
        if not self._faults.take("ears", "low"):
            return heard
        return replace(heard, decodes=tuple(_low(decode) for decode in heard.decodes))


class _LateListening:
    def __init__(self, ears: LateEars, begun: Listening | None, hint: Hint) -> None:
        self._ears, self._begun, self._hint = ears, begun, hint

    def feed(self, pcm: bytes) -> None:
        if self._begun is not None:
            self._begun.feed(pcm)

    async def finish(self, audio: Audio) -> Heard:
        if self._begun is None:
            return await self._ears.hear(audio, self._hint)
        return await self._ears.finish(self._begun, audio)

    def close(self) -> None:
        if self._begun is not None:
            self._begun.close()


def _low(decode: Decode) -> Decode:
    return replace(decode, avg_logprob=min(LOW, decode.avg_logprob))


class LateVoice:
    """`ports.TextToSpeech` that speaks as soon as the real voice is loaded; replies are text until then."""

    def __init__(self, model: Model, faults: Faults) -> None:
        self._model, self._faults = model, faults
        self._inner: TextToSpeech | None = None
        self._likely: list[tuple[Sequence[str], str]] = []
        self.muted = False
        """Replies are text by the customer's or the developer's wish."""

    def speak_with(self, voice: TextToSpeech) -> None:
        """Speak with this one from now on; what was likely to be said meanwhile is made ready."""
        self._inner = voice
        for texts, language in self._likely:
            self.prepare(texts, language)
        self._likely.clear()

    async def say(self, text: str, language: str) -> Speech:
        """Speak. Raises `SpeechError` if there is no voice, or by fault."""
        return await (await self._voice()).say(text, language)

    async def note(self, text: str, language: str, told: Told = None) -> AsyncGenerator[bytes, None]:
        """The pages of a voice note, as the real voice makes them."""
        voice = await self._voice()
        if isinstance(voice, SpokenNotes):
            async with aclosing(voice.note(text, language, told)) as pages:
                async for page in pages:
                    yield page
            return
        speech = await voice.say(text, language)
        yield speech.ogg if speech.ogg is not None else note_of(await asyncio.to_thread(encode, speech))

    def prepare(self, texts: Iterable[str], language: str) -> Callable[[], None]:
        """Have the real voice make it ready, now or once it is there."""
        voice: object = self._inner
        if isinstance(voice, SpeaksAhead):
            return voice.prepare(texts, language)
        likely = (tuple(texts), language)
        if voice is None:
            self._likely.append(likely)
        return partial(self._never_mind, likely)

    def _never_mind(self, likely: tuple[Sequence[str], str]) -> None:
        if likely in self._likely:
            self._likely.remove(likely)

    async def _voice(self) -> TextToSpeech:
        if self._faults.take("voice", "timeout"):
            await asyncio.Event().wait()
        if self._faults.take("voice", "fail"):
            raise SpeechError("The voice fails, as you asked.")
        if self.muted or self._inner is None:
            raise SpeechError(OFF if self.muted else self._model.line or "The voice is still loading.")
        return self._inner
