"""What the sample shop holds of customers and orders, and what goes in and out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from pydantic import BaseModel, ConfigDict

from wavoice.runtime.adapters.orders_http import e164_digits
from wavoice.runtime.model import Micros, Payment

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ShopCustomer:
    """A customer record; the phone may stand in any international notation."""

    id: str
    name: str
    phone: str = ""
    bsuid: str | None = None

    def matches(self, phone: str | None, bsuid: str | None) -> bool:
        """True if either names this record."""
        digits = e164_digits(phone or "")
        if digits and digits == e164_digits(self.phone):
            return True
        return bsuid is not None and bsuid == self.bsuid

    def record(self) -> Json:
        """The customer on the wire."""
        return {"id": self.id, "name": self.name, "phone": self.phone, "bsuid": self.bsuid}


@dataclass(slots=True)
class ShopOrder:
    """An order as the shop holds it. Setting a field is set-up: only edits change the version."""

    id: str
    customer: str
    day: date
    address: str
    status: str = "open"
    items: tuple[str, ...] = ()
    payment: Payment | None = None
    """None: not paid."""
    edits: int = 0

    @property
    def version(self) -> str:
        """Opaque; another one after every edit."""
        return f"v{self.edits + 1}"

    def record(self) -> Json:
        """The order on the wire."""
        paid = {} if self.payment is None else {"payment": asdict(self.payment)}
        return {
            "id": self.id,
            "customer": self.customer,
            "status": self.status,
            "day": self.day.isoformat(),
            "delivery_address": self.address,
            "items": list(self.items),
            "version": self.version,
            **paid,
        }


@dataclass(frozen=True, slots=True)
class Applied:
    """One line of the ledger: a write that really happened."""

    key: str
    action: str
    args: Mapping[str, str]
    at: Micros
    """On the world's clock."""


class Write(BaseModel):
    """Body of `PUT /effects/{key}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    action: str
    args: dict[str, str]
    if_version: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of one answer."""

    status: int
    body: Json

    @property
    def result(self) -> Json:
        """What a look-up of its key finds."""
        return self.body if self.status == 200 else {"outcome": "refused", **self.body}
