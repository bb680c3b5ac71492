"""How a yes is meant: on a condition, in part, as somebody else's, in irony, or as an idiom of refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wavoice.runtime.lexicon import Lexicon, Phrase
from wavoice.runtime.model import Mark

Found = tuple[int, int, Mark | None]
_YESES = (Mark.YES, Mark.WEAK)
_NEGATORS = frozenset({"no", "not", "dont", "nothing"})
_OPTION = re.compile(r"\W*(?:(?:number|option)\s+)?(\d{1,2})\W*(?:please\W*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Manner:
    """The answers to how; all false for a yes that is simply one."""

    conditional: bool = False
    partial: bool = False
    reported: bool = False
    sarcastic: bool = False
    softened: bool = False


_NAMES = frozenset({"thats", "is"})
"""Before "when I", they name a time and set no condition: "that's when I want it"."""


def manner_of(spoken: Phrase, scanned: list[Found], words: Lexicon, free: frozenset[int]) -> Manner:
    """Say how a yes is meant; `scanned` are all marks of the words, `free` those that no value covers."""
    agrees = any(mark in _YESES for _, _, mark in scanned)
    if not agrees:
        return Manner()
    return Manner(
        conditional=any(
            free.issuperset(range(start, end)) and spoken[max(0, start - 1)] not in _NAMES
            for start, end in words.spans("condition", spoken)
        ),
        partial=_has(words, "part", spoken, free),
        reported=is_reported(spoken, words),
        sarcastic=words.has("sarcastic", spoken),
        softened=any(mark is None and _refuses(spoken[start:end], words) for start, end, mark in scanned),
    )


def is_reported(spoken: Phrase, words: Lexicon) -> bool:
    """True for somebody else's yes, or a supposed one; who says "as I said" speaks for themselves."""
    return any(
        not (start and spoken[start - 1] == "i" and spoken[start] in ("said", "asked"))
        for start, _ in words.spans("reported", spoken)
    )


def without_softened_no(spoken: Phrase, scanned: list[Found], words: Lexicon) -> list[Found]:
    """The marks; a no that leads into an idiom of consent ("no, no problem, go ahead", D23) is part of it.

    Only if a strong yes follows and nothing else refuses: "no, no problem" alone stays a no.
    """
    idioms = [item for item in scanned if item[2] is None and _refuses(spoken[item[0] : item[1]], words)]
    if not idioms:
        return scanned
    first = idioms[0]
    led = [item for item in scanned if item[1] <= first[0]]
    follows = [mark for start, _, mark in scanned if start >= first[1]]
    touches = (
        led and led[-1][1] == first[0] and all(set(spoken[start:end]) == {"no"} for start, end, _ in led)
    )
    if touches and Mark.YES in follows and all(mark in (*_YESES, None) for mark in follows):
        return [(*item[:2], None) if item in led else item for item in scanned]
    return scanned


def option_of(text: str) -> int | None:
    """The number that is all that the text says (D67)."""
    match = _OPTION.fullmatch(text)
    return int(match[1]) if match else None


def _refuses(idiom: Phrase, words: Lexicon) -> bool:
    """True for an idiom that agrees by negating: "no problem", and not "can't wait"."""
    return bool(_NEGATORS & set(idiom)) and idiom not in words.sets["aside"]


def _has(words: Lexicon, name: str, spoken: Phrase, free: frozenset[int]) -> bool:
    return any(free.issuperset(range(start, end)) for start, end in words.spans(name, spoken))
