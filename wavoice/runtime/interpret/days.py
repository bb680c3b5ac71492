"""Days as customers say them, as ISO dates in the shop's zone.

Weekday names mean the next such day after today; the past is never meant. What could be two days
("next Friday" said on a Monday) yields both, and the caller asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice

MOST = 8
"""Mentions that are looked at; nobody means more."""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
    *("jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"),
)
_MONTH = "|".join(_MONTHS)
_PATTERN = re.compile(
    rf"""(?P<after>\bday\s+after\s+tomorrow\b)
    |(?P<tomorrow>\btomorrow\b)
    |(?P<today>\b(?:today|tonight)\b)
    |\b(?P<next>next\s+week\s+(?:on\s+)?|next\s+|this\s+|coming\s+)?
      (?P<weekday>{"|".join(_WEEKDAYS)})s?\b(?P<later>\s+(?:next\s+)?week\b)?
    |(?P<calendar>\b(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTH})\b(?:,?\s+\d{{4}}\b)?
      |\b(?:{_MONTH})\s+(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+\d{{4}}\b)?
      |\b\d{{4}}-\d{{2}}-\d{{2}}\b)
    |\b(?:the\s+)?(?P<ordinal>\d{{1,2}})(?:st|nd|rd|th)\b""",
    re.IGNORECASE | re.VERBOSE,
)


def find_days(text: str, now: datetime) -> Iterator[tuple[re.Match[str], tuple[date, ...]]]:
    """Yield each mention in spoken order with the day it means, or the two it may mean."""
    today = now.date()
    for match in islice(_PATTERN.finditer(text), MOST):
        if days := _meaning(match, today, now):
            yield match, days


def _meaning(match: re.Match[str], today: date, now: datetime) -> tuple[date, ...]:
    if match["after"]:
        return (today + timedelta(days=2),)
    if match["tomorrow"]:
        return (today + timedelta(days=1),)
    if match["today"]:
        return (today,)
    if match["weekday"]:
        said = f"{match['next'] or ''} {match['later'] or ''}".lower().split()
        return _weekday(match["weekday"].lower(), said, today)
    if match["ordinal"]:
        return _ordinal(int(match["ordinal"]), today)
    return _calendar(match.group(), now)


def _weekday(name: str, said: list[str], today: date) -> tuple[date, ...]:
    index = _WEEKDAYS.index(name)
    first = today + timedelta(days=(index - today.weekday()) % 7 or 7)
    if said == ["week"]:
        return (first + timedelta(days=7),)
    if "week" in said:
        return (today + timedelta(days=7 - today.weekday() + index),)
    if "next" in said and first.isocalendar().week == today.isocalendar().week:
        return first, first + timedelta(days=7)
    return (first,)


def _ordinal(number: int, today: date) -> tuple[date, ...]:
    """The next such day of a month, from today on: "the 31st" said in April is 31 May."""
    for ahead in range(93):
        day = today + timedelta(days=ahead)
        if day.day == number:
            return (day,)
    return ()


def _calendar(text: str, now: datetime) -> tuple[date, ...]:
    from dateparser import parse  # noqa: PLC0415 -- 0.3 s to import, needed for few messages

    found = parse(
        re.sub(r"\b(?:the|of)\s+", "", text, flags=re.IGNORECASE),
        languages=["en"],
        settings={"PREFER_DATES_FROM": "future", "RELATIVE_BASE": now.replace(tzinfo=None)},
    )
    return (found.date(),) if found else ()
