"""How a shop fails: by script, never at random."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Literal, get_args

from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

FaultKind = Literal["timeout", "fail", "slow", "stale", "lost_response", "garbage", "refuse"]
"""What goes wrong; `World.fault` says what each means."""

FaultPlace = Literal[
    "read", "write", "look_up", "ticket_write", "ticket_look_up", "note_write", "note_look_up"
]
"""Which requests: customers and records, `PUT /effects`, `GET /effects`; `PUT` and `GET /desk/entries`; `PUT`
and `GET /timeline/notes`."""


class FaultScript:
    """Faults in the order in which they were scripted, one queue a place, each used once."""

    def __init__(self) -> None:
        self._queues: Mapping[FaultPlace, deque[FaultKind]] = {at: deque() for at in get_args(FaultPlace)}

    def add(self, does: FaultKind, at: FaultPlace, times: int) -> None:
        """Queue a fault for the next `times` requests at that place."""
        self._queues[at].extend([does] * times)

    def take(self, at: FaultPlace) -> FaultKind | None:
        """The fault of the request that is being served; None if nothing is scripted."""
        queue = self._queues[at]
        return queue.popleft() if queue else None


def instead_of_work(fault: FaultKind | None) -> ASGIApp | None:
    """The answer of a request that is not carried out; None if it is."""
    match fault:
        case "timeout":
            return _never_answer
        case "fail":
            return JSONResponse({"reason": "unavailable"}, 503)
        case "refuse":
            return JSONResponse({"reason": "refused"}, 422)
    return None


def instead_of_answer(fault: FaultKind | None) -> ASGIApp | None:
    """What leaves in place of the answer to a request that was carried out; None if nothing does."""
    match fault:
        case "lost_response":
            return _break_off
        case "garbage":
            return PlainTextResponse("<html>welcome</html>", media_type="text/html")
    return None


async def _never_answer(_scope: Scope, receive: Receive, _send: Send) -> None:
    """Hold the request until the client gives up."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _break_off(_scope: Scope, _receive: Receive, send: Send) -> None:
    """Promise a body and end before it: the server closes the connection."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
