"""What of an answer repeats the open question: runs of its words, and single words that mean the same.

A single word repeats the question only where that cannot choose or turn anything round: not if the
question offers a choice or is two questions, no number without its neighbour or a "the", and nothing
that stands behind "from" or "to" unless it does so in the question.
"""

from __future__ import annotations

import re
from itertools import pairwise

from wavoice.runtime.lexicon import Phrase, words_of

_ECHO = 3
"""Words in a row that must repeat the question to count as its echo (D60)."""
_CHOICE = re.compile(
    r"\b(?:or|options?|choices?|either|prefer\w*|which|types?|kinds?|any|another|else|other)\b|\?.*\w",
    re.IGNORECASE | re.DOTALL,
)
"""The question offers a choice, or another sentence follows it: a word of it may answer but a part."""
_INVITES = re.compile(r"\s*\b(?:reply|tap) yes or no\W*$", re.IGNORECASE)
"""How our own questions end: no choice, no second question, and nothing that an answer would repeat."""
_WAY = frozenset({"from", "to", "before", "after", "until", "till", "instead", "than"})
_GRAMMAR = frozenset(
    words_of(
        "i im id ill ive we me us my you your youre youve it its that thats this these those they them "
        "the a an is are was be do does did have has will would could should can may to of for with on "
        "in at by and so then just really very too all now please yes no ok okay want need like love get "
        "go make take put do book reserve confirm play buy right correct good great fine perfect sounds "
        "sound looks look works work suits everything details not if but or "
    )
)
"""Words of which sentences are made; that they repeat the question says nothing."""
_GENERIC = frozenset({"reserve", "reserving", "reservation", "reservations", "booking", "bookings"})
_RESERVED = frozenset(
    {"table", "spot", "seat", "seats", "room", "car", "vehicle", "hotel", "appointment", "rental"}
)
_SAME = (
    frozenset({"car", "vehicle", "rental"}),
    frozenset({"transaction", "transfer", "payment"}),
    frozenset({"movie", "film"}),
)
"""Names of one thing: whoever says "book a table" to "a reservation?" repeats the question."""
_MONTHS = frozenset(
    words_of(
        "january february march april may june july august september october november december "
        "jan feb mar apr jun jul aug sep sept oct nov dec"
    )
)
"""A month without its day chooses another day: it repeats the question only beside its neighbour."""
_ARTICLES = frozenset({"the", "a", "an", "my", "this", "that"})
_SHORT = 3
_STEM = re.compile(r"(?:ing|ed|es|s)$")


def echo_of(spoken: Phrase, prompt: Phrase) -> frozenset[int]:
    """Positions of words that repeat the open question, `_ECHO` or more in a row."""
    said = {prompt[start : start + _ECHO] for start in range(len(prompt) - _ECHO + 1)}
    return frozenset(
        position
        for start in range(len(spoken) - _ECHO + 1)
        if spoken[start : start + _ECHO] in said
        for position in range(start, start + _ECHO)
    )


def offers_choice(prompt: str) -> bool:
    """True if words of the question may answer only a part of it."""
    return _CHOICE.search(_INVITES.sub("", prompt).strip().rstrip("?! .")) is not None


def repeated_words(spoken: Phrase, prompt: str) -> frozenset[int]:
    """Positions of single words that repeat the question and leave its meaning as it is."""
    if not prompt or offers_choice(prompt):
        return frozenset()
    asked = words_of(_INVITES.sub("", prompt))
    pairs = {*pairwise(asked)}
    stems = {_stem(word) for word in (*asked, *_other_names(frozenset(asked)))}
    return frozenset(
        place
        for place, word in enumerate(spoken)
        if word not in _GRAMMAR and _stem(word) in stems and _stays(spoken, place, pairs)
    )


def _other_names(asked: frozenset[str]) -> frozenset[str]:
    names = [group for group in _SAME if group & asked]
    if asked & _GENERIC:
        names.append(_RESERVED if not asked & _RESERVED else _GENERIC)
    elif asked & _RESERVED:
        names.append(_GENERIC)
    return frozenset().union(*names)


def _stays(spoken: Phrase, place: int, pairs: set[tuple[str, str]]) -> bool:
    at = place
    while at and spoken[at - 1] in _ARTICLES:
        at -= 1
    before = spoken[at - 1] if at else ""
    if any(letter.isdigit() for letter in spoken[place]):
        after = spoken[place + 1] if place + 1 < len(spoken) else ""
        named = place > 0 and spoken[place - 1] == "the"
        return named or (before, spoken[place]) in pairs or (spoken[place], after) in pairs
    if spoken[place] in _MONTHS:
        after = spoken[place + 1] if place + 1 < len(spoken) else ""
        return (before, spoken[place]) in pairs or (spoken[place], after) in pairs
    return before not in _WAY or (before, spoken[place]) in pairs


def _stem(word: str) -> str:
    stem = _STEM.sub("", word)
    return stem if len(stem) >= _SHORT else word
