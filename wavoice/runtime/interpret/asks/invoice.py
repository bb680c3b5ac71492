"""How customers ask for the invoice of an order."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask

ASK = Ask(
    "invoice",
    rank=8,
    pattern=re.compile(
        r"\b(?:invoice|receipt|(?:tax|gst|vat)\s+bill|proof\s+of\s+(?:payment|purchase))\b"
        r"|\b(?:send|resend|need|want|get|have|give|share|email)\b.{0,25}\b(?:the|a|my)\s+bill\b"
        r"|\bbill\s+(?:for|of)\s+(?:my|the|order)\b",
        re.IGNORECASE,
    ),
)
