"""The voice that `[voice]` asks for: one backend, and who speaks if it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from wavoice.runtime.adapters.backends import NONE, OpenVoice, VoiceBackend, named, voice_backend
from wavoice.runtime.adapters.breaker import Breaker
from wavoice.runtime.adapters.fallback import FallbackVoice, Link
from wavoice.runtime.adapters.phrases import PhraseVoice
from wavoice.runtime.errors import MissingModelError
from wavoice.runtime.ports import Clock
from wavoice.runtime.settings_speech import Voice

HOSTED_SECONDS: Final = 1.2
"""Longest wait for a hosted voice; leaves a local one time to speak within the budget of policy."""
AUTO: Final = "auto"
NATURAL_FIRST: Final = ("piper", "pyttsx3")
"""What `auto` stands for, as far as it is installed."""


def open_voice(settings: Voice, clock: Clock, *, remembers: bool = True) -> tuple[FallbackVoice | None, str]:
    """Return a voice, or None for replies in text, and one line that says which or why.

    `remembers`: what was said is kept, and what is likely is spoken before it is wanted. Loads no weights
    and opens no connection. Raises `ConfigError`, and `MissingModelError` if a voice that was named is not
    installed.
    """
    if settings.backend == NONE:
        return None, "Replies are text: no voice was asked for."
    links, lines, reasons = list[Link[OpenVoice]](), list[str](), list[str]()
    for choice in _choices(settings):
        reason = choice.backend.unavailable(choice.settings)
        if reason is None:
            voice = choice.backend.open(choice.settings)
            if remembers:
                voice = PhraseVoice(voice, foresees=not choice.backend.hosted)
            links.append(Link(choice.settings.backend, voice, Breaker(clock), choice.limit))
            lines.append(choice.backend.describe(choice.settings))
        elif choice.named:
            raise MissingModelError(reason)
        else:
            reasons.append(reason)
    if not links:
        return None, " ".join(("Replies are text.", *reasons))
    return FallbackVoice(links), " Then: ".join(lines)


def longest_wait(settings: Voice) -> float:
    """Seconds that may pass until the last backend of the chain is asked."""
    return sum(choice.limit or 0 for choice in list(_choices(settings))[:-1])


@dataclass(frozen=True, slots=True)
class _Choice:
    settings: Voice
    backend: VoiceBackend
    named: bool
    """False: part of `auto`, so it need not be there."""

    @property
    def limit(self) -> float | None:
        return self.settings.timeout_seconds or (HOSTED_SECONDS if self.backend.hosted else None)


def _choices(settings: Voice) -> Iterator[_Choice]:
    for link in named(settings):
        if link.backend == AUTO:
            yield from _installed(link)
        else:
            choice = _Choice(link, voice_backend(link.backend), named=True)
            yield choice
            if choice.backend.hosted and link.fallback is None:
                yield from _installed(Voice())


def _installed(settings: Voice) -> Iterator[_Choice]:
    for name in NATURAL_FIRST:
        yield _Choice(settings.model_copy(update={"backend": name}), voice_backend(name), named=False)
