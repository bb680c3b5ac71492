"""Numbers as customers say them, in digits: one by one, in pairs, in words, with "double" and "oh".

A run of number words that makes three digits or more is one number, as order numbers are said; text2num
knows the words of eight languages. A run that money or a unit follows is left to whoever looks for those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from text_to_num import alpha2digit

from wavoice.runtime.tongues import primary

LANGUAGES: Final = ("en", "es", "pt", "fr", "de", "it", "nl", "da")
"""Those of text2num. In a text of any other, and where its own words make no number, each of the first
seven is tried: a language may be set wrongly."""
FEWEST: Final = 3
"""Digits of a number that is said in pieces; atoms of one in a language that was not expected."""
MOST: Final = 12
_AND: Final = {
    "en": {"and"}, "es": {"y"}, "pt": {"e"}, "fr": {"et"}, "de": {"und"}, "it": {"e"}, "nl": {"en"},
    "da": {"og"},
}  # fmt: skip
_ONE: Final = {
    "en": set[str](), "es": {"un", "una"}, "pt": {"um", "uma"}, "fr": {"un", "une"}, "de": {"ein", "eine"},
    "it": {"un", "una"}, "nl": {"een", "één"}, "da": {"en", "et"},
}  # fmt: skip
"""Also an article: a number only beside others."""
_ZERO: Final = {"en": {"oh", "o", "nought", "naught", "nil"}}
"""Said for a nought between other digits, and unknown to text2num."""
_MANY: Final = {
    "double": 2, "triple": 3, "treble": 3, "doble": 2, "dobro": 2, "duplo": 2, "triplo": 3, "doppio": 2,
    "doppelt": 2, "doppel": 2, "dreifach": 3, "dubbel": 2, "driedubbel": 3, "dobbelt": 2, "tredobbelt": 3,
}  # fmt: skip
_SAID: Final = {("pt", "meia"): "seis", ("de", "zwo"): "zwei"}
"""Other words for a digit, where numbers are said one by one."""
_PIECE: Final = re.compile(r"[^\W_]+(?:[-'\u2019][^\W_]+)*")
_BETWEEN: Final = re.compile(r"[\s,\-\u2013]{1,3}|\s?(?:\.{3}|\u2026)\s?")
_UNIT: Final = re.compile(
    r"\s*(?:%|percent|euros?\b|dollars?\b|bucks?\b|pounds?\b|rupees?\b|pesos?\b|reais\b|cents?\b|days?\b|weeks?\b"
    r"|months?\b|years?\b|hours?\b|minutes?\b|kronor\b|kroner\b|[€$£₹¥])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Atom:
    """A word that is a number, or joins numbers."""

    word: str
    start: int
    end: int
    digits: str
    """What it is by itself; empty for a word that only joins, or counts the next one."""


def in_digits(text: str, language: str) -> str:
    """The text with each number that is said in pieces, or in words of several digits, as one."""
    own = primary(language)
    for tongue in dict.fromkeys((own, *LANGUAGES[:-1])):
        if tongue in LANGUAGES:
            text = _replaced(text, tongue, expected=tongue == own)
    return text


def small_in_digits(words: str, language: str) -> str | None:
    """A number of one or two digits that is said in these words and no others; None for anything else."""
    said = str(alpha2digit(words.casefold(), language, threshold=0)) if language in LANGUAGES else words
    return said if said.isascii() and said.isdigit() and len(said) < FEWEST else None


def _replaced(text: str, language: str, *, expected: bool) -> str:
    kept, at = [], 0
    for run in _runs(text, language):
        number = _number(run, language)
        if number is None or _UNIT.match(text, run[-1].end) or not (expected or _many(run)):
            continue
        kept += [text[at : run[0].start], number]
        at = run[-1].end
    return "".join([*kept, text[at:]]) if kept else text


def _many(run: Sequence[_Atom]) -> bool:
    return sum(bool(atom.digits) for atom in run) >= FEWEST


def _runs(text: str, language: str) -> Iterator[list[_Atom]]:
    """Words that may be one number: each a number, or a word between numbers."""
    run: list[_Atom] = []
    for match in _PIECE.finditer(text):
        atom = _atom(match, language)
        joined = not run or _BETWEEN.fullmatch(text, run[-1].end, match.start()) is not None
        if atom is None or not joined:
            yield from _trimmed(run)
            run = []
        if atom is not None:
            run.append(atom)
    yield from _trimmed(run)


def _trimmed(run: list[_Atom]) -> Iterator[list[_Atom]]:
    """Without words at the ends that are no numbers by themselves."""
    while run and not run[-1].digits and run[-1].word not in _EVERY_ONE:
        run = run[:-1]
    while run and not run[0].digits and run[0].word not in _MANY and run[0].word not in _EVERY_ONE:
        run = run[1:]
    if any(atom.digits for atom in run) and any(not atom.word.isdigit() for atom in run):
        yield run


_EVERY_ONE: Final = frozenset().union(*_ONE.values())


def _atom(match: re.Match[str], language: str) -> _Atom | None:
    word = match.group().casefold()
    digits = _alone(word, language)
    joins = word in _AND[language] or word in _ONE[language] or word in _MANY
    if not digits and not joins and word not in _ZERO.get(language, ()):
        return None
    if word in _ZERO.get(language, ()):
        digits = "0"
    return _Atom(word, match.start(), match.end(), digits)


def _as_known(word: str, language: str) -> str:
    """The word as text2num spells it: sixty is "tres" in Danish, and "treds" in older spelling."""
    if language == "da" and word.endswith("treds") and not word.endswith("halvtreds"):  # that one is fifty
        return f"{word.removesuffix('treds')}tres"
    return _SAID.get((language, word), word)


@lru_cache(maxsize=4096)
def _alone(word: str, language: str) -> str:
    """The digits that a word is by itself, or nothing."""
    if word.isdigit():
        return word if word.isascii() and len(word) < FEWEST else ""
    said = str(alpha2digit(_as_known(word, language), language, threshold=0))
    return said if said.isascii() and said.isdigit() else ""


def _number(run: Sequence[_Atom], language: str) -> str | None:
    """All digits of a run, or None if it is no number that is said in pieces."""
    words = list(_spelt(run, language))
    if words and words[0] in _ONE[language]:
        follows = next((atom.digits for atom in run[1:] if atom.digits), "")
        if len(follows) > 1:
            return None  # an article: "una 1842"
    said = str(alpha2digit(" ".join(words), language, threshold=0))
    parts = said.split()
    ones = _ONE[language]
    parts = ["1" if part in ones else part for part in parts]
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None
    digits = "".join(parts)
    pieces = sum(bool(atom.digits) or atom.word in _MANY for atom in run)
    round_one = len(parts) == 1 and set(digits[1:]) <= {"0"} and digits[:1] == "1"
    enough = pieces > 1 or (len(digits) > FEWEST and not round_one)
    return digits if enough and FEWEST <= len(digits) <= MOST else None


def _spelt(run: Sequence[_Atom], language: str) -> Iterator[str]:
    """The words of a run with "double four" as two of them, and every word as text2num knows it."""
    times = 1
    for atom in run:
        if atom.word in _MANY:
            times = _MANY[atom.word]
            continue
        word = _as_known(atom.word, language)
        word = _NOUGHT[language] if atom.word in _ZERO.get(language, ()) else word
        yield from (word for _ in range(times))
        times = 1


_NOUGHT: Final = {"en": "zero"}
