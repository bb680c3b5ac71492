"""The invoice of an order: what it asks for, and where it is paid (R0)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Answer, Ask, Job, Prepared, Refuse, named_order
from wavoice.runtime.actions.owed import invoices_of, unpaid, which
from wavoice.runtime.model import Facts, Invoice, Tier
from wavoice.runtime.replies import english, service

_STATES = {"paid": "It is paid.", "failed": "Its payment did not go through."}


def _prepare(slots: Mapping[str, str], facts: Facts, _today: date) -> Prepared:
    order = named_order(slots, facts)
    if isinstance(order, Ask):
        return order
    if order is not None:
        mine = invoices_of(order, facts)
        return (
            _told(mine[0])
            if mine
            else Refuse(f"I have no invoice for order {order.id}. {service.ASK_A_PERSON}")
        )
    waiting = unpaid(facts)
    if len(waiting) > 1:
        return which(waiting)
    found = waiting or tuple(sorted(facts.records.invoices, key=lambda one: one.due))[-1:]
    return _told(found[0]) if found else Refuse(f"I have no invoice for you. {service.ASK_A_PERSON}")


def _told(invoice: Invoice) -> Answer:
    amount = english.money(invoice.amount)
    about = f" for order {invoice.order}" if invoice.order else ""
    state = _STATES.get(invoice.state, f"It is due on {english.day(invoice.due)}.")
    paying = f" You can pay it here: {invoice.link}" if invoice.link and invoice.state == "open" else ""
    return Answer(f"Invoice {invoice.id}{about}: {amount}. {state}{paying}", written=bool(paying))


JOB = Job(
    name="invoice",
    can="send you an invoice",
    slots=("order",),
    tier=Tier.R0,
    needs=("invoices",),
    prepare=_prepare,
)
