"""What Vendure says of an order, in our terms. Pure.

`Order.id` is Vendure's `code`, the number that customers know. Its version is a digest of everything that
is told of the order: `updatedAt` has whole seconds on some databases, and refunds do not change it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from wavoice.runtime.adapters.marks import Mark, read_marks
from wavoice.runtime.adapters.terms import Days, Terms, counted, joined, payment_of
from wavoice.runtime.errors import SystemOfRecordError
from wavoice.runtime.model import PENDING, Order, Outcome, Payment, WriteResult

MODIFYING: Final = "Modifying"
"""State in which an order is changed; nothing else can happen to it meanwhile."""
_STATUSES: Final[Mapping[str, str]] = {
    "PaymentAuthorized": "open",
    "PaymentSettled": "open",
    MODIFYING: "open",
    "ArrangingAdditionalPayment": "open",
    "PartiallyShipped": "shipped",
    "Shipped": "shipped",
    "PartiallyDelivered": "shipped",
    "Delivered": "delivered",
    "Cancelled": "cancelled",
}
_BEING_PACKED: Final = frozenset({"Created", "Pending"})
"""States of a fulfilment that has not left."""
SETTLED: Final = "Settled"
"""State of money that has been moved."""
CANCEL_AND_PAY: Final = "cancel_and_pay"
"""Action in the mark of a cancellation with which money goes back."""
HALF_DONE: Final = "the order is cancelled, its money has not gone back"
_FAILED: Final = "Failed"


class _Said(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class Address(_Said):
    """As an order or an address book has it."""

    street_line1: str | None = None
    street_line2: str | None = None
    city: str | None = None
    province: str | None = None
    postal_code: str | None = None

    def text(self) -> str:
        """As it is read out; without the country, which customers know."""
        region = " ".join(part for part in (self.city, self.province, self.postal_code) if part)
        return joined(self.street_line1, self.street_line2, region)


class _Variant(_Said):
    name: str


class _Line(_Said):
    quantity: int
    order_placed_quantity: int
    product_variant: _Variant


class Refund(_Said):
    """Money that went back, or will."""

    id: str
    total: int
    state: str
    reason: str | None = None


class VendurePayment(_Said):
    """One payment of an order."""

    id: str
    method: str
    amount: int
    state: str
    transaction_id: str | None = None
    metadata: dict[str, Any] | None = None
    refunds: tuple[Refund, ...] = ()

    @property
    def refunded(self) -> int:
        """Minor units that have gone back, or are on their way."""
        return sum(one.total for one in self.refunds if one.state != _FAILED)


class _Fulfilment(_Said):
    state: str
    updated_at: AwareDatetime


class _Modification(_Said):
    id: str
    note: str


class _Entry(_Said):
    type: str
    created_at: AwareDatetime
    data: dict[str, Any]


class _History(_Said):
    items: tuple[_Entry, ...]


class _Customer(_Said):
    id: str


class _Fields(_Said):
    delivery_date: AwareDatetime | None = None
    wa_ref: str | None = None


class RawOrder(_Said):
    """The fragment `Held`."""

    id: str
    code: str
    state: str
    order_placed_at: AwareDatetime | None
    currency_code: str
    total_with_tax: int
    customer: _Customer | None
    shipping_address: Address | None
    lines: tuple[_Line, ...]
    payments: tuple[VendurePayment, ...] | None
    fulfillments: tuple[_Fulfilment, ...] | None
    modifications: tuple[_Modification, ...]
    history: _History = Field(repr=False)
    custom_fields: _Fields


@dataclass(frozen=True, slots=True)
class VendureRecord:
    """`marked.Record`: one order, read just now."""

    raw: RawOrder
    terms: Terms

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Those in the custom field `waRef`."""
        return read_marks(self.raw.custom_fields.wa_ref)

    @property
    def order(self) -> Order:
        """In our terms. Raises `SystemOfRecordError` for what is not understood."""
        raw, status = self.raw, self._status()
        if raw.customer is None:
            raise SystemOfRecordError(f"Order {raw.code} of Vendure has no customer.")
        address = raw.shipping_address.text() if raw.shipping_address else ""
        order = Order(
            id=raw.code,
            customer=raw.customer.id,
            status=status,
            day=self._day(status),
            delivery_address=address,
            items=tuple(self._items(status)),
            version="",
            payment=self._paid(),
        )
        return self.terms.versioned(order, raw.total_with_tax, len(raw.modifications))

    @property
    def payment(self) -> VendurePayment | None:
        """The settled payment from which most can still go back; hardly any order has another."""
        settled = [one for one in self.raw.payments or () if one.state == SETTLED]
        return max(settled, key=lambda one: one.amount - one.refunded, default=None)

    def became(self, mark: Mark) -> WriteResult | None:
        """See `marked.Record`: what carries the key where that action leaves it."""
        if mark.done:
            return WriteResult(Outcome.DONE, self.raw.code)
        match mark.action:
            case "refund_order":
                return self._paid_back(mark)
            case "change_address":
                done = any(_names(one.note, mark.key) for one in self.raw.modifications)
            case "cancel_order":
                done = self._cancelled(mark)
            case action if action == CANCEL_AND_PAY:
                paid_back = self._paid_back(mark)
                half = WriteResult(Outcome.UNKNOWN, reason=HALF_DONE)
                return paid_back or (half if self._cancelled(mark) else None)
            case _:
                done = False
        return WriteResult(Outcome.DONE, self.raw.code) if done else None

    def _paid_back(self, mark: Mark) -> WriteResult | None:
        refunds = [one for paid in self.raw.payments or () for one in paid.refunds]
        ours = [one for one in refunds if _names(one.reason, mark.key) and one.state != _FAILED]
        pending = PENDING if ours and ours[0].state != SETTLED else None
        return WriteResult(Outcome.DONE, ours[0].id, pending) if ours else None

    def _cancelled(self, mark: Mark) -> bool:
        entries = (one.data for one in self.raw.history.items if one.type == "ORDER_CANCELLATION")
        return any(_names(data.get("reason"), mark.key) for data in entries)

    def came_from(self) -> str | None:
        """The state in which it was when it was last taken to `Modifying`."""
        for entry in self.raw.history.items:  # the newest first
            if entry.type == "ORDER_STATE_TRANSITION" and entry.data.get("to") == MODIFYING:
                state = entry.data.get("from")
                return state if isinstance(state, str) else None
        return None

    def _status(self) -> str:
        status = self.terms.status(self.raw.state, _STATUSES, f"Order {self.raw.code} of Vendure")
        packing = any(one.state in _BEING_PACKED for one in self.raw.fulfillments or ())
        return "packed" if status == "open" and packing else status

    def _day(self, status: str) -> date:
        delivered = [one.updated_at for one in self.raw.fulfillments or () if one.state == "Delivered"]
        promised = self.raw.custom_fields.delivery_date
        when = Days(self.raw.order_placed_at, promised, max(delivered, default=None))
        return self.terms.day(when, status, f"Order {self.raw.code} of Vendure")

    def _items(self, status: str) -> Sequence[str]:
        """Names, one an item of several; a cancelled order shows what was ordered."""
        cancelled = status == "cancelled"
        told = ((one.order_placed_quantity if cancelled else one.quantity, one) for one in self.raw.lines)
        return [counted(count, one.product_variant.name) for count, one in told if count > 0]

    def _paid(self) -> Payment | None:
        paid = self.payment
        if paid is None:
            return None
        metadata = paid.metadata or {}
        public = metadata.get("public")
        told = {**metadata, **(public if isinstance(public, dict) else {})}
        return payment_of(paid.amount, self.raw.currency_code, paid.refunded, told, paid.method)


def _names(text: object, key: str) -> bool:
    """The key stands in it as a word of its own."""
    return isinstance(text, str) and key in text.split()
