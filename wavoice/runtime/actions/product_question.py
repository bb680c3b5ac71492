"""What something costs, whether it is there, and what the shop says of it: from the catalogue alone (R0)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from wavoice.runtime.actions import Answer, Ask, Job, Prepared, Refuse
from wavoice.runtime.actions.matching import meant, nth
from wavoice.runtime.model import Facts, Product, Tier
from wavoice.runtime.replies import english, service

NOT_SOLD = "I cannot find that among what we sell."


def _prepare(slots: Mapping[str, str], facts: Facts, _today: date) -> Prepared:
    sold = facts.records.products
    found = which_products(slots, sold)
    if len(found) == 1:
        return Answer(_told(found[0], slots.get("aspect", "")))
    if found:
        return Ask("which", f"Did you mean {service.one_of([one.title for one in found])}?")
    return Refuse(f"{NOT_SOLD} {service.ASK_A_PERSON}")


def which_products(slots: Mapping[str, str], sold: Sequence[Product]) -> tuple[Product, ...]:
    """What is meant: one if that is clear, a few that it may be, or none."""
    named = [one for one in sold if one.title.casefold() == slots.get("product", "").casefold()]
    if len(named) == 1:
        return tuple(named)
    among = _by_names(slots.get("about", "") or slots.get("product", ""), sold)
    if (which := slots.get("which", "")) and len(among) != 1:
        place = nth(which, len(among))
        return (among[place],) if place is not None else _by_names(which, among or sold)
    return among


def _by_names(said: str, sold: Sequence[Product]) -> tuple[Product, ...]:
    names = meant(said, [one.title for one in sold])
    return tuple(next(one for one in sold if one.title == name) for name in names)


def _told(product: Product, aspect: str) -> str:
    price = english.money(product.price)
    match aspect:
        case "price":
            return f"{product.title} costs {price}; {service.stock(product)}."
        case "stock":
            return f"{product.title}: {service.stock(product)}. It costs {price}."
    said = service.quotable(product.text)
    return f"{product.title}: {price}, {service.stock(product)}.{f' {said}' if said else ''}"


JOB = Job(
    name="product_question",
    can="tell you about what we sell",
    slots=("about", "product", "which"),
    tier=Tier.R0,
    needs=("products",),
    prepare=_prepare,
    public=True,
)
