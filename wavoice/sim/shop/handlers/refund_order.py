"""Money of an order back to where it was paid from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wavoice.sim.shop.handlers.handler import OnOrder
from wavoice.sim.shop.wire import ShopOrder

_ARGS = frozenset({"order", "amount", "currency", "payee", "item", "day"})


def _change(args: Mapping[str, str], order: ShopOrder) -> Mapping[str, object] | str:
    if {*args} != _ARGS:
        return "bad_args"
    payment, amount = order.payment, args["amount"]
    if payment is None:
        return "not_paid"
    if (args["currency"], args["payee"]) != (payment.paid.currency, payment.payee):
        return "another_instrument"
    if not (amount.isascii() and amount.isdecimal()) or not 0 < int(amount) <= payment.remaining.minor:
        return "bad_amount"
    return {"payment": replace(payment, refunded=payment.refunded + int(amount))}


HANDLER = OnOrder(_change, closed_too=True)
