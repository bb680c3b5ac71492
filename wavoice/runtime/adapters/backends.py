"""Who can hear, speak and compare sentences: backends that packages offer as entry points.

A package offers one under `wavoice.ears`, `wavoice.voices` or `wavoice.sentences`: the entry point names an
`EarsBackend`, a `VoiceBackend` or a `SentencesBackend`; `backend` in `[ears]`, `[voice]` or
`[understanding]` names the entry point. Only what is chosen is imported. What a backend owes is written
down as tests: tests/contract/test_ears.py and test_voices.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from wavoice.runtime.adapters.offered import loaded
from wavoice.runtime.interpret.meaning import Encoder
from wavoice.runtime.ports import SpeechToText, TextToSpeech
from wavoice.runtime.settings_speech import Ears, Voice
from wavoice.runtime.settings_understanding import Understanding

EARS: Final = "wavoice.ears"
VOICES: Final = "wavoice.voices"
SENTENCES: Final = "wavoice.sentences"
NONE: Final = "none"
"""Instead of a backend: ends a chain."""


class Opened(Protocol):
    """What a backend has opened; used from one event loop."""

    async def warm(self) -> None:
        """Make the first note or sentence as quick as the next.

        Raises `SpeechError`, `MissingModelError` or `ConfigError`.
        """
        ...

    async def close(self) -> None:
        """Let go of threads and connections. What is under way may end in any way."""
        ...


class OpenEars(SpeechToText, Opened, Protocol):
    """Ears of a backend."""


class OpenVoice(TextToSpeech, Opened, Protocol):
    """A voice of a backend."""


@dataclass(frozen=True, slots=True)
class EarsBackend:
    """How to get ears. Nothing here loads a model or opens a connection."""

    open: Callable[[Ears], OpenEars]
    """Raises `ConfigError` for settings that cannot be."""
    describe: Callable[[Ears], str]
    """A few words, such as "Whisper base on cpu"."""
    unavailable: Callable[[Ears], str | None] = lambda _: None
    """Why it cannot be used on this machine, with the remedy."""
    hosted: bool = False
    """Notes leave this machine: it is not waited for as long as policy has time, a local one follows."""


@dataclass(frozen=True, slots=True)
class VoiceBackend:
    """How to get a voice. Nothing here loads a model or opens a connection."""

    open: Callable[[Voice], OpenVoice]
    """Raises `ConfigError` for settings that cannot be."""
    describe: Callable[[Voice], str]
    """One sentence, such as "Piper, a natural English voice."."""
    unavailable: Callable[[Voice], str | None] = lambda _: None
    """Why it cannot be used on this machine, with the remedy."""
    hosted: bool = False
    """Replies leave this machine: it is not waited for as long as policy has time, a local one follows."""


@dataclass(frozen=True, slots=True)
class SentencesBackend:
    """How to get an encoder of sentences. Nothing here loads a model."""

    open: Callable[[Understanding], Encoder]
    """Loads the weights and proves them. Raises `ConfigError` or `MissingModelError`."""
    describe: Callable[[Understanding], str]
    """A few words, such as "multilingual-e5-small in 4 bits"."""
    unavailable: Callable[[Understanding], str | None] = lambda _: None
    """Why it cannot be used on this machine, with the remedy."""


S = TypeVar("S", Ears, Voice)


def named(settings: S) -> Iterator[S]:
    """The settings of every backend of a chain, up to one that is called `none`."""
    link: S | None = settings
    while link is not None and link.backend != NONE:
        yield link
        link = link.fallback


def ears_backend(name: str) -> EarsBackend:
    """The backend of that name. Raises `ConfigError`, which names those that there are."""
    return loaded(EARS, name, EarsBackend, "ears.backend")


def voice_backend(name: str) -> VoiceBackend:
    """The backend of that name. Raises `ConfigError`, which names those that there are."""
    return loaded(VOICES, name, VoiceBackend, "voice.backend")


def sentences_backend(name: str) -> SentencesBackend:
    """The backend of that name. Raises `ConfigError`, which names those that there are."""
    return loaded(SENTENCES, name, SentencesBackend, "understanding.backend")
