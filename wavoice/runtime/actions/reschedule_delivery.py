"""Move a delivery to another day (R2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Ask, Job, Offer, Prepared, Refuse, Words, pick_order
from wavoice.runtime.model import Facts, Order, Proposal, Tier
from wavoice.runtime.replies import english

FARTHEST_DAYS = 90
"""Within them a day is clear without its year."""
MOVABLE = ("open", "packed")


def _current(order: Order) -> Mapping[str, str]:
    return {"order": order.id, "day": order.day.isoformat()}


def _prepare(slots: Mapping[str, str], facts: Facts, today: date) -> Prepared:
    order = pick_order(slots, facts)
    if not isinstance(order, Order):
        return order
    if order.status not in MOVABLE:
        return Refuse(f"{english.order_status(order, today)} It cannot be moved any more.")
    if "day" not in slots:
        return Ask("day", english.WHICH_DAY)
    day = date.fromisoformat(slots["day"])
    if day <= today:
        return Ask("day", f"{english.day(day)} is too soon. {english.WHICH_DAY}")
    if (day - today).days > FARTHEST_DAYS:
        return Ask("day", f"{english.TOO_FAR} {english.WHICH_DAY}")
    if day == order.day:
        return Refuse(f"Order {order.id} comes on {english.day(day)} already.")
    return Offer(
        order=order,
        args={"order": order.id, "day": day.isoformat()},
        before=_current(order),
    )


def _to(proposal: Proposal) -> date:
    return date.fromisoformat(proposal.args["day"])


def _from(proposal: Proposal) -> date:
    return date.fromisoformat(proposal.before["day"])


JOB = Job(
    name="reschedule_delivery",
    can="move a delivery",
    slots=("order", "day"),
    shown="Order {order}: move it to {day}?",
    tier=Tier.R2,
    prepare=_prepare,
    current=_current,
    words=Words(
        question=lambda p: f"{english.of_order(p.args['order'])} {english.move_to(_to(p))}",
        still=lambda p: f"order {p.args['order']} is still {english.weekday(_from(p))}",
        done=lambda p: f"Done: order {p.args['order']} now comes on {english.day(_to(p))}.",
        already=lambda p: f"Order {p.args['order']} is already moved to {english.weekday(_to(p))}.",
    ),
)
