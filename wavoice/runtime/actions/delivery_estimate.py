"""When something would come if it were ordered now (R0); a yes to what follows orders it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Instead, Job, Prepared, buying, place_order
from wavoice.runtime.actions.arrivals import earliest, in_time
from wavoice.runtime.model import Facts, Tier
from wavoice.runtime.replies import selling


def _prepare(slots: Mapping[str, str], facts: Facts, today: date) -> Prepared:
    lines = buying.lines_of(slots, facts)
    if not isinstance(lines, tuple):
        return lines
    comes = earliest(lines, facts, today)
    day = date.fromisoformat(slots["day"]) if "day" in slots else today
    # "if I order today" names no day of arrival
    wanted = day if day > today or comes == today else None
    before = facts.rules.cut_off if in_time(facts) else None
    lead = selling.would_come(buying.what(lines), comes, wanted, before)
    return Instead(place_order.JOB.name, {key: slots[key] for key in slots if key != "day"}, lead)


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
