"""Pay with a card on record: this customer's own, known for sure and read back, or not at all (R3).

"The card I paid with last time" is the card of the last payment in the record, and only if the shop still
keeps exactly that card for this customer. Whatever is not sure ends in a link, and never in a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from wavoice.runtime.actions import Instead, Job, Prepared, Words
from wavoice.runtime.actions.owed import bound, owed_invoice
from wavoice.runtime.model import Card, Facts, Invoice, Proposal, Tier
from wavoice.runtime.replies import english, service

NOT_SURE = "I cannot tell for sure which card that is, so I charge none."
NO_CARD = "No card of yours is kept here."
_TAKEN = frozenset({"captured", "refunded"})
"""States of a charge that was really made."""


def _prepare(slots: Mapping[str, str], facts: Facts, _today: date) -> Prepared:
    invoice = owed_invoice(slots, facts)
    if not isinstance(invoice, Invoice):
        return invoice
    card = _card(slots, facts)
    if card is None:
        lead = NOT_SURE if facts.records.cards else NO_CARD
        return Instead("payment_link", {"invoice": invoice.id}, lead)
    offer = bound(invoice, facts, {"card": card.id, "instrument": card.payee})
    return replace(offer, money=invoice.amount, payee=card.payee, takes=True)


def _card(slots: Mapping[str, str], facts: Facts) -> Card | None:
    """The one card that is meant; None unless exactly one can be."""
    cards = facts.records.cards
    if name := slots.get("card"):
        return _only([card for card in cards if card.id == name])
    if last4 := slots.get("last4"):
        return _only([card for card in cards if card.last4 == last4])
    payee = _last_payee(facts)
    return _only([card for card in cards if card.payee == payee])


def _only(cards: list[Card]) -> Card | None:
    return cards[0] if len(cards) == 1 else None


def _last_payee(facts: Facts) -> str | None:
    """What the last payment came from, as the record says; None if it does not say so for sure."""
    charges = [one for one in facts.records.charges if one.state in _TAKEN and one.payee]
    if charges:
        last = max(one.at for one in charges)
        latest = {one.payee for one in charges if one.at == last}
        return latest.pop() if len(latest) == 1 else None
    paid = {order.payment.payee for order in facts.orders if order.payment is not None}
    return paid.pop() if len(paid) == 1 else None


def _what(proposal: Proposal) -> str:
    return f"{service.amount_of(proposal.args)} to {english.instrument(proposal.args['instrument'])}"


JOB = Job(
    name="saved_card",
    can="charge the card that you paid with last time",
    slots=("order",),
    shown="Order {order}: charge {amount} to {card}?",
    tier=Tier.R3,
    needs=("invoices", "charges", "cards"),
    prepare=_prepare,
    words=Words(
        question=lambda p: f"{service.about(p.args)}: charge {_what(p)}?",
        still=lambda p: f"nothing is charged for {service.named(p.args)}",
        done=lambda p: f"Done: charged {_what(p)} for {service.named(p.args)}.",
        already=lambda p: f"I have charged {_what(p)} for {service.named(p.args)} already.",
    ),
    way_back=False,
    pays=True,
)
