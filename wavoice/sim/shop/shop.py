"""The rules of the sample shop: effects by key, and the ledger of what was applied."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from wavoice.sim.shop.books import Books
from wavoice.sim.shop.handlers import HANDLERS, OnBooks, OnOrder
from wavoice.sim.shop.wire import Answer, Applied, Write

_CLOSED = frozenset({"shipped", "delivered", "cancelled"})


class Shop:
    """Books that are written to by key: one stored answer for each."""

    def __init__(self, books: Books) -> None:
        self.books = books
        self.ledger: list[Applied] = []
        self.declared: frozenset[str] = frozenset()
        """Actions of a bot's author: taken as they come, whatever their arguments."""
        self._effects: dict[str, tuple[Write, Answer]] = {}

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
        handler = HANDLERS.get(write.action)
        if isinstance(handler, OnBooks):
            return self._change_books(key, write, handler)
        order = self.books.orders.get(write.args.get("order", ""))
        if order is None:
            return Answer(422, {"reason": "unknown_order"})
        if order.version != write.if_version:
            return Answer(409, {"reason": "version"})
        if order.status in _CLOSED and not (handler is not None and handler.closed_too):
            return Answer(422, {"reason": order.status})
        change: Mapping[str, object] | str = "unknown_action"
        if isinstance(handler, OnOrder):
            change = handler.change(write.args, order, self.books)
        if isinstance(change, str):
            return Answer(422, {"reason": change})
        self.books.edit(order.id, **change)
        self._enter(key, write)
        return _done(f"{order.id}-{order.version}", order.version)

    def _change_books(self, key: str, write: Write, handler: OnBooks) -> Answer:
        told = handler.carry_out(self.books, write)
        if isinstance(told, str):
            return Answer(409 if told == "version" else 422, {"reason": told})
        self._enter(key, write)
        return _done(told.reference, told.version)

    def _carry_out_declared(self, key: str, write: Write) -> Answer:
        """A line of the ledger; an order that it names has another version then."""
        order = self.books.orders.get(write.args.get("order", ""))
        if order is None and "order" in write.args:
            return Answer(422, {"reason": "unknown_order"})
        if order is not None and order.version != write.if_version:
            return Answer(409, {"reason": "version"})
        if order is not None:
            self.books.edit(order.id)
        self._enter(key, write)
        reference = f"{order.id}-{order.version}" if order else f"{write.action}-{len(self.ledger)}"
        return _done(reference, order.version if order else write.if_version)

    def _enter(self, key: str, write: Write) -> None:
        args = MappingProxyType(dict(write.args))
        self.ledger.append(Applied(key, write.action, args, self.books.clock.now()))


def _done(reference: str, version: str) -> Answer:
    return Answer(200, {"outcome": "done", "reference": reference, "version": version})
