"""What Medusa says of an order, in our terms. Pure.

`Order.id` is Medusa's `display_id`, the number that customers know. Amounts are decimal and in major units
there. The delivery day and our marks stand in the order's metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from babel.numbers import get_currency_precision
from pydantic import AwareDatetime, BaseModel, ConfigDict

from wavoice.runtime.adapters.marks import Mark, read_marks
from wavoice.runtime.adapters.terms import Days, Terms, counted, joined, payment_of
from wavoice.runtime.errors import SystemOfRecordError
from wavoice.runtime.model import Order, Outcome, Payment, WriteResult

DAY: Final = "delivery_date"
REF: Final = "wa_ref"
FIELDS: Final = ",".join(
    (
        *("id", "display_id", "status", "fulfillment_status", "created_at", "updated_at", "currency_code"),
        *("customer_id", "metadata", "total", "*shipping_address", "*items", "*fulfillments"),
        *("*payment_collections.payments", "*payment_collections.payments.refunds"),
    )
)
"""What is asked for of an order."""
_STATUSES: Final[Mapping[str, str]] = {
    "not_fulfilled": "open",
    "canceled": "open",  # a fulfilment was; the order was not
    "partially_fulfilled": "packed",
    "fulfilled": "packed",
    "partially_shipped": "shipped",
    "shipped": "shipped",
    "partially_delivered": "shipped",
    "delivered": "delivered",
}
"""By fulfilment; an order that is cancelled says so itself."""
_PLACED: Final = frozenset({"pending", "completed", "archived", "requires_action"})


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True)


class Address(_Said):
    """As an order or an address book has it."""

    address_1: str | None = None
    address_2: str | None = None
    city: str | None = None
    province: str | None = None
    postal_code: str | None = None

    def text(self) -> str:
        """As it is read out; without the country, which customers know."""
        region = " ".join(part for part in (self.city, self.province, self.postal_code) if part)
        return joined(self.address_1, self.address_2, region)


class _Item(_Said):
    title: str
    quantity: Decimal


class _Refund(_Said):
    id: str
    amount: Decimal
    note: str | None = None


class _Payment(_Said):
    id: str
    amount: Decimal
    provider_id: str
    data: dict[str, Any] | None = None
    captured_at: AwareDatetime | None = None
    canceled_at: AwareDatetime | None = None
    refunds: tuple[_Refund, ...] = ()

    @property
    def refunded(self) -> Decimal:
        return sum((one.amount for one in self.refunds), Decimal(0))

    @property
    def method(self) -> str:
        """`pp_stripe_stripe` is `stripe`."""
        return self.provider_id.removeprefix("pp_").partition("_")[0]


class _Collection(_Said):
    payments: tuple[_Payment, ...] = ()


class _Fulfilment(_Said):
    delivered_at: AwareDatetime | None = None


class RawOrder(_Said):
    """An order with `FIELDS`."""

    id: str
    display_id: int
    status: str
    fulfillment_status: str
    created_at: AwareDatetime
    updated_at: AwareDatetime
    currency_code: str
    customer_id: str | None
    metadata: dict[str, Any] | None = None
    total: Decimal
    shipping_address: Address | None = None
    items: tuple[_Item, ...] = ()
    fulfillments: tuple[_Fulfilment, ...] = ()
    payment_collections: tuple[_Collection, ...] = ()


@dataclass(frozen=True, slots=True)
class MedusaRecord:
    """`marked.Record`: one order, read just now."""

    raw: RawOrder
    terms: Terms

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Those in its metadata."""
        text = (self.raw.metadata or {}).get(REF)
        return read_marks(text if isinstance(text, str) else None)

    @property
    def order(self) -> Order:
        """In our terms. Raises `SystemOfRecordError` for what is not understood."""
        raw, status = self.raw, self._status()
        if raw.customer_id is None:
            raise SystemOfRecordError(f"{self._what} has no customer.")
        delivered = [one.delivered_at for one in raw.fulfillments if one.delivered_at]
        days = Days(raw.created_at, self._promised(), max(delivered, default=None))
        order = Order(
            id=str(raw.display_id),
            customer=raw.customer_id,
            status=status,
            day=self.terms.day(days, status, self._what),
            delivery_address=raw.shipping_address.text() if raw.shipping_address else "",
            items=tuple(counted(int(one.quantity), one.title) for one in raw.items if one.quantity > 0),
            version="",
            payment=self._paid(),
        )
        return self.terms.versioned(order, str(raw.total))

    @property
    def payment(self) -> _Payment | None:
        """The captured payment from which most can still go back; hardly any order has another."""
        payments = (one for collection in self.raw.payment_collections for one in collection.payments)
        captured = [one for one in payments if one.captured_at and not one.canceled_at]
        return max(captured, key=lambda one: one.amount - one.refunded, default=None)

    def became(self, mark: Mark) -> WriteResult | None:
        """See `marked.Record`: a refund carries the key in its note, all else is one call with its mark."""
        if mark.done:
            return WriteResult(Outcome.DONE, str(self.raw.display_id))
        if mark.action == "cancel_order" and self.raw.status == "canceled":
            return WriteResult(Outcome.DONE, str(self.raw.display_id))
        payments = (one for collection in self.raw.payment_collections for one in collection.payments)
        notes = ((one.id, (one.note or "").split()) for paid in payments for one in paid.refunds)
        found = next((number for number, words in notes if mark.key in words), None)
        return WriteResult(Outcome.DONE, found) if found else None

    @property
    def currency(self) -> str:
        """ISO 4217."""
        return self.raw.currency_code.upper()

    @property
    def _what(self) -> str:
        return f"Order {self.raw.display_id} of Medusa"

    def _status(self) -> str:
        if self.raw.status == "canceled":
            return "cancelled"
        if self.raw.status not in _PLACED:
            return self.terms.status(self.raw.status, {}, self._what)
        return self.terms.status(self.raw.fulfillment_status, _STATUSES, self._what)

    def _promised(self) -> datetime | None:
        """Noon of the day in the metadata: an ISO date, which no zone can move."""
        told = (self.raw.metadata or {}).get(DAY)
        if told is None:
            return None
        try:
            return datetime.combine(date.fromisoformat(str(told)[:10]), time(12), tzinfo=self.terms.zone)
        except ValueError:
            raise SystemOfRecordError(f"The {DAY} of {self._what} is no day.") from None

    def _paid(self) -> Payment | None:
        paid = self.payment
        if paid is None:
            return None
        minor, refunded = (minor_of(one, self.currency) for one in (paid.amount, paid.refunded))
        return payment_of(minor, self.currency, refunded, paid.data or {}, paid.method)


def minor_of(amount: Decimal, currency: str) -> int:
    """Minor units. Raises `SystemOfRecordError` for less than one of them."""
    minor = amount.scaleb(get_currency_precision(currency))
    if minor != minor.to_integral_value():
        raise SystemOfRecordError("An amount of Medusa has too many digits.")
    return int(minor)


def major_of(minor: int, currency: str) -> int | float:
    """The amount as Medusa's JSON has it: exact, because it is read back from its shortest decimal form."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return int(amount) if amount == amount.to_integral_value() else float(amount)
