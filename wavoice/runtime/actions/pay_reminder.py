"""A reminder to pay, answered: paid already, a day by which it will be, or the link (R1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Answer, Ask, Job, Prepared, Refuse, Words, named_order
from wavoice.runtime.actions.owed import bound, owed_invoice, unpaid
from wavoice.runtime.model import Facts, Invoice, Proposal, Tier
from wavoice.runtime.replies import english, service

PAID = "paid"
"""Value of the slot `claim`: the customer says that it is paid already."""
FARTHEST_DAYS = 90


def _prepare(slots: Mapping[str, str], facts: Facts, today: date) -> Prepared:
    if slots.get("claim") == PAID:
        return _claimed(slots, facts)
    invoice = owed_invoice(slots, facts)
    if not isinstance(invoice, Invoice):
        return invoice
    if "day" not in slots:
        return Ask("day", _reminder(invoice, today), opens=True)
    day = date.fromisoformat(slots["day"])
    if day < today:
        return Ask("day", f"{english.day(day)} is over. Which day will you pay?")
    if (day - today).days > FARTHEST_DAYS:
        return Ask("day", f"{english.day(day)} is too far away. Which day will you pay?")
    return bound(invoice, facts, {"day": day.isoformat()})


def _claimed(slots: Mapping[str, str], facts: Facts) -> Prepared:
    """Paid already, the customer says: checked in the record, and neither believed nor doubted."""
    order = named_order(slots, facts)
    if isinstance(order, Ask):
        return order
    named = slots.get("invoice")
    waiting = [
        one for one in unpaid(facts) if (order is None or one.order == order.id) and named in (None, one.id)
    ]
    if not waiting:
        return Answer(f"Yes, thank you: {_settled(slots, facts)}")
    shown = " and ".join(service.owed(one) for one in waiting[: service.MOST_OFFERED])
    return Refuse(f"I do not see that payment yet: {shown} still {_waits(waiting)}. {service.ASK_A_PERSON}")


def _waits(waiting: list[Invoice]) -> str:
    return "waits" if len(waiting) == 1 else "wait"


def _settled(slots: Mapping[str, str], facts: Facts) -> str:
    paid = [one for one in facts.records.invoices if one.state == "paid"]
    named = [one for one in paid if slots.get("invoice") == one.id or slots.get("order") == one.order]
    last = max(named, key=lambda one: one.due, default=None)
    return f"{service.owed(last)} is paid." if last is not None else "nothing is waiting to be paid."


def _reminder(invoice: Invoice, today: date) -> str:
    verb = "was" if invoice.due < today else "is"
    return (
        f"{service.capital(service.owed(invoice))} {verb} due on {english.day(invoice.due)}. "
        "Which day will you pay? Or say “paid already”, or “send the link”."
    )


def _day(proposal: Proposal) -> str:
    return english.day(date.fromisoformat(proposal.args["day"]))


def _promise(proposal: Proposal) -> str:
    return f"you pay {service.amount_of(proposal.args)} on {_day(proposal)}"


JOB = Job(
    name="pay_reminder",
    can="note when you will pay",
    slots=("order", "day"),
    shown="Order {order}: note that you pay {amount} on {day}?",
    tier=Tier.R1,
    needs=("invoices",),
    prepare=_prepare,
    words=Words(
        question=lambda p: f"{service.about(p.args)}: note that {_promise(p)}?",
        still=lambda p: f"no day is noted for {service.named(p.args)}",
        done=lambda p: f"Noted: {_promise(p)}.",
        already=lambda p: f"That is noted already: {_promise(p)}.",
    ),
    way_back=False,
)
