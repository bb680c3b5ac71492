"""How customers ask what the shop would suggest."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask

ASK = Ask(
    "recommend",
    rank=60,
    pattern=re.compile(
        r"\brecommend\w*\b|\bsuggest\w*\b|^\W*(?:i\s+(?:want|need|would\s+like)\s+)?something\s+for\b"
        r"|\bwhat\s+(?:do|can|would|have)\s+you\s+(?:sell|have|offer|got)\b"
        r"|\bwhat\s+(?:kinds?|sorts?|types?)\s+of\b.*\b(?:have|sell|offer|there)\b"
        r"|\b(?:looking\s+for|search\w*\s+for)\b.*\b(?:something|a\s+(?:gift|present)|an?\s+idea)\b"
        r"|\b(?:show|tell)\s+me\s+what\s+you\s+(?:have|sell|offer)\b"
        r"|\bany\s+(?:ideas?|good)\b.*\b(?:gift|present|for)\b|\bwhat(?:'?s|\s+is)\s+(?:good|popular|new)\b",
        re.IGNORECASE,
    ),
)
