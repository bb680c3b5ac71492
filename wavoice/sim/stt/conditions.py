"""In what every recording is heard: as it is, in a room, in noise of each ratio."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import Audio
from wavoice.runtime.ports import Decoder
from wavoice.sim.stt.noises import Surroundings, in_room
from wavoice.sim.stt.rows import Sample
from wavoice.sim.stt.sound import audio_of, opened, signal_of, through_opus

DEFAULT_SNRS = (20.0, 10.0, 5.0, 0.0)
_BIT_RATES = range(6_000, 64_001)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a recording is heard in; nothing means as it was recorded."""

    snr: float | None = None
    """Decibels of active speech over noise."""
    noise: str | None = None
    room: str | None = None

    @property
    def level(self) -> str:
        """The ratio as it is grouped by: `10 dB`; `noisy` where nobody says how much; `clean`, or `room`
        for nothing but a room.
        """
        if self.snr is not None:
            return f"{self.snr:g} dB"
        return "noisy" if self.noise else "room" if self.room else "clean"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is made of each recording. Recordings with noise of their own are heard as they are."""

    around: Surroundings
    snrs: tuple[float, ...] = ()
    bit_rate: int | None = None
    """Opus, bits a second, between phone and runtime; None: as the file is."""
    seed: int = 1
    every_noise: bool = False
    """Each recording in each noise; otherwise in one, the same at every ratio."""

    def conditions(self, sample: Sample) -> Iterator[Condition]:
        """All that this recording is heard in."""
        if not sample.clean:
            yield Condition(sample.snr, sample.noise)
            return
        yield Condition()
        rng = np.random.default_rng([self.seed, *sample.id.encode()])
        room = _one_of([name for name, _ in self.around.rooms], rng)
        if room is not None:
            yield Condition(room=room)
        names = [noise.name for noise in self.around.noises]
        chosen = _one_of(names, rng)
        for name, snr in itertools.product(names if self.every_noise else [chosen], self.snrs):
            if name is not None:
                yield Condition(snr, name, room)

    async def made(self, sample: Sample, decoder: Decoder) -> AsyncIterator[tuple[Condition, Audio]]:
        """Each condition with what the runtime hears in it; the file is opened once.

        Raises `UserInputError` for a file that is no recording.
        """
        whole = await opened(sample.path, sample.where, decoder)
        for condition in self.conditions(sample):
            yield condition, await self._in(condition, whole, sample, decoder)

    async def _in(self, condition: Condition, whole: Audio, sample: Sample, decoder: Decoder) -> Audio:
        added = sample.clean and condition != Condition()
        if not added and self.bit_rate is None:
            return whole
        signal = signal_of(whole)
        if added and signal.any():
            if condition.room is not None:
                signal = in_room(signal, dict(self.around.rooms)[condition.room])
            if condition.snr is not None:
                noise = next(each for each in self.around.noises if each.name == condition.noise)
                signal = self.around.add_noise(noise, signal, condition.snr, sample.id, self.seed)
        return (
            audio_of(signal) if self.bit_rate is None else await through_opus(signal, self.bit_rate, decoder)
        )


def _one_of(names: Sequence[str], rng: np.random.Generator) -> str | None:
    return names[int(rng.integers(len(names)))] if names else None


def read_snrs(text: str) -> tuple[float, ...]:
    """Ratios as typed, `20,10,5,0`. Raises `UserInputError`."""
    try:
        ratios = tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise UserInputError(f"--snr {text} is no list of decibels.", remedy="Write 20,10,5,0.") from error
    if not all(-30 <= ratio <= 60 for ratio in ratios):
        raise UserInputError(f"--snr {text} is out of range.", remedy="Ratios lie between -30 and 60 dB.")
    return tuple(dict.fromkeys(ratios))


def read_bit_rate(text: str) -> int:
    """Bits a second as typed, `16k` or `16000`. Raises `UserInputError`."""
    number = text.lower().removesuffix("k")
    rate = int(number) * (1000 if number != text.lower() else 1) if number.isdecimal() else 0
    if rate not in _BIT_RATES:
        raise UserInputError(f"--opus {text} is no bit rate.", remedy="Write 6k to 64k; WhatsApp has 16k.")
    return rate
