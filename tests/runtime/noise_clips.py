"""Clips in which nobody says anything: the same for a number on every machine, and no two alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from wavoice.runtime.audio.decode import decode_note
from wavoice.runtime.model import Audio
from wavoice.sim.noise import CHANNELS, street, wind

RATE = 16_000
FOLDER = Path(__file__).parent.parent.parent / "fixtures" / "audio"
Signal = npt.NDArray[np.float64]
Rng = np.random.Generator


def _coloured(samples: int, rng: Rng) -> Signal:
    """White, pink, brown or in between."""
    hz = np.maximum(np.fft.rfftfreq(samples, 1 / RATE), 20.0)
    spectrum = np.fft.rfft(rng.standard_normal(samples)) / hz ** rng.uniform(0.0, 1.0)
    signal: Signal = np.fft.irfft(spectrum, samples)
    return signal


def _hum(samples: int, rng: Rng) -> Signal:
    """Mains, a fan or a fridge, with overtones."""
    time, base = np.arange(samples) / RATE, rng.choice([50.0, 60.0, 100.0, 120.0])
    overtones: Signal = np.sum([np.sin(2 * np.pi * base * h * time + h) / h for h in range(1, 9)], axis=0)
    return overtones + 0.05 * rng.standard_normal(samples)


def _clicks(samples: int, rng: Rng) -> Signal:
    """A keyboard, a pen, a phone put down."""
    signal = 0.002 * rng.standard_normal(samples)
    for _ in range(int(rng.integers(1, 12))):
        start, length = int(rng.integers(samples)), int(rng.integers(20, 900))
        knock = rng.standard_normal(length) * np.exp(-np.arange(length) / (length / 6))
        end = min(samples, start + length)
        signal[start:end] += knock[: end - start]
    return signal


def _breath(samples: int, rng: Rng) -> Signal:
    """Breathing or blowing: a slow swell of hiss, one or a few."""
    swell = np.abs(np.sin(np.pi * np.arange(samples) / RATE * rng.uniform(0.3, 1.5))) ** 2
    signal: Signal = _coloured(samples, rng) * swell
    return signal


def _beeps(samples: int, rng: Rng) -> Signal:
    """A microwave, a reversing lorry, a ring tone."""
    time, tone = np.arange(samples) / RATE, rng.uniform(300, 3000)
    signal: Signal = np.sin(2 * np.pi * tone * time) * (np.sin(2 * np.pi * rng.uniform(0.8, 5) * time) > 0)
    return signal


def _chords(samples: int, rng: Rng) -> Signal:
    """Music without a voice: a few notes at a time."""
    signal, step = np.zeros(samples), int(rng.integers(RATE // 5, RATE))
    for start in range(0, samples, step):
        time = np.arange(min(step, samples - start)) / RATE
        for half_tone in rng.choice(36, size=3, replace=False):
            pitch = 110 * 2 ** (half_tone / 12)
            signal[start : start + time.size] += np.sin(2 * np.pi * pitch * time) * np.exp(-3 * time)
    return signal


def _syllables(samples: int, rng: Rng) -> Signal:
    """A buzz through two moving resonances, a few times a second: like a voice, and no word."""
    time = np.arange(samples) / RATE
    phase = 2 * np.pi * np.cumsum(rng.uniform(90, 220) * (1 + 0.1 * np.sin(2 * np.pi * 0.7 * time))) / RATE
    buzz = np.sum([np.sin(h * phase) * _resonance(h, time, rng) for h in range(1, 20)], axis=0)
    signal: Signal = buzz * np.clip(np.sin(2 * np.pi * rng.uniform(1.5, 5) * time), 0, None)
    return signal


def _resonance(h: int, time: Signal, rng: Rng) -> Signal:
    first, second = rng.uniform(300, 800), rng.uniform(900, 2400)
    hz = 150.0 * h * (1 + 0.05 * np.sin(2 * np.pi * 0.5 * time))
    return np.exp(-(((hz - first) / 200) ** 2)) + 0.6 * np.exp(-(((hz - second) / 300) ** 2))


def _backwards(samples: int, rng: Rng) -> Signal:
    """Real speech played backwards."""
    speech = _speech(int(rng.integers(1 << 30)))[::-1]
    return np.resize(np.roll(speech, -int(rng.integers(speech.size))), samples)


def _speech(number: int) -> Signal:
    files = _files()
    return _decoded(files[number % len(files)])


@cache
def _files() -> tuple[Path, ...]:
    return tuple(sorted(FOLDER.glob("*.ogg")))


@cache
def _decoded(file: Path) -> Signal:
    return np.frombuffer(decode_note(file.read_bytes(), 60.0).pcm, "<f4").astype(np.float64)


KINDS: Mapping[str, Callable[[int, Rng], Signal]] = {
    "coloured": _coloured,
    "hum": _hum,
    "clicks": _clicks,
    "breath": _breath,
    "beeps": _beeps,
    "chords": _chords,
    "syllables": _syllables,
    "backwards": _backwards,
    "street": street,
    "wind": wind,
}


def clip(number: int) -> tuple[str, Audio]:
    """The kind of that clip, and it: 0.3 to 6 s, from a whisper to full scale, some by a bad channel."""
    rng = np.random.default_rng(20_261_130 + number)
    kind = [*KINDS][number % len(KINDS)]
    signal = KINDS[kind](int(rng.uniform(0.3, 6.0) * RATE), rng)
    if rng.random() < 0.3:
        channel = [*CHANNELS][int(rng.integers(len(CHANNELS)))]
        signal = CHANNELS[channel](signal / max(float(np.abs(signal).max()), 1e-9), rng)
    loud = 10 ** (rng.uniform(-40, 0) / 20)
    signal = signal / max(float(np.abs(signal).max()), 1e-9) * loud
    return kind, Audio(pcm=signal.astype("<f4").tobytes(), seconds=signal.size / RATE)
