"""The notes that a bench sends: 2, 4, 8, 20 and 60 s, all asking where an order is.

The short ones are committed fixtures. The long ones are three of these said one after the other, with a
pause between, cut to length: what they are made for is the time they take, not their words. Opus is
written without anything random, so the same libraries make the same bytes; the report keeps their
SHA-256, and figures over other bytes are not compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle
from pathlib import Path

import numpy as np

from wavoice.runtime.audio.decode import decode_note
from wavoice.runtime.audio.encode import to_voice_note
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import Speech

FIXTURES = Path("fixtures/audio")
LENGTHS = (2, 4, 8, 20, 60)
"""Seconds, roughly: the report says how long each note is."""
SHORT = {2: "where_is_my_order__street_20db", 4: "where_is_my_order__babble_10db"}
ONE_AFTER_THE_OTHER = ("where_is_my_order__cheap_microphone", SHORT[4], SHORT[2])

_RATE = 16_000
_PAUSE_SECONDS = 0.5
_LONGEST = 120.0
_MOST_BYTES = 1024 * 1024
_PHONE_COMPLEXITY = 9
"""A phone encodes at leisure."""


@dataclass(frozen=True)
class BenchNote:
    """A voice note to be sent many times."""

    name: str
    ogg: bytes
    seconds: float

    @cached_property
    def sha256(self) -> str:
        """Of its bytes, in hex."""
        return hashlib.sha256(self.ogg).hexdigest()


def bench_notes(folder: Path, lengths: Sequence[int] = LENGTHS) -> list[BenchNote]:
    """Return the notes of these lengths. Raises `UserInputError` for another length or a missing file."""
    if wrong := [str(length) for length in lengths if length not in LENGTHS]:
        known = ", ".join(map(str, LENGTHS))
        raise UserInputError(f"There is no note of {', '.join(wrong)} s.", remedy=f"Use some of: {known}.")
    return [_note(folder, length) for length in lengths]


def _note(folder: Path, length: int) -> BenchNote:
    ogg = _read(folder, SHORT[length]) if length in SHORT else _joined(folder, length)
    return BenchNote(f"{length} s", ogg, round(decode_note(ogg, _LONGEST).seconds, 2))


def _joined(folder: Path, length: int) -> bytes:
    """What is said is decoded without the silence around it, so that a pause is half a second."""
    said = cycle(
        np.frombuffer(decode_note(_read(folder, name), _LONGEST).pcm, "<f4") for name in ONE_AFTER_THE_OTHER
    )
    pause = np.zeros(round(_PAUSE_SECONDS * _RATE), dtype="<f4")
    samples = np.zeros(0, dtype="<f4")
    while samples.size < length * _RATE:
        samples = np.concatenate([samples, next(said), pause])
    pcm = samples[: length * _RATE].astype("<f4").tobytes()
    return to_voice_note(Speech(pcm, _RATE, "fixtures"), _MOST_BYTES, _PHONE_COMPLEXITY)


def _read(folder: Path, name: str) -> bytes:
    file = folder / f"{name}.ogg"
    try:
        return file.read_bytes()
    except OSError as error:
        raise UserInputError(
            f"{file} cannot be read: {error.strerror}.",
            remedy="Run this where wavoice's fixtures are, or name their folder with --fixtures.",
        ) from error
