"""The speaker of this machine, through PortAudio."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from wavoice.sim.sound.library import Library, Stream, choose, close, devices, nothing, opened, translated
from wavoice.sim.sound.ports import Device, SoundError


@dataclass(slots=True)
class _Playing:
    """A note that is being played. Only `fill` and `over` are used by the library's thread."""

    samples: npt.NDArray[np.int16]
    rate: int
    stop: type[Exception]
    channels: int = 1
    done: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    stream: Stream | None = None

    def fill(self, out: Any, frames: int, _time: Any, _status: Any) -> None:
        """Hand out the next samples, silence behind the last; nothing here may wait."""
        part = self.samples[self.done : self.done + frames]
        data = np.repeat(part, self.channels).tobytes()
        out[:] = data + bytes(len(out) - len(data))
        self.done += part.size
        if self.done >= self.samples.size:
            raise self.stop  # what was handed out is still played


class PortAudioSpeaker:
    """`Speaker` by way of a sound library; plays at the device's own rate."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._playing: _Playing | None = None
        self._lock = threading.Lock()

    def unavailable(self) -> str | None:
        """Why nothing can be played here."""
        try:
            return None if self.devices() else nothing("output")
        except SoundError as error:
            return str(error)

    def devices(self) -> tuple[Device, ...]:
        """All speakers, the default one first."""
        return devices(self._library, "output")

    def play(self, ogg: bytes, device: str | int | None = None) -> None:
        """Begin to play; returns at once."""
        with self._lock:
            self._silence()
            chosen = choose(self.devices(), device, "output")
            from wavoice.sim.sound.notes import samples_of  # noqa: PLC0415 -- FFmpeg: not at the start

            samples = np.clip(samples_of(ogg, chosen.rate), -1.0, 1.0)
            playing = _Playing(
                np.rint(samples * 32767).astype("<i2"), chosen.rate, self._library.CallbackStop
            )
            stream, playing.channels = opened(self._library, "output", chosen, playing.fill, playing.over.set)
            playing.stream = stream
            self._playing = playing
            try:
                with translated(self._library, "output", chosen):
                    stream.start()
            except SoundError:
                self._silence()
                raise

    @property
    def position(self) -> float | None:
        """Seconds that were handed to the device; None when nothing plays."""
        playing = self._playing
        if playing is None:
            return None
        if not playing.over.is_set():
            return playing.done / playing.rate
        if self._lock.acquire(blocking=False):  # else the next note is being opened, which lets go as well
            try:
                if self._playing is playing:
                    self._silence()
            finally:
                self._lock.release()
        return None

    def stop(self) -> None:
        """Fall silent at once."""
        with self._lock:
            self._silence()

    def _silence(self) -> None:
        playing, self._playing = self._playing, None
        if playing is not None and playing.stream is not None:
            close(self._library, playing.stream)
