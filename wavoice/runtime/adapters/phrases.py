"""A voice that says a sentence it has said before at no cost, and hands its notes on as they are made.

What is kept is Opus, 2 kB a second: a reply of known sentences is put together in a millisecond.
"""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache, partial

import structlog

from wavoice.runtime.audio.opus import RATE, NoteWriter, Packets, SpeechEncoder, encode
from wavoice.runtime.errors import SpeechError, WavoiceError
from wavoice.runtime.model import Speech
from wavoice.runtime.ports import Closes, StreamingSpeech, TextToSpeech, Told, Warms

PAUSE_SECONDS = 0.16
"""Between two sentences; a whole number of packets."""
REMEMBERED_SECONDS = 1800.0
"""Of speech, some 7 MB; the sentence unused for longest is forgotten."""
MOST_AHEAD = 48
"""Sentences that wait to be made; the oldest are forgotten."""
_BETWEEN_SENTENCES = re.compile(r"(?<=[.?!:])\s+")
_BYTES_PER_SAMPLE = 4

log = structlog.get_logger("wavoice")

_Key = tuple[str, str]
"""Language and sentence."""


class PhraseVoice:
    """`TextToSpeech`, `SpokenNotes` and `SpeaksAhead` over another voice: replies repeat most sentences.

    A sentence is remembered by language and words, as Opus. Nothing is written to disk: sentences may hold
    what a customer said. Each voice remembers for itself, so that no reply is spoken by two. Use it from
    one event loop.
    """

    def __init__(
        self, voice: TextToSpeech, remembered_seconds: float = REMEMBERED_SECONDS, *, foresees: bool = True
    ) -> None:
        """`foresees`: false for a voice that is paid by the word, so that it says nothing in vain."""
        self._voice, self._foresees = voice, foresees
        self._kept = _Kept(remembered_seconds)
        self._making: dict[_Key, _Making] = {}
        self._speaking_now = 0
        self._ahead: dict[_Key, None] = {}
        self._preparing: asyncio.Task[None] | None = None

    async def say(self, text: str, language: str) -> Speech:
        """Say all sentences of the text, with pauses, as a voice note without samples.

        Raises what the voice raises.
        """
        async with self._speaking(sentences(text), language) as making:
            packets = [await one for one in making]
        writer = NoteWriter()
        pages = [writer.add(part.data if part is packets[0] else _pause() + part.data) for part in packets]
        return Speech(pcm=b"", rate=RATE, voice=packets[0].voice, ogg=b"".join((*pages, writer.close())))

    async def note(self, text: str, language: str, _told: Told = None) -> AsyncGenerator[bytes, None]:
        """The pages of a voice note as they are made, at least one for every sentence of a second.

        Nothing comes before the first sentence is spoken. Raises what the voice raises.
        """
        writer = NoteWriter()
        async with self._speaking(sentences(text), language) as making:
            for number, one in enumerate(making):
                packets = await one
                if pages := writer.add(_pause() + packets.data if number else packets.data):
                    yield pages
        yield writer.close()

    def prepare(self, texts: Iterable[str], language: str) -> Callable[[], None]:
        """Make sentences before they are wanted, one by one, whenever nothing is being said.

        The likeliest comes first; what was asked for last goes before what waits, of which only so much is
        kept in mind. Call what is returned once they are useless: those that are not begun are dropped.
        """
        wanted = [(language, part) for text in texts if self._foresees for part in sentences(text)]
        fresh = [key for key in dict.fromkeys(wanted) if key not in self._kept and key not in self._making]
        for key in reversed(fresh):
            self._ahead.pop(key, None)
            self._ahead[key] = None
        for key in list(self._ahead)[:-MOST_AHEAD]:
            del self._ahead[key]
        self._go_on()
        return partial(self._never_mind, fresh)

    async def warm(self) -> None:
        """Warm the voice behind it. Raises what that raises."""
        if isinstance(self._voice, Warms):
            await self._voice.warm()

    async def close(self) -> None:
        """Prepare nothing any more, and close the voice behind it."""
        self._ahead.clear()
        if self._preparing is not None:
            self._preparing.cancel()
            await asyncio.gather(self._preparing, return_exceptions=True)
        if isinstance(self._voice, Closes):
            await self._voice.close()

    def _never_mind(self, keys: Iterable[_Key]) -> None:
        for key in keys:
            self._ahead.pop(key, None)

    def _go_on(self) -> None:
        resting = self._preparing is None or self._preparing.done()
        if self._ahead and resting and not self._speaking_now:
            self._preparing = asyncio.create_task(self._prepare())

    async def _prepare(self) -> None:
        while self._ahead and not self._speaking_now:
            language, sentence = key = next(reversed(self._ahead))
            del self._ahead[key]
            try:
                await self._sentence(sentence, language)
            except WavoiceError as error:  # whoever wants it is told; nobody does yet
                log.info("not_spoken_ahead", code=error.code, language=language)

    @asynccontextmanager
    async def _speaking(
        self, texts: Iterable[str], language: str
    ) -> AsyncIterator[list[asyncio.Task[Packets]]]:
        """All sentences in the making, in order; nobody makes any ahead meanwhile."""
        self._speaking_now += 1
        tasks = [asyncio.create_task(self._sentence(text, language)) for text in texts]
        try:
            yield tasks
        finally:
            self._speaking_now -= 1
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._go_on()

    async def _sentence(self, sentence: str, language: str) -> Packets:
        """From memory, or from whoever is making it already, or made now."""
        key = (language, sentence)
        if (kept := self._kept.get(key)) is not None:
            return kept
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = _Making(asyncio.create_task(self._make(key)))
            making.task.add_done_callback(_noted)
        making.waiting += 1
        try:
            return await asyncio.shield(making.task)
        finally:
            making.waiting -= 1
            if not making.waiting:
                making.task.cancel()  # nothing, if it is done

    async def _make(self, key: _Key) -> Packets:
        language, sentence = key
        try:
            made = await self._spoken(sentence, language)
            self._kept.keep(key, made)
            return made
        finally:
            del self._making[key]

    async def _spoken(self, sentence: str, language: str) -> Packets:
        if not isinstance(self._voice, StreamingSpeech):
            return await asyncio.to_thread(encode, await self._voice.say(sentence, language))
        encoder, packets, voice = None, list[bytes](), ""
        async for part in self._voice.stream(sentence, language):
            encoder, voice = encoder or SpeechEncoder(part.rate), part.voice
            packets += await asyncio.to_thread(encoder.add, part.pcm)
        if encoder is None:
            raise SpeechError("The speech backend returned no audio.")
        return Packets((*packets, *encoder.close()), voice)


