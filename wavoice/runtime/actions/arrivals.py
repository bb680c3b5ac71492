"""When something that is ordered now would come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from wavoice.runtime.actions.buying import Line
from wavoice.runtime.model import Facts, ShopRules


def in_time(facts: Facts) -> bool:
    """True if what is ordered now counts as ordered today."""
    return facts.now is None or facts.now.time() < facts.rules.cut_off


def earliest(lines: Sequence[Line], facts: Facts, today: date) -> date:
    """The day on which all of it would come."""
    days = max(line.product.ships_in_days for line in lines)
    return arrival(today, days, facts.rules, in_time=in_time(facts))


def arrival(today: date, days: int, rules: ShopRules, *, in_time: bool) -> date:
    """So many days of delivery after the first one that counts."""
    day = next_delivery(today if in_time else today + timedelta(days=1), rules)
    for _ in range(days):
        day = next_delivery(day + timedelta(days=1), rules)
    return day


def next_delivery(day: date, rules: ShopRules) -> date:
    """That day, or the first one after it on which parcels come."""
    while day.weekday() not in rules.delivery_days:
        day += timedelta(days=1)
    return day
