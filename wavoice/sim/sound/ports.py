"""What the phone wants of a machine's sound: a microphone and a speaker, whoever provides them.

Calls that open or close a device may take tenths of a second and block; they may be made from any thread,
so an event loop makes them with `asyncio.to_thread`. `meter` and `position` never block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from wavoice.runtime.errors import UserInputError

RATE: Final = 16_000
"""Samples a second of what a microphone returns, whatever its device runs at."""
SAMPLE_BYTES: Final = 4
"""Of a sample of `Recording.pcm`."""

SILENCE_DB: Final = -96.0
"""The lowest level that is shown: below it 16-bit samples are zero."""


class SoundError(UserInputError):
    """A microphone or a speaker cannot be used; says why, and what to do."""

    code = "sound"


@dataclass(frozen=True, slots=True)
class Device:
    """A microphone or a speaker of this machine."""

    index: int
    """The sound library's own number; it may change when something is plugged in."""
    name: str
    api: str
    """Sound system that offers it, such as `ALSA` or `Core Audio`."""
    channels: int
    rate: int
    """Samples a second that it likes best."""
    default: bool = False


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


@dataclass(frozen=True, slots=True)
class Meter:
    """A recording, as it stands."""

    level: Level = SILENCE
    """Of the last twentieth of a second."""
    seconds: float = 0.0
    """Recorded so far."""
    clipped: bool = False
    """Some of it was too loud."""
    ended: str | None = None
    """Why it ended by itself (device lost, longest note reached); None while it goes on."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a microphone heard from start to stop."""

    pcm: bytes
    """Mono float32, little-endian, `RATE` samples a second."""
    clipped: bool = False
    """Some of it was too loud: samples in a row stand at full scale."""
    gaps: int = 0
    """How often this machine was too slow, so that something is missing."""
    problem: str | None = None
    """One sentence with its remedy: it ended by itself, or holds nothing but zeros; None: all is well."""

    @property
    def seconds(self) -> float:
        """Length."""
        return len(self.pcm) / SAMPLE_BYTES / RATE


class Microphone(Protocol):
    """Records one note at a time."""

    def unavailable(self) -> str | None:
        """Why nothing can be recorded here, in one line with the remedy; None if something can."""
        ...

    def devices(self) -> tuple[Device, ...]:
        """All microphones, the one that is used unless another is named first. Raises `SoundError`."""
        ...

    def start(self, device: str | int | None = None) -> Device:
        """Record from now on, from the device of that number or (part of a) name. Raises `SoundError`."""
        ...

    @property
    def recording(self) -> bool:
        """True from `start` to `stop`, also if it has ended by itself."""
        ...

    @property
    def meter(self) -> Meter:
        """How the recording stands; ask ten times a second or more often for a lively display."""
        ...

    def stop(self) -> Recording:
        """End and return the recording, also after the device was lost. Raises `SoundError` without one."""
        ...


class Speaker(Protocol):
    """Plays one note at a time."""

    def unavailable(self) -> str | None:
        """Why nothing can be played here, in one line with the remedy; None if something can."""
        ...

    def devices(self) -> tuple[Device, ...]:
        """All speakers, the one that is used unless another is named first. Raises `SoundError`."""
        ...

    def play(self, ogg: bytes, device: str | int | None = None) -> None:
        """Begin to play an Ogg Opus file instead of what plays now; returns at once. Raises `SoundError`."""
        ...

    @property
    def position(self) -> float | None:
        """Seconds of the note that were handed to the device; None when nothing plays (any more)."""
        ...

    def stop(self) -> None:
        """Fall silent at once; nothing happens if nothing plays."""
        ...
