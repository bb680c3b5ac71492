"""When something would come if it were ordered now (R0); a yes to what follows orders it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from wavoice.runtime.actions import Ask, Instead, Job, Prepared, buying, place_order
from wavoice.runtime.model import Facts, ShopRules, Tier
from wavoice.runtime.replies import english, selling


def _prepare(slots: Mapping[str, str], facts: Facts, today: date) -> Prepared:
    lines = buying.lines_of(slots, facts)
    if not isinstance(lines, tuple):
        return lines
    if slots.get("day", "") and date.fromisoformat(slots["day"]) < today:
        return Ask("day", english.WHICH_DAY)
    in_time = facts.now is None or facts.now.time() < facts.rules.cut_off
    days = max(line.product.ships_in_days for line in lines)
    comes = arrival(today, days, facts.rules, in_time=in_time)
    what = selling.listed([selling.pieces(line.product.title, line.count) for line in lines])
    wanted = date.fromisoformat(slots["day"]) if "day" in slots else None
    before = facts.rules.cut_off if in_time else None
    lead = selling.would_come(what, comes, wanted, before)
    return Instead(place_order.JOB.name, {key: slots[key] for key in slots if key != "day"}, lead)


def arrival(today: date, days: int, rules: ShopRules, *, in_time: bool) -> date:
    """The day on which it would come: so many days of delivery after the first one that counts."""
    day = today if in_time else today + timedelta(days=1)
    day = _next(day, rules)
    for _ in range(days):
        day = _next(day + timedelta(days=1), rules)
    return day


def _next(day: date, rules: ShopRules) -> date:
    while day.weekday() not in rules.delivery_days:
        day += timedelta(days=1)
    return day


JOB = Job(
    name="delivery_estimate",
    can="tell you when something would come",
    slots=("product", "quantity", "day"),
    tier=Tier.R0,
    prepare=_prepare,
    needs=place_order.NEEDS,
    uses=place_order.USES,
    pays=True,
)
