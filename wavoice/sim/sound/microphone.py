"""The microphone of this machine, through PortAudio."""

from __future__ import annotations

import platform
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Final

import numpy as np

from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.machine_needs import remedy
from wavoice.sim.sound.levels import Samples, clips, level_of
from wavoice.sim.sound.library import Library, Stream, choose, close, devices, nothing, opened, translated
from wavoice.sim.sound.ports import RATE, Device, Meter, Recording, SoundError

LONGEST: Final = 300.0
"""Seconds after which a recording ends by itself: a key that was toggled and forgotten."""
_FIRST_SOUND: Final[Micros] = 5 * SECOND
"""A Bluetooth headset changes its profile before it speaks."""
_NEXT_SOUND: Final[Micros] = 3 * SECOND
_METER_SECONDS = 0.05


@dataclass(slots=True)
class _Take:
    """A recording under way. Only `heard` and `finished` run in the library's thread."""

    device: Device
    arrived: SimpleQueue[bytes] = field(default_factory=SimpleQueue)
    over: threading.Event = field(default_factory=threading.Event)
    gaps: int = 0
    channels: int = 1
    rate: int = RATE
    stream: Stream | None = None
    parts: list[Samples] = field(default_factory=list)
    size: int = 0
    clipped: bool = False
    last: Micros = 0
    """When sound came last, as far as anybody has looked."""
    ended: str | None = None
    lost: bool = False

    def heard(self, data: Any, _frames: int, _time: Any, status: Any) -> None:
        """Take what came in; nothing here may wait."""
        if status:
            self.gaps += 1
        self.arrived.put(bytes(data))

    def drain(self, now: Micros) -> None:
        """Take over what the library's thread has put down."""
        while True:
            try:
                data = self.arrived.get_nowait()
            except Empty:
                return
            whole = np.frombuffer(data, dtype="<i2").astype(np.float32) / np.float32(32768)
            frames = whole.reshape(-1, self.channels)
            self.clipped = self.clipped or any(clips(frames[:, one]) for one in range(self.channels))
            samples = frames.mean(axis=1, dtype=np.float32)
            self.parts.append(samples)
            self.size += samples.size
            self.last = now

    def newest(self) -> Samples:
        """The last twentieth of a second."""
        wanted, tail = round(_METER_SECONDS * self.rate), list[Samples]()
        for part in reversed(self.parts):
            tail.append(part[-wanted:])
            wanted -= part.size
            if wanted <= 0:
                break
        return np.concatenate(tail[::-1]) if tail else np.zeros(0, np.float32)


class PortAudioMicrophone:
    """`Microphone` by way of a sound library; records at the device's own rate and resamples at the end."""

    def __init__(
        self,
        library: Library,
        clock: Clock,
        longest: float = LONGEST,
        look_again: Callable[[], None] = lambda: None,
    ) -> None:
        """`look_again` renews the list of devices: after one was lost or could not be opened."""
        self._look_again, self._stale = look_again, False
        self._library = library
        self._clock = clock
        self._longest = longest
        self._take: _Take | None = None
        self._lock = threading.Lock()

    def unavailable(self) -> str | None:
        """Why nothing can be recorded here."""
        try:
            return None if self.devices() else nothing("input")
        except SoundError as error:
            return str(error)

    def devices(self) -> tuple[Device, ...]:
        """All microphones, the default one first."""
        return devices(self._library, "input")

    def start(self, device: str | int | None = None) -> Device:
        """Record from now on. Raises `SoundError`, also while a recording runs."""
        with self._lock:
            if self._take is not None:
                raise SoundError("A recording is under way.", remedy="Stop it first.")
            if self._stale or not self.devices():
                self._look_again()
            self._stale = True
            self._take = self._begun(choose(self.devices(), device, "input"))
            self._stale = False
            return self._take.device

    def _begun(self, device: Device) -> _Take:
        take = _Take(device, last=self._clock.ticks())
        stream, take.channels = opened(self._library, "input", device, take.heard, take.over.set)
        take.stream, take.rate = stream, round(stream.samplerate)
        try:
            with translated(self._library, "input", device):
                stream.start()
        except SoundError:
            close(self._library, stream)
            raise
        return take

    @property
    def recording(self) -> bool:
        """True from `start` to `stop`."""
        return self._take is not None

    @property
    def meter(self) -> Meter:
        """How the recording stands; nothing recorded while none runs."""
        with self._lock:
            take = self._take
            if take is None:
                return Meter()
            self._look(take)
            level = level_of(take.newest())
            return Meter(level, take.size / take.rate, take.clipped or level.clipped, take.ended)

    def stop(self) -> Recording:
        """End the recording and return it."""
        with self._lock:
            take = self._take
            if take is None or take.stream is None:
                raise SoundError("Nothing is being recorded.", remedy="Start a recording first.")
            self._look(take)
            self._take, self._stale = None, take.lost
            close(self._library, take.stream, gently=take.ended is None)
            take.drain(self._clock.ticks())
            return _recording(take, self._longest)

    def _look(self, take: _Take) -> None:
        """Take over what came in, and notice what ended."""
        take.drain(self._clock.ticks())
        if take.ended is not None:
            return
        if take.size >= self._longest * take.rate:
            take.ended = f"The recording has reached {self._longest:g} s and was ended."
        elif take.over.is_set():
            take.lost = True
            take.ended = f"{take.device.name} is gone. Plug it in, or choose another device."
        elif self._clock.ticks() - take.last > (_NEXT_SOUND if take.size else _FIRST_SOUND):
            take.lost = True
            take.ended = f"{take.device.name} sends no sound any more. Plug it in, or choose another device."


def _recording(take: _Take, longest: float) -> Recording:
    samples = np.concatenate(take.parts) if take.parts else np.zeros(0, np.float32)
    samples = samples[: round(longest * take.rate)]
    problem = take.ended
    if problem is None and not samples.any():
        problem = f"{take.device.name} delivered silence. {_silent_remedy()}"
    if samples.size:
        from wavoice.sim.resample import resampled  # noqa: PLC0415 -- a tenth of a second, not at the start

        samples = resampled(samples.astype(np.float64), take.rate).astype("<f4")
    return Recording(samples.tobytes(), take.clipped, take.gaps, problem)


def _silent_remedy() -> str:
    """A Mac gives zeros to programs that may not listen, and says nothing."""
    if platform.system() == "Darwin":
        return remedy("microphone permission")
    return "Unmute it, or choose another device."
