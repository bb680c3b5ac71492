"""How customers ask to cancel an appointment."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask

ASK = Ask(
    "cancel_appointment",
    rank=2,
    pattern=re.compile(
        r"\b(?:cancel\w*|call\s+off|drop|delete|remove)\b.*\b(?:appointment|booking|reservation|visit|consultation|session|slot)\b"
        r"|\b(?:appointment|booking|reservation|visit|consultation)\b.*\b(?:cancel\w*|called\s+off)\b"
        r"|\b(?:can['\u2019]?t|can\s*not|won['\u2019]?t\s+be\s+able\s+to|unable\s+to)\s+(?:come|make|attend|keep)\b.*\b(?:appointment|booking|reservation|visit|session)\b",
        re.IGNORECASE,
    ),
)
