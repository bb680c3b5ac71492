"""The CRM of the sample shop, in memory: the contract of adapters/timeline_http.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from wavoice.runtime.model import Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.shop import Answer
from wavoice.sim.tickets import TicketDesk


class Note(BaseModel):
    """Body of `PUT /notes/{key}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    thread: str
    customer: str
    contact: str
    action: str
    args: dict[str, str]
    before: dict[str, str]
    asked: dict[str, Any]
    question: str
    heard: dict[str, Any]
    confirmed: str
    row: str
    done: str
    reference: str
    at: int
    turn: str
    money: dict[str, Any] | None = None
    payee: str | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """One note, as it was taken."""

    id: str
    key: str
    note: Note
    at: Micros
    """On the world's clock."""


class CaseLog:
    """Notes in the order in which they came, and one stored answer for every key.

    A note of a conversation that has an open ticket is shown in that ticket as well.
    """

    def __init__(self, clock: Clock, desk: TicketDesk) -> None:
        self.notes: list[Noted] = []
        self._clock, self._desk = clock, desk
        self._taken: dict[str, tuple[Note, Answer]] = {}

    @property
    def payments(self) -> Sequence[Noted]:
        """The payment log: those with which money moved."""
        return [noted for noted in self.notes if noted.note.money is not None]

    def of_customer(self, customer: str) -> Sequence[Noted]:
        """The timeline of that record."""
        return [noted for noted in self.notes if noted.note.customer == customer]

    def take(self, key: str, body: bytes) -> Answer:
        """Note once; the same key and body get the stored answer, another body is refused."""
        try:
            note = Note.model_validate_json(body)
        except ValidationError:
            return Answer(400, {"reason": "bad_request"})
        if key in self._taken:
            known, answer = self._taken[key]
            return answer if known == note else Answer(409, {"reason": "key_reused"})
        noted = Noted(f"N-{len(self.notes) + 1}", key, note, self._clock.now())
        self.notes.append(noted)
        self._desk.show(note.thread, noted.id)
        answer = Answer(200, {"note": noted.id})
        self._taken[key] = (note, answer)
        return answer

    def find(self, key: str) -> Answer:
        """The stored answer of that key."""
        if key not in self._taken:
            return Answer(404, {"reason": "not_noted"})
        return self._taken[key][1]
