"""A link to pay what is unpaid: the one that there is, or a fresh one made by the shop (R1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Answer, Ask, Job, Offer, Prepared, Refuse, Words, named_order
from wavoice.runtime.actions.owed import UNPAID, already_paid, bound, invoices_of, is_paid, unpaid, which
from wavoice.runtime.model import Facts, Invoice, Order, Proposal, Tier
from wavoice.runtime.replies import english, service


def _prepare(slots: Mapping[str, str], facts: Facts, _today: date) -> Prepared:
    picked = _pick(slots, facts)
    if isinstance(picked, Order):
        return Offer(order=picked, args={"order": picked.id}, before={})
    if not isinstance(picked, Invoice):
        return picked
    if picked.state == "open" and picked.link:
        return Answer(f"Here you can pay {service.owed(picked)}: {picked.link}", written=True)
    return bound(picked, facts)


def _pick(slots: Mapping[str, str], facts: Facts) -> Invoice | Order | Ask | Refuse:
    """The invoice that waits for money, or an order that is not paid and has none."""
    waiting = unpaid(facts)
    if name := slots.get("invoice"):
        found = next((one for one in waiting if one.id == name), None)
        return found or Refuse(service.NOTHING_OWED)
    order = named_order(slots, facts)
    if isinstance(order, Ask):
        return order
    if order is not None:
        return _owed_for(order, facts)
    orders = [one for one in facts.orders if _may_be_paid(one, facts)]
    if len(waiting) + len(orders) > 1:
        billed = [order for one in waiting if (order := facts.order(one.order)) is not None]
        return Ask("order", english.which_order([*billed, *orders])) if orders else which(waiting)
    if waiting:
        return waiting[0]
    return orders[0] if orders else Refuse(service.NOTHING_OWED)


def _owed_for(order: Order, facts: Facts) -> Invoice | Order | Refuse:
    mine = invoices_of(order, facts)
    if mine and mine[0].state in UNPAID:
        return mine[0]
    if already_paid(order, facts):
        return Refuse(is_paid(order))
    if order.status == "cancelled":
        return Refuse(f"Order {order.id} was cancelled. There is nothing to pay.")
    return order


def _may_be_paid(order: Order, facts: Facts) -> bool:
    """An order that is neither paid nor billed yet."""
    return order.payment is None and order.is_under_way and not invoices_of(order, facts)


def _question(proposal: Proposal) -> str:
    amount = f" for {service.amount_of(proposal.args)}" if "amount" in proposal.args else ""
    return f"{service.about(proposal.args)}: send you a payment link{amount}?"


def _done(proposal: Proposal) -> str:
    """With the link, where the shop's answer is one."""
    what = service.named(proposal.args)
    if proposal.reference and proposal.reference.startswith("https://"):
        return f"Done: here you can pay {what}: {proposal.reference}"
    return f"Done: the payment link for {what} is on its way to you."


JOB = Job(
    name="payment_link",
    can="send you a payment link",
    slots=("order",),
    shown="Order {order}: send you a payment link for {amount}?",
    tier=Tier.R1,
    needs=("invoices",),
    prepare=_prepare,
    words=Words(
        question=_question,
        still=lambda p: f"no payment link for {service.named(p.args)} was made",
        done=_done,
        already=lambda p: f"I have sent the payment link for {service.named(p.args)} already.",
    ),
    way_back=False,
)
