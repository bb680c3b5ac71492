"""What is mixed into clean recordings: noises and rooms, of files, of a seed, or of the other speakers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.ports import Decoder
from wavoice.sim import noise as sound
from wavoice.sim.noise import RATE, Signal
from wavoice.sim.stt.rows import Sample, read_kinds
from wavoice.sim.stt.sound import opened, signal_of

COMPUTED = ("street", "wind", "babble")
"""Noises that need no file; babble is made of the other recordings."""
_ROOM = ("impulse response", "rir", "reverb")
_BURST_SECONDS = 1.0
_TALKERS = 3
_CROWD = 12


@dataclass(frozen=True, slots=True)
class Noise:
    """A noise by name; computed if it has no samples."""

    name: str
    samples: Signal | None = None
    burst: bool = False
    """Put in once, at a random moment; any other noise goes round."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Recordings that babble is made of."""

    voices: Sequence[tuple[str, Signal]] = ()

    def without(self, speaker: str, rng: np.random.Generator) -> list[Signal]:
        """Some voices, not that of the recording of this id."""
        others = [voice for name, voice in self.voices if name != speaker]
        chosen = rng.permutation(len(others))[:_TALKERS]
        return [others[index] for index in chosen]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All noises and rooms that recordings are put into."""

    noises: tuple[Noise, ...] = ()
    rooms: tuple[tuple[str, Signal], ...] = ()
    crowd: Crowd = field(default_factory=Crowd)

    def add_noise(self, noise: Noise, speech: Signal, snr: float, sample: str, seed: int) -> Signal:
        """Speech in that noise, at that ratio; the same for a recording, a seed and a noise.

        The ratio is of active speech (ITU-T P.56) to the noise's RMS; for a burst, to its own active level.
        """
        rng = np.random.default_rng([seed, *sample.encode(), *noise.name.encode()])
        if noise.samples is not None and noise.burst:
            return _with_burst(speech, noise.samples, snr, rng)
        return sound.mix(speech, self._long(noise, speech.size, sample, rng), snr)

    def _long(self, noise: Noise, size: int, sample: str, rng: np.random.Generator) -> Signal:
        if noise.samples is not None:
            around = np.roll(noise.samples, -int(rng.integers(noise.samples.size)))
            return np.resize(around, size)
        if noise.name == "babble":
            return sound.babble(size, rng, self.crowd.without(sample, rng))
        return sound.street(size, rng) if noise.name == "street" else sound.wind(size, rng)


def in_room(speech: Signal, response: Signal) -> Signal:
    """Speech as it sounds in a room, by the room's impulse response, at the level that it had.

    The response begins at its loudest sample, the direct path, so that nothing is delayed.
    """
    direct = response[int(np.argmax(np.abs(response))) :]
    size = speech.size + direct.size - 1
    wet = np.fft.irfft(np.fft.rfft(speech, size) * np.fft.rfft(direct, size), size)[: speech.size]
    return wet * (sound.active_level(speech) / sound.active_level(wet))


def _with_burst(speech: Signal, burst: Signal, snr: float, rng: np.random.Generator) -> Signal:
    burst = burst[: speech.size]
    start = int(rng.integers(speech.size - burst.size + 1))
    mixed = speech.copy()
    gain = sound.active_level(speech) / sound.active_level(burst) * sound.amplitude(-snr)
    mixed[start : start + burst.size] += burst * gain
    return mixed


async def surroundings(
    noises: Sequence[str], rooms: Sequence[str], samples: Sequence[Sample], decoder: Decoder
) -> Surroundings:
    """Open what `--noise` and `--rir` name: manifests, single files, or names of `COMPUTED`.

    Rows of a manifest whose kind is that of a room are rooms, all others noises.
    Raises `UserInputError` for what cannot be read or is silent, and for babble of fewer than two voices.
    """
    found: list[Noise] = []
    for name in noises:
        if name in COMPUTED:
            found.append(Noise(name))
            continue
        for path, kind in _listed(name, rooms=False):
            signal = await _audible(path, name, decoder)
            burst = "burst" in kind.lower() or signal.size < _BURST_SECONDS * RATE
            found.append(Noise(path.stem, signal, burst))
    halls = [
        (path.stem, await _audible(path, name, decoder))
        for name in rooms
        for path, _ in _listed(name, rooms=True)
    ]
    crowd = await _crowd(samples, decoder) if any(noise.name == "babble" for noise in found) else Crowd()
    return Surroundings(tuple(found), tuple(halls), crowd)


def _listed(name: str, *, rooms: bool) -> Iterator[tuple[Path, str]]:
    path = Path(name)
    if path.suffix != ".jsonl":
        if not path.is_file():
            raise UserInputError(
                f"There is no noise {name!r}.",
                remedy=f"Name a manifest (.jsonl), a sound file, or {', '.join(COMPUTED)}.",
            )
        yield path, path.stem
        return
    of_kind = [each for each in read_kinds(path) if any(word in each[1].lower() for word in _ROOM) is rooms]
    if not of_kind:
        raise UserInputError(
            f"{path} holds no {'rooms' if rooms else 'noises'}.", remedy="Look at its kinds."
        )
    yield from of_kind


async def _audible(path: Path, where: str, decoder: Decoder) -> Signal:
    signal = signal_of(await opened(path, where, decoder))
    if not signal.any():
        raise UserInputError(f"{where}: {path} is silent.", remedy="Name another sound.")
    return signal


async def _crowd(samples: Sequence[Sample], decoder: Decoder) -> Crowd:
    clean = [sample for sample in samples if sample.clean][:_CROWD]
    if len(clean) < _TALKERS:
        raise UserInputError(
            f"Babble takes {_TALKERS} clean recordings at least.", remedy="Name another noise."
        )
    voices = [(sample.id, signal_of(await opened(sample.path, sample.where, decoder))) for sample in clean]
    return Crowd([(name, sound.at_level(voice, -23)) for name, voice in voices if voice.any()])
