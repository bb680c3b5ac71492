"""Values as scenario files write them: durations with a unit, moments, weekdays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from wavoice.runtime.model import SECOND, Micros, Money

UNITS: Mapping[str, Micros] = {
    "us": 1,
    "ms": 1_000,
    "s": SECOND,
    "m": 60 * SECOND,
    "min": 60 * SECOND,
    "h": 3_600 * SECOND,
    "d": 86_400 * SECOND,
}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_DURATION = re.compile(r"([+-]?\d{1,12}(?:\.\d{1,9})?)\s?([a-z]+)")
_PATTERN = r"^[+-]?\d+(\.\d+)?\s?(us|ms|s|m|min|h|d)$"
_POSITIVE = _PATTERN.replace("[+-]?", "")
PATTERNS = (_PATTERN, _POSITIVE)
"""What durations look like in the JSON Schema."""


def duration(text: object) -> Micros:
    """Microseconds of `800ms`, `1.5s`, `2min`, `26h` or `8d`. Raises `ValueError` that says what is wrong."""
    found = _DURATION.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None or found[2] not in UNITS:
        raise ValueError(
            f"{text!r} is not a duration: write a number and a unit, as in 800ms, 1.5s, 2min or 26h"
        )
    return round(float(found[1]) * UNITS[found[2]])


def as_text(micros: Micros) -> str:
    """The shortest way to write that duration: `duration(as_text(d)) == d`."""
    for unit in ("d", "h", "min", "s"):
        if micros % UNITS[unit] == 0 and (micros or unit == "s"):
            return f"{micros // UNITS[unit]}{unit}"
    unit = "s" if micros >= SECOND else "ms"
    return f"{micros / UNITS[unit]:.6f}".rstrip("0").rstrip(".") + unit


def _checked(value: object) -> Micros:
    try:
        return duration(value)
    except ValueError as error:
        raise PydanticCustomError("duration", "{problem}", {"problem": str(error)}) from error


def _not_negative(value: object) -> Micros:
    micros = _checked(value)
    if micros < 0:
        raise PydanticCustomError("duration", "{text} lies in the past", {"text": str(value)})
    return micros


Offset = Annotated[int, BeforeValidator(_checked), WithJsonSchema({"type": "string", "pattern": _PATTERN})]
"""A duration that may be negative."""
Duration = Annotated[
    int,
    BeforeValidator(_not_negative),
    WithJsonSchema({"type": "string", "pattern": _POSITIVE}),
]
"""A duration with its unit, in microseconds."""


def _is_day(text: str) -> str:
    if text.lower() in WEEKDAYS:
        return text
    try:
        date.fromisoformat(text)
    except ValueError as error:
        problem = "{text} is no weekday and no date such as 2026-11-27"
        raise PydanticCustomError("day", problem, {"text": text}) from error
    return text


Day = Annotated[str, AfterValidator(_is_day)]
"""A weekday, or an ISO date."""


_MONEY = re.compile(r"(\d{1,9}(?:\.\d{1,3})?) ([A-Z]{3})")
_MONEY_PATTERN = r"^\d{1,9}(\.\d{1,3})? [A-Z]{3}$"


def money(text: str) -> Money:
    """An amount such as `45.00 EUR`. Raises `ValueError` that says what is wrong."""
    found = _MONEY.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is no amount of money such as 45.00 EUR")
    minor = Decimal(found[1]).scaleb(_decimals(found[2]))
    if minor != minor.to_integral_value():
        raise ValueError(f"{text} has more decimals than {found[2]} has")
    return Money(int(minor), found[2])


def as_amount(value: Money) -> str:
    """The way to write that amount: `money(as_amount(m)) == m`."""
    digits = _decimals(value.currency)
    return f"{Decimal(value.minor).scaleb(-digits)} {value.currency}"


def _is_amount(text: str) -> str:
    try:
        money(text)
    except ValueError as error:
        raise PydanticCustomError("money", "{problem}", {"problem": str(error)}) from error
    return text


Amount = Annotated[
    str, AfterValidator(_is_amount), WithJsonSchema({"type": "string", "pattern": _MONEY_PATTERN})
]
"""An amount of money with its currency."""


def moment(text: str, zone: str) -> Micros:
    """Microseconds since the epoch of a local date and time in that zone, e.g. `2026-11-23T10:00:00`."""
    local = datetime.fromisoformat(text)
    aware = local if local.tzinfo else local.replace(tzinfo=ZoneInfo(zone))
    return round(aware.timestamp() * SECOND)


def next_weekday(name: str, today: date) -> date:
    """The next such day after `today`: never today itself."""
    return today + timedelta(days=(WEEKDAYS.index(name.lower()) - today.weekday() - 1) % 7 + 1)


def dated(value: Any, today: date) -> Any:
    """The same value with every weekday name in it as the ISO date that it means."""
    if isinstance(value, Mapping):
        return {key: dated(item, today) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [dated(item, today) for item in value]
    if isinstance(value, str) and value.lower() in WEEKDAYS:
        return next_weekday(value, today).isoformat()
    return value


def _decimals(currency: str) -> int:
    from babel.numbers import get_currency_precision  # noqa: PLC0415 -- durations are read without it, too

    return get_currency_precision(currency)
