"""What became of every webhook: when it was tried, how it was answered, whether it was given up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as by_default
from typing import Literal

from wavoice.runtime.model import Micros

DeliveryState = Literal["waiting", "delivered", "dropped", "unsubscribed"]
"""`waiting`: for its first try or the next one. `dropped`: given up after a week. `unsubscribed`: no app
has asked for it, so it was never tried."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST to one app."""

    number: int
    """Counts all POSTs of this emulator, from 1."""
    app: str
    at: Micros
    took: Micros
    """Until the answer, or until none was waited for any more."""
    status: int | None
    """HTTP status; None without an answer."""
    lost: bool = False
    """Chaos lost it before the bot."""
    answer: str = ""
    """Beginning of the body of the answer."""


@dataclass(slots=True)
class Delivery:
    """One webhook body on its way, the same bytes at every try."""

    id: str
    """`d1`, `d2`, … in the order in which they were made."""
    field: str
    """The subscription field that it belongs to."""
    body: bytes
    made_at: Micros
    updates: int = 1
    """How many webhooks are merged in it."""
    state: DeliveryState = "waiting"
    attempts: list[Attempt] = by_default(default_factory=list)
    """Oldest first."""

    @property
    def number(self) -> int:
        """Its place among all that were made, from 1."""
        return int(self.id[1:])


class DeliveryLog:
    """Deliveries in the order in which they were made; of those that are done only the newest `size`."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._waiting: dict[str, Delivery] = {}
        self._done: dict[str, Delivery] = {}
        self._made = 0

    def __iter__(self) -> Iterator[Delivery]:
        """Oldest first."""
        both = (*self._done.values(), *self._waiting.values())
        return iter(sorted(both, key=lambda one: one.number))

    def get(self, delivery: str) -> Delivery | None:
        """Return one by its id; None if there is none, or none any more."""
        return self._waiting.get(delivery) or self._done.get(delivery)

    def make(self, field: str, body: bytes, at: Micros, updates: int = 1) -> Delivery:
        """Enter a new one."""
        self._made += 1
        delivery = Delivery(f"d{self._made}", field, body, at, updates)
        self._waiting[delivery.id] = delivery
        return delivery

    def forget(self, delivery: Delivery) -> None:
        """It travels as part of another."""
        self._waiting.pop(delivery.id, None)

    def end(self, delivery: Delivery, state: DeliveryState) -> None:
        """It is done. What was delivered once stays delivered, whatever becomes of a repetition."""
        if delivery.state != "delivered":
            delivery.state = state
        if self._waiting.pop(delivery.id, None) is None:
            return
        self._done[delivery.id] = delivery
        while len(self._done) > self._size:
            del self._done[next(iter(self._done))]

    def load(self, deliveries: list[Delivery], made: int) -> None:
        """Take over another log."""
        self._made = made
        self._waiting = {one.id: one for one in deliveries if one.state == "waiting"}
        self._done = {one.id: one for one in deliveries if one.state != "waiting"}

    @property
    def made(self) -> int:
        """How many were ever made."""
        return self._made
