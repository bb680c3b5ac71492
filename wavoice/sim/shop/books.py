"""The books of the sample shop: customers, orders, and the records beyond them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from pydantic import TypeAdapter

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import KINDS, OF_THE_SHOP, FreeSlot, Record
from wavoice.runtime.ports import Clock
from wavoice.sim.shop.wire import Json, ShopCustomer, ShopOrder

R = TypeVar("R", bound=Record)
ANY_VERSION = "*"
"""In place of a version: whatever it is now."""


class RecordBook:
    """Records beyond orders by kind and owner, in the order in which they came."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], dict[str, Record]] = {}
        self._before: dict[tuple[str, str, str], Record] = {}

    def of(self, shape: type[R], customer: str = "") -> tuple[R, ...]:
        """All records of that class; those of that customer where the kind has an owner."""
        rows = self._rows.get(_drawer(_kind(shape), customer), {})
        return tuple(row for row in rows.values() if isinstance(row, shape))

    def get(self, shape: type[R], identity: str, customer: str = "") -> R | None:
        """The record with that id."""
        return next((row for row in self.of(shape, customer) if _id(row) == identity), None)

    def put(self, record: Record, customer: str = "") -> None:
        """Add a record, or set it in the place of the one with its id."""
        kind = _kind(type(record))
        rows = self._rows.setdefault(_drawer(kind, customer), {})
        if (was := rows.get(_id(record))) is not None:
            self._before[kind, customer, _id(record)] = was
        rows[_id(record)] = record

    def drop(self, record: Record, customer: str = "") -> None:
        """Take a record out; one that is not there is no error."""
        self._rows.get(_drawer(_kind(type(record)), customer), {}).pop(_id(record), None)

    def shown(self, kind: str, customer: str, *, stale: bool) -> Sequence[Json]:
        """Records of that kind on the wire; stale ones as they were before their last change."""
        shape = TypeAdapter[Record](KINDS[kind])
        rows = self._rows.get(_drawer(kind, customer), {})
        found = (
            (self._before.get((kind, customer, key), row) if stale else row) for key, row in rows.items()
        )
        return [shape.dump_python(row, mode="json") for row in found]


def _kind(shape: type[object]) -> str:
    return next(kind for kind, known in KINDS.items() if known is shape)


def _drawer(kind: str, customer: str) -> tuple[str, str]:
    return kind, "" if kind in OF_THE_SHOP else customer


def _id(record: Record) -> str:
    if isinstance(record, FreeSlot):
        return f"{record.service} {record.start.isoformat()}"
    return record.id


class Books:
    """Everything that the shop knows; set directly it is set-up, changed by `edit` it has another version."""

    def __init__(
        self,
        customers: Iterable[ShopCustomer],
        orders: Iterable[ShopOrder],
        records: RecordBook,
        clock: Clock,
    ) -> None:
        self.customers = list(customers)
        self.orders = {order.id: order for order in orders}
        self.records = records
        self.clock = clock
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
