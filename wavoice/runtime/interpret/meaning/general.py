"""Whether the words of a job may mean something else: then rules are not certain of it."""

from __future__ import annotations

import re
from typing import Final

from wavoice.runtime.interpret.asks import ASKS, orders
from wavoice.runtime.model import Reading
from wavoice.runtime.vocabulary import Vocabulary

_GENERAL: Final = re.compile(
    r"\b(?:polic(?:y|ies)|conditions?|terms|rules?|fees?|charges?|penalt(?:y|ies)|costs?|options?|methods?"
    r"|modalit(?:y|ies)|guarantee|(?:which|what)\s+cases|possible\s+to|how\s+(?:much|many|long)|when\s+(?:can|may)"
    r"|do\s+you|are\s+there|is\s+there|entitled|invoice|bill|receipt|appointment|booking|subscription"
    r"|membership|plan|account|e-?mail|recurring|if|newsletter|review|feedback|complain\w*|items?|articles?|products?)\b",
    re.IGNORECASE,
)
"""They make a job's own words mean something else: "refund policy"."""
_ORDERS: Final = re.compile(
    r"\b(?:orders?|ordered|parcels?|packages?|deliver\w*|shipments?|shipping|purchases?|refund\w*|reimburse\w*|money"
    r"|address|track\w*|cod|cash|courier)\b|\d{3,}",
    re.IGNORECASE,
)
"""Without one of them, the words of a job about orders may be about anything."""
_LOOSE: Final = frozenset(
    {
        "place_order", "update_contact", "book_appointment", "skip_subscription", "pay_reminder",
        "payment_link", "product_question", "recommend", "open_ticket", "faq",
    }
)  # fmt: skip
"""Jobs whose words are everybody's: "I need a visa", "skip this song"."""
_ABOUT_ORDERS: Final = frozenset(ask.job for ask in orders.ASKS)


def is_doubtful(reading: Reading, vocabulary: Vocabulary) -> bool:
    """True if the rules found a job in words that another job has as well, or that only speak of it."""
    job, text = reading.intent, reading.text
    if job in _LOOSE or _GENERAL.search(text):
        return True
    if job in _ABOUT_ORDERS and not {"order", "product"} & {*reading.slots} and not _ORDERS.search(text):
        return True
    return any(ask.job != job and ask.job in vocabulary.sample and ask.pattern.search(text) for ask in ASKS)
