"""Order something from the catalogue (R2; R3 where a card is charged)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Job, Prepared, Words, buying
from wavoice.runtime.model import Facts, Tier

NEEDS = ("products",)
USES = ("contact", "cards")


def _prepare(slots: Mapping[str, str], facts: Facts, today: date) -> Prepared:  # noqa: ARG001 -- as every job
    lines = buying.lines_of(slots, facts)
    return buying.checkout(lines, slots, facts) if isinstance(lines, tuple) else lines


JOB = Job(
    name="place_order",
    can="order something for you",
    slots=("product", "quantity", "pay", "address"),
    shown="{product} for {amount}, {pay}, to {address}: order it?",
    tier=Tier.R2,
    prepare=_prepare,
    words=Words(buying.question, buying.still, buying.done, buying.already),
    needs=NEEDS,
    uses=USES,
    pays=True,
    undo="cancel_order",
)
