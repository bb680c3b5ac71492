"""The rules of the sample shop: records, effects by key, and the ledger of what was applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict

from wavoice.runtime.adapters.orders_http import e164_digits
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import Micros, Payment
from wavoice.runtime.ports import Clock

Json = Mapping[str, object]
_CLOSED = frozenset({"shipped", "delivered", "cancelled"})


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


class Shop:
    """Customers and orders, and one stored answer for every key."""

    def __init__(self, customers: Iterable[ShopCustomer], orders: Iterable[ShopOrder], clock: Clock) -> None:
        self.customers = list(customers)
        self.orders = {order.id: order for order in orders}
        self.ledger: list[Applied] = []
        self.declared: frozenset[str] = frozenset()
        """Actions of a bot's author: taken as they come, whatever their arguments."""
        self._clock = clock
        self._effects: dict[str, tuple[Write, Answer]] = {}
        self._before: dict[str, Json] = {}

    def find(self, phone: str | None, bsuid: str | None) -> Sequence[Json]:
        """All customers that match either."""
        return [customer.record() for customer in self.customers if customer.matches(phone, bsuid)]

    def orders_of(self, customer: str, *, stale: bool) -> Sequence[Json]:
        """That customer's orders; stale ones as they were before their last edit."""
        mine = [order for order in self.orders.values() if order.customer == customer]
        return [self._before.get(order.id, order.record()) if stale else order.record() for order in mine]

    def edit(self, order_id: str, **change: object) -> None:
        """Set fields and change the version. Raises `UserInputError` for an unknown order."""
        order = self.orders.get(order_id)
        if order is None:
            known = ", ".join(self.orders) or "no orders"
            raise UserInputError(f"There is no order {order_id!r} in this world.", remedy=f"It has {known}.")
        self._before[order_id] = order.record()
        for name, value in change.items():
            setattr(order, name, value)
        order.edits += 1

    def write(self, key: str, write: Write) -> Answer:
        """Carry out once; the same key and body get the stored answer, another body is refused."""
        if key in self._effects:
            known, answer = self._effects[key]
            return answer if known == write else Answer(409, {"reason": "key_reused"})
        answer = self._carry_out(key, write)
        self._effects[key] = (write, answer)
        return answer

    def look_up(self, key: str) -> Answer:
        """The stored result of that key."""
        if key not in self._effects:
            return Answer(404, {"reason": "not_applied"})
        return Answer(200, self._effects[key][1].result)

    def _carry_out(self, key: str, write: Write) -> Answer:
        if write.action in self.declared:
            return self._carry_out_declared(key, write)
        order = self.orders.get(write.args.get("order", ""))
        if order is None:
            return Answer(422, {"reason": "unknown_order"})
        if order.version != write.if_version:
            return Answer(409, {"reason": "version"})
        if order.status in _CLOSED and write.action != "refund_order":
            return Answer(422, {"reason": order.status})
        change = _change(write, order)
        if isinstance(change, str):
            return Answer(422, {"reason": change})
        self.edit(order.id, **change)
        self._enter(key, write)
        reference = f"{order.id}-{order.version}"
        return Answer(200, {"outcome": "done", "reference": reference, "version": order.version})

    def _carry_out_declared(self, key: str, write: Write) -> Answer:
        """A line of the ledger; an order that it names has another version then."""
        order = self.orders.get(write.args.get("order", ""))
        if order is None and "order" in write.args:
            return Answer(422, {"reason": "unknown_order"})
        if order is not None and order.version != write.if_version:
            return Answer(409, {"reason": "version"})
        if order is not None:
            self.edit(order.id)
        self._enter(key, write)
        reference = f"{order.id}-{order.version}" if order else f"{write.action}-{len(self.ledger)}"
        version = order.version if order else write.if_version
        return Answer(200, {"outcome": "done", "reference": reference, "version": version})

    def _enter(self, key: str, write: Write) -> None:
        args = MappingProxyType(dict(write.args))
        self.ledger.append(Applied(key, write.action, args, self._clock.now()))


def _change(write: Write, order: ShopOrder) -> Mapping[str, object] | str:
    """The fields that an action changes, or the reason why it is refused."""
    match write.action, write.args:
        case "reschedule_delivery", {"order": _, "day": day, **rest} if not rest:
            try:
                return {"day": date.fromisoformat(day)}
            except ValueError:
                return "bad_day"
        case "change_address", {"order": _, "address": address, **rest} if not rest:
            return {"address": address} if address.strip() else "bad_address"
        case "refund_order", {
            "order": _,
            "amount": amount,
            "currency": currency,
            "payee": payee,
            "item": _,
            "day": _,
            **rest,
        } if not rest:
            return _refund(order.payment, amount, currency, payee)
        case (("reschedule_delivery" | "change_address" | "refund_order"), _):
            return "bad_args"
    return "unknown_action"


def _refund(payment: Payment | None, amount: str, currency: str, payee: str) -> Mapping[str, object] | str:
    if payment is None:
        return "not_paid"
    if (currency, payee) != (payment.paid.currency, payment.payee):
        return "another_instrument"
    if not (amount.isascii() and amount.isdecimal()) or not 0 < int(amount) <= payment.remaining.minor:
        return "bad_amount"
    return {"payment": replace(payment, refunded=payment.refunded + int(amount))}
