"""What held before a recorded conversation: the shop, what was agreed to, and what was made to fail."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from wavoice.runtime import journal
from wavoice.runtime.consent import FIRST_CONTACT
from wavoice.runtime.model import Consent, Micros, Money
from wavoice.sim.scenario.foreign.write import Plain, Value
from wavoice.sim.scenario.values import as_amount
from wavoice.sim.trace_file import Trace


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that was made to go wrong, from that moment on."""

    at: Micros
    system: str
    does: str
    """As `given.FaultSpec` has it."""
    place: str | None = None
    times: int = 1


def world_of(trace: Trace, names: Mapping[str, str], missing: list[str]) -> dict[str, Value]:
    """The shop as the bot saw it when it first looked; `names` of contacts, the scenario's own first.

    What the journal does not hold is added to `missing`.
    """
    orders: dict[str, Value] = {}
    customers: dict[str, Value] = {}
    first = next(iter(names))
    for contact, name in names.items():
        seen = _first_look(trace, contact)
        if seen is None:
            missing.append("the journal does not say what the shop held")
            continue
        if seen.customers == 0:
            customers[name] = {"known": "false"}
        elif seen.customers > 1:
            missing.append("several customer records matched, and the journal does not hold them")
        for order in seen.orders:
            orders[order.order] = _order(order, None if contact == first else name)
    return {"orders": orders, **({"customers": customers} if customers else {})}


def _first_look(trace: Trace, contact: str) -> journal.LookedUp | None:
    looks = (
        e.body for e in trace.events if isinstance(e.body, journal.LookedUp) and e.where.contact == contact
    )
    return next(looks, None)


def _order(order: journal.OrderSeen, owner: str | None) -> dict[str, Value]:
    fields: dict[str, Value] = {"day": Plain(order.day), "status": order.status}
    if order.address:
        fields["address"] = order.address
    if order.items:
        fields["items"] = list(order.items)
    if order.payment:
        fields.update(_paid(order.payment))
    return fields if owner is None else {**fields, "customer": owner}


def _paid(payment: Mapping[str, int | str]) -> dict[str, Value]:
    currency, back = str(payment["currency"]), int(payment["refunded"])
    fields: dict[str, Value] = {
        "paid": as_amount(Money(int(payment["minor"]), currency)),
        "card": f"{payment['brand']} {payment['last4']}",
    }
    return {**fields, "refunded": as_amount(Money(back, currency))} if back else fields


def consent_of(trace: Trace, spoken: Collection[str]) -> dict[str, Value]:
    """What differs from a customer who has agreed to everything; `spoken` are the turns of voice notes.

    Who was told of the bot in this journal wrote for the first time. Replies in text to spoken questions
    tell that voice had not been agreed to.
    """
    bodies = [event.body for event in trace.events]
    if any(isinstance(body, journal.ConsentShown) and body.source == FIRST_CONTACT for body in bodies):
        asked = (Consent.MESSAGES, Consent.VOICE_REPLIES, Consent.VOICE_DATA)
        return {"told": Plain("false"), **{str(purpose): Plain("null") for purpose in asked}}
    replies = [
        event.body
        for event in trace.events
        if isinstance(event.body, journal.Replied) and event.where.turn in spoken
    ]
    texts_only = replies and all("voice" not in body.form and body.fallback is None for body in replies)
    return {str(Consent.VOICE_REPLIES): Plain("false")} if texts_only else {}


def faults_of(broken: Sequence[Broken], received: Sequence[Micros]) -> Iterator[dict[str, Value]]:
    """Each from the first message on that came after it; what was broken after the last one is left out."""
    for fault in broken:
        later = [number for number, at in enumerate(received, 1) if at >= fault.at]
        if later:
            told: dict[str, Value] = {"system": fault.system, "does": fault.does}
            told |= {"at": fault.place} if fault.place else {}
            told |= {"times": Plain(str(fault.times))} if fault.times > 1 else {}
            yield {**told, "step": f"said_{later[0]}"}
