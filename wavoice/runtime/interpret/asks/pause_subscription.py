"""How customers ask to pause a subscription."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask

ASK = Ask(
    "pause_subscription",
    rank=3,
    pattern=re.compile(
        r"\b(?:pause|hold|suspend|freeze|put\b.*\bon\s+hold|interrupt|stop)\b.*\bsubscriptions?\b.*|\bsubscriptions?\b.*\b(?:paus\w+|on\s+hold|suspend\w*|frozen|break)\b"
        r"|\bpause\b.*\b(?:deliver\w*|order|it)\b"
        r"|\b(?:no|take\s+a\s+break\s+from)\s+(?:deliver\w+|subscription)\b.*\b(?:until|till)\b",
        re.IGNORECASE,
    ),
)
