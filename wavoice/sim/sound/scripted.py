"""A sound library by script: devices that hear what a test says and remember what they played.

Stands in for the module `sounddevice`, so that the microphone and the speaker of the product run on it as
they are. Nothing happens by itself: `speak` and `unplug` call back at once, in the caller's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np

from wavoice.sim.sound.levels import Samples

LINUX_API: Final = "ALSA"


class ScriptedError(Exception):
    """As `sounddevice.PortAudioError`: text, PaErrorCode, (API, its code, its text)."""


class ScriptedStop(Exception):  # noqa: N818 - as sounddevice calls it
    """As `sounddevice.CallbackStop`."""


def device(name: str, *, inputs: int = 0, outputs: int = 0, rate: float = 48_000.0) -> dict[str, Any]:
    """A device as `sounddevice.query_devices` describes it."""
    return {
        "name": name,
        "hostapi": 0,
        "max_input_channels": inputs,
        "max_output_channels": outputs,
        "default_samplerate": rate,
    }


HEADSET: Final = device("Headset", inputs=1, outputs=2, rate=44_100.0)
WEBCAM: Final = device("Webcam", inputs=2, rate=48_000.0)


@dataclass(slots=True)
class ScriptedStream:
    """As `sounddevice.RawStream`."""

    kind: Literal["input", "output"]
    device: int
    samplerate: float
    channels: int
    callback: Callable[[Any, int, Any, Any], None]
    finished: Callable[[], None]
    started: Callable[[], None]
    running: bool = False
    closed: bool = False
    gone: bool = False

    def start(self) -> None:
        """Begin."""
        self._check()
        self.running = True
        self.started()

    def stop(self) -> None:
        """End."""
        self.abort()

    def abort(self) -> None:
        """End at once."""
        self._check()
        if self.running:
            self.running = False
            self.finished()

    def close(self) -> None:
        """Let go; streams that were pulled out can be closed, too."""
        self.closed = True
        self.running = False

    def _check(self) -> None:
        if self.gone:
            raise ScriptedError("Internal PortAudio error", -9986)


@dataclass(slots=True)
class ScriptedSound:
    """As the module `sounddevice`; the first device is the default one."""

    plugged: list[dict[str, Any]] = field(default_factory=lambda: [HEADSET, WEBCAM])
    refuses: Exception | None = None
    """Raised by the next device that is opened."""
    hears: Callable[[ScriptedSound], None] | None = None
    """What happens as soon as a microphone is open, such as `lambda it: it.speak(samples)`."""
    needs_all_channels: bool = False
    """Devices are opened with all their channels or not at all."""
    streams: list[ScriptedStream] = field(default_factory=list)
    listed: list[dict[str, Any]] = field(init=False)
    """The devices that there were when the library was started."""
    played: dict[int, list[Samples]] = field(default_factory=dict)
    PortAudioError: type[Exception] = ScriptedError
    CallbackStop: type[Exception] = ScriptedStop

    def __post_init__(self) -> None:
        """Start."""
        self.listed = list(self.plugged)

    def query_hostapis(self) -> Sequence[Mapping[str, Any]]:
        """One sound system."""
        return [{"name": LINUX_API}]

    def query_devices(self, device: int | None = None, kind: str | None = None) -> Any:  # noqa: ARG002
        """All devices, or the default one of a kind."""
        rows = [{**one, "index": index} for index, one in enumerate(self.listed)]
        if kind is None:
            return rows
        for row in rows:
            if row[f"max_{kind}_channels"]:
                return row
        raise ScriptedError("Error querying device -1")

    def RawInputStream(self, **options: Any) -> ScriptedStream:  # noqa: N802 - as sounddevice calls it
        """Open a microphone."""
        return self._open("input", options)

    def RawOutputStream(self, **options: Any) -> ScriptedStream:  # noqa: N802 - as sounddevice calls it
        """Open a speaker."""
        return self._open("output", options)

    def speak(self, samples: Samples, *, late: bool = False) -> None:
        """Let open microphones hear these, mono at their own rate, in blocks of a fiftieth of a second.

        `late`: the machine was too slow and something is missing before them.
        """
        for stream in [one for one in self.streams if one.running and one.kind == "input"]:
            pcm = np.rint(np.clip(samples, -1, 32767 / 32768) * 32768).astype("<i2")
            frames = np.repeat(pcm, stream.channels).reshape(-1, stream.channels)
            size = round(stream.samplerate / 50)
            for start in range(0, len(frames), size):
                block = frames[start : start + size]
                stream.callback(memoryview(block.tobytes()), len(block), None, late)

    def pull(self, seconds: float) -> Samples:
        """Let open speakers play that long; return what the last one played, mono."""
        pulled = np.zeros(0, np.float32)
        for stream in [one for one in self.streams if one.running and one.kind == "output"]:
            frames = round(seconds * stream.samplerate)
            out = bytearray(2 * frames * stream.channels)
            try:
                stream.callback(memoryview(out), frames, None, False)
            except ScriptedStop:
                stream.running = False
                stream.finished()
            heard = np.frombuffer(bytes(out), dtype="<i2").reshape(-1, stream.channels)
            pulled = heard.mean(axis=1, dtype=np.float32) / np.float32(32768)
            self.played.setdefault(stream.device, []).append(pulled)
        return pulled

    def unplug(self, name: str, *, silently: bool = False) -> None:
        """Pull a device out. `silently`: the system does not say so, sound just stays away."""
        index = next(index for index, one in enumerate(self.listed) if one["name"] == name)
        self.plugged = [one for one in self.plugged if one["name"] != name]
        for stream in [one for one in self.streams if one.running and one.device == index]:
            stream.gone, stream.running = True, False
            if not silently:
                stream.finished()

    def _open(self, kind: Literal["input", "output"], options: Mapping[str, Any]) -> ScriptedStream:
        if self.refuses is not None:
            refused, self.refuses = self.refuses, None
            raise refused
        one = self.listed[options["device"]]
        if one not in self.plugged:
            raise ScriptedError("Error opening RawStream: Invalid device", -9996)
        most = one[f"max_{kind}_channels"]
        if options["channels"] > most or (self.needs_all_channels and options["channels"] != most):
            raise ScriptedError("Error opening RawStream: Invalid number of channels", -9998)
        stream = ScriptedStream(
            kind, options["device"], options["samplerate"], options["channels"],
            options["callback"], options["finished_callback"], self._started if kind == "input" else _nothing,
        )  # fmt: skip
        self.streams.append(stream)
        return stream

    def _started(self) -> None:
        if self.hears is not None:
            self.hears(self)

    def _terminate(self) -> None:
        for stream in self.streams:
            stream.close()

    def _initialize(self) -> None:
        self.listed = list(self.plugged)


def _nothing() -> None:
    """A speaker hears nothing."""
