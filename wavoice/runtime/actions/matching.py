"""Which of a few names is meant by what was said: the one, a few that it may be, or none. Pure.

Spelling and speech recognition differ from the record by a letter or an ending, so likeness is measured;
what is not clearly one thing is asked about, with at most three to choose from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from wavoice.runtime.lexicon import words_of

FLOOR = 80.0
"""Likeness, 0 to 100, from which a name may be meant. "Dest lamp" for "Desk lamp" is 89."""
CLEAR = 12.0
"""By so much the best has to be better than the next, else it is asked which."""
MOST = 3
_NOTHING = frozenset(
    words_of(
        "a an the my our your i we you it is are was be do does did can could will would should have has "
        "had get got please pls to for of in on at as me us any some that this these those there and or "
        "with from about want need like one ones mine how much many what which when where cost costs "
        "price stock available tell know buy sell order product subscription appointment book booking "
        "cancel move change skip pause stop next delivery up off id ill im ive lets let make put hi "
        "hello hey yes no okay ok thanks"
    )
)
"""Words that name no thing."""
_ORDINALS = (
    (0, frozenset({"first", "1st", "1", "earliest"})),
    (1, frozenset({"second", "2nd", "2"})),
    (2, frozenset({"third", "3rd", "3"})),
    (-1, frozenset({"last", "latest"})),
)
_WORDS = re.compile(r"[^\W_]+")


def meaning_of(text: str) -> str:
    """The words of a text that may name a thing; all of them if none may."""
    words = words_of(text)
    return " ".join([word for word in words if word not in _NOTHING] or words)


def meant(text: str, names: Sequence[str]) -> tuple[str, ...]:
    """Names that the text may mean, the likeliest first: one if it is clear, else up to `MOST`."""
    from rapidfuzz import fuzz  # noqa: PLC0415 -- needed for few messages

    said = meaning_of(text)
    if not said:
        return ()
    scored = []
    for name in dict.fromkeys(names):
        written = " ".join(words_of(name))
        likeness = max(fuzz.token_set_ratio(said, written), fuzz.ratio(said, written))
        if likeness >= FLOOR:
            scored.append((likeness, fuzz.token_sort_ratio(said, written), name))
    scored.sort(key=lambda one: (-one[0], -one[1]))
    if len(scored) > 1 and _is_clear(scored[0][:2], scored[1][:2]):
        return (scored[0][2],)
    return tuple(name for _, _, name in scored[:MOST])


def _is_clear(best: tuple[float, float], other: tuple[float, float]) -> bool:
    return best[0] - other[0] >= CLEAR or (best[0] >= other[0] and best[1] - other[1] >= CLEAR)


def nth(text: str, count: int) -> int | None:
    """Place of the one that is meant among `count` that were just offered: "the second one"."""
    said = {word.casefold() for word in _WORDS.findall(text)}
    places = [place for place, words in _ORDINALS if words & said]
    if len(places) != 1 or count == 0:
        return None
    place = places[0] if places[0] >= 0 else count - 1
    return place if place < count else None
