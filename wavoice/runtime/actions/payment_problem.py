"""A payment that failed: what the record says of it, and a fresh link to try again (R1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from wavoice.runtime.actions import Answer, Ask, Instead, Job, Prepared, named_order
from wavoice.runtime.actions.owed import unpaid, which
from wavoice.runtime.model import Charge, Facts, Invoice, Order, Tier
from wavoice.runtime.replies import english, service

NONE_FAILED = "I see no payment of yours that failed."


def _prepare(slots: Mapping[str, str], facts: Facts, _today: date) -> Prepared:
    order = named_order(slots, facts)
    if isinstance(order, Ask):
        return order
    waiting = [one for one in unpaid(facts) if order is None or one.order == order.id]
    failed = [one for one in waiting if one.state == "failed"] or waiting
    charge = _last_failure(facts, order)
    if len(failed) > 1:
        return which(failed)
    if failed:
        return Instead("payment_link", {"invoice": failed[0].id}, _lead(failed[0], charge))
    if charge is not None:
        when = english.day(charge.at.date())
        return Answer(f"{_of(charge)} failed on {when}. Nothing waits to be paid now.")
    return Answer(f"{NONE_FAILED} {service.NOTHING_OWED} {service.ASK_A_PERSON}")


def _lead(invoice: Invoice, charge: Charge | None) -> str:
    """What is known; why it failed is not, and is not guessed."""
    if charge is not None and charge.order == invoice.order:
        return f"{_of(charge)} failed on {english.day(charge.at.date())}."
    if invoice.state == "failed":
        return f"Your payment of {service.owed(invoice)} did not go through."
    return f"{NONE_FAILED} {service.capital(service.owed(invoice))} still waits to be paid."


def _of(charge: Charge) -> str:
    how = f" with {english.instrument(charge.payee)}" if charge.payee else ""
    return f"Your payment of {english.money(charge.amount)} for order {charge.order}{how}"


def _last_failure(facts: Facts, order: Order | None) -> Charge | None:
    mine = [one for one in facts.records.charges if order is None or one.order == order.id]
    last = max(mine, key=lambda one: one.at, default=None)
    return last if last is not None and last.state == "failed" else None


JOB = Job(
    name="payment_problem",
    can="look into a payment that failed",
    slots=("order",),
    tier=Tier.R1,
    needs=("invoices", "charges"),
    prepare=_prepare,
)
