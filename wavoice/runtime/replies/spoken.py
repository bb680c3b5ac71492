"""Text as it is best spoken."""

from __future__ import annotations

import re

SPOKEN_IN = "en"
"""Language of whatever is spoken, also to a customer who is heard in another: replies in other languages
are written (`replies/others.py`)."""
_NUMBER = re.compile(r"\b([Oo]rder|ending) (\d{3,10})\b")


def speakable(text: str) -> str:
    """Numbers of orders and cards as people say them: "1842" in pairs, others digit by digit; never as a
    quantity.
    """
    return _NUMBER.sub(lambda match: f"{match[1]} {_digits(match[2])}", text)


def _digits(number: str) -> str:
    pairs = [number[start : start + 2] for start in range(0, len(number), 2)]
    if len(number) == 4 and all(pair[0] != "0" for pair in pairs):
        return " ".join(pairs)
    return " ".join(number)
