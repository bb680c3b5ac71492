"""What the runtime needs from outside: small protocols, a handful of methods each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from wavoice.runtime.catalogue import Catalogue

if TYPE_CHECKING:
    from wavoice.runtime.model import (
        Address,
        Alias,
        Audio,
        Customer,
        Detour,
        Effect,
        Heard,
        MediaRef,
        Micros,
        Order,
        Outgoing,
        Reading,
        Speech,
        WriteResult,
    )
    from wavoice.runtime.repositories import (
        Consents,
        Contacts,
        Conversations,
        Effects,
        Inbox,
        JournalTable,
        MediaTable,
        Oddities,
        Oddity,
        Outbox,
        Proposals,
        Store,
        Timers,
        UnitOfWork,
        VoiceUse,
    )
    from wavoice.runtime.token import CommitToken

__all__ = [
    "FAILPOINTS",
    "Accepted",
    "Channel",
    "Clock",
    "Closes",
    "Consents",
    "Contacts",
    "Conversations",
    "Decoder",
    "DecodesAhead",
    "Effects",
    "Engine",
    "Failpoints",
    "Hint",
    "Ids",
    "Inbox",
    "Interpreter",
    "JournalTable",
    "Listening",
    "ListensAhead",
    "Media",
    "MediaTable",
    "Oddities",
    "Oddity",
    "Orders",
    "Outbox",
    "Proposals",
    "Situation",
    "SpeaksAhead",
    "SpeechToText",
    "SpokenNotes",
    "Store",
    "StreamingSpeech",
    "StreamingUploads",
    "TextToSpeech",
    "Timers",
    "Told",
    "UnitOfWork",
    "VoiceUse",
    "Warms",
]

if not TYPE_CHECKING:  # or every name would be one, to a type checker

    def __getattr__(name: str) -> object:
        """Import the repositories when one is asked for: a `Clock` is needed by many who have none."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return globals().setdefault(name, getattr(import_module("wavoice.runtime.repositories"), name))


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> Micros:
        """UTC wall clock in microseconds; may jump. Business time, rows, deadlines."""
        ...

    def ticks(self) -> Micros:
        """Monotonic microseconds of this process; stage durations only."""
        ...

    async def wait(self, poke: asyncio.Event, until: Micros | None) -> None:
        """Return when `poke` is set or `now()` has reached `until` (None: only when poked)."""
        ...


class Ids(Protocol):
    """The only source of identifiers."""

    def new(self, prefix: str) -> str:
        """Return a fresh id such as `t_0197…`; ids of one process sort by creation."""
        ...


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


@dataclass(frozen=True, slots=True)
class Situation:
    """What an interpreter may know of the conversation."""

    now: datetime
    """Aware, in the shop's zone: base of 'Friday'."""
    language: str = "en"
    asked: str | None = None
    """Slot that the bot's last question asked for."""
    open_action: str | None = None
    """Action of the proposal that waits for an answer."""
    prompt: str = ""
    """Words of the open question: an answer may echo them."""
    catalogue: Catalogue = field(default_factory=Catalogue)
    """Names that may be said of a thing: the slot `product`."""
    wants_code: bool = False
    """It is about money: digits after a yes are its code, and no order number."""


class Interpreter(Protocol):
    """Words to a reading. May propose and classify; can never commit."""

    def read(self, text: str, situation: Situation) -> Reading:
        """Return what the words mean; an unclear text gives `Act.UNCLEAR`, never an exception."""
        ...


class Orders(Protocol):
    """The shop's system of record."""

    async def customers(self, alias: Alias) -> Sequence[Customer]:
        """All records that match: none, one and many are three outcomes."""
        ...

    async def orders(self, customer: str) -> Sequence[Order]:
        """Live orders of that customer. Raises `SystemOfRecordError`."""
        ...

    async def write(self, effect: Effect, token: CommitToken) -> WriteResult:
        """Carry out the effect once under its key. No answer is `Outcome.UNKNOWN`, never an exception.

        Sends nothing and raises `CommitRefusedError` unless `Admission` takes the token.
        """
        ...

    async def look_up(self, key: str) -> WriteResult | None:
        """What became of that key: its result, None if it was never applied. UNKNOWN if unreachable."""
        ...


@dataclass(frozen=True, slots=True)
class Accepted:
    """WhatsApp took a message; that is not delivery."""

    message: str
    at: Micros


@runtime_checkable
class StreamingUploads(Protocol):
    """What a channel may offer beside `upload`."""

    async def upload_parts(self, parts: AsyncIterator[bytes], mime_type: str) -> str:
        """Upload media while it is made, return its id. Raises `ChannelError`, and what `parts` raises."""
        ...


class Channel(Protocol):
    """WhatsApp, seen from the business."""

    async def seen(self, message: str) -> None:
        """Mark read and show typing (ends at the reply, or after 25 s)."""
        ...

    async def fetch(self, media: MediaRef, max_bytes: int) -> bytes:
        """Fetch media in two hops and check its hash. Raises a `MediaError` or `ChannelError`."""
        ...

    async def upload(self, data: bytes, mime_type: str) -> str:
        """Upload media, return its id. Raises `ChannelError`."""
        ...

    async def send(self, message: Outgoing) -> Accepted:
        """Send one message. Raises `ChannelError` (`retryable` tells) or `AuthError`."""
        ...


FAILPOINTS = (
    "receiving", "received", "fetched", "turn_decided", "turn_kept", "part_sent", "replied",
    "effect_intended", "effect_written", "effect_known", "outcome_kept",
)  # fmt: skip
"""Every place that `reach` is told of, in the order of a turn."""


class Failpoints(Protocol):
    """Named places where a test may kill the process."""

    def reach(self, name: str) -> None:
        """Do nothing, unless this process was started to die here."""
        ...


class Engine(Protocol):
    """Wakes the store up: never two drains of one contact at a time."""

    def nudge(self, address: Address) -> None:
        """Run `drain(address)` soon."""
        ...

    async def run(self) -> None:
        """Scan for unfinished work, then wake contacts as timers fall due, until cancelled."""
        ...
