"""Text of others, fit to be drawn: nothing in it steers the terminal, hides, or turns what follows."""

from __future__ import annotations

import unicodedata

_PICTURES = 0x2400
"""Unicode's pictures of control characters: U+2400 is that of U+0000."""
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FORMATTING = frozenset("\u200c\u200d\ufe0e\ufe0f")
"""Joiners and variation selectors, of which emoji and several scripts are made."""
_TAGS = range(0xE0020, 0xE0080)
"""Letters of flags."""


def visible(text: str, *, lines: bool = False) -> str:
    """The text with control characters as pictures of them (␛ for escape); `lines` keeps line breaks.

    What hides or turns the direction of writing becomes U+FFFD.
    """
    if text.isprintable():
        return text
    return "".join(_shown(each, lines) for each in text)


def _shown(each: str, lines: bool) -> str:
    if each == "\n" and lines:
        return each
    if each in "\n\t":
        return " "
    if each < " ":
        return chr(_PICTURES + ord(each))
    if each == "\x7f":
        return "\N{SYMBOL FOR DELETE}"
    harmless = each in _FORMATTING or ord(each) in _TAGS or unicodedata.category(each) not in _HIDDEN
    return each if harmless else "\N{REPLACEMENT CHARACTER}"


def shortened(text: str, most: int) -> str:
    """At most so many characters on one line, the last an ellipsis if anything was cut."""
    line = visible(" ".join(text.split()))
    return line if len(line) <= most else line[: max(0, most - 1)] + "…"
