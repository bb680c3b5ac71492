"""Card numbers and codes never reach a store: they are cut out before the first write (I18)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from wavoice.runtime.redact.cards import cards
from wavoice.runtime.redact.codes import codes, may_hold_code
from wavoice.runtime.redact.digits import CUT, most_digits, tokens
from wavoice.runtime.redact.numerals import ENGLISH, OTHERS

__all__ = [
    "REMOVED",
    "REMOVED_CODE",
    "cut_out",
    "has_digits",
    "map_texts",
    "redact",
    "redact_tree",
    "split_card",
    "was_redacted",
]

REMOVED = "[card number removed]"
REMOVED_CODE = "[code removed]"
_IDS = frozenset({"id", "from", "from_user_id", "user_id", "wa_id", "message_id"})
_WORD = re.compile(r"[^\W\d_][\w\u0900-\u0963]*")
_SHORTEST_CODE, _SHORTEST_CARD = 3, 13
_FEWEST_FOREIGN = 3
"""Digit words of another language that make it worth reading."""


def redact(text: str) -> str:
    """Cut out card numbers, security codes, one-time passwords and PINs, typed or in words.

    What stays: numbers of orders, parcels and phones, sums, days, addresses, and the code of a question of
    ours. The text is returned as it is if it holds nothing of that kind.
    """
    digits = most_digits(text)
    if digits < _SHORTEST_CODE or (digits < _SHORTEST_CARD and not may_hold_code(text)):
        return text
    for numerals in _readings(text):
        found = tokens(text, numerals)
        if not any(token.ways for token in found):
            continue
        text = _without(text, cards(found), REMOVED)
        text = _without(text, codes(text, tokens(text, numerals)), REMOVED_CODE)
    return text


def was_redacted(*texts: str | None) -> bool:
    """True if something was cut out of one of these texts."""
    return any(mark in text for text in texts if text for mark in (REMOVED, REMOVED_CODE))


def has_digits(text: str) -> bool:
    """True if the text can be a part of a number."""
    return most_digits(text) > 0


def split_card(texts: Sequence[str]) -> Mapping[int, tuple[str, ...]]:
    """Parts of card numbers that begin in one of these texts and go on in the next: by index, as written.

    The texts are those of one customer in order. Empty unless the digits of at least two make one number.
    """
    joined = f" {CUT} ".join(texts)
    if most_digits(joined) < _SHORTEST_CARD:
        return {}
    begins = [sum(len(text) + 3 for text in texts[:place]) for place in range(len(texts))]
    found: dict[int, tuple[str, ...]] = {}
    for numerals in _readings(joined):
        for start, end in cards(tokens(joined, numerals)):
            parts = _parts(texts, begins, (start, end))
            if len(parts) > 1:
                for place, part in parts:
                    found[place] = (*found.get(place, ()), part)
    return found


def cut_out(text: str, parts: Iterable[str]) -> str:
    """Replace these parts wherever they stand, however their digits are grouped there."""
    for part in parts:
        text = text.replace(part, REMOVED)
        for numerals in _readings(part):
            digits = "".join(token.ways[0] for token in tokens(part, numerals) if token.ways)
            if len(digits) > 3:
                text = re.sub(r"(?<!\d)" + r"[\W_]{0,3}".join(digits) + r"(?!\d)", REMOVED, text)
    return text


def _parts(texts: Sequence[str], begins: Sequence[int], span: tuple[int, int]) -> list[tuple[int, str]]:
    start, end = span
    cut = [
        (place, text[max(0, start - begin) : max(0, end - begin)])
        for place, (text, begin) in enumerate(zip(texts, begins, strict=True))
    ]
    return [(place, part.strip()) for place, part in cut if part.strip()]


def _readings(text: str) -> Iterator[Mapping[str, str]]:
    """English, and each other language of which it holds enough digit words."""
    yield ENGLISH
    words = [word.casefold() for word in _WORD.findall(text)]
    for numerals in OTHERS:
        if sum(word in numerals for word in words) >= _FEWEST_FOREIGN:
            yield numerals


def _without(text: str, spans: Iterable[tuple[int, int]], mark: str) -> str:
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + mark + text[end:]
    return text


def redact_tree(value: Any) -> Any:
    """`redact` every string of a JSON value, except ids: one in ten of them passes Luhn by chance."""
    return map_texts(value, redact)


def map_texts(value: Any, change: Callable[[str], str]) -> Any:
    """Change every string of a JSON value, except ids."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: item if key in _IDS else map_texts(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [map_texts(item, change) for item in value]
    return value
