"""Where the shop delivers to."""

from __future__ import annotations

import re

from wavoice.runtime.actions import Ask
from wavoice.runtime.model import ShopRules
from wavoice.runtime.replies import selling

_POSTAL_CODE = re.compile(r"\b(?:[A-Za-z]{1,2}\d[\dA-Za-z]{0,2}\s?\d?[A-Za-z]{0,2}|\d{3}\s\d{3}|\d{4,7})\b")
"""Of an address the last one counts: a house number may look like one."""


def outside(address: str, rules: ShopRules) -> Ask | None:
    """What to ask where the shop does not deliver there, or cannot tell; None: it does."""
    if not rules.postal_prefixes:
        return None
    codes = _POSTAL_CODE.findall(address)
    if not codes:
        return Ask("address", selling.WHICH_POSTAL_CODE)
    code = re.sub(r"\s", "", codes[-1]).upper()
    if code.startswith(tuple(prefix.upper() for prefix in rules.postal_prefixes)):
        return None
    return Ask("address", selling.not_delivered_to(codes[-1]))
