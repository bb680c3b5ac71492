"""How downloads of media go wrong: by script, never at random."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Literal

from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.media import StoredMedia

PAUSE: Micros = 2 * SECOND
"""How long a slow download rests in its middle, on the clock."""

MediaFault = Literal["truncate", "cut", "wrong_hash", "slow", "redirect", "gone", "fail"]
"""What goes wrong; `Emulator.media_fault` says what each means."""


class MediaFaultsState(BaseModel, defer_build=True):
    """Faults that still wait for a download, the next one first."""

    queue: list[MediaFault] = []


class MediaFaults:
    """Faults in the order in which they were scripted, each used by one download."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queue: deque[MediaFault] = deque()

    @property
    def state(self) -> MediaFaultsState:
        """What to keep."""
        return MediaFaultsState(queue=list(self._queue))

    def load(self, state: MediaFaultsState) -> None:
        """Go on where another emulator stood."""
        self._queue = deque(state.queue)

    def add(self, does: MediaFault, times: int) -> None:
        """Queue a fault for the next `times` downloads."""
        self._queue.extend([does] * times)

    def serve(self, media: StoredMedia, mirror: str) -> ASGIApp | None:
        """Return what comes instead of a file; None: nothing is wrong. `mirror`: its URL on another host."""
        data, mime_type = media.data, media.mime_type
        match self._queue.popleft() if self._queue else None:
            case "truncate":
                return Response(data[: len(data) // 2], media_type=mime_type)
            case "wrong_hash":
                return Response(bytes([data[0] ^ 1, *data[1:]]) if data else b"?", media_type=mime_type)
            case "redirect":
                return RedirectResponse(mirror, status_code=302)
            case "gone":
                return Response(status_code=404)
            case "fail":
                return Response(status_code=503)
            case "cut":
                return _Halves(media, None)
            case "slow":
                return _Halves(media, self._clock)
            case None:
                return None


class _Halves:
    """A file in two parts: after a pause comes the second; without a clock the connection breaks."""

    def __init__(self, media: StoredMedia, clock: Clock | None) -> None:
        self._media = media
        self._clock = clock

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        data = self._media.data
        headers = [
            (b"content-type", self._media.mime_type.encode()),
            (b"content-length", str(len(data)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        middle = len(data) // 2
        await send({"type": "http.response.body", "body": data[:middle], "more_body": True})
        if self._clock is None:
            return
        await self._clock.wait(asyncio.Event(), self._clock.now() + PAUSE)
        await send({"type": "http.response.body", "body": data[middle:], "more_body": False})
