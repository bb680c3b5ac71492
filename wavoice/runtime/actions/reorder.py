"""Order the last basket once more, at the prices of today (R2; R3 where a card is charged)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Job, Prepared, Refuse, Words, buying, no_such_order
from wavoice.runtime.actions.place_order import NEEDS, USES
from wavoice.runtime.model import Facts, Money, Order, Proposal, Tier
from wavoice.runtime.replies import english, selling


def _prepare(slots: Mapping[str, str], facts: Facts, today: date) -> Prepared:  # noqa: ARG001 -- as every job
    number = slots.get("order") or slots.get("of", "")
    order = facts.order(number) if number else _last(facts)
    if order is None:
        return no_such_order(number, facts) if number else Refuse(selling.NOTHING_BEFORE)
    titles = {one.title.casefold(): one.id for one in facts.records.products}
    gone = [item for item in order.items if item.casefold() not in titles]
    if gone or not order.items:
        return Refuse(selling.not_sold_any_more(order.id, gone))
    counts = Counter(titles[item.casefold()] for item in order.items)
    lines = buying.lines_of({"items": json.dumps(sorted(counts.items()))}, facts)
    if not isinstance(lines, tuple):
        return lines
    return buying.checkout(lines, slots, facts, of=order.id, paid=_paid(order, buying.total_of(lines)))


def _last(facts: Facts) -> Order | None:
    kept = [order for order in facts.orders if order.status != "cancelled"]
    return max(kept, key=lambda order: order.day, default=None)


def _paid(order: Order, now: Money | None) -> str:
    """What it was last time, where it is known and another sum; minor units."""
    paid = order.payment.paid if order.payment else None
    same = paid is None or now is None or paid == now or paid.currency != now.currency
    return "" if same or paid is None else str(paid.minor)


def _question(proposal: Proposal) -> str:
    paid = proposal.args["paid"]
    was = Money(int(paid), proposal.args["currency"]) if paid else None
    changed = f"Last time it was {english.money(was)}. " if was else ""
    return f"{changed}{buying.question(proposal)}"


JOB = Job(
    name="reorder",
    can="order the same again",
    slots=("order", "pay", "address"),
    shown="{items} for {amount}, {pay}, to {address}: order it?",
    tier=Tier.R2,
    prepare=_prepare,
    words=Words(_question, buying.still, buying.done, buying.already),
    needs=NEEDS,
    uses=USES,
    pays=True,
    undo="cancel_order",
)
