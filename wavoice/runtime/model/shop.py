"""Records of the shop's own system, and writes to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from wavoice.runtime.model.terms import Micros, Outcome

OUTDATED = "version"
"""Reason of a refusal: the record has another version than the one that the effect names."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A record of the shop's own system."""

    id: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Order:
    """Live truth about one order, with the version at which it was read."""

    id: str
    customer: str
    status: str
    """`open`, `packed`, `shipped`, `delivered` or `cancelled`."""
    day: date
    """Promised delivery day in the shop's zone."""
    delivery_address: str
    items: tuple[str, ...]
    version: str
    """Changes with every write to the order; compared again before a commit."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who writes: none, one or many records. Only one may act."""

    customers: tuple[Customer, ...]

    @property
    def customer(self) -> Customer | None:
        """The record, if there is exactly one."""
        return self.customers[0] if len(self.customers) == 1 else None


@dataclass(frozen=True, slots=True)
class Facts:
    """What was looked up for this customer, and when."""

    identity: Identity
    orders: tuple[Order, ...]
    read_at: Micros

    def order(self, order_id: str) -> Order | None:
        """The order with that id, if it is this customer's."""
        return next((order for order in self.orders if order.id == order_id), None)


@dataclass(frozen=True, slots=True)
class Effect:
    """One external write under its one idempotency key."""

    key: str
    proposal: str
    action: str
    args: Mapping[str, str]
    facts_version: str


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What a system of record answered to a write or to a look-up by key."""

    outcome: Outcome
    reference: str | None = None
    reason: str | None = None
    """Why it was refused or failed, in the system's words; never shown to the customer."""

    @property
    def outdated(self) -> bool:
        """Refused because the record is no longer at the version that was read back (D42)."""
        return self.outcome is Outcome.REFUSED and self.reason == OUTDATED
