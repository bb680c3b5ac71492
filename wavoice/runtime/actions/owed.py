"""What a customer owes: the invoice that is meant, found and never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wavoice.runtime.actions import Ask, Offer, Refuse, named_order
from wavoice.runtime.model import Facts, Invoice, Order
from wavoice.runtime.replies import english, service

UNPAID = frozenset({"open", "failed"})


def unpaid(facts: Facts) -> tuple[Invoice, ...]:
    """Invoices of this customer that wait for money, the most urgent first."""
    found = (invoice for invoice in facts.records.invoices if invoice.state in UNPAID)
    return tuple(sorted(found, key=lambda invoice: (invoice.due, invoice.id)))


def invoices_of(order: Order, facts: Facts) -> tuple[Invoice, ...]:
    """Its invoices, those that wait for money first, then the latest."""
    mine = [invoice for invoice in facts.records.invoices if invoice.order == order.id]
    late_first = sorted(mine, key=lambda invoice: (invoice.due, invoice.id), reverse=True)
    return tuple(sorted(late_first, key=lambda invoice: invoice.state not in UNPAID))


def owed_invoice(slots: Mapping[str, str], facts: Facts) -> Invoice | Ask | Refuse:
    """The invoice that waits for money: the one that is named, or the only one."""
    waiting = unpaid(facts)
    if name := slots.get("invoice"):
        found = next((one for one in waiting if one.id == name), None)
        return found or Refuse(f"Invoice {name} does not wait for a payment any more.")
    order = named_order(slots, facts)
    if isinstance(order, Ask):
        return order
    if order is not None:
        mine = next((one for one in waiting if one.order == order.id), None)
        return mine or Refuse(f"Nothing of order {order.id} is waiting to be paid.")
    if len(waiting) == 1:
        return waiting[0]
    if waiting:
        return which(waiting)
    return Refuse(service.NOTHING_OWED)


def which(waiting: Sequence[Invoice]) -> Ask:
    """Ask which of several is meant, with what each asks for."""
    shown = service.one_of([service.owed(one) for one in waiting[: service.MOST_OFFERED]])
    return Ask("order", f"Which do you mean: {shown}?")


def already_paid(order: Order, facts: Facts) -> bool:
    """True if the record says that it is paid."""
    mine = invoices_of(order, facts)
    return order.payment is not None or (bool(mine) and all(one.state == "paid" for one in mine))


def is_paid(order: Order) -> str:
    """Said of an order that nobody has to pay any more."""
    how = f" with {english.instrument(order.payment.payee)}" if order.payment else ""
    return f"Order {order.id} is paid{how}."


def bound(invoice: Invoice, facts: Facts, more: Mapping[str, str] | None = None) -> Offer:
    """What a yes would do about an invoice: bound to what it asks for, and to its order if it has one."""
    order = facts.order(invoice.order)
    of = {"order": order.id} if order else {"customer": facts.owner}
    amount = {"amount": str(invoice.amount.minor), "currency": invoice.amount.currency}
    return Offer(
        order=order,
        args={**of, "invoice": invoice.id, **amount, **(more or {})},
        before={},
        version="" if order else f"{invoice.id}:{invoice.state}:{invoice.amount.minor}",
    )
