"""Give money of an order back to where it was paid from (R3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from babel.numbers import get_currency_precision

from wavoice.runtime.actions import (
    Ask,
    ForPeople,
    Job,
    Offer,
    Prepared,
    Refuse,
    Words,
    no_such_order,
    with_product,
)
from wavoice.runtime.model import (
    NO_CURRENCY,
    Charge,
    Facts,
    HandOff,
    Money,
    Order,
    Payment,
    Proposal,
    Tier,
)
from wavoice.runtime.replies import english, service

SECOND_CHARGE = "charged twice"
NOT_TWICE = "I see one charge for each order only. A colleague will check, and will take over here."
SHOWN_ITEMS = 2
LONGEST_ITEMS = 120
"""Characters; what is longer is counted instead: a question has 1,024 with everything else."""
_ALSO = {
    "USD": ("AUD", "CAD", "HKD", "NZD", "SGD"),
    "INR": ("LKR", "NPR", "PKR"),
    "MXN": ("ARS", "CLP", "COP", "PHP"),
}
"""Currencies that customers call by the same bare name: "dollars"."""


def _prepare(slots: Mapping[str, str], facts: Facts, today: date) -> Prepared:
    if slots.get("duplicate") or slots.get("charge"):
        return _duplicate(slots, facts, today)
    order = _pick(slots, facts)
    if not isinstance(order, Order):
        return order
    payment = order.payment
    if payment is None:
        return Refuse(f"Order {order.id} has not been paid, so there is nothing to give back.")
    if payment.remaining.minor == 0:
        return Refuse(f"{_gone_back(order.id, payment)} There is no more of it.")
    amount = _amount(slots, order.id, _items(order), payment)
    if isinstance(amount, Ask):
        return amount
    return Offer(
        order=order,
        args={
            "order": order.id,
            "item": _items(order),
            "amount": str(amount.minor),
            "currency": amount.currency,
            "payee": payment.payee,
            "day": today.isoformat(),
        },
        before={"order": order.id, "refunded": str(payment.refunded)},
        money=amount,
        payee=payment.payee,
    )


def _duplicate(slots: Mapping[str, str], facts: Facts, today: date) -> Prepared:
    """The second of two equal charges of one order, as the payment records show them; nothing is believed."""
    twice = [pair for order in facts.orders if (pair := _charged_twice(order, facts.records.charges))]
    if number := slots.get("order"):
        if facts.order(number) is None:
            return no_such_order(number, facts)
        twice = [pair for pair in twice if pair[0].id == number]
    if not twice:
        return ForPeople(HandOff.DUPLICATE_ORDER, NOT_TWICE)
    if len(twice) > 1:
        return Ask("order", english.which_order([order for order, _ in twice]))
    order, charge = twice[0]
    return Offer(
        order=order,
        args={
            "order": order.id,
            "item": SECOND_CHARGE,
            "amount": str(charge.amount.minor),
            "currency": charge.amount.currency,
            "payee": charge.payee,
            "day": today.isoformat(),
            "charge": charge.id,
        },
        before={"order": order.id, "refunded": "0"},
        money=charge.amount,
        payee=charge.payee,
    )


def _charged_twice(order: Order, charges: Sequence[Charge]) -> tuple[Order, Charge] | None:
    """The later of two charges of that order that took the same from the same card."""
    taken = sorted(
        (one for one in charges if one.order == order.id and one.state == "captured" and one.payee),
        key=lambda one: one.at,
    )
    equal = [
        later
        for at, later in enumerate(taken)
        if any((later.amount, later.payee) == (one.amount, one.payee) for one in taken[:at])
    ]
    return (order, equal[-1]) if equal else None


def _pick(slots: Mapping[str, str], facts: Facts) -> Order | Ask | Refuse:
    """The order that is named, or the only one of which money can go back."""
    if number := slots.get("order"):
        return facts.order(number) or no_such_order(number, facts)
    paid = [order for order in facts.orders if order.payment is not None]
    if product := slots.get("product"):
        return with_product(product, facts, paid)
    open_ones = [order for order in paid if order.payment and order.payment.remaining.minor]
    found = open_ones or paid
    if len(found) > 1:
        return Ask("order", english.which_order(found))
    return found[0] if found else Refuse("You have no order that is paid.")


def _amount(slots: Mapping[str, str], order: str, item: str, payment: Payment) -> Money | Ask:
    """What was asked for, or all that is left."""
    left, currency = payment.remaining, slots.get("currency", payment.paid.currency)
    if "amount" not in slots or slots.get("item", item) != item:  # said of another order
        return left
    said = Decimal(slots["amount"])
    if currency == NO_CURRENCY:
        said, currency = said.scaleb(get_currency_precision(left.currency)), left.currency
    if currency != left.currency and left.currency not in _ALSO.get(currency, ()):
        paid = english.money(payment.paid)
        return Ask("amount", f"Order {order} was paid with {paid}. How much of it should go back?")
    if not 0 < said <= left.minor or said != said.to_integral_value():
        most = english.money(left)
        return Ask("amount", f"Of order {order} at most {most} can go back. How much should it be?")
    return Money(int(said), left.currency)


def _items(order: Order) -> str:
    shown = order.items[:SHOWN_ITEMS]
    rest = len(order.items) - len(shown)
    named = " and ".join(shown) if not rest else f"{', '.join(shown)} and {rest} more"
    return named if len(named) <= LONGEST_ITEMS else f"{len(order.items)} items"


def _gone_back(order: str, payment: Payment) -> str:
    back = english.money(Money(payment.refunded, payment.paid.currency))
    return f"{back} of order {order} went back to {english.instrument(payment.payee)} already."


def _what(proposal: Proposal) -> str:
    """The five fields that whoever pays out must name: item, amount, payee, instrument, date."""
    args = proposal.args
    return f"{service.amount_of(args)} to {english.instrument(args['payee'])}"


def _question(proposal: Proposal) -> str:
    args = proposal.args
    item = f", {args['item']}" if args["item"] else ""
    today = english.day(date.fromisoformat(args["day"]))
    return f"Order {args['order']}{item}: refund {_what(proposal)} today, {today}?"


def _still(proposal: Proposal) -> str:
    more = "nothing more" if proposal.before["refunded"] != "0" else "nothing"
    return f"{more} of order {proposal.args['order']} goes back"


JOB = Job(
    name="refund_order",
    can="refund it",
    slots=("order", "amount"),
    shown="Order {order}, {item}: refund {amount} to {payee} today, {day}?",
    tier=Tier.R3,
    prepare=_prepare,
    words=Words(
        question=_question,
        still=_still,
        done=lambda p: f"Done: {_what(p)} for order {p.args['order']}.",
        already=lambda p: f"Order {p.args['order']}: I have sent {_what(p)} already.",
    ),
    way_back=False,
    pays=True,
    uses=("charges",),
)
