"""Speak: the words of a reply to a voice note, uploaded while it is made where voice and channel can."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import cache, partial
from typing import cast

from wavoice.runtime import journal
from wavoice.runtime.audio.encode import to_voice_note, too_large
from wavoice.runtime.errors import AuthError, ChannelError, SpeechError
from wavoice.runtime.kit import Kit, Turn
from wavoice.runtime.model import SECOND, Reply, Stage
from wavoice.runtime.ports import SpeaksAhead, SpokenNotes, StreamingUploads, TextToSpeech
from wavoice.runtime.replies.spoken import SPOKEN_IN, speakable

VOICE_MIME = "audio/ogg; codecs=opus"
TOO_LATE = "speech exceeded its budget"
NOT_ACCEPTED = "the voice note was not accepted"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A reply as a voice note, or why there is none."""

    ogg: bytes | None
    fallback: str | None = None
    media: str | None = None
    """Its id, if it was uploaded while it was made."""
    refused: ChannelError | AuthError | None = None
    """Why WhatsApp did not take it, where it did not."""


async def speak(turn: Turn, reply: Reply) -> Spoken:
    """Synthesise within the budget; without a voice the reply goes out as text."""
    kit = turn.kit
    if not reply.by_voice:
        return Spoken(None)
    if kit.voice is None:
        return Spoken(None, "no voice on this machine")
    text, seconds = _words(kit, reply.spoken or reply.text), kit.policy.speak_budget_seconds
    try:
        voice, channel = kit.voice, kit.channel_of(turn.address)
        if isinstance(voice, SpokenNotes) and isinstance(channel, StreamingUploads) and _may_upload(turn):
            began, told = turn.trace.now(), partial(turn.log_detours, "speak")
            try:
                return await _upload(turn, voice.note(text, SPOKEN_IN, told), channel)
            except _BrokenOffError:  # whoever speaks next begins anew
                seconds -= (turn.trace.now() - began) / SECOND
        return Spoken(await _make(turn, kit.voice, text, seconds))
    except SpeechError as error:
        return Spoken(None, error.message)


def prepare(kit: Kit, texts: Iterable[str]) -> Callable[[], None]:
    """Have the voice make ready what may be said; call what is returned once it is useless."""
    if not prepares(kit):
        return _nothing
    voice = cast("SpeaksAhead", kit.voice)
    return voice.prepare([_words(kit, text) for text in texts], SPOKEN_IN)


def prepares(kit: Kit) -> bool:
    """True if anything can be made ready before it is wanted."""
    return not kit.sequential and kit.voice is not None and _ahead(type(kit.voice))


@cache
def _ahead(voice: type) -> bool:
    """Every turn asks, and to look through a protocol takes longer than most steps."""
    return issubclass(voice, SpeaksAhead)


def _words(kit: Kit, text: str) -> str:
    """As it is said: numbers as people say them, names as the shop wants them pronounced."""
    return kit.catalogue.pronounced(speakable(text))


def _nothing() -> None:
    """Nothing was begun."""


def _may_upload(turn: Turn) -> bool:
    """False while WhatsApp's limits are in force: the group then waits, and its note with it."""
    kit = turn.kit
    return kit.until is None and not kit.sequential and not kit.throttle.quiet(turn.trace.now())


class _BrokenOffError(SpeechError):
    """A voice that had begun did not get to the end."""


async def _make(turn: Turn, voice: TextToSpeech, text: str, seconds: float) -> bytes:
    """The whole note. Raises `SpeechError`, also if it takes too long or gets too large."""
    policy = turn.kit.policy
    try:
        with turn.trace.span(Stage.SPEAK):
            async with asyncio.timeout(seconds):
                speech = await voice.say(text, SPOKEN_IN)
                turn.log_detours("speak", speech.detours)
                if (ogg := speech.ogg) is None:
                    ogg = await asyncio.to_thread(to_voice_note, speech, policy.max_reply_bytes)
    except TimeoutError as error:
        raise SpeechError(TOO_LATE) from error
    if len(ogg) > policy.max_reply_bytes:
        raise too_large(policy.max_reply_bytes)
    return ogg


async def _upload(turn: Turn, note: AsyncGenerator[bytes, None], channel: StreamingUploads) -> Spoken:
    """Upload a note from its first page on. What the network does has no part in the budget of speech."""
    pages = _Pages()
    making = asyncio.create_task(_collect(turn, note, pages))
    try:
        media = await channel.upload_parts(pages.each(making), VOICE_MIME)
        turn.trace.add(Stage.SEND, pages.whole_at, turn.trace.now())
        return Spoken(pages.joined(), media=media)
    except (ChannelError, AuthError) as error:
        if isinstance(error, ChannelError) and not error.retryable:
            turn.log(journal.Trouble(stage="send", code=error.code, detail=error.message))
            return Spoken(None, NOT_ACCEPTED)
        return Spoken(await making, refused=error)
    finally:
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)


async def _collect(turn: Turn, note: AsyncGenerator[bytes, None], pages: _Pages) -> bytes:
    policy = turn.kit.policy
    try:
        with turn.trace.span(Stage.SPEAK):
            async with asyncio.timeout(policy.speak_budget_seconds), aclosing(note):
                async for page in note:
                    pages.add(page)
                    if pages.size > policy.max_reply_bytes:
                        break
    except TimeoutError as error:
        raise SpeechError(TOO_LATE) from error
    except SpeechError as error:
        if pages.size:
            raise _BrokenOffError(error.message) from error
        raise
    finally:
        pages.whole_at = turn.trace.now()
        pages.end()
    if pages.size > policy.max_reply_bytes:
        raise too_large(policy.max_reply_bytes)
    return pages.joined()


@dataclass(slots=True)
class _Pages:
    """The pages of a note that is being made, for somebody who takes them as they come."""

    whole_at: int = 0
    size: int = 0
    _made: list[bytes] = field(default_factory=list)
    _ended: bool = False
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, page: bytes) -> None:
        self._made.append(page)
        self.size += len(page)
        self._more.set()

    def end(self) -> None:
        self._ended = True
        self._more.set()

    def joined(self) -> bytes:
        return b"".join(self._made)

    async def each(self, making: asyncio.Task[bytes]) -> AsyncIterator[bytes]:
        """Every page, then the error that `making` ended in, if it did."""
        taken = 0
        while True:
            self._more.clear()
            while taken < len(self._made):
                taken += 1
                yield self._made[taken - 1]
            if self._ended:
                await making
                return
            await self._more.wait()
