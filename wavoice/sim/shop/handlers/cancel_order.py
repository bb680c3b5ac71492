"""An order called off; what was paid goes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wavoice.sim.shop.books import Books
from wavoice.sim.shop.handlers.handler import OnOrder
from wavoice.sim.shop.wire import ShopOrder

_MONEY = frozenset({"amount", "currency", "payee"})


def _change(args: Mapping[str, str], order: ShopOrder, _books: Books) -> Mapping[str, object] | str:
    payment = order.payment
    if payment is None or not payment.remaining.minor:
        return {"status": "cancelled"} if {*args} == {"order"} else "bad_args"
    if {*args} != {"order", *_MONEY}:
        return "bad_args"
    left = payment.remaining
    if (args["amount"], args["currency"], args["payee"]) != (str(left.minor), left.currency, payment.payee):
        return "bad_amount"
    return {"status": "cancelled", "payment": replace(payment, refunded=payment.paid.minor)}


HANDLER = OnOrder(_change)
