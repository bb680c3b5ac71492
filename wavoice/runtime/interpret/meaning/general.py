"""Whether a sentence asks about the rules of a thing, rather than for the thing."""

from __future__ import annotations

import re
from typing import Final

_GENERAL: Final = re.compile(
    r"\b(?:polic(?:y|ies)|conditions?|terms|rules?|fees?|charges?|penalt(?:y|ies)|costs?|options?|methods?"
    r"|modalit(?:y|ies)|guarantee|(?:which|what)\s+cases|possible\s+to|how\s+(?:much|many|long)|when\s+(?:can|may)"
    r"|do\s+you|are\s+there|is\s+there|invoice|bill|receipt|appointment|booking|subscription|membership"
    r"|account|newsletter|review|feedback|complain\w*|items?|articles?|products?)\b",
    re.IGNORECASE,
)


def asks_in_general(text: str) -> bool:
    """True if words stand in it that make a job's own words mean something else: "refund policy"."""
    return _GENERAL.search(text) is not None
