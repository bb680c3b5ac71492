"""Another address for an order."""

from __future__ import annotations

from collections.abc import Mapping

from wavoice.sim.shop.books import Books
from wavoice.sim.shop.handlers.handler import OnOrder
from wavoice.sim.shop.wire import ShopOrder


def _change(args: Mapping[str, str], _order: ShopOrder, _books: Books) -> Mapping[str, object] | str:
    if {*args} != {"order", "address"}:
        return "bad_args"
    return {"address": args["address"]} if args["address"].strip() else "bad_address"


HANDLER = OnOrder(_change)