def sentences(text: str) -> list[str]:
    """The text in parts that are spoken one by one."""
    return _BETWEEN_SENTENCES.split(text.strip())


@cache
def _pause() -> tuple[bytes, ...]:
    silence = Speech(bytes(round(PAUSE_SECONDS * RATE) * _BYTES_PER_SAMPLE), RATE, "")
    return encode(silence).data


def _noted(task: asyncio.Task[Packets]) -> None:
    """Whoever waits gets the error; it is none of the loop's business if nobody does any more."""
    if not task.cancelled():
        task.exception()


@dataclass(slots=True)
class _Making:
    """A sentence that is being spoken, and how many wait for it."""

    task: asyncio.Task[Packets]
    waiting: int = 0


@dataclass(slots=True)
class _Kept:
    """Sentences in the order of their last use, up to a length in all."""

    limit: float
    _sentences: OrderedDict[_Key, Packets] = field(default_factory=OrderedDict)
    _seconds: float = 0.0

    def __contains__(self, key: _Key) -> bool:
        return key in self._sentences

    def get(self, key: _Key) -> Packets | None:
        found = self._sentences.get(key)
        if found is not None:
            self._sentences.move_to_end(key)
        return found

    def keep(self, key: _Key, made: Packets) -> None:
        self._sentences[key] = made
        self._seconds += made.seconds
        while self._seconds > self.limit and len(self._sentences) > 1:
            _, dropped = self._sentences.popitem(last=False)
            self._seconds -= dropped.seconds
