"""Noise that voice notes are recorded in, and what a bad microphone does to them.

All of it is computed from a seed: nothing was recorded, so nothing has a licence of its own but babble, which
is made of the voices handed in. Signals are mono float64 in [-1, 1] at 16 kHz; float64, rounded once at the
end, keeps the samples equal on machines whose vector units differ in the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

RATE = 16_000
"""Samples a second of every signal here."""

Signal = npt.NDArray[np.float64]

_FRAME = RATE // 50
_ACTIVITY_MARGIN_DB = 15.9  # ITU-T P.56: activity threshold below the active speech level
_FULL_SCALE = 0.98


def decibels(ratio: float) -> float:
    """Amplitude ratio to dB."""
    return float(20 * np.log10(ratio))


def amplitude(db: float) -> float:
    """DB to amplitude ratio."""
    return float(10 ** (db / 20))


def rms(signal: Signal) -> float:
    """Root mean square of all samples; 0 for an empty signal."""
    return float(np.sqrt(np.mean(np.square(signal)))) if signal.size else 0.0


def active_level(speech: Signal) -> float:
    """RMS over the 20-ms frames in which somebody speaks, after ITU-T P.56; pauses do not count.

    Raises `ValueError` for silence.
    """
    count = max(1, -(-speech.size // _FRAME))
    padded = np.pad(speech, (0, count * _FRAME - speech.size))
    power = np.mean(np.square(padded.reshape(count, _FRAME)), axis=1)
    level = 0.0
    active = float(np.mean(power))
    if active == 0.0:
        raise ValueError("silence has no speech level")
    while active > level:  # each pass drops quieter frames, so the level only rises
        level = active
        active = float(np.mean(power[power >= level * amplitude(-_ACTIVITY_MARGIN_DB) ** 2]))
    return float(np.sqrt(level))


def at_level(speech: Signal, level_db: float) -> Signal:
    """Scale speech to an active level in dB of full scale."""
    return speech * (amplitude(level_db) / active_level(speech))


def snr_db(speech: Signal, noise: Signal) -> float:
    """Active speech level over the noise's RMS, in dB."""
    return decibels(active_level(speech) / rms(noise))


def mix(speech: Signal, noise: Signal, target_db: float) -> Signal:
    """Add noise of the same length at that ratio of active speech to noise, in dB."""
    return speech + noise * (active_level(speech) / rms(noise) * amplitude(-target_db))


def street(samples: int, rng: np.random.Generator) -> Signal:
    """Idling engines, passing cars and a horn."""
    return _blend((0.8, _engine(samples, rng)), (1.0, _cars(samples, rng)), (0.35, _horn(samples, rng)))


def wind(samples: int, rng: np.random.Generator) -> Signal:
    """Gusts over an unshielded microphone: strong below 200 Hz, with a whistle above it."""
    gusts = 0.25 + np.square(_slow(samples, rng, 0.7))
    low = _shaped(samples, rng, lambda hz: 1 / (1 + (hz / 90) ** 2))
    air = _shaped(samples, rng, lambda hz: hz / 600 / (1 + (hz / 600) ** 3))
    return _blend((1.0, low * gusts), (0.2, air * gusts))


def babble(samples: int, rng: np.random.Generator, talkers: Sequence[Signal]) -> Signal:
    """Several people talking at once: each talker starts somewhere in their speech and goes round."""
    if not talkers:
        raise ValueError("babble needs at least one talker")
    voices = (
        (float(rng.uniform(0.6, 1.0)), np.resize(np.roll(talker, -int(rng.integers(talker.size))), samples))
        for talker in talkers
    )
    return _blend(*voices)


def cheap_microphone(signal: Signal, rng: np.random.Generator) -> Signal:
    """Telephone band, a hiss 38 dB below the speech, and a soft overload of the peaks."""
    level = active_level(signal)
    driven = np.tanh(_filtered(signal, _telephone_band) / (6 * level)) * (6 * level)
    hiss = rng.standard_normal(signal.size) * level * amplitude(-38)
    return driven + _filtered(hiss, _telephone_band)


