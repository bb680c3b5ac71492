"""How customers ask to change their email address or name."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask

ASK = Ask(
    "update_contact",
    rank=15,
    pattern=re.compile(
        r"\b(?:change|update|correct|new|different|wrong|another|fix|edit|add|set)\b.*\be-?mail\b"
        r"|\be-?mail\b.*\b(?:change[ds]?|update[ds]?|wrong|new|incorrect|correct|is\s+now|should\s+be)\b"
        r"|\b(?:change|update|correct|fix|edit)\b.*\b(?:my|the)\s+(?:\w+\s+)?name\b(?!\s+of)"
        r"|\bmy\s+(?:\w+\s+)?name\b.*\b(?:wrong|misspel\w*|changed|incorrect|spelt|spelled)\b"
        r"|\b(?:change|update|new|different|wrong)\b.*\b(?:my\s+)?(?:phone|mobile|contact)\s*(?:number|details|data|info\w*)?\b",
        re.IGNORECASE,
    ),
)
