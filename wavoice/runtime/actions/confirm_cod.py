"""Ask whether an order that is paid at the door is still wanted (R2). The shop raises it: `Bot.offer`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Answer, Ask, Job, Offer, Prepared, Refuse, Words, no_such_order
from wavoice.runtime.actions.areas import outside
from wavoice.runtime.model import Facts, Invoice, Order, Proposal, Tier
from wavoice.runtime.replies import english, selling, service

CONFIRMABLE = ("open",)


def _prepare(slots: Mapping[str, str], facts: Facts, today: date) -> Prepared:
    picked = _pick(slots, facts)
    if not isinstance(picked, tuple):
        return picked
    order, due = picked
    if order.status not in CONFIRMABLE:
        return Answer(english.order_status(order, today))
    day = date.fromisoformat(slots["day"]) if "day" in slots else order.day
    if "day" in slots and day <= today:
        return Ask("day", f"{english.day(day)} is too soon. {english.WHICH_DAY}")
    address = slots.get("address", order.delivery_address)
    if address != order.delivery_address and (elsewhere := outside(address, facts.rules)) is not None:
        return elsewhere
    return Offer(
        order=order,
        args={
            "order": order.id,
            "amount": str(due.amount.minor),
            "currency": due.amount.currency,
            "day": day.isoformat(),
            "address": address,
        },
        before={"order": order.id, "day": order.day.isoformat(), "address": order.delivery_address},
    )


def _pick(slots: Mapping[str, str], facts: Facts) -> tuple[Order, Invoice] | Prepared:
    """The order with what is due at its door."""
    due = {one.order: one for one in facts.records.invoices if one.state == "open" and not one.link}
    if number := slots.get("order"):
        order = facts.order(number)
        if order is None:
            return no_such_order(number, facts)
        return (
            (order, due[number])
            if number in due
            else Refuse(f"Nothing is to be paid for order {number} at the door.")
        )
    waiting = [order for order in facts.orders if order.id in due and order.status in CONFIRMABLE]
    if len(waiting) > 1:
        return Ask("order", english.which_order(waiting))
    return (waiting[0], due[waiting[0].id]) if waiting else Refuse(selling.NOTHING_TO_CONFIRM)


def _question(proposal: Proposal) -> str:
    args = proposal.args
    money = service.amount_of(args)
    moved = "" if args["address"] == proposal.before["address"] else f" to {args['address']}"
    when = english.day(date.fromisoformat(args["day"]))
    return f"{english.of_order(args['order'])} {money} cash on delivery, {when}{moved}: still want it?"


JOB = Job(
    name="confirm_cod",
    can="confirm an order that you pay at the door",
    slots=("order", "day", "address"),
    shown="Order {order}: {amount} cash on delivery, {day}: still want it?",
    tier=Tier.R2,
    prepare=_prepare,
    words=Words(
        question=_question,
        still=lambda p: f"order {p.args['order']} is not confirmed and waits",
        done=lambda p: f"Done: order {p.args['order']} is confirmed. {selling.HAVE_CASH}",
        already=lambda p: f"Order {p.args['order']} is confirmed already.",
    ),
    way_back=False,
    needs=("invoices",),
)
