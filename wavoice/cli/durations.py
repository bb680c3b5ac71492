"""Lengths of time as they are typed: 30s, 5m, 12h, 7d, 4w."""

from __future__ import annotations

import re

from wavoice.runtime.errors import UserInputError

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(\d{1,6})([smhdw])")


def seconds_of(typed: str) -> int:
    """Seconds of a typed length. Raises `UserInputError`."""
    found = _DURATION.fullmatch(typed.strip().lower())
    if found is None:
        raise UserInputError(f"{typed!r} is no length of time.", remedy="Write 30s, 5m, 12h, 7d or 4w.")
    return int(found[1]) * _UNITS[found[2]]
