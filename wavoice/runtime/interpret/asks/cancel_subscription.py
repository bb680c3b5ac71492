"""How customers ask to end a subscription."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask

ASK = Ask(
    "cancel_subscription",
    rank=2,
    pattern=re.compile(
        r"\b(?:cancel\w*|end|stop|terminate|quit|close|discontinue|get\s+(?:out\s+of|rid\s+of))\b.*\bsubscriptions?\b"
        r"|\bsubscriptions?\b.*\b(?:cancel\w*|ended|stopped|terminate\w*|over)\b"
        r"|\b(?:no\s+longer|don['\u2019]?t)\s+want\b.*\bsubscriptions?\b",
        re.IGNORECASE,
    ),
)
