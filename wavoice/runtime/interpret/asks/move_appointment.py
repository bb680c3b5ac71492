"""How customers ask to move an appointment."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask

ASK = Ask(
    "move_appointment",
    rank=3,
    pattern=re.compile(
        r"\b(?:move|re-?schedule|change|shift|switch|postpone|push|delay|bring\s+forward)\b.*\b(?:appointment|booking|reservation|visit|consultation|session|slot)\b"
        r"|\b(?:appointment|booking|reservation|visit|consultation|session)\b.*\b(?:to\s+another|another\s+(?:day|time)|different\s+(?:day|time)|later|earlier|be\s+moved|move|re-?schedul\w*)\b",
        re.IGNORECASE,
    ),
)
