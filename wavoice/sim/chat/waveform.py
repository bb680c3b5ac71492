"""The bars that a phone draws for a voice note."""

from __future__ import annotations

from dataclasses import dataclass

from wavoice.runtime.errors import WavoiceError
from wavoice.runtime.model import Audio
from wavoice.runtime.ports import Decoder

BARS = 48
"""How many values a waveform has."""
_BYTES = 4
"""Of a sample of `Audio.pcm`."""


@dataclass(frozen=True, slots=True)
class Waveform:
    """Length in seconds, and loudness from 0 to 1 along it."""

    seconds: float = 0.0
    peaks: tuple[float, ...] = ()


NO_WAVEFORM = Waveform()


async def waveform(decoder: Decoder, ogg: bytes) -> Waveform:
    """Decode a voice note in the sandbox; an empty waveform for what is none."""
    try:
        return bars(await decoder.decode(ogg))
    except WavoiceError:
        return NO_WAVEFORM


def bars(audio: Audio) -> Waveform:
    """The loudest sample of each part; silence that was trimmed counts as silence."""
    import numpy as np  # noqa: PLC0415 -- 50 ms, and only where something is said

    samples = len(audio.pcm) // _BYTES
    if audio.seconds <= 0 or not samples:
        return Waveform(audio.seconds)
    pcm = np.abs(np.frombuffer(audio.pcm, dtype="<f4", count=samples))
    start = round(BARS * audio.trimmed_start / audio.seconds)
    loud = max(1, BARS - start - round(BARS * audio.trimmed_end / audio.seconds))
    parts = [float(part.max()) if part.size else 0.0 for part in np.array_split(pcm, loud)]
    top = max(parts) or 1.0
    bars = [0.0] * start + [round(part / top, 3) for part in parts] + [0.0] * BARS
    return Waveform(audio.seconds, tuple(bars[:BARS]))
