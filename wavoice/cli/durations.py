"""Lengths of time and moments as they are typed: 30s, 5m, 12h, 7d, 4w, 2026-11-23."""

from __future__ import annotations

import re
from datetime import datetime

from wavoice.runtime.errors import UserInputError

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(\d{1,6})([smhdw])")


def seconds_of(typed: str) -> int:
    """Seconds of a typed length. Raises `UserInputError`."""
    found = _DURATION.fullmatch(typed.strip().lower())
    if found is None:
        raise UserInputError(f"{typed!r} is no length of time.", remedy="Write 30s, 5m, 12h, 7d or 4w.")
    return int(found[1]) * _UNITS[found[2]]


def moment_of(when: str, zone: str, now: int) -> int:
    """A date or time in that zone, or so long before `now` (from minutes on), in microseconds.

    Raises `UserInputError`.
    """
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    ago = _DURATION.fullmatch(when.lower())
    if ago is not None and ago[2] != "s":
        return now - int(ago[1]) * _UNITS[ago[2]] * 1_000_000
    try:
        moment = datetime.fromisoformat(when)
    except ValueError:
        raise UserInputError(
            f"{when!r} is no date and no duration.", remedy="Write 2026-11-23, 2026-11-23T10:00, 12h or 7d."
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return round(moment.timestamp() * 1_000_000)
