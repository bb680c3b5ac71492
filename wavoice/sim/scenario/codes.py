"""Codes that confirm money, as the handset shows them and as scenario files name them.

A code hangs on ids and on a secret, so a file never holds its digits: `{code}` stands for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_SHOWN = re.compile(r" ?\bOr type YES (\d{4}) to confirm\.")
_NAMED = re.compile(r"\{(?P<wrong>wrong )?code(?: of (?P<of>\w+))?\}")


def codes_in(text: str) -> list[str]:
    """The codes that a message of the bot shows."""
    return _SHOWN.findall(text)


def without_code(text: str) -> str:
    """A message of the bot without the sentence that shows a code."""
    return _SHOWN.sub("", text)


def names_code(text: str) -> bool:
    """True if a code is to be filled in."""
    return _NAMED.search(text) is not None


def fill_in(text: str, shown: Callable[[str | None], Sequence[str]]) -> str:
    """`shown` gives the codes so far, oldest first, or those of the answer to the step that is named."""

    def digits(found: re.Match[str]) -> str:
        codes = shown(found["of"])
        if found["wrong"]:
            return next(code for code in map("{:04d}".format, range(10_000)) if code not in codes)
        return codes[-1]

    return _NAMED.sub(digits, text)


def with_names(text: str, shown: Sequence[str]) -> str:
    """What a customer typed, with every code that had been shown by its name; only the last one fits."""
    for code in dict.fromkeys(shown):
        text = re.sub(rf"\b{code}\b", "{code}" if code == shown[-1] else "{wrong code}", text)
    return text
