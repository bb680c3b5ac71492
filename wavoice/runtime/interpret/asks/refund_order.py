"""How customers ask for money of an order back."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask, Finds, choices

_DUPLICATE = (
    r"\b(?:second|duplicate|double|extra|other|one\s+of\s+the\s+(?:2|two))\s+(?:charge|payment|debit)s?\b"
)

ASK = Ask(
    "refund_order",
    rank=10,
    pattern=re.compile(
        r"\brefund(?:ed|s|ing)?\b|\breimburse\w*|\bmoney\s?back\b"
        r"|\b(?:give|send|pay|get|want|have|return)\b.*\bmy\s+money\b(?:.*\bback\b)?"
        r"|\b(?:give|send|pay|get|want|return)\b.*\b(?:euros?|dollars?|pounds?|rupees?)\s+back\b"
        rf"|{_DUPLICATE}",
        re.IGNORECASE,
    ),
    finds=(Finds("duplicate", choices(yes=_DUPLICATE)),),
)
