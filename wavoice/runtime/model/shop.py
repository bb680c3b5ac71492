"""Records of the shop's own system, and writes to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from wavoice.runtime.model.terms import Outcome

OUTDATED = "version"
"""Reason of a refusal: the record has another version than the one that the effect names."""

PENDING = "pending"
"""Reason beside `Outcome.DONE`: it was taken, and is carried out later; nobody may say that it is done."""


ASKS = "asks"
"""Reason of a refusal: nothing was done, and the system asks something before it goes on."""

NEEDS_A_PERSON = "needs_a_person"
"""Reason of a refusal: nothing was done, and only a person can go on."""

NO_CURRENCY = "?"
"""Slot `currency` beside an `amount` that was said without one, in whole units: "20"."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A record of the shop's own system."""

    id: str
    name: str
    phone: str


_CURRENCY = re.compile("[A-Z]{3}")
_LAST4 = re.compile("([0-9]{4})?")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units; never a float. Raises `ValueError` for what is none."""

    minor: int
    """E.g. cents; of a currency without them, such as JPY, the unit itself."""
    currency: str
    """ISO 4217."""

    def __post_init__(self) -> None:
        if self.minor < 0 or not _CURRENCY.fullmatch(self.currency):
            raise ValueError("money is minor units from 0 up and three capital letters")


@dataclass(frozen=True, slots=True)
class Payment:
    """How an order was paid, and what of it has gone back. Raises `ValueError` for what cannot be."""

    paid: Money
    brand: str
    """Of the card or account, e.g. `visa`."""
    last4: str
    """The last four digits of its number; more of it is nowhere. Empty: it has none, such as a wallet."""
    refunded: int = 0
    """Minor units that have gone back."""

    def __post_init__(self) -> None:
        if not 0 <= self.refunded <= self.paid.minor or not _LAST4.fullmatch(self.last4):
            raise ValueError("no more goes back than was paid; an instrument has four last digits or none")

    @property
    def remaining(self) -> Money:
        """What can still go back."""
        return Money(self.paid.minor - self.refunded, self.paid.currency)

    @property
    def payee(self) -> str:
        """Where it goes back to, e.g. `visa 4242` or `upi`."""
        return f"{self.brand} {self.last4}".rstrip()


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
    payment: Payment | None = None
    """None: it is not paid."""

    @property
    def is_under_way(self) -> bool:
        """True while it may still be delivered."""
        return self.status not in ("delivered", "cancelled")


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

    @property
    def asks(self) -> bool:
        """Refused because the system asks something first; the job, prepared again, puts its question."""
        return self.outcome is Outcome.REFUSED and self.reason == ASKS
