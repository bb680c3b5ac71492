"""The sample shop, by concern: the wire, its books, its rules, and a handler for each action."""

from __future__ import annotations

from wavoice.sim.shop.books import ANY_VERSION, Books, RecordBook
from wavoice.sim.shop.shop import Shop
from wavoice.sim.shop.wire import Answer, Applied, Json, ShopCustomer, ShopOrder, Write

__all__ = [
    "ANY_VERSION",
    "Answer",
    "Applied",
    "Books",
    "Json",
    "RecordBook",
    "Shop",
    "ShopCustomer",
    "ShopOrder",
    "Write",
]
