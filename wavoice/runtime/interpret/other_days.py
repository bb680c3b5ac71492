"""Days in languages other than English: names of days and months as CLDR has them, through dateparser.

What is understood is what `days.py` understands: a weekday is the next one after today, the past is never
meant. Words that mean two days ("kal" is yesterday and tomorrow in Hindi) mean the one that is to come.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import import_module
from itertools import islice
from typing import Any, Final

from wavoice.runtime.interpret.numbers import small_in_digits
from wavoice.runtime.tongues import primary

MOST: Final = 8
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_AHEAD: Final = {"0 day ago": 0, "in 1 day": 1, "in 2 day": 2}
_SHORTEST: Final = 3
"""Letters of a name: shorter ones ("do", "sa") are other words as well. Two where a script is no alphabet
of ours."""
LONGEST_NUMBER: Final = 4
"""Words of a day of the month: "trente et un"."""
_PIECE: Final = re.compile(r"[^\W_]+(?:[-'\u2019][^\W_]+)*")
_IN: Final = "in \\1 day"


@dataclass(frozen=True, slots=True)
class _Words:
    """How a language says days."""

    pattern: re.Pattern[str]
    dated: re.Pattern[str]
    """A month, with what stands before it and behind the number of the day."""
    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    ahead: Mapping[str, int]


def find_other_days(text: str, language: str, today: date) -> Iterator[tuple[re.Match[str], date]]:
    """Yield each mention in spoken order with the day it means; none in English or an unknown language."""
    own = primary(language)
    words = None if own == "en" else _words(own)
    if words is None:
        return
    for match in islice(words.pattern.finditer(text), MOST):
        morning = match["ahead"] and own in _MORNING and _MORNING[own].search(text, 0, match.start())
        if not morning and (day := _meaning(match, words, today)) is not None:
            yield match, day


def dates_in_digits(text: str, language: str) -> str:
    """The text with the number of a day of the month in digits: "doce de diciembre" → "12 de diciembre"."""
    own = primary(language)
    words = None if own == "en" else _words(own)
    if words is None:
        return text
    for match in reversed(list(islice(words.dated.finditer(text), MOST))):
        said = list(_PIECE.finditer(text, 0, match.start()))[-LONGEST_NUMBER:]
        for first in said:
            if number := small_in_digits(text[first.start() : match.start()].strip(), own):
                text = f"{text[: first.start()]}{number}{match.group()}{text[match.end() :]}"
                break
    return text


def _meaning(match: re.Match[str], words: _Words, today: date) -> date | None:
    if (said := match["ahead"]) is not None:
        return today + timedelta(days=words.ahead[said.casefold()])
    if (said := match["weekday"]) is not None:
        return today + timedelta(days=(words.weekdays[said.casefold()] - today.weekday()) % 7 or 7)
    counts = [count for name, count in match.groupdict().items() if name.startswith("count") and count]
    if counts:
        return today + timedelta(days=int(counts[0]))
    return _dated(int(match["day"]), words.months[match["month"].casefold()], match["year"], today)


def _dated(day: int, month: int, year: str | None, today: date) -> date | None:
    """That day, in the year that was said or the next time that it comes; None for 30 February."""
    for each in (int(year),) if year else (today.year, today.year + 1):
        try:
            found = date(each, month, day)
        except ValueError:
            continue
        if found >= today or year:
            return found
    return None


@cache
def _words(language: str) -> _Words | None:
    """The words of a language; None if there are none. Takes some 0.3 s for the first one."""
    try:
        info = import_module(f"dateparser.data.date_translation_data.{language}").info
    except ModuleNotFoundError:
        return None
    weekdays = _names(info, _WEEKDAYS)
    months = {name: place + 1 for name, place in _names(info, _MONTHS).items()}
    relative = info.get("relative-type", {})
    ahead = {word: days for key, days in _AHEAD.items() for word in _said(relative.get(key, ()))}
    ahead |= _MORE.get(language, {})
    counted = [
        each.replace(r"(\d++[.,]?\d*+)", r"(\d{1,2})")
        for each in info.get("relative-type-regex", {}).get(_IN, ())
    ]
    dated = re.compile(rf"\s+(?:de\s+|di\s+)?(?:{_any(months)})(?!\w)", re.IGNORECASE)
    return _Words(_pattern(weekdays, months, ahead, counted), dated, weekdays, months, ahead)


_MORE: Final[Mapping[str, Mapping[str, int]]] = {
    "ar": {"غدا": 1, "غدًا": 1, "بعد غد": 2},
    "es": {"pasado mañana": 2},
    "hi": {"परसों": 2},
    "id": {"lusa": 2},
    "it": {"dopodomani": 2},
    "pt": {"depois de amanhã": 2},
}
"""What dateparser's data lack."""
_MORNING: Final[Mapping[str, re.Pattern[str]]] = {
    "es": re.compile(r"\b(?:la|esta)\s+$", re.IGNORECASE),
    "de": re.compile(r"\b(?:guten|am|heute|diesen|jeden)\s+$", re.IGNORECASE),
}
"""Before the word for tomorrow: here it is the morning."""


def _names(info: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, int]:
    return {word: place for place, key in enumerate(keys) for word in _said(info.get(key, ()))}


def _said(words: Any) -> Iterator[str]:
    for word in words:
        plain = word.casefold().strip(".")
        if len(plain) >= _SHORTEST or not plain.isascii():
            yield plain


def _pattern(
    weekdays: Mapping[str, int], months: Mapping[str, int], ahead: Mapping[str, int], counted: list[str]
) -> re.Pattern[str]:
    ways = (each.replace("(", f"(?P<count{place}>", 1) for place, each in enumerate(counted))
    after = "|".join(f"(?:{way})" for way in ways) or "(?!)"
    return re.compile(
        rf"(?<!\w)(?:(?P<ahead>{_any(ahead)})|{after}"
        rf"|(?P<day>\d{{1,2}})[.ºª°]?(?:er|e|de|di)?\s+(?:de\s+|di\s+)?(?P<month>{_any(months)})\.?"
        rf"(?:\s+(?:de\s+)?(?P<year>20\d\d))?"
        rf"|(?P<weekday>{_any(weekdays)})(?:-?feira)?s?)(?!\w)",
        re.IGNORECASE,
    )


def _any(words: Mapping[str, int]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word) for word in longest_first) or "(?!)"
