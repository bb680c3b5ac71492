"""How customers ask for a delivery on another day."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import THING, Ask

ASK = Ask(
    "reschedule_delivery",
    rank=30,
    pattern=re.compile(
        r"\b(?:re-?schedule|postpone|delay|push\s+back|bring\s+forward)\b"
        rf"|\b(?:move|change|shift|switch|put|set)\b.*\b(?:{THING}|day|date)\b.*\b(?:to|for|on|day|date)\b"
        rf"|\b(?:move|change|shift|switch)\b.*\b(?:delivery|day|date)\b"
        rf"|\bdeliver(?:y|ed)?\b.*\b(?:on|another|different|other|later|earlier)\b.*\bday\b"
        rf"|\b(?:deliver|bring|send)\s+{THING}\s+(?:on\s+)?(?=(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow)",
        re.IGNORECASE,
    ),
)
