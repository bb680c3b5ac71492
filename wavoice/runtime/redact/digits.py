"""Digits of a text in whatever way they are said: "4111", "forty-one eleven", "double four oh one"."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wavoice.runtime.redact.numerals import DOUBLED, ENGLISH, HOMOPHONES, OTHERS, PLURALS, TIMES

CUT = "\x1e"
"""Stands where one message ends and the next begins, in texts that are looked at together."""

_WORD = r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0962\u0963'’])*"
_TOKEN = re.compile(
    r"(?P<other>(?<![\d/.\-])(?:\d{1,2}[/.\-]\d{1,2}[/.\-](?:19|20)\d\d|(?:19|20)\d\d([/.\-])\d\d\2\d\d)(?![/.\-]?\d)"
    r"|(?<![\d:])\d{1,2}:\d\d(?![:\d])|(?<!\d)\d{3}-\d{7}-\d{7}(?!-?\d)|[$€£₹¥]\s?\d[\d.,]*)"
    rf"|(?P<digits>\d+)|(?P<word>{_WORD})|(?P<cut>{CUT})"
)
"""Days, times, sums and the order numbers of one large shop are never a part of a card number."""
_PLACES = {"hundred": 2, "thousand": 3, "cien": 2, "ciento": 2, "mil": 3, "cem": 2, "cento": 2}
_ORDINALS = frozenset(
    {"next", "last", "first", "final", "other", "following", "remaining", "second", "third"}
)
_DIGIT, _SAID = re.compile(r"\d"), re.compile(_WORD)
_NAMES: Mapping[str, int] = {
    word: max(len(one.get(word, "")) for one in (ENGLISH, HOMOPHONES, *OTHERS))
    for numerals in (ENGLISH, HOMOPHONES, *OTHERS)
    for word in numerals
}
_MULTIPLIES = frozenset({*_PLACES, *TIMES, *DOUBLED, *PLURALS})
_COUNTS = frozenset({"one", "two", "three", "four", "five", "six", "seven", "eight"})
_ANNOUNCES = frozenset({"are", "is", "digits", "digit", "numbers", "were", "would", "being"})


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a group of digits, and where it stands."""

    start: int
    end: int
    word: str = ""
    """Casefolded; empty for digits."""
    ways: tuple[str, ...] = ()
    """The digits that it may stand for, likeliest first; none for a word."""
    plus: bool = False
    """Begins with a plus, as phone numbers do."""
    spoken: bool = False
    """In words."""


def words_in(text: str) -> list[str]:
    """Casefolded words of letters alone, as in tokens."""
    return [word.casefold().replace("’", "'") for word in _SAID.findall(text)]


def most_digits(text: str) -> int:
    """No fewer digits than any number in this text can have, in any language: 0 if there is none.

    Nearly every message has too few for a card number or a code, and this is far less work than `tokens`.
    """
    words = words_in(text)
    written = len(_DIGIT.findall(text))
    said = sum(_NAMES.get(word, 0) for word in words)
    multiplied = bool(written or said) and not _MULTIPLIES.isdisjoint(words)
    return sys.maxsize if multiplied else written + said


def tokens(text: str, numerals: Mapping[str, str]) -> Sequence[Token]:
    """Words and digits of a text in order, digit words of that language read as digits."""
    found = [_token(match, text, numerals) for match in _TOKEN.finditer(text)]
    return _joined(found, text)


def _token(match: re.Match[str], text: str, numerals: Mapping[str, str]) -> Token:
    start, end = match.span()
    if match["digits"]:
        plus = text[max(0, start - 2) : start].strip(" (").endswith("+")
        return Token(start, end, ways=(_ascii(match["digits"]),), plus=plus)
    word = match.group().casefold().replace("’", "'") if match["word"] else match.group()
    if word in numerals:
        # "um" is one in Portuguese, and a filler of whoever else speaks it.
        ways = (numerals[word], "") if word == "um" else (numerals[word],)
        return Token(start, end, word, ways, spoken=True)
    if word in HOMOPHONES:
        return Token(start, end, word, ("", HOMOPHONES[word]), spoken=True)
    return Token(start, end, word)


def _ascii(digits: str) -> str:
    return "".join(str(unicodedata.digit(digit)) for digit in digits)


