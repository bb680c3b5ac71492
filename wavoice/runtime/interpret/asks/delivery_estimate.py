"""How customers ask by when something could be with them, before they order it."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask
from wavoice.runtime.interpret.asks.things import PAY, QUANTITY, finds_thing, thing_after

_BUY = r"(?:order|buy|purchase|get|take|ordered|bought|place\s+(?:an?|the|my|this)\s+order)"

ASK = Ask(
    "delivery_estimate",
    rank=5,
    pattern=re.compile(
        rf"\b(?:if|when|in\s+case|suppose|assuming|once)\s+(?:i|we)\s+{_BUY}\b"
        r"|\bhow\s+(?:long|fast|quick(?:ly)?|soon|many\s+days)\b.*\b(?:deliver\w*|shipping|ship|to\s+get|arrive|take)\b"
        r"(?!.*\b(?:refund|reply|answer|money)\b)"
        r"|\b(?:can|could|will|would|do)\s+(?:you|i|we)\s+(?:still\s+)?(?:deliver|ship|get|have|receive)\s+"
        r"(?:a|an|\d{1,2}|some)\s+.*\b(?:today|tomorrow|by|before|mon|tues|wednes|thurs|fri|satur|sun)"
        r"|\bordering\s+(?:now|today)\b",
        re.IGNORECASE,
    ),
    finds=(
        PAY,
        finds_thing(
            thing_after(
                r"\b(?:if|when|in\s+case|suppose|assuming|once)\s+(?:i|we)\s+(?:order|buy|purchase|get|take|ordered|bought)",
                r"\b(?:deliver|ship|receive)",
                r"\b(?:can|could|will|would)\s+(?:you|i|we)\s+(?:get|have)",
                r"\b(?:delivery|shipping|deliver|ship|take)\s+(?:for|of)",
                r"\bfor(?=\s+(?:a|an|the|\d))",
                r"\bdoes(?=.*\btake\b)",
                r"\bordering\s+(?:now|today)\s*,?",
            )
        ),
        QUANTITY,
    ),
)
