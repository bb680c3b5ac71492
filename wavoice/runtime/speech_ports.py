"""Ports of ears, voices, decoders and recordings, and what some offer beside; said again by `ports`."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from wavoice.runtime.model import Address, Audio, Detour, Heard, Micros, Speech


@dataclass(frozen=True, slots=True)
class Hint:
    """What the ears may know beforehand. Nothing here may contain a yes."""

    language: str = "en"
    awaiting_yes: bool = False
    """A proposal is open: run decodes A and B of confirmation.md A2."""
    words: tuple[str, ...] = ()
    """Names that are likely to occur; leave empty when `awaiting_yes`."""
    find_language: bool = False
    """The note makes no sense in `language`: hear it in the language that it is in."""


class SpeechToText(Protocol):
    """Ears."""

    async def hear(self, audio: Audio, hint: Hint) -> Heard:
        """Transcribe. One decode (B) normally, two (A, B) when `hint.awaiting_yes`.

        With `hint.find_language` the decodes name the language that was found, and `Heard.language_p` how
        sure that is; there are none if it is `hint.language` after all. Ears that cannot find languages
        hear the note in `hint.language` once more.
        Raises `SpeechError`. Never blocks the loop.
        """
        ...


class TextToSpeech(Protocol):
    """Voice."""

    async def say(self, text: str, language: str) -> Speech:
        """Synthesise. Raises `SpeechError`, also for a language it cannot speak."""
        ...


class Listening(Protocol):
    """A note that is being heard before its end is known."""

    def feed(self, pcm: bytes) -> None:
        """Take the next samples, as in `Audio.pcm`; what can be heard of them is heard from now on."""
        ...

    async def finish(self, audio: Audio) -> Heard:
        """The note has ended. `audio` is the whole of it, and all that is heard if nothing was fed.

        Raises `SpeechError`.
        """
        ...

    def close(self) -> None:
        """Hear no more of it; always called, at the latest when it was heard."""
        ...


@runtime_checkable
class ListensAhead(Protocol):
    """What ears may offer beside `hear`: they begin before the note is whole."""

    def listen(self, hint: Hint) -> Listening:
        """Begin to hear a note."""
        ...


@runtime_checkable
class DecodesAhead(Protocol):
    """What a decoder may offer beside `decode`: samples while the rest is decoded."""

    async def decode_for(self, data: bytes, take: Callable[[bytes], None]) -> Audio:
        """As `decode`. Of a long note `take` gets all samples in order, untrimmed; of a short one none."""
        ...


@runtime_checkable
class Warms(Protocol):
    """What ears and voices may offer that are slow at first."""

    async def warm(self) -> None:
        """Make the first note as quick as the next. Raises `SpeechError` or `MissingModelError`."""
        ...


@runtime_checkable
class Closes(Protocol):
    """What ears and voices may offer that hold threads or connections."""

    async def close(self) -> None:
        """Let go of them."""
        ...


@runtime_checkable
class StreamingSpeech(Protocol):
    """What a voice may offer beside `say`: speech while it is made."""

    def stream(self, text: str, language: str) -> AsyncIterator[Speech]:
        """The parts of what `say` returns, in order, all of one rate. Raises what `say` raises."""
        ...


Told = Callable[[Sequence["Detour"]], None] | None


@runtime_checkable
class SpokenNotes(Protocol):
    """What a voice may offer beside `say`: the voice note itself, page by page."""

    def note(self, text: str, language: str, told: Told = None) -> AsyncGenerator[bytes, None]:
        """Ogg Opus as it is made; all parts together are the file. Raises what `say` raises.

        `told` hears, before the first part, who was to speak and did not (`Speech.detours`).
        """
        ...


@runtime_checkable
class SpeaksAhead(Protocol):
    """What a voice may offer that remembers what it said."""

    def prepare(self, texts: Iterable[str], language: str) -> Callable[[], None]:
        """Make ready what is likely to be said, the likeliest first, while nothing else is being said.

        Call what is returned once it has become useless.
        """
        ...


class Decoder(Protocol):
    """Turns untrusted bytes into audio, in a process of its own with limits."""

    async def decode(self, data: bytes) -> Audio:
        """Decode what WhatsApp carries as audio to 16 kHz mono, by its bytes and not by what they are called.

        Ogg Opus, AAC, AMR, MP3 and M4A. Raises a `MediaError`; never crashes the caller.
        """
        ...


class Media(Protocol):
    """Customers' original recordings, apart from all else that is known of them. Raises `StoreError`."""

    async def keep(self, address: Address, turn: str, data: bytes, until: Micros) -> None:
        """Keep the recording of that turn until then; a repeated turn replaces its own."""
        ...

    async def get(self, address: Address, turn: str) -> bytes | None:
        """The very bytes that the customer sent; None if they are not kept, or not any more."""
        ...

    async def forget(self, address: Address, turn: str | None = None) -> None:
        """Delete the recording of that turn, or everything of that contact."""
        ...

    async def sweep(self, now: Micros) -> Micros | None:
        """Delete what is due; return when the next one is."""
        ...
