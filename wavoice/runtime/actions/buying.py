"""What an order to be placed holds, costs and how it is paid: shared by the jobs that place one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from wavoice.runtime.actions import Ask, Offer, Refuse
from wavoice.runtime.actions.areas import outside
from wavoice.runtime.actions.catalogue import MOST_MEANT, meant
from wavoice.runtime.model import Card, Facts, Money, Product, Proposal, Tier
from wavoice.runtime.replies import english, selling, service

_AND = re.compile(
    r"\s*(?:,\s*(?:and\s+)?|\band\s+|\bplus\s+)(?=(?:an?|one|two|some|the|\d{1,2})\b)", re.IGNORECASE
)
_COUNT = re.compile(r"(?:(?P<count>\d{1,2})|(?P<one>an?|one|some|the)|(?P<two>two))\s+", re.IGNORECASE)
VERSION = "stated"
"""Of what has none: that it still holds is seen by preparing it once more, and by the shop, which is told
products, counts and sum."""


@dataclass(frozen=True, slots=True)
class Line:
    """A product and how many of it."""

    product: Product
    count: int


def lines_of(slots: Mapping[str, str], facts: Facts) -> tuple[Line, ...] | Ask | Refuse:
    """What is to be ordered, all of it in stock; or what is to be asked."""
    products, counted = facts.records.products, slots.get("quantity")
    if not products:
        return Refuse(selling.NOTHING_FOR_SALE)
    if said := slots.get("product"):
        parts = [_counted(part) for part in _AND.split(said) if part.strip()]
        found = [(meant(name, products), count, name) for count, name in parts]
    elif items := slots.get("items"):
        known = {one.id: one for one in products}
        found = [((known[name],) if name in known else (), count, name) for name, count in json.loads(items)]
    else:
        return Ask("product", selling.which_product(_titles(products)))
    lines: list[Line] = []
    for choices, count, name in found:
        if len(choices) != 1:
            return Ask(
                "product",
                selling.did_you_mean([one.title for one in choices])
                if choices
                else selling.not_sold(name, _titles(products)),
            )
        many = int(counted) if counted and len(found) == 1 else count
        if (short := _short(choices[0], many, products)) is not None:
            return short
        lines.append(Line(choices[0], many))
    return tuple(lines)


def _counted(part: str) -> tuple[int, str]:
    match = _COUNT.match(part)
    if match is None:
        return 1, part.strip()
    return int(match["count"] or (2 if match["two"] else 1)), part[match.end() :].strip()


def _titles(products: Sequence[Product]) -> list[str]:
    return [one.title for one in products if one.stock][:MOST_MEANT]


def _short(product: Product, count: int, products: Sequence[Product]) -> Ask | None:
    """What to ask if there are not so many."""
    if count <= product.stock:
        return None
    if product.stock:
        return Ask("quantity", selling.only_so_many(product.title, product.stock))
    others = [one for one in meant(product.title.split()[-1], products) if one.stock]
    return Ask("product", selling.sold_out(product.title, [one.title for one in others] or _titles(products)))


def total_of(lines: Sequence[Line]) -> Money | None:
    """What it costs; None: prices of different currencies have no sum."""
    currencies = {line.product.price.currency for line in lines}
    if len(currencies) != 1:
        return None
    return Money(sum(line.product.price.minor * line.count for line in lines), *currencies)


def checkout(
    lines: Sequence[Line], slots: Mapping[str, str], facts: Facts, **more: str
) -> Offer | Ask | Refuse:
    """Offer the order: price, payment and address as they will be read back. `more`: further arguments."""
    customer, total = facts.identity.customer, total_of(lines)
    if total is None or customer is None:
        return Refuse(selling.NOT_TOGETHER)
    address = slots.get("address") or next(
        (one.addresses[0] for one in facts.records.contact if one.addresses), ""
    )
    if not address:
        return Ask("address", selling.WHERE_TO)
    if (elsewhere := outside(address, facts.rules)) is not None:
        return elsewhere
    paid = _paid(slots, facts)
    if isinstance(paid, Ask):
        return paid
    pay, card = paid
    args = {
        "items": json.dumps([[line.product.id, line.count] for line in lines]),
        **_single(lines),
        "what": what(lines),
        "amount": str(total.minor),
        "currency": total.currency,
        "pay": pay,
        "address": address,
        "customer": customer.id,
        **({"card": card.id, "payee": card.payee} if card else {}),
        **more,
    }
    return Offer(
        order=None,
        args=args,
        before={},
        money=total,
        payee=card.payee if card else None,
        version=VERSION,
        tier=Tier.R3 if card else None,
        takes=True,
    )


def _single(lines: Sequence[Line]) -> dict[str, str]:
    """Of one thing also its name and count by themselves: "no, two" changes only the one."""
    if len(lines) > 1:
        return {}
    return {"product": lines[0].product.id, "quantity": str(lines[0].count)}


def _paid(slots: Mapping[str, str], facts: Facts) -> tuple[str, Card | None] | Ask:
    """How, and with which card; a card is never guessed."""
    ways = facts.rules.pay
    pay = slots.get("pay", ways[0])
    if pay not in ways:
        return Ask("pay", selling.how_to_pay(ways))
    if pay != "card":
        return pay, None
    cards = facts.records.cards
    if (named := slots.get("card")) and any(card.id == named for card in cards):
        return pay, next(card for card in cards if card.id == named)
    if len(cards) == 1:
        return pay, cards[0]
    if not cards:
        return Ask("pay", selling.no_saved_card([way for way in ways if way != "card"]))
    last = max((order for order in facts.orders if order.payment), key=lambda order: order.day, default=None)
    used = [card for card in cards if last and last.payment and card.payee == last.payment.payee]
    return (pay, used[0]) if len(used) == 1 else Ask("pay", selling.several_cards(ways))


def what(lines: Sequence[Line]) -> str:
    """Things and counts, as they are said."""
    return selling.listed([selling.pieces(line.product.title, line.count) for line in lines])


def question(proposal: Proposal) -> str:
    """What a yes would order."""
    args = proposal.args
    day = f" on {english.day(date.fromisoformat(args['day']))}" if "day" in args else ""
    return f"{_priced(args)}, to {args['address']}{day}: order it?"


def done(proposal: Proposal) -> str:
    """What was ordered, with its number and the next step."""
    number = f"order {proposal.reference}" if proposal.reference else "your order"
    pays = f" {selling.PAY_BY_LINK}" if proposal.args["pay"] == "link" else ""
    return f"Done: {number} is placed, {_priced(proposal.args)}.{pays}"


def already(_proposal: Proposal) -> str:
    """The same, said again; its number follows."""
    return "That is ordered already."


def still(_proposal: Proposal) -> str:
    """What stays."""
    return "nothing is ordered"


def _priced(args: Mapping[str, str]) -> str:
    """What is ordered, for how much, and how it is paid."""
    payee = args.get("payee")
    how = f"with {english.instrument(payee)}" if payee else selling.PAYS[args["pay"]]
    return f"{args['what']} for {service.amount_of(args)}, {how}"
