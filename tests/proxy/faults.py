"""What goes wrong on the wire, at which request, and which of it a run gets."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """A request of the runtime, by what it is for."""

    IDENTIFY = "identify"
    ORDERS = "orders"
    RECORDS = "records"
    WRITE = "write"
    LOOK_UP = "look_up"
    TICKET = "ticket"
    TICKET_LOOK_UP = "ticket_look_up"
    NOTE = "note"
    NOTE_LOOK_UP = "note_look_up"


class Does(StrEnum):
    """What becomes of a request and of its answer."""

    RESET = "reset"
    """The connection is cut before the vendor hears anything."""
    HANG = "hang"
    """It never reaches the vendor, and no answer comes."""
    TOO_MANY = "too_many"
    """429 with Retry-After, in place of the vendor."""
    CONFLICT = "conflict"
    """409 without a word why, in place of the vendor."""
    ERROR = "error"
    """500 in place of the vendor."""
    UNAVAILABLE = "unavailable"
    """503 with Retry-After, in place of the vendor."""
    NOT_FOUND = "not_found"
    """The HTML 404 of a gateway that knows no such route."""
    LATE = "late"
    """It reaches the vendor only after the client has given up."""
    DROP = "drop"
    """The vendor has carried it out; the connection closes without an answer."""
    HANG_AFTER = "hang_after"
    """The vendor has carried it out; no answer comes."""
    ERROR_AFTER = "error_after"
    """The vendor has carried it out; the answer is a 500."""
    UNAVAILABLE_AFTER = "unavailable_after"
    """The vendor has carried it out; the answer is a 503."""
    CONFLICT_AFTER = "conflict_after"
    """The vendor has carried it out; the answer is a 409 without a word why."""
    HALF_CLOSE = "half_close"
    """Half the head of the answer, then the proxy's half of the connection is closed."""
    TRUNCATED = "truncated"
    """The head and half of the body of the answer."""
    GARBAGE = "garbage"
    """Bytes that are no HTTP."""
    BAD_JSON = "bad_json"
    """200 with half a JSON document."""
    OTHER_JSON = "other_json"
    """200 with JSON that says nothing of the sort."""
    HTML = "html"
    """200 with the page of a captive portal."""
    WRONG_TYPE = "wrong_type"
    """The vendor's own answer under another content type."""
    SLOW = "slow"
    """The vendor's own answer, in pieces, within the budget."""
    TOO_SLOW = "too_slow"
    """The vendor's own answer, in pieces, for longer than anybody waits."""
    TWICE = "twice"
    """A gateway repeats the request; the second answer is the one that comes."""


IN_ITS_PLACE: Mapping[Does, tuple[int, Mapping[str, str], bytes]] = {
    Does.TOO_MANY: (429, {"retry-after": "2"}, b'{"reason": "rate_limited"}'),
    Does.CONFLICT: (409, {}, b""),
    Does.ERROR: (500, {}, b"internal server error"),
    Does.UNAVAILABLE: (503, {"retry-after": "3"}, b""),
    Does.NOT_FOUND: (404, {"content-type": "text/html"}, b"<h1>Not found</h1>"),
}
"""Answers of faults for which the vendor is not asked."""
AFTERWARDS: Mapping[Does, tuple[int, Mapping[str, str], bytes]] = {
    Does.ERROR_AFTER: (500, {}, b"internal server error"),
    Does.UNAVAILABLE_AFTER: (503, {"retry-after": "3"}, b""),
    Does.CONFLICT_AFTER: (409, {}, b""),
    Does.BAD_JSON: (200, {"content-type": "application/json"}, b'{"outcome": "don'),
    Does.OTHER_JSON: (200, {"content-type": "application/json"}, b'{"ok": true, "outcome": "yes"}'),
    Does.HTML: (200, {"content-type": "text/html"}, b"<html>Please log in</html>"),
}
"""Answers in place of the vendor's own, once it has carried the request out."""


@dataclass(frozen=True, slots=True)
class Injection:
    """One fault, for the next `times` requests at that step."""

    step: Step
    does: Does
    times: int = 1

    def __str__(self) -> str:
        return f"{self.does} at {self.step}" + (f" x{self.times}" if self.times > 1 else "")


class Plan:
    """The faults of a run, one queue a step; a fault is used up by the request that meets it."""

    def __init__(self, injections: Iterable[Injection] = ()) -> None:
        self._queues: dict[Step, deque[Does]] = {step: deque() for step in Step}
        self.used: list[tuple[Step, Does]] = []
        for one in injections:
            self._queues[one.step].extend([one.does] * one.times)

    def take(self, step: Step) -> Does | None:
        """The fault of the request that is being served; None: it goes through."""
        if not self._queues[step]:
            return None
        does = self._queues[step].popleft()
        self.used.append((step, does))
        return does


def step_of(method: str, target: str) -> Step:
    """What a request is for, by the contracts of orders, tickets and timeline. Raises `ValueError`."""
    parts = target.partition("?")[0].strip("/").split("/")
    reads = method == "GET"
    match parts:
        case ["customers"] if reads:
            return Step.IDENTIFY
        case ["customers", _, "orders"] if reads:
            return Step.ORDERS
        case ["products"] | ["customers", _, _] if reads:
            return Step.RECORDS
        case ["effects", _]:
            return Step.LOOK_UP if reads else Step.WRITE
        case ["desk", "entries", _]:
            return Step.TICKET_LOOK_UP if reads else Step.TICKET
        case ["timeline", "notes", _]:
            return Step.NOTE_LOOK_UP if reads else Step.NOTE
    raise ValueError(f"no step is known for {method} {target}: name it here, so that it is tested")
