"""Card numbers never reach a store: they are cut out before the first write (I18)."""

from __future__ import annotations

import re
from typing import Any

REMOVED = "[card number removed]"
_IDS = frozenset({"id", "from", "from_user_id", "user_id", "wa_id", "message_id"})
_GROUPS = re.compile(r"\d+(?:[^\w]{1,3}\d+)*")
"""Digits, and what may stand between the groups of a number: spaces, dashes, commas, line breaks, …"""
_ISSUED = "23456"
"""First digits of payment cards (ISO/IEC 7812-1): a phone number abroad or an order rarely has one."""


def redact(text: str) -> str:
    """Replace every run of whole groups that has 13 to 19 digits and passes the Luhn check."""
    return _GROUPS.sub(lambda match: _without_cards(match.group()), text)


def _without_cards(run: str) -> str:
    groups = list(re.finditer(r"\d+", run))
    for first in range(len(groups)):
        for last in reversed(range(first, len(groups))):
            number = "".join(str(int(digit)) for group in groups[first : last + 1] for digit in group.group())
            if 13 <= len(number) <= 19 and number[0] in _ISSUED and _luhn(number):
                rest = _without_cards(run[groups[last].end() :])
                return run[: groups[first].start()] + REMOVED + rest
    return run


def redact_tree(value: Any) -> Any:
    """`redact` every string of a JSON value, except ids: one in ten of them passes Luhn by chance."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: item if key in _IDS else redact_tree(item) for key, item in value.items()}
    if isinstance(value, list):
        return [redact_tree(item) for item in value]
    return value


def _luhn(number: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
