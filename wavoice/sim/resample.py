"""The same sound at another number of samples a second."""

from __future__ import annotations

import av
import numpy as np

from wavoice.sim.noise import RATE, Signal


def resampled(samples: Signal, rate: int) -> Signal:
    """Return the same sound at `RATE`."""
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(samples[np.newaxis]), format="dblp", layout="mono"
    )
    frame.sample_rate = rate
    resampler = av.AudioResampler(format="dblp", layout="mono", rate=RATE)
    parts = [part.to_ndarray()[0] for end in (frame, None) for part in resampler.resample(end)]
    return np.concatenate(parts)
