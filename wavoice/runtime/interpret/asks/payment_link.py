"""How customers ask for a link to pay."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask

ASK = Ask(
    "payment_link",
    rank=6,
    pattern=re.compile(
        r"\b(?:pay(?:ment|ing)?|checkout)\s+(?:link|url|page)\b"
        r"|\blink\b.*\b(?:pay|payment|paying|checkout)\b"
        r"|\b(?:send|resend|give|share|get|need|want)\b.{0,20}\b(?:the|a|that|your|fresh|new)\s+link\b"
        r"|\b(?:how|where)\s+(?:can|do|could|should)\s+i\s+pay\b"
        r"|\bi\s*(?:'d|\s+would)?\s*(?:want|like|need)\s+to\s+pay\b(?!.*\b(?:on|by|until|tomorrow|next|later)\b)"
        r"|\b(?:can|could|may)\s+i\s+pay\s+(?:now|online|for|my|the)\b",
        re.IGNORECASE,
    ),
)
