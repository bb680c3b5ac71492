"""Products of the catalogue by what a customer calls them. Nothing is sold here that is not in it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from wavoice.runtime.model import Product

MOST_MEANT = 3
"""Products that are named in a question; more would not be listened to."""
_WORD = re.compile(r"[^\W_]+")
_CLOSE = 0.74
"""Likeness of two words from which one may be the other, misheard or mistyped."""
_SMALL = frozenset(
    {"a", "an", "the", "of", "and", "with", "in", "for", "some", "any", "piece", "pack", "bag", "box"}
)


def meant(said: str, products: Sequence[Product]) -> tuple[Product, ...]:
    """The product with that id or name; else those that it may mean; none if it is unknown."""
    exact = [one for one in products if said in (one.id, one.title) or _words(said) == _words(one.title)]
    if exact:
        return (exact[0],)
    words = _words(said) - _SMALL
    whole = [one for one in products if words and _words(one.title) <= words]
    if whole:  # "rice 5 kg bags": of several names in it the longest
        return (max(whole, key=lambda one: len(_words(one.title))),)
    scored = [(_likeness(words, _words(one.title)), one) for one in products]
    best = max((score for score, _ in scored), default=0.0)
    if not best:
        return ()
    return tuple(one for score, one in scored if score == best)[:MOST_MEANT]


def _words(text: str) -> frozenset[str]:
    return frozenset(_singular(word) for word in _WORD.findall(text.casefold()))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _likeness(said: Iterable[str], title: frozenset[str]) -> float:
    """Words in common; what is only nearly alike counts less."""
    total = 0.0
    for word in said:
        if word in title:
            total += 1
        elif len(word) > 3 and difflib.get_close_matches(word, title, 1, _CLOSE):
            total += 0.5
    return total
