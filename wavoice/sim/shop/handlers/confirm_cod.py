"""An order that is paid at the door is wanted: it is packed, for that day and address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.model import Invoice
from wavoice.sim.shop.books import Books
from wavoice.sim.shop.handlers.handler import OnOrder
from wavoice.sim.shop.wire import ShopOrder


def _change(args: Mapping[str, str], order: ShopOrder, books: Books) -> Mapping[str, object] | str:
    if {*args} != {"order", "amount", "currency", "day", "address"}:
        return "bad_args"
    due = [one for one in books.records.of(Invoice, order.customer) if one.order == order.id]
    if not any(
        (str(one.amount.minor), one.amount.currency) == (args["amount"], args["currency"]) for one in due
    ):
        return "bad_amount"
    try:
        day = date.fromisoformat(args["day"])
    except ValueError:
        return "bad_day"
    return {"status": "packed", "day": day, "address": args["address"]}


HANDLER = OnOrder(_change)