def _joined(found: Sequence[Token], text: str) -> Sequence[Token]:
    """Join what is one number: tens and units, "double four", "three ones", hundreds."""
    made: list[Token] = []
    place = 0
    while place < len(found):
        for rule in (_announced, _multiplied, _counted, _tens, _placed):
            if joined := rule(found, place, text):
                token, place = joined
                break
        else:
            token, place = found[place], place + 1
        made.append(token)
    return made


_Joined = tuple[Token, int] | None


def _next(found: Sequence[Token], place: int) -> Token | None:
    return found[place] if place < len(found) else None


def _announced(found: Sequence[Token], place: int, text: str) -> _Joined:
    """Words like "the next four are", "last three digits": how many are to come, not what they are."""
    second, third = _next(found, place + 1), _next(found, place + 2)
    if found[place].word not in _ORDINALS or second is None or third is None:
        return None
    if (
        second.word not in _COUNTS
        or third.word not in _ANNOUNCES
        or CUT in text[found[place].start : third.end]
    ):
        return None
    return Token(found[place].start, third.end, third.word), place + 3


def _multiplied(found: Sequence[Token], place: int, text: str) -> _Joined:
    """A number: "double four", "triple 0"."""
    first, second = found[place], _next(found, place + 1)
    times = TIMES.get(first.word) or DOUBLED.get(first.word)
    if times is None or second is None or not second.ways or CUT in text[first.start : second.start]:
        return None
    ways = tuple(way * times for way in second.ways if way)
    digits = ways[0]
    if len(digits) > times * 2:  # "double 4111": not a way to say a number
        return None
    return Token(first.start, second.end, first.word, ways, spoken=True), place + 2


def _counted(found: Sequence[Token], place: int, _text: str) -> _Joined:
    """A number: "three ones"."""
    first, second = found[place], _next(found, place + 1)
    if second is None or second.word not in PLURALS or not first.ways:
        return None
    digits = next((way for way in first.ways if way), "")
    if len(digits) != 1 or digits < "2":
        return None
    said = PLURALS[second.word] * int(digits)
    return Token(first.start, second.end, second.word, (said,), spoken=True), place + 2


def _tens(found: Sequence[Token], place: int, text: str) -> _Joined:
    """A number: "forty-one", which may also be 40 and 1; "treinta y uno"."""
    first, after = found[place], place + 1
    if not (first.spoken and len(first.ways) == 1 and re.fullmatch("[2-9]0", first.ways[0])):
        return None
    link = _next(found, after)
    if link is not None and link.word in ("y", "e"):
        after += 1
    second = _next(found, after)
    if second is None or not second.spoken or not second.ways or len(second.ways[-1]) != 1:
        return None
    unit = second.ways[-1]
    if unit == "0" or text[first.end : second.start].strip(" -\u2010\u2011ye"):
        return None
    tens = first.ways[0]
    token = Token(first.start, second.end, first.word, (tens[0] + unit, tens + unit), spoken=True)
    after += 1
    placed = _placed([token, *found[after : after + 5]], 0, text)
    return (placed[0], after + placed[1] - 1) if placed else (token, after)


def _placed(found: Sequence[Token], place: int, text: str) -> _Joined:
    """A number: "forty-two hundred", "four thousand one hundred and eleven": the value, or digit by digit."""
    first, second = found[place], _next(found, place + 1)
    if second is None or second.word not in _PLACES or not first.ways or not first.ways[0]:
        return None
    zeros = _PLACES[second.word]
    digits = first.ways[0]
    if len(digits) > 3:
        return None
    value, end, after = int(digits) * 10**zeros, second.end, place + 2
    rest = _next(found, after)
    if rest is not None and rest.word == "and":
        rest = _next(found, after + 1)
    plain = Token(first.start, end, second.word, (str(value),), spoken=True), after
    if rest is None or not rest.ways or not rest.spoken or not rest.ways[0]:
        return plain
    at = found.index(rest)
    if zeros == 3 and (hundreds := _placed(found, at, text)):
        rest, at = hundreds[0], hundreds[1] - 1
    low = int(rest.ways[0])
    if len(str(low)) > zeros:
        return plain
    ways = (str(value + low), str(value) + rest.ways[0])
    return Token(first.start, rest.end, second.word, ways, spoken=True), at + 1
