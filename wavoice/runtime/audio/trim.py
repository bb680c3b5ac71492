"""Trims leading and trailing silence, and nothing that might be a word."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_FRAME_SECONDS = 0.02
"""Shorter than the shortest vowel, longer than a period of the lowest voice."""
_RANGE_DB = 50.0
"""What speech spans. A murmur 30 dB below the main speech still peaks 20 dB above this bound, and
with background noise louder than it nothing is trimmed at all: noise may cover a quiet word."""
_MARGIN_DB = 6.0
"""Silence also stays this close to the note's own floor, so that a knock of the microphone, much
louder than the speech, cannot lift the bound above a quiet voice."""
_FLOOR_PERCENTILE = 10
"""The quietest tenth of a note is taken as its floor: pauses and the moment before speaking."""
_KEPT_SECONDS = 0.3
"""Left on either side: the weak consonants that begin and end a phrase ("h", "f", "s")."""
_TINY = 1e-6
"""-120 dB: the level of digital silence, below that of 16-bit rounding."""


@dataclass(frozen=True, slots=True)
class Trimmed:
    """What is left, and how many seconds went at either end."""

    pcm: NDArray[np.float32]
    start_s: float
    end_s: float


def trim_silence(pcm: NDArray[np.float32], rate: int) -> Trimmed:
    """Cut silence at both ends of mono `pcm` (`rate` in Hz); pauses between sounds are never touched.

    A frame is silent only if it is far below the loudest frame *and* close to the floor of the note.
    A note without any sound is returned whole: that nobody spoke is for voice activity detection to
    find, and an empty array is no audio.
    """
    size = round(rate * _FRAME_SECONDS)
    levels = _levels(pcm, size)
    if levels.size == 0:
        return Trimmed(pcm, 0.0, 0.0)
    bound = min(levels.max() - _RANGE_DB, np.percentile(levels, _FLOOR_PERCENTILE) + _MARGIN_DB)
    sounding = np.flatnonzero(levels > bound)
    kept = round(rate * _KEPT_SECONDS)
    start = max(0, int(sounding[0]) * size - kept)
    end = min(pcm.size, (int(sounding[-1]) + 1) * size + kept)
    return Trimmed(pcm[start:end], start / rate, (pcm.size - end) / rate)


def _levels(pcm: NDArray[np.float32], size: int) -> NDArray[np.float64]:
    """Root mean square of each frame in decibels of full scale; a rest is a frame of its own."""
    if pcm.size == 0:
        return np.empty(0)
    starts = np.arange(0, pcm.size, size)
    energy = np.add.reduceat(np.square(pcm, dtype=np.float64), starts)
    lengths = np.diff(starts, append=pcm.size)
    return np.asarray(20.0 * np.log10(np.sqrt(energy / lengths) + _TINY))
