"""Where is my order (R0)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Answer, Job, Prepared, Refuse, pick_order
from wavoice.runtime.model import Facts, Order, Tier
from wavoice.runtime.replies import english


def _prepare(slots: Mapping[str, str], facts: Facts, today: date) -> Prepared:
    picked = pick_order(slots, facts)
    if isinstance(picked, Order):
        return Answer(english.order_status(picked, today))
    if isinstance(picked, Refuse) and facts.orders:
        latest = max(facts.orders, key=lambda order: order.day)
        return Answer(f"{picked.text} {english.order_status(latest, today)}")
    return picked


JOB = Job(
    name="track_order", can="tell you where your order is", slots=("order",), tier=Tier.R0, prepare=_prepare
)