def muffled(signal: Signal, rng: np.random.Generator) -> Signal:  # noqa: ARG001 - a channel like the others
    """A hand or a pocket over the microphone: little is left above 700 Hz."""
    return _filtered(signal, lambda hz: 1 / (1 + (hz / 700) ** 4))


def clipping(signal: Signal, rng: np.random.Generator) -> Signal:  # noqa: ARG001 - a channel like the others
    """A voice too loud for the recorder: the loudest 4 % of samples are cut flat at full scale."""
    limit = float(np.quantile(np.abs(signal), 0.96))
    return np.clip(signal / limit, -1.0, 1.0) * _FULL_SCALE


CHANNELS: Mapping[str, Callable[[Signal, np.random.Generator], Signal]] = {
    "cheap_microphone": cheap_microphone,
    "muffled": muffled,
    "clipping": clipping,
}


def to_pcm16(signal: Signal) -> npt.NDArray[np.int16]:
    """Round to 16 bit; what would overflow is turned down as a whole, never clipped."""
    peak = float(np.max(np.abs(signal), initial=0.0))
    return np.rint(signal * (min(1.0, _FULL_SCALE / peak) if peak else 1.0) * 32767).astype(np.int16)


def _engine(samples: int, rng: np.random.Generator) -> Signal:
    pitch = rng.uniform(28, 40) * (1 + 0.04 * _slow(samples, rng, 0.5))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    harmonics = np.zeros(samples)
    for h in range(1, 13):
        harmonics += np.sin(h * phase + rng.uniform(0, 2 * np.pi)) / h
    return _blend((1.0, harmonics), (1.0, _shaped(samples, rng, lambda hz: 1 / (1 + hz / 150) ** 2)))


def _cars(samples: int, rng: np.random.Generator) -> Signal:
    time = np.arange(samples) / RATE
    total = np.zeros(samples)
    for _ in range(1 + samples // (3 * RATE)):
        nearest, width = rng.uniform(0, samples / RATE), rng.uniform(0.5, 1.2)
        tyres = _shaped(samples, rng, lambda hz: hz / 500 / (1 + (hz / 800) ** 2.2))
        total += tyres * np.exp(-np.square((time - nearest) / width))
    return total


def _horn(samples: int, rng: np.random.Generator) -> Signal:
    length = min(samples, int(rng.uniform(0.25, 0.5) * RATE))
    start = int(rng.integers(samples - length + 1))
    time = np.arange(length) / RATE
    tones = sum(np.sin(2 * np.pi * tone * h * time) / h for tone in (415.0, 520.0) for h in range(1, 6))
    ramp = np.minimum(1.0, np.minimum(time, time[::-1]) / 0.02)
    horn = np.zeros(samples)
    horn[start : start + length] = np.asarray(tones) * ramp
    return horn


def _slow(samples: int, rng: np.random.Generator, hz: float) -> Signal:
    """A random curve with unit RMS that moves about `hz` times a second."""
    knots = rng.standard_normal(int(samples / RATE * hz * 2) + 4)
    places = np.linspace(0, knots.size - 1, samples)
    curve: Signal = np.interp(places, np.arange(knots.size), knots).astype(np.float64)
    return curve / rms(curve)


def _shaped(samples: int, rng: np.random.Generator, gain: Callable[[Signal], Signal]) -> Signal:
    """White noise through a filter given as gain over frequency in Hz."""
    return _filtered(rng.standard_normal(samples), gain)


def _filtered(signal: Signal, gain: Callable[[Signal], Signal]) -> Signal:
    hz = np.fft.rfftfreq(signal.size, 1 / RATE).astype(np.float64)
    spectrum = np.fft.rfft(signal) * gain(hz)
    return np.fft.irfft(spectrum, signal.size)


def _telephone_band(hz: Signal) -> Signal:
    low = 1 / (1 + (300 / np.maximum(hz, 1.0)) ** 8)
    return low / (1 + (hz / 3400) ** 16)


def _blend(*parts: tuple[float, Signal]) -> Signal:
    """Add signals after bringing each to its RMS; a silent one stays silent."""
    total = np.zeros(parts[0][1].size)
    for weight, part in parts:
        total += weight * part / (rms(part) or 1.0)
    return total
