"""One take of a recording: a count-down, the voice, an end by hand or by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.sound.ports import RATE, SAMPLE_BYTES, Device, Meter, Microphone, Recording

_TICK: Final[Micros] = SECOND // 15
"""Between two looks at the meter: often enough to look alive."""


@dataclass(frozen=True, slots=True)
class Count:
    """Seconds until the microphone opens."""

    left: int


@dataclass(frozen=True, slots=True)
class Listening:
    """The microphone is open."""

    device: Device
    meter: Meter


Show = Callable[[Count | Listening], None]


async def one_take(  # noqa: PLR0913 -- what a take hangs on, each by name
    microphone: Microphone,
    clock: Clock,
    show: Show,
    *,
    stop: asyncio.Event,
    device: str | None = None,
    countdown: int = 3,
    seconds: float | None = None,
) -> Recording:
    """Count down, record until `stop` is set, `seconds` are over or the device is lost; return the recording.

    `stop` also shortens the count-down by one; what was set before counts for nothing. `show` is told about
    every change. However it ends, by a cancellation too, the microphone is closed. Raises `SoundError`.
    """
    stop.clear()
    for left in range(countdown, 0, -1):
        show(Count(left))
        await clock.wait(stop, clock.now() + SECOND)
    stop.clear()
    # Shielded: a device that opens while we are cancelled has to be closed again.
    opening = asyncio.ensure_future(asyncio.to_thread(microphone.start, device))
    try:
        chosen = await asyncio.shield(opening)
        while True:
            meter = microphone.meter
            if not stop.is_set():  # the key that ended it may have moved the cursor
                show(Listening(chosen, meter))
            if stop.is_set() or meter.ended or (seconds is not None and meter.seconds >= seconds):
                return _cut(await asyncio.to_thread(microphone.stop), seconds)
            await clock.wait(stop, clock.now() + _TICK)
    finally:
        await asyncio.wait([opening])
        if microphone.recording:
            await asyncio.shield(asyncio.to_thread(microphone.stop))


def _cut(recording: Recording, seconds: float | None) -> Recording:
    """No longer than was asked for."""
    if seconds is None or recording.seconds <= seconds:
        return recording
    return replace(recording, pcm=recording.pcm[: round(seconds * RATE) * SAMPLE_BYTES])
