"""How customers confirm an order that is paid at the door, without being asked."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask

ASK = Ask(
    "confirm_cod",
    rank=12,
    pattern=re.compile(
        r"\bconfirm\w*\b.{0,40}\b(?:cod|cash|order|delivery)\b|\b(?:cod|cash\s+on\s+delivery)\b.{0,30}\bconfirm\w*\b",
        re.IGNORECASE,
    ),
)
