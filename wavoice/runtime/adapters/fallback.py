"""Ears and voices that stand in for each other: time-outs, a breaker each, and the next one's turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import aclosing, closing
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, TypeVar

import structlog

from wavoice.runtime.adapters.backends import OpenEars, Opened, OpenVoice
from wavoice.runtime.adapters.breaker import Breaker
from wavoice.runtime.audio.opus import encode, note_of
from wavoice.runtime.errors import SpeechError, UnsupportedLanguageError, WavoiceError
from wavoice.runtime.model import Audio, Detour, Heard, Speech
from wavoice.runtime.ports import Hint, Listening, ListensAhead, SpeaksAhead, SpokenNotes, Told

log = structlog.get_logger("wavoice")

T = TypeVar("T")
L = TypeVar("L", bound=Opened)
L_co = TypeVar("L_co", bound=Opened, covariant=True)

RESTING: Final = "resting"
"""Code of a detour around a backend whose breaker is open."""
CLOSING_SECONDS: Final = 1.0
"""How long the end waits for work that was given up and does not let go."""


@dataclass(frozen=True, slots=True)
class Link(Generic[L_co]):
    """One backend of a chain."""

    name: str
    service: L_co
    breaker: Breaker
    timeout_seconds: float | None = None
    """Longest wait for it; None: as long as whoever asks the chain waits."""


@dataclass(slots=True)
class _Chain(Generic[L]):
    """Asks one after the other, and answers for time: whoever stops waiting is free at once.

    A backend that does not let itself be cancelled works on alone.
    """

    links: Sequence[Link[L]]
    insists: bool
    """The last one is asked even if it rests: beyond it there is nothing."""
    _given_up: set[asyncio.Task[Any]] = field(default_factory=set)

    async def ask(
        self, call: Callable[[L], Coroutine[Any, Any, T]], extra_seconds: float = 0.0
    ) -> tuple[T, tuple[Detour, ...]]:
        """What the first link that can answers, and those before it. Raises `SpeechError`.

        `extra_seconds` are added to every link's time-out.
        """
        errors, detours = list[SpeechError](), list[Detour]()
        for link in self.links:
            last = link is self.links[-1]
            if not link.breaker.admits() and not (self.insists and last):
                detours.append(Detour(link.name, RESTING, f"{link.name} failed too often and is left alone."))
                continue
            try:
                limit = None if link.timeout_seconds is None else link.timeout_seconds + extra_seconds
                return await self._ask(link, call(link.service), limit), tuple(detours)
            except SpeechError as error:
                errors.append(error)
                detours.append(Detour(link.name, error.code, error.message))
        raise _failure(errors, detours)

    async def _ask(self, link: Link[L], work: Coroutine[Any, Any, T], seconds: float | None) -> T:
        try:
            answer = await self._within(seconds, work, link.name)
        except UnsupportedLanguageError:
            link.breaker.given_up()  # neither well nor ill
            raise
        except asyncio.CancelledError:
            link.breaker.given_up()
            raise
        except SpeechError:
            link.breaker.failed()
            raise
        except Exception as error:
            # Another package's mistake, or weights that vanished: the next one may still do it.
            link.breaker.failed()
            said = error.message if isinstance(error, WavoiceError) else type(error).__name__
            raise SpeechError(f"{link.name} failed: {said}") from error
        link.breaker.succeeded()
        return answer

    async def _within(self, seconds: float | None, work: Coroutine[Any, Any, T], name: str) -> T:
        task = asyncio.create_task(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=seconds)
        except asyncio.CancelledError:
            self._give_up(task)
            raise
        if not done:
            self._give_up(task)
            raise SpeechError(f"{name} did not answer within {seconds:g} s.")
        if task.cancelled():  # by itself: whoever asked still waits
            raise SpeechError(f"{name} gave up.")
        return task.result()

    def _give_up(self, task: asyncio.Task[Any]) -> None:
        task.cancel()
        self._given_up.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._given_up.discard(task)
        if not task.cancelled():
            task.exception()  # taken note of: nobody waits for it any more

    async def warm(self) -> None:
        """Warm every link. Raises what the last one raised if none can be used; other failures are logged."""
        outcomes = await asyncio.gather(*map(_warm, self.links))
        failed = [(link, error) for link, error in zip(self.links, outcomes, strict=True) if error]
        raised = failed.pop()[1] if len(failed) == len(self.links) else None
        for link, error in failed:
            log.warning("speech backend is not ready", backend=link.name, code=error.code, why=str(error))
        if raised is not None:
            raise raised

    async def close(self) -> None:
        """Close every link, and wait a moment for what was given up."""
        closing: list[Awaitable[None]] = [link.service.close() for link in self.links]
        await asyncio.gather(*closing)
        if self._given_up:
            await asyncio.wait(set(self._given_up), timeout=CLOSING_SECONDS)


async def _warm(link: Link[Opened]) -> WavoiceError | None:
    try:
        await link.service.warm()
    except WavoiceError as error:
        return error
    return None


def _failure(errors: Sequence[SpeechError], detours: Sequence[Detour]) -> SpeechError:
    if len(detours) == len(errors) == 1:
        return errors[0]
    said = " ".join(detour.detail for detour in detours)
    foreign = bool(errors) and all(isinstance(error, UnsupportedLanguageError) for error in errors)
    return UnsupportedLanguageError(said) if foreign and len(errors) == len(detours) else SpeechError(said)


@dataclass(frozen=True, slots=True)
class _Begun:
    """A voice note whose first page is there."""

    page: bytes
    rest: AsyncGenerator[bytes, None]


async def _begin(voice: OpenVoice, text: str, language: str) -> _Begun:
    pages = voice.note(text, language) if isinstance(voice, SpokenNotes) else _whole(voice, text, language)
    try:
        return _Begun(await anext(pages), pages)
    except BaseException:  # cancellation included: nobody wants the rest
        await pages.aclose()
        raise


async def _whole(voice: OpenVoice, text: str, language: str) -> AsyncGenerator[bytes, None]:
    speech = await voice.say(text, language)
    if speech.ogg is not None:
        yield speech.ogg
        return
    yield note_of(await asyncio.to_thread(encode, speech))


def _nothing() -> None:
    """Nothing was begun."""


class FallbackEars:
    """`SpeechToText` of one or more backends; `Heard.detours` tells who failed on the way."""

    def __init__(self, links: Sequence[Link[OpenEars]]) -> None:
        # An apology costs the customer a note said again, so the last one is always tried.
        self._chain: _Chain[OpenEars] = _Chain(tuple(links), insists=True)

    async def hear(self, audio: Audio, hint: Hint) -> Heard:
        """Hear with the first backend that can. Raises `SpeechError`; ends at once when cancelled."""
        with closing(self.listen(hint)) as listening:
            return await listening.finish(audio)

    def listen(self, hint: Hint) -> Listening:
        """Begin to hear a note, if the first backend can; it is heard whole by whoever else is asked."""
        return _ChainListening(self._chain, hint)

    @property
    def count(self) -> int:
        """How many backends there are."""
        return len(self._chain.links)

    def resting(self) -> tuple[str, ...]:
        """Names of the backends that failed too often and are left alone for a while."""
        return tuple(link.name for link in self._chain.links if link.breaker.rests)

    async def warm(self) -> None:
        """Warm all backends. Raises `SpeechError` or `MissingModelError` if none can be used."""
        await self._chain.warm()

    async def close(self) -> None:
        """Close all backends."""
        await self._chain.close()


class _ChainListening:
    """`Listening` of the first backend of a chain, and `hear` of all others."""

    def __init__(self, chain: _Chain[OpenEars], hint: Hint) -> None:
        self._chain, self._hint = chain, hint
        first: object = chain.links[0].service
        ahead = None if hint.find_language else first  # a language is looked for in the whole note
        self._first = ahead.listen(hint) if isinstance(ahead, ListensAhead) else None

    def feed(self, pcm: bytes) -> None:
        if self._first is not None:
            self._first.feed(pcm)

    async def finish(self, audio: Audio) -> Heard:
        heard, detours = await self._chain.ask(lambda ears: self._hear(ears, audio), audio.seconds / 10)
        return replace(heard, detours=detours) if detours else heard

    async def _hear(self, ears: OpenEars, audio: Audio) -> Heard:
        if self._first is not None and ears is self._chain.links[0].service:
            return await self._first.finish(audio)
        return await ears.hear(audio, self._hint)

    def close(self) -> None:
        if self._first is not None:
            self._first.close()


class FallbackVoice:
    """`TextToSpeech` of one or more backends; `Speech.detours` tells who failed on the way."""

    def __init__(self, links: Sequence[Link[OpenVoice]]) -> None:
        # After the last voice comes text, and sooner is better.
        self._chain: _Chain[OpenVoice] = _Chain(tuple(links), insists=False)

    async def say(self, text: str, language: str) -> Speech:
        """Speak with the first backend that can. Raises `SpeechError`; ends at once when cancelled."""
        speech, detours = await self._chain.ask(lambda voice: voice.say(text, language))
        return replace(speech, detours=detours) if detours else speech

    async def note(self, text: str, language: str, told: Told = None) -> AsyncGenerator[bytes, None]:
        """The pages of a voice note, by the first backend that gets as far as a page.

        Nobody goes on in another's voice: one that breaks off later raises `SpeechError`.
        """
        begun, detours = await self._chain.ask(lambda voice: _begin(voice, text, language))
        async with aclosing(begun.rest):
            if told is not None:
                told(detours)
            yield begun.page
            async for page in begun.rest:
                yield page

    def prepare(self, texts: Iterable[str], language: str) -> Callable[[], None]:
        """Have the first backend make ready what may be said, if it remembers what it says."""
        first: object = self._chain.links[0].service
        return first.prepare(texts, language) if isinstance(first, SpeaksAhead) else _nothing

    async def warm(self) -> None:
        """Warm all backends. Raises `SpeechError` or `MissingModelError` if none can be used."""
        await self._chain.warm()

    async def close(self) -> None:
        """Close all backends."""
        await self._chain.close()
