"""How customers call an order off."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask

_ORDER = r"(?:orders?|parcel|package|purchase)"

ASK = Ask(
    "cancel_order",
    rank=8,
    pattern=re.compile(
        rf"\b(?:cancel|call\s+off|annul|revoke|stop)\w*\s+(?:(?:my|the|this|that|an|our|whole|entire|last|new)\s+)*{_ORDER}\b"
        rf"|\bcancel\w*\s+(?:\w+\s+){{0,3}}{_ORDER}\b"
        rf"|\b(?:don'?t|do\s+not|no\s+longer)\s+(?:want|need)\s+(?:(?:my|the|this|that)\s+)+{_ORDER}\b"
        rf"|\b{_ORDER}\b.{{0,30}}\b(?:cancel+ed|cancel+ing|called\s+off)\b(?!.*\bwhy\b)",
        re.IGNORECASE,
    ),
)
