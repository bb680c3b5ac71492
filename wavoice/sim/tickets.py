"""The ticket system of the sample shop, in memory: the contract of adapters/tickets_http.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from wavoice.runtime.model import Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.shop import Answer


class Filing(BaseModel):
    """Body of `PUT /entries/{key}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    thread: str
    reason: str
    title: str
    summary: str
    contact: dict[str, str]
    at: int
    turn: str
    pending: dict[str, Any] | None
    transcript: tuple[dict[str, Any], ...]
    tried: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One hand-off, as it was filed."""

    key: str
    filing: Filing
    at: Micros
    """On the world's clock."""


@dataclass(slots=True)
class Ticket:
    """A ticket with its entries, oldest first."""

    id: str
    thread: str
    entries: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Ids of what the bot did while it was open."""
    open: bool = True

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why each of its entries was filed."""
        return tuple(entry.filing.reason for entry in self.entries)


class TicketDesk:
    """Tickets in the order in which they were opened, and one stored answer for every key."""

    def __init__(self, clock: Clock) -> None:
        self.tickets: list[Ticket] = []
        self._clock = clock
        self._filed: dict[str, tuple[Filing, Answer]] = {}

    def file(self, key: str, body: bytes) -> Answer:
        """File once; the same key and body get the stored answer, another body is refused."""
        try:
            filing = Filing.model_validate_json(body)
        except ValidationError:
            return Answer(400, {"reason": "bad_request"})
        if key in self._filed:
            known, answer = self._filed[key]
            return answer if known == filing else Answer(409, {"reason": "key_reused"})
        ticket = next((one for one in self.tickets if one.open and one.thread == filing.thread), None)
        appended = ticket is not None
        if ticket is None:
            ticket = Ticket(f"T-{len(self.tickets) + 1}", filing.thread)
            self.tickets.append(ticket)
        ticket.entries.append(Entry(key, filing, self._clock.now()))
        answer = Answer(200, {"ticket": ticket.id, "appended": appended})
        self._filed[key] = (filing, answer)
        return answer

    def show(self, thread: str, note: str) -> None:
        """Show a note of the CRM in the open ticket of its conversation, if there is one."""
        for ticket in self.tickets:
            if ticket.open and ticket.thread == thread:
                ticket.notes.append(note)

    def filing(self, key: str) -> Filing | None:
        """What was filed under that key."""
        return self._filed[key][0] if key in self._filed else None

    def find(self, key: str) -> Answer:
        """The stored answer of that key."""
        if key not in self._filed:
            return Answer(404, {"reason": "not_filed"})
        return self._filed[key][1]


def shown(ticket: Ticket) -> Mapping[str, object]:
    """A ticket in a line, for messages."""
    return {"ticket": ticket.id, "reasons": ", ".join(ticket.reasons), "open": ticket.open}
