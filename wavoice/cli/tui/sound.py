"""The microphone and the speaker of the app: one recording and one playing note at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from wavoice.cli.tui.wave import length

if TYPE_CHECKING:
    from wavoice.cli.tui.verbs import Hands
    from wavoice.sim.sound.ports import Meter, Microphone, Speaker

CELLS = 20
"""Of the level meter."""
METERING = 0.1
"""Seconds between two looks at the microphone."""


@dataclass(frozen=True, slots=True)
class Devices:
    """What the machine records and plays with; `run.find_devices` finds it."""

    microphone: Microphone
    speaker: Speaker


async def missing(devices: Devices) -> str | None:
    """What this machine lacks, in one line with the remedies; None: nothing."""
    lines = [
        await asyncio.to_thread(devices.microphone.unavailable),
        await asyncio.to_thread(devices.speaker.unavailable),
    ]
    return " ".join(dict.fromkeys(line for line in lines if line)) or None


class Ticking(Protocol):
    """A timer that runs."""

    def stop(self) -> None:
        """End it."""
        ...


class RecorderFace(Protocol):
    """What a recorder needs of the screen."""

    def say(self, text: str, level: str = "note") -> None:
        """Show a line of our own."""
        ...

    def meter(self, line: str | None) -> None:
        """Show the level meter; None: no more."""
        ...

    def every(self, seconds: float, act: Callable[[], None]) -> Ticking:
        """Do it again and again."""
        ...

    async def recorded(self, pcm: bytes) -> None:
        """Send it."""
        ...


class Recorder:
    """Records a note between one key and the next."""

    def __init__(self, microphone: Microphone, hands: Hands, face: RecorderFace) -> None:
        self._microphone, self._hands, self._face = microphone, hands, face
        self._ticking: Ticking | None = None

    @property
    def runs(self) -> bool:
        """A recording is under way."""
        return self._ticking is not None

    def toggle(self) -> None:
        """Begin, or end and send."""
        self._hands.then(partial(self._end, send=True) if self.runs else self._begin)

    def discard(self) -> bool:
        """End and send nothing; False: nothing is recorded."""
        if not self.runs:
            return False
        self._hands.then(partial(self._end, send=False))
        return True

    async def close(self) -> None:
        """Let go of the device."""
        if self.runs:
            self._stop_looking()
            await asyncio.to_thread(self._microphone.stop)

    async def _begin(self) -> None:
        if self.runs:
            return
        await asyncio.to_thread(self._microphone.start)
        self._ticking = self._face.every(METERING, self._look)
        self._look()

    async def _end(self, *, send: bool) -> None:
        if not self.runs:
            return
        self._stop_looking()
        recording = await asyncio.to_thread(self._microphone.stop)
        if recording.problem:
            self._face.say(recording.problem, "warning")
        if send:
            await self._face.recorded(recording.pcm)

    def _look(self) -> None:
        meter = self._microphone.meter
        self._face.meter(meter_line(meter))
        if meter.ended is not None:
            self.toggle()

    def _stop_looking(self) -> None:
        if self._ticking is not None:
            self._ticking.stop()
            self._ticking = None
        self._face.meter(None)


def meter_line(meter: Meter) -> str:
    """A recording on one line: length, level, and whether it was too loud."""
    lit = round(meter.level.share * CELLS)
    loud = "  too loud" if meter.clipped else ""
    return f"● {length(meter.seconds)}  {'█' * lit}{'·' * (CELLS - lit)}{loud}"


class Player:
    """Plays one note at a time; `mark` is told which, `played` that the customer has played it."""

    def __init__(
        self, speaker: Speaker, mark: Callable[[str | None], None], played: Callable[[str], Awaitable[None]]
    ) -> None:
        self._speaker, self._mark, self._played = speaker, mark, played
        self._playing: str | None = None

    async def toggle(self, wamid: str, ogg: bytes, *, mine: bool) -> None:
        """Play a note, or fall silent if it plays. Raises `SoundError`.

        The bot learns that its note was played also where nothing can be heard: the customer did tap it.
        """
        again = self._playing == wamid and self._speaker.position is not None
        await asyncio.to_thread(self._speaker.stop)
        self._set(None)
        if again:
            return
        if not mine:
            await self._played(wamid)
        await asyncio.to_thread(self._speaker.play, ogg)
        self._set(wamid)

    def look(self) -> None:
        """Notice that the note has ended."""
        if self._playing is not None and self._speaker.position is None:
            self._set(None)

    async def close(self) -> None:
        """Fall silent."""
        await asyncio.to_thread(self._speaker.stop)

    def _set(self, wamid: str | None) -> None:
        self._playing = wamid
        self._mark(wamid)
