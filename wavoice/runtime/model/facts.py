"""What was looked up for whoever writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from wavoice.runtime.model.approval import Proposal
from wavoice.runtime.model.records import NO_RECORDS, Records
from wavoice.runtime.model.rules import ShopRules
from wavoice.runtime.model.shop import Customer, Order
from wavoice.runtime.model.terms import Micros


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
    own: Mapping[str, object] = field(default_factory=dict)
    """What an author's job reads besides, by name."""
    records: Records = NO_RECORDS
    """What the asked job needs of the shop besides orders."""
    now: datetime | None = None
    """When it was read, in the shop's zone; None where nobody has a clock."""
    rules: ShopRules = field(default_factory=ShopRules)
    moved: tuple[Proposal, ...] | None = None
    """What moved money in the last day, or may have; None: not read, as for jobs that move none."""

    @property
    def owner(self) -> str:
        """Id of the customer's record; empty: there is not exactly one."""
        customer = self.identity.customer
        return customer.id if customer else ""

    def order(self, order_id: str) -> Order | None:
        """The order with that id, if it is this customer's."""
        return next((order for order in self.orders if order.id == order_id), None)
