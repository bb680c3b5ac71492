"""How loud sound is, as a level meter shows it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wavoice.sim.sound.ports import SILENCE, SILENCE_DB, Level

_FULL_SCALE = 32767 / 32768
"""Largest sample of 16 bit."""

Samples = npt.NDArray[np.float32]


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
