"""How customers ask about something that is sold."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask

ASK = Ask(
    "product_question",
    rank=61,
    pattern=re.compile(
        r"\bhow\s+much\s+(?:is|are|does|do|would|for)\b(?!\s+(?:it|that|this|they)\b)(?!.*\b(?:delivery|shipping|refund|owe|due|it\s+back)\b)"
        r"|\b(?:what(?:'?s|\s+is|\s+are|\s+does|\s+do)|tell\s+me)\s+(?:the\s+)?(?:price|cost)\w*\b|\bprices?\s+(?:of|for)\b"
        r"|\b(?:is|are)\b.*\b(?:in\s+stock|available|sold\s+out|out\s+of\s+stock|still\s+there)\b"
        r"|\b(?:do|have|d)\s+you\s+(?:still\s+|also\s+)?(?:have|got|sell|stock|carry)\b"
        r"|\b(?:tell\s+me|know)\s+(?:more\s+)?about\s+(?:the|your)\b|\b(?:what|which)\s+(?:colou?rs?|sizes?|material)\b"
        r"|\bhow\s+many\b.*\b(?:in\s+stock|left|available)\b|\bin\s+stock\b",
        re.IGNORECASE,
    ),
)
