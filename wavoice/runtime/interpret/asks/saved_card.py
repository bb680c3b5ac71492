"""How customers ask to pay with a card that the shop keeps."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask

ASK = Ask(
    "saved_card",
    rank=4,
    pattern=re.compile(
        r"\b(?:pay|charge|use|take|put|bill)\b.*\b(?:saved|stored|same|last|usual|other|that|my)\s+(?:\w+\s+)?(?:card|visa|mastercard|amex)\b(?!.*\b(?:stolen|lost|blocked)\b)"
        r"|\b(?:card|visa|mastercard|amex)\b.*\b(?:i|we)\s+(?:paid|used|had)\b.*\b(?:last|before|previous\w*)\b"
        r"|\b(?:charge|use)\s+(?:my|the|that)\s+(?:visa|mastercard|amex|(?:credit\s+|debit\s+)?card)\b"
        r"|\b(?:card|visa|mastercard|amex)\b.*\bon\s+(?:file|record)\b",
        re.IGNORECASE,
    ),
)
