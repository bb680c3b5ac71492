"""How customers ask to leave one delivery of a subscription out."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask

ASK = Ask(
    "skip_subscription",
    rank=3,
    pattern=re.compile(
        r"\b(?:skip|leave\s+out|omit|miss)\b.*\b(?:subscriptions?|deliver\w*|order|box|month|week|next|one|this|time)\b"
        r"|\bsubscriptions?\b.*\bskip\w*\b"
        r"|\bnext\s+(?:delivery|box|one|order)\b.*\bskip\w*\b",
        re.IGNORECASE,
    ),
)
