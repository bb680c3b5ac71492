"""How customers ask for a ticket."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask

ASK = Ask(
    "open_ticket",
    rank=16,
    pattern=re.compile(
        r"\b(?:open|create|raise|make|file|start|log|submit|register|add\s+(?:\w+\s+)?to)\b.{0,20}\b(?:ticket|case|support\s+request|complaint)\b"
        r"|\b(?:new|another)\s+(?:ticket|support\s+request)\b",
        re.IGNORECASE,
    ),
)
