"""How loud sound is, as a level meter shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

SILENCE_DB: Final = -96.0
"""The lowest level that is shown: below it 16-bit samples are zero."""
_FULL_SCALE = 32767 / 32768
"""Largest sample of 16 bit."""

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Level:
    """Loudness in dB of full scale (dBFS): 0 is the loudest sample that there is."""

    rms_db: float
    """Of a full-scale square wave 0, of a full-scale sine -3."""
    peak_db: float
    clipped: bool = False
    """Three samples in a row stand at full scale, so the peaks above it are lost."""

    @property
    def share(self) -> float:
        """Of a meter's length that is lit: 0 at -60 dBFS and below, 1 at full scale."""
        return min(1.0, max(0.0, 1 + self.rms_db / 60))


SILENCE: Final = Level(SILENCE_DB, SILENCE_DB)
"""No sound at all."""


def level_of(samples: Samples) -> Level:
    """Measure; silence, and no samples at all, are `SILENCE_DB`."""
    if not samples.size:
        return SILENCE
    loud = np.abs(samples)
    rms = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))
    return Level(_dbfs(rms), _dbfs(float(loud.max())), clips(samples))


def clips(samples: Samples) -> bool:
    """True if a peak was cut off: three samples in a row; one alone may be a loud vowel that just fits."""
    full = np.abs(samples) >= _FULL_SCALE
    return bool((full[:-2] & full[1:-1] & full[2:]).any())


def _dbfs(amplitude: float) -> float:
    return max(SILENCE_DB, float(20 * np.log10(amplitude))) if amplitude else SILENCE_DB
