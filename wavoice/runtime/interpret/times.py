"""Times of day as customers say them: `15:30` where it is sure, `3:30` where it may be in either half.

The text has its number words as digits already ("half past 2", "10 30").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]
_HALF = r"(?P<half>[ap])\.?\s?m\b\.?"
_AT = r"\b(?:(?:at|around|about|for)\s+)?"
_TIMES = re.compile(
    rf"""\b(?P<noon>noon|midday)\b
    |\b(?:(?P<past>half|quarter)\s+past|(?P<to>quarter)\s+to)\s+(?P<near>\d{{1,2}})
      (?:\s*{_HALF.replace("half", "nearhalf")})?
    |{_AT}(?P<hour>\d{{1,2}})(?:[:.h](?P<minute>\d{{2}})|\s(?P<apart>[0-5]\d))?\s*{_HALF}
    |{_AT}(?P<clock>\d{{1,2}})[:.](?P<minutes>[0-5]\d)\b(?!\s*(?:%|euros?|dollars?|rupees?|pounds?))
    |{_AT}(?P<oclock>\d{{1,2}})\s*o['\u2019]?\s*clock\b
    |\b(?:at|around|about)\s+(?P<at>\d{{1,2}})(?:\s(?P<atminute>[0-5]\d))?\b(?!\s*(?:%|euros?|dollars?|rupees?
      |pounds?|people|persons?|of|th|st|nd|rd|[a-z]+\s+(?:street|road|lane|avenue)))""",
    re.IGNORECASE | re.VERBOSE,
)
_BARE = re.compile(
    r"\W*(?:(?:the|at)\s+)?(\d{1,2})(?:[\s:.]?([0-5]\d))?(?:\s+one)?(?:\s+(?:please|thanks))?\W*",
    re.IGNORECASE,
)
_PARTS = re.compile(
    r"\b(morning|afternoon|evening)\b(?<!good morning)(?<!good afternoon)(?<!good evening)", re.IGNORECASE
)
_PLACE = re.compile(
    r"\W*(?:(?:i(?:'ll|\s+will)?\s+)?(?:take|want|like|prefer)\s+)?(?:the\s+)?"
    r"(first|1st|second|2nd|third|3rd|last|earliest|latest)(?:\s+(?:one|time|option|slot))?"
    r"(?:\s+(?:please|thanks|thank\s+you|is\s+(?:fine|good|ok(?:ay)?)|works))*\W*",
    re.IGNORECASE,
)
_LAST_HOUR, _NOON = 23, 12


def find_times(text: str, prompt: str = "") -> Iterator[tuple[str, Span]]:
    """Each time in spoken order, and where it stands. One that the prompt names is taken as it does."""
    for match in _TIMES.finditer(text):
        if (time := _meaning(match)) is not None:
            yield _as_asked(time, prompt), match.span()


def bare_time(text: str) -> tuple[str, Span] | None:
    """A time that is all that was said, where a time was asked for: "11", "eleven thirty"."""
    match = _BARE.fullmatch(text)
    time = _clock(int(match[1]), int(match[2] or 0), "") if match else None
    return (time, match.span()) if match and time else None


def part_of_day(text: str) -> tuple[str, Span] | None:
    """The last part of the day that is named; none in a greeting."""
    found = list(_PARTS.finditer(text))
    return (found[-1][1].lower(), found[-1].span()) if found else None


def place(text: str) -> str | None:
    """Which of a few that were just offered, if that is all that was said: "the second one"."""
    match = _PLACE.fullmatch(text)
    return match[1].lower() if match else None


def _meaning(match: re.Match[str]) -> str | None:
    if match["noon"]:
        return "12:00"
    if match["near"]:
        hour, half = int(match["near"]), match["nearhalf"] or ""
        if match["to"]:
            return _clock((hour - 1) % 12 or 12, 45, half) if hour <= _NOON else _clock(hour - 1, 45, half)
        return _clock(hour, 30 if match["past"].lower() == "half" else 15, half)
    if match["hour"]:
        return _clock(int(match["hour"]), int(match["minute"] or match["apart"] or 0), match["half"])
    if match["clock"]:
        return _clock(int(match["clock"]), int(match["minutes"]), "", exact=match["clock"].startswith("0"))
    if match["oclock"]:
        return _clock(int(match["oclock"]), 0, "")
    return _clock(int(match["at"]), int(match["atminute"] or 0), "")


def _clock(hour: int, minute: int, half: str, *, exact: bool = False) -> str | None:
    if hour > _LAST_HOUR:
        return None
    if half:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if half.lower() == "p" else 0)
        return f"{hour:02d}:{minute:02d}"
    return f"{hour:02d}:{minute:02d}" if exact or hour == 0 else f"{hour}:{minute:02d}"


def _as_asked(time: str, prompt: str) -> str:
    """Half past 3 beside a question about 15:30 is that, and no other time."""
    hour, _, minute = time.partition(":")
    if len(hour) == 1:
        for said in (f"0{hour}:{minute}", f"{int(hour) + _NOON}:{minute}"):
            if re.search(rf"\b{said}\b", prompt):
                return said
    return time
