"""Which voice speaks on this machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from wavoice.runtime.adapters import piper_voice, pyttsx3_voice
from wavoice.runtime.errors import ConfigError, MissingModelError
from wavoice.runtime.ports import TextToSpeech


class _Candidate(NamedTuple):
    make: Callable[[], TextToSpeech]
    unavailable: Callable[[], str | None]
    description: str


# the most natural first: this is the order of `auto`
_CANDIDATES = {
    "piper": _Candidate(piper_voice.PiperVoice, piper_voice.unavailable, "Piper, a natural English voice."),
    "pyttsx3": _Candidate(
        pyttsx3_voice.Pyttsx3Voice, pyttsx3_voice.unavailable, "espeak-ng through pyttsx3, a robotic voice."
    ),
}


def choose_voice(name: str = "auto") -> tuple[TextToSpeech | None, str]:
    """Return a voice, or None for replies in text, and one line that says which or why.

    `auto` takes the most natural voice of this machine; `none` wants none. Loads no weights.
    Raises `MissingModelError` if the voice named is not installed, `ConfigError` for another name.
    """
    if name == "auto":
        return _best()
    if name == "none":
        return None, "Replies are text: no voice was asked for."
    if name not in _CANDIDATES:
        valid = ", ".join(("auto", *_CANDIDATES, "none"))
        raise ConfigError(f"There is no voice {name!r}.", remedy=f"Use one of: {valid}.")
    candidate = _CANDIDATES[name]
    reason = candidate.unavailable()
    if reason:
        raise MissingModelError(reason)
    return candidate.make(), candidate.description


def _best() -> tuple[TextToSpeech | None, str]:
    reasons = []
    for candidate in _CANDIDATES.values():
        reason = candidate.unavailable()
        if reason is None:
            return candidate.make(), candidate.description
        reasons.append(reason)
    return None, " ".join(("Replies are text.", *reasons))
