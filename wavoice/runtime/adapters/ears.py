"""The ears that `[ears]` asks for: one backend, and who hears if it cannot."""

from __future__ import annotations

from typing import Final

from wavoice.runtime.adapters.backends import NONE, EarsBackend, ears_backend, named
from wavoice.runtime.adapters.breaker import Breaker
from wavoice.runtime.adapters.fallback import FallbackEars, Link
from wavoice.runtime.errors import ConfigError, MissingModelError
from wavoice.runtime.ports import Clock
from wavoice.runtime.settings_speech import Ears

HOSTED_SECONDS: Final = 4.0
"""Longest wait for hosted ears, and a tenth of the note's length; leaves a local model time to hear it."""
LOCAL: Final = Ears()
"""Follows hosted ears."""


def open_ears(settings: Ears, clock: Clock) -> tuple[FallbackEars, str]:
    """Return ears, and one line that says which. Loads no weights and opens no connection.

    Raises `ConfigError`, and `MissingModelError` if what was named is not installed.
    """
    links, lines = [], []
    for chosen, backend in _chain(settings):
        links.append(Link(chosen.backend, backend.open(chosen), Breaker(clock), _limit(chosen, backend)))
        lines.append(backend.describe(chosen))
    return FallbackEars(links), ", then ".join(lines)


def longest_wait(settings: Ears) -> float:
    """Seconds that may pass until the last backend of the chain is asked, for a note of no length."""
    return sum(_limit(chosen, backend) or 0 for chosen, backend in _chain(settings)[:-1])


def _limit(chosen: Ears, backend: EarsBackend) -> float | None:
    return chosen.timeout_seconds or (HOSTED_SECONDS if backend.hosted else None)


def _chain(settings: Ears) -> list[tuple[Ears, EarsBackend]]:
    if settings.backend == NONE:
        raise ConfigError("ears.backend: a bot needs ears.", remedy="Leave it out to hear with Whisper base.")
    chain = []
    for chosen in named(settings):
        backend = ears_backend(chosen.backend)
        if reason := backend.unavailable(chosen):
            raise MissingModelError(reason)
        chain.append((chosen, backend))
    last, backend = chain[-1]
    local = ears_backend(LOCAL.backend)
    if backend.hosted and last.fallback is None and local.unavailable(LOCAL) is None:
        chain.append((LOCAL, local))
    return chain
