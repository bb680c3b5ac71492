"""How customers ask for the same once more."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import THING, Ask
from wavoice.runtime.interpret.asks.things import PAY

ASK = Ask(
    "reorder",
    rank=15,
    pattern=re.compile(
        r"\bre-?order\w*\b"
        r"|\b(?:order|buy|send|get|want|need|have|repeat|take)\b.*\b(?:the\s+same|as\s+(?:last\s+time|before|usual))\b"
        r"(?!\s+(?:day|address|time|problem|card))"
        r"|\b(?:order|buy)\s+(?:it|that|this|them|everything|all)\s+again\b"
        rf"|\b(?:repeat|again)\b.*\b(?:my|the|last|previous)\s+(?:last\s+|previous\s+)?{THING}\b"
        r"|\bsame\s+(?:order\s+)?(?:again|as\s+(?:last|before|usual))\b|\b(?:my\s+)?usual\s+order\b"
        r"|\bthe\s+same\s+(?:order|basket|things)\b",
        re.IGNORECASE,
    ),
    finds=(PAY,),
)
