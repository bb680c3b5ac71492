"""What there is of a kind: from the catalogue, in stock, at most three, and nothing made up (R0)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from wavoice.runtime.actions import Answer, Job, Prepared, Refuse
from wavoice.runtime.actions.matching import meaning_of
from wavoice.runtime.lexicon import words_of
from wavoice.runtime.model import Facts, Product, Tier
from wavoice.runtime.replies import english, service

_ASKING = frozenset(
    words_of(
        "recommend recommendation suggest suggestion suggestions idea ideas something anything kind "
        "kinds type types sort sorts show best good nice cheap present gift looking look help "
        "choose range assortment else new"
    )
)
"""Words that ask, and say nothing of what is wanted."""
LIKE = 85.0
"""Likeness of one word to one of the catalogue, 0 to 100: an ending or a letter more or less."""


def _prepare(slots: Mapping[str, str], facts: Facts, _today: date) -> Prepared:
    there = [one for one in facts.records.products if one.stock > 0]
    wanted = [word for word in meaning_of(slots.get("about", "")).split() if word not in _ASKING]
    fitting = _fitting(wanted, there) if wanted else there
    if not there:
        return Refuse(f"Nothing is in stock right now. {service.ASK_A_PERSON}")
    if not fitting:
        return Refuse(f"I find nothing like that in our catalogue. We have, for example, {_listed(there)}.")
    return Answer(f"{'We have' if wanted else 'From our catalogue'}: {_listed(fitting)}.")


def _fitting(wanted: Sequence[str], there: Sequence[Product]) -> list[Product]:
    """What its name or its text says something of, the most of it first."""
    from rapidfuzz import fuzz  # noqa: PLC0415 -- needed for few messages

    def hits(product: Product) -> int:
        written = words_of(f"{product.title} {product.text}")
        return sum(any(fuzz.ratio(word, one) >= LIKE for one in written) for word in wanted)

    scored = [(hits(one), one) for one in there]
    most = max((score for score, _ in scored), default=0)
    return [one for score, one in scored if score == most and most]


def _listed(products: Sequence[Product]) -> str:
    shown = [f"{one.title} for {english.money(one.price)}" for one in products[: service.MOST_OFFERED]]
    return service.one_of(shown)


JOB = Job(
    name="recommend",
    can="show you what we have",
    slots=("about",),
    tier=Tier.R0,
    needs=("products",),
    prepare=_prepare,
    public=True,
)
