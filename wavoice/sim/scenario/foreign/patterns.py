"""Regular expressions that mean plain words, as those words."""

from __future__ import annotations

import re
from dataclasses import dataclass

_GAP = re.compile(r"\.[*+]\??|(?P<some>\\[dDwWsS](?:[*+]\??|\{\d+(?:,\d*)?\})?)")
_DOT = re.compile(r"\.(?=\s|$)|(?<=\d)\.(?=\d)")
_MARK = re.compile(r"\?(?=$|\s+[^\Wa-z_])")


@dataclass(frozen=True, slots=True)
class Words:
    """What a text that matches holds."""

    pieces: tuple[str, ...]
    exact: bool
    """False if the pattern asks for more than these pieces: an order, or some characters between them."""


def plain_words(pattern: str) -> Words | None:
    """The words that a pattern looks for; None if it is more than words with gaps between them.

    A full stop at the end of a word or between digits and a question mark at the end of a sentence are
    taken for what they are in a sentence.
    """
    rest = pattern.removeprefix("(?i)").removeprefix("^")
    if rest.endswith("$") and not rest.endswith("\\$"):
        rest = rest[:-1]
    pieces, exact, at = [""], True, 0
    while at < len(rest):
        if gap := _GAP.match(rest, at):
            exact = exact and gap["some"] is None
            pieces.append("")
            at = gap.end()
        elif rest[at] == "\\":
            if rest[at + 1 : at + 2].isalnum() or at + 1 == len(rest):
                return None
            pieces[-1] += rest[at + 1]
            at += 2
        elif rest[at] in "[](){}|*+^$" or (rest[at] in ".?" and not _is_stop(rest, at)):
            return None
        else:
            pieces[-1] += rest[at]
            at += 1
    found = tuple(word for piece in pieces if (word := " ".join(piece.split())))
    return Words(found, exact and len(found) == 1) if found else None


def _is_stop(pattern: str, at: int) -> bool:
    return bool(_DOT.match(pattern, at) or (at and _MARK.match(pattern, at)))
