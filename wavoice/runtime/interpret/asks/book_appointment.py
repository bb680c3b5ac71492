"""How customers ask for an appointment."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask

ASK = Ask(
    "book_appointment",
    rank=9,
    pattern=re.compile(
        r"\b(?:book|make|get|schedule|arrange|need|want|reserve|have|like|set\s+up)\b.*\b(?:appointment|reservation|consultation|fitting|slot|visit)\b"
        r"|\b(?:appointment|reservation|consultation)\b.*\b(?:free|available|possible|book)\b"
        r"|\b(?:book|reserve|schedule)\s+(?:me\s+)?(?:a|an|the|in|my)\b(?!.*\b(?:delivery|order|parcel)\b)"
        r"|\b(?:when|what\s+times?|which\s+(?:days?|times?|slots?))\b.*\b(?:free|available|open\s+slot|slots?)\b(?!.*\b(?:open|deliver\w*)\b)"
        r"|\bcan\s+i\s+come\s+(?:in|by|over)\b",
        re.IGNORECASE,
    ),
)
