"""Why a voice note was not decoded: one sentence for each kind of refusal."""

from __future__ import annotations

from types import MappingProxyType

from wavoice.runtime.errors import CorruptMediaError, MediaError, NotAudioError, NoteTooLongError

_SENTENCES = MappingProxyType(
    {
        NotAudioError: "The file is no recording of a kind that WhatsApp carries, mono or stereo.",
        CorruptMediaError: "The voice note is damaged and cannot be decoded.",
        NoteTooLongError: "The voice note is longer than allowed.",
    }
)

REFUSALS: tuple[type[MediaError], ...] = tuple(_SENTENCES)
"""The kinds in a fixed order: a position stands for a kind between processes."""


def refusal(kind: type[MediaError]) -> MediaError:
    """The error of that kind with its sentence. `kind` is one of `REFUSALS`."""
    return kind(_SENTENCES[kind])
