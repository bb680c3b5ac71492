"""Fetch → clean → transcribe: a voice note to words, or to the reason why not."""

from __future__ import annotations

import asyncio
import math
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from typing import cast

from wavoice.runtime import journal
from wavoice.runtime.errors import (
    AuthError,
    ChannelError,
    CorruptMediaError,
    MediaError,
    MediaGoneError,
    OverBudgetError,
    SpeechError,
    UnsupportedLanguageError,
)
from wavoice.runtime.kit import Turn
from wavoice.runtime.model import Audio, Decode, Heard, Inbound, MediaRef, Stage
from wavoice.runtime.ports import DecodesAhead, Hint, Listening, ListensAhead
from wavoice.runtime.redact import redact

_BYTES_A_SECOND = 4 * 16_000
"""Of `Audio.pcm`."""


@cache
def _overlap(decoder: type, ears: type) -> bool:
    """Whether both can; every note asks, and to look through protocols takes longer than most steps."""
    return issubclass(decoder, DecodesAhead) and issubclass(ears, ListensAhead)


@dataclass(frozen=True, slots=True)
class Words:
    """What the message says. Exactly one of `heard`, `typed` and `trouble` says where it came from."""

    text: str
    other: str | None = None
    """Text of decode A, where two were made."""
    heard: Heard | None = None
    audio: Audio | None = None
    size: int = 0
    data: bytes = b""
    """The recording as it came, where recordings are kept at all."""
    trouble: str | None = None
    tongue: str | None = None
    """The language that it surely is in, where that is not the conversation's and it was not understood."""


async def hear(turn: Turn, message: Inbound, hint: Hint, left: float = math.inf) -> Words:
    """Return the words of a message; a typed one passes through, a bad note becomes its trouble.

    `left`: seconds that may still be listened to today. A note that is longer is not transcribed, and where
    nothing is left it is not even fetched.
    """
    if message.media is None:
        return Words(text=message.text or "")
    try:
        _permit(0.0, left)
        return await _listen(turn, message.media, hint, left)
    except (MediaError, SpeechError) as error:
        turn.log(journal.Trouble(stage="transcribe", code=error.code, detail=error.message))
        foreign = isinstance(error, UnsupportedLanguageError)
        return Words(text="", trouble=error.code, tongue=hint.language if foreign else None)
    except (ChannelError, AuthError) as error:
        turn.log(journal.Trouble(stage="fetch", code=error.code, detail=error.message))
        return Words(text="", trouble="media_gone")


def _permit(seconds: float, left: float) -> None:
    if left <= 0 or seconds > left:
        raise OverBudgetError("The voice minutes of the day are used up.")


async def _listen(turn: Turn, media: MediaRef, hint: Hint, left: float) -> Words:
    lanes = turn.kit.lanes
    data = await _fetched(turn, media)
    turn.kit.failpoints.reach("fetched")
    size, waits = len(data), lanes.must_wait(len(data))
    if waits:
        data = b""  # nobody knows for how long: what waits holds no memory, and nobody's place
        lanes.leave(turn.id)
    async with lanes.hearing(size):
        lanes.leave(turn.id)
        with closing(_Note(turn, hint, left)) as note:
            data, audio = await _opened(turn, media, await _fetched(turn, media) if waits else data, note)
            turn.log(_kept(media, audio))
            _permit(audio.seconds, left)
            with turn.trace.span(Stage.TRANSCRIBE):
                heard = _without_cards(await _transcribe(turn, audio, note))
                turn.log_detours("transcribe", heard.detours)
                turn.log(_figures(heard))
    kept = data if turn.kit.media is not None else b""
    return words_of(heard, Words(text="", audio=audio, size=len(data), data=kept))


async def listen_again(turn: Turn, words: Words, hint: Hint) -> Heard:
    """Transcribe a note once more, within the budget, card numbers cut out. Raises `SpeechError`."""
    if words.audio is None:
        raise ValueError("there is nothing to listen to")
    async with turn.kit.lanes.hearing(words.size):
        with closing(_Note(turn, hint, math.inf)) as note, turn.trace.span(Stage.TRANSCRIBE):
            heard = _without_cards(await _transcribe(turn, words.audio, note))
            turn.log_detours("transcribe", heard.detours)
    return heard


def words_of(heard: Heard, before: Words) -> Words:
    """The words of a note, in place of what was known of it before."""
    other = heard.decodes[0].text if len(heard.decodes) > 1 else None
    return replace(before, text=heard.transcript.text, other=other, heard=heard, trouble=None)


