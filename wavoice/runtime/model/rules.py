"""What the shop's owner decided about deliveries and payments (`[delivery]`, `[money]`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class ShopRules:
    """Rules of one shop, the same for every customer."""

    cut_off: time = time(16)
    """What is ordered before it, on the shop's clock, counts as ordered today."""
    delivery_days: frozenset[int] = frozenset(range(6))
    """Days of the week on which parcels are packed and delivered, Monday is 0."""
    postal_prefixes: tuple[str, ...] = ()
    """Beginnings of the postal codes that are delivered to; none: no address is refused for its code."""
    pay: tuple[str, ...] = ("cod", "link", "card")
    """How an order may be paid, the usual way first: at the door, by link, with the saved card."""
