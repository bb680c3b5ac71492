"""Call an order off (R2; R3 where money goes back with it)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Job, Offer, Prepared, Refuse, Words, pick_order
from wavoice.runtime.model import Facts, Order, Proposal, Tier
from wavoice.runtime.replies import english, selling, service

STOPPABLE = ("open", "packed")


def _prepare(slots: Mapping[str, str], facts: Facts, today: date) -> Prepared:
    order = pick_order(slots, facts)
    if not isinstance(order, Order):
        return order
    if order.status == "cancelled":
        return Refuse(f"Order {order.id} is cancelled already.")
    if order.status not in STOPPABLE:
        return Refuse(f"{english.order_status(order, today)} {selling.CANNOT_BE_CANCELLED}")
    payment = order.payment
    if payment is None or not payment.remaining.minor:
        return Offer(order=order, args={"order": order.id}, before={"order": order.id})
    back = payment.remaining
    return Offer(
        order=order,
        args={
            "order": order.id,
            "amount": str(back.minor),
            "currency": back.currency,
            "payee": payment.payee,
        },
        before={"order": order.id},
        money=back,
        payee=payment.payee,
        tier=Tier.R3,
    )


def _back(proposal: Proposal) -> str:
    """What goes back with it, if anything does."""
    args = proposal.args
    if "amount" not in args:
        return ""
    money = service.amount_of(args)
    return f"{money} to {english.instrument(args['payee'])}"


def _question(proposal: Proposal) -> str:
    back = _back(proposal)
    refund = f" and refund {back}" if back else ""
    return f"{english.of_order(proposal.args['order'])} cancel it{refund}?"


def _done(proposal: Proposal) -> str:
    back = _back(proposal)
    goes = f", and {back} goes back" if back else ""
    return f"Done: order {proposal.args['order']} is cancelled{goes}."


JOB = Job(
    name="cancel_order",
    can="cancel an order",
    slots=("order",),
    shown="Order {order}: cancel it and refund {amount} to {payee}?",
    tier=Tier.R2,
    prepare=_prepare,
    words=Words(
        question=_question,
        still=lambda p: f"order {p.args['order']} is not cancelled",
        done=_done,
        already=lambda p: f"Order {p.args['order']} is cancelled already.",
    ),
    way_back=False,
    pays=True,
)