@dataclass(slots=True)
class _Note:
    """A note that is heard while the rest of it is decoded, where decoder and ears can."""

    turn: Turn
    hint: Hint
    left: float
    """Seconds that may be listened to."""
    _listening: Listening | None = None
    _seconds: float = 0.0

    async def decode(self, data: bytes) -> Audio:
        """Decode it, and begin to hear it anew."""
        self.close()
        kit, decoder, ears = self.turn.kit, self.turn.kit.decoder, self.turn.kit.ears
        if kit.sequential or not _overlap(type(decoder), type(ears)):
            return await decoder.decode(data)
        self._listening, self._seconds = cast("ListensAhead", ears).listen(self.hint), 0.0
        return await cast("DecodesAhead", decoder).decode_for(data, self._take)

    def _take(self, pcm: bytes) -> None:
        self._seconds += len(pcm) / _BYTES_A_SECOND
        if self._listening is not None and self._seconds <= self.left:
            self._listening.feed(pcm)

    async def hear(self, audio: Audio) -> Heard:
        """What it says, once it is decoded."""
        if self._listening is None:
            return await self.turn.kit.ears.hear(audio, self.hint)
        return await self._listening.finish(audio)

    def close(self) -> None:
        """Hear no more of it."""
        if self._listening is not None:
            self._listening.close()


async def _opened(turn: Turn, media: MediaRef, data: bytes, note: _Note) -> tuple[bytes, Audio]:
    """Decode. Damage is the customer's own where the bytes are those announced, and is not fetched again.

    Where no hash was announced, a download that was cut looks the same: once more, if other bytes come.
    """
    try:
        with turn.trace.span(Stage.CLEAN):
            return data, await note.decode(data)
    except CorruptMediaError:
        if media.sha256:
            raise
        again = await _fetched(turn, media)
        if again == data:
            raise
    with turn.trace.span(Stage.CLEAN):
        return again, await note.decode(again)


async def _fetched(turn: Turn, media: MediaRef) -> bytes:
    async with turn.kit.lanes.downloading:
        with turn.trace.span(Stage.FETCH):
            return await _fetch(turn, media)


async def _fetch(turn: Turn, media: MediaRef) -> bytes:
    policy = turn.kit.policy
    try:
        async with asyncio.timeout(policy.fetch_budget_seconds):
            return await turn.kit.channel_of(turn.address).fetch(media, policy.max_media_bytes)
    except TimeoutError as error:
        raise MediaGoneError("The note did not arrive in time.") from error


async def _transcribe(turn: Turn, audio: Audio, note: _Note) -> Heard:
    budget = turn.kit.policy.hear_budget_seconds + audio.seconds / 4
    try:
        async with asyncio.timeout(budget):
            return await note.hear(audio)
    except TimeoutError as error:
        raise SpeechError(f"The recogniser did not finish within {budget:.0f} s.") from error


def _without_cards(heard: Heard) -> Heard:
    """A spoken card number is cut out before anything is kept, in digits or in words."""
    return replace(heard, decodes=tuple(_without_card(decode) for decode in heard.decodes))


def _without_card(decode: Decode) -> Decode:
    safe = redact(decode.text)
    return decode if safe == decode.text else replace(decode, text=safe, words=())


def _kept(media: MediaRef, audio: Audio) -> journal.MediaKept:
    return journal.MediaKept(
        media_id=media.id,
        mime_type=media.mime_type,
        sha256=media.sha256,
        size=audio.bytes_in,
        codec=audio.codec,
        source_rate=audio.source_rate,
        channels=audio.channels,
        seconds=audio.seconds,
        trimmed_start=audio.trimmed_start,
        trimmed_end=audio.trimmed_end,
    )


def heard_again(turn: Turn, heard: Heard) -> None:
    """Note what was heard in another language than the conversation's."""
    turn.log(_figures(heard))


def _figures(heard: Heard) -> journal.HeardNote:
    return journal.HeardNote(
        speech_seconds=heard.speech_seconds,
        note_seconds=heard.note_seconds,
        decodes=tuple(_decode(decode) for decode in heard.decodes),
        language_p=heard.language_p,
        text=heard.transcript.text,
    )


def _decode(decode: Decode) -> journal.DecodeFigures:
    return journal.DecodeFigures(
        prompt=decode.prompt,
        beam=decode.beam,
        avg_logprob=decode.avg_logprob,
        no_speech=decode.no_speech,
        language=decode.language,
        model=decode.model,
        measured=decode.measured,
        min_word_p=min((p for _, p in decode.words), default=None),
        text=decode.text,
        words=tuple((word, round(p, 3)) for word, p in decode.words),
    )
