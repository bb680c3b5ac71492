"""Order something from the catalogue (R2; R3 where a card is charged)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Ask, Job, Prepared, Words, buying
from wavoice.runtime.actions.arrivals import earliest, next_delivery
from wavoice.runtime.actions.reschedule_delivery import FARTHEST_DAYS
from wavoice.runtime.model import Facts, Tier
from wavoice.runtime.replies import english, selling

NEEDS = ("products",)
USES = ("contact", "cards")


def _prepare(slots: Mapping[str, str], facts: Facts, today: date) -> Prepared:
    lines = buying.lines_of(slots, facts)
    if not isinstance(lines, tuple):
        return lines
    if "day" not in slots:
        return buying.checkout(lines, slots, facts)
    day, first = date.fromisoformat(slots["day"]), earliest(lines, facts, today)
    if day == today != first:  # "I want to order it today"
        return buying.checkout(lines, slots, facts)
    if day < first or day != next_delivery(day, facts.rules):
        return Ask("day", selling.earliest(first, next_delivery(day, facts.rules)))
    if (day - today).days > FARTHEST_DAYS:
        return Ask("day", f"{english.TOO_FAR} {english.WHICH_DAY}")
    return buying.checkout(lines, slots, facts, day=slots["day"])


JOB = Job(
    name="place_order",
    can="order something for you",
    slots=("product", "quantity", "pay", "address", "day"),
    shown="{product} for {amount}, {pay}, to {address}: order it?",
    tier=Tier.R2,
    prepare=_prepare,
    words=Words(buying.question, buying.still, buying.done, buying.already),
    needs=NEEDS,
    uses=USES,
    pays=True,
    undo="cancel_order",
)
