"""Money of an order back to where it was paid from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wavoice.runtime.model import Charge
from wavoice.sim.shop.books import Books
from wavoice.sim.shop.handlers.handler import OnOrder
from wavoice.sim.shop.wire import ShopOrder

_ARGS = frozenset({"order", "amount", "currency", "payee", "item", "day"})


def _change(args: Mapping[str, str], order: ShopOrder, books: Books) -> Mapping[str, object] | str:
    if {*args} - {"charge"} != _ARGS:
        return "bad_args"
    if "charge" in args:
        return _charge(args, order, books)
    payment, amount = order.payment, args["amount"]
    if payment is None:
        return "not_paid"
    if (args["currency"], args["payee"]) != (payment.paid.currency, payment.payee):
        return "another_instrument"
    if not (amount.isascii() and amount.isdecimal()) or not 0 < int(amount) <= payment.remaining.minor:
        return "bad_amount"
    return {"payment": replace(payment, refunded=payment.refunded + int(amount))}


def _charge(args: Mapping[str, str], order: ShopOrder, books: Books) -> Mapping[str, object] | str:
    """One charge as a whole; what was paid for the order stays."""
    charge = books.records.get(Charge, args["charge"], order.customer)
    if charge is None or charge.order != order.id or charge.state != "captured":
        return "no_such_charge"
    told = (args["amount"], args["currency"], args["payee"])
    if told != (str(charge.amount.minor), charge.amount.currency, charge.payee):
        return "bad_amount"
    books.records.put(replace(charge, state="refunded"), order.customer)
    return {}


HANDLER = OnOrder(_change, closed_too=True)
