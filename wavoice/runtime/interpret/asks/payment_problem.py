"""How customers ask about a payment that did not go through."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask

ASK = Ask(
    "payment_problem",
    rank=5,
    pattern=re.compile(
        r"\b(?:payment|transaction|card|upi|transfer|checkout)\b.*\b(?:fail\w*|declin\w*|reject\w*|bounc\w*|error|stuck|not?\s+work\w*|(?:(?:did|does|would|could)\s*n['\u2019]?t|can['\u2019]?t|(?:did|does|would|could|can)\s*not)\s+(?:go\s+through|work|process|accept\w*)|won['\u2019]?t\s+(?:go\s+through|work))"
        r"|\b(?:could\s*n['\u2019]?t|could\s+not|can['\u2019]?t|can\s*not|unable\s+to|trouble|problem\w*|issue\w*)\b.*\bpay(?:ing|ment\w*)?\b"
        r"|\b(?:fail\w*|declin\w*|reject\w*)\s+(?:payment|transaction|card)\b"
        r"|\bwhy\b.*\bpayment\b.*\b(?:fail\w*|declin\w*|reject\w*|not\s+go)",
        re.IGNORECASE,
    ),
)
