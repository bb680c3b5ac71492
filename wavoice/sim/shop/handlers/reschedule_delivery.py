"""Another delivery day for an order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.sim.shop.books import Books
from wavoice.sim.shop.handlers.handler import OnOrder
from wavoice.sim.shop.wire import ShopOrder


def _change(args: Mapping[str, str], _order: ShopOrder, _books: Books) -> Mapping[str, object] | str:
    if {*args} != {"order", "day"}:
        return "bad_args"
    try:
        return {"day": date.fromisoformat(args["day"])}
    except ValueError:
        return "bad_day"


HANDLER = OnOrder(_change)
