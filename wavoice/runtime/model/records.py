"""Records of the shop beyond orders, as a job may need them: what is sold, owed, booked and known.

Like orders they are live truth, read for the one job that was asked for and again before its commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from wavoice.runtime.model.shop import Money


@dataclass(frozen=True, slots=True)
class Product:
    """Something that the shop sells."""

    id: str
    title: str
    price: Money
    """Of one piece, today."""
    stock: int
    """Pieces that can be sold now."""
    ships_in_days: int = 0
    """Days from the order to the day on which it is delivered, before days without delivery."""
    text: str = ""
    """What the shop says of it."""


@dataclass(frozen=True, slots=True)
class Charge:
    """Money that was taken, or is held, for an order."""

    id: str
    order: str
    amount: Money
    at: datetime
    """Aware."""
    state: str
    """`authorised`, `captured`, `refunded` or `failed`."""
    payee: str = ""
    """What was charged, e.g. `visa 4242`: where it goes back to."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """What the shop asks to be paid."""

    id: str
    order: str
    amount: Money
    due: date
    state: str
    """`open`, `paid` or `failed`."""
    link: str = ""
    """Where it is paid; empty: there is no link yet."""


@dataclass(frozen=True, slots=True)
class Card:
    """An instrument that the customer let the shop keep."""

    id: str
    brand: str
    last4: str

    @property
    def payee(self) -> str:
        """E.g. `visa 4242`."""
        return f"{self.brand} {self.last4}"


@dataclass(frozen=True, slots=True)
class Appointment:
    """A time that is booked."""

    id: str
    service: str
    start: datetime
    """Aware."""
    version: str
    state: str = "booked"
    """`booked`, `done` or `cancelled`."""


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """A time that can be booked."""

    service: str
    start: datetime
    """Aware."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Something that comes again and again."""

    id: str
    product: str
    every_days: int
    next: date
    """Day of the next delivery."""
    state: str
    """`active`, `paused` or `cancelled`."""
    version: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A case in the shop's ticket system."""

    id: str
    subject: str
    state: str
    """`open` or `closed`."""


@dataclass(frozen=True, slots=True)
class Contact:
    """What the shop knows of the customer, and the customer may change."""

    id: str
    name: str
    version: str
    email: str = ""
    addresses: tuple[str, ...] = ()
    """Saved addresses, the usual one first."""


Record = Product | Charge | Invoice | Card | Appointment | FreeSlot | Subscription | Ticket | Contact

KINDS: Mapping[str, type[Record]] = {
    "products": Product,
    "charges": Charge,
    "invoices": Invoice,
    "cards": Card,
    "appointments": Appointment,
    "slots": FreeSlot,
    "subscriptions": Subscription,
    "tickets": Ticket,
    "contact": Contact,
}
"""Every kind by the name under which it is asked for: `Job.needs`, the field of `Records`, the address."""

OF_THE_SHOP = frozenset({"products"})
"""Kinds that are the same for every customer."""


@dataclass(frozen=True, slots=True)
class Records:
    """What was read of each kind. A kind outside `kinds` was not asked for: empty tells nothing then."""

    products: tuple[Product, ...] = ()
    charges: tuple[Charge, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    cards: tuple[Card, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    slots: tuple[FreeSlot, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    contact: tuple[Contact, ...] = ()
    """One, if the shop has it."""
    kinds: frozenset[str] = frozenset()
    """Kinds that were read."""


NO_RECORDS = Records()
"""Nothing was read."""
