"""How customers ask to be told what of a bill is settled, or say when they will pay."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask

ASK = Ask(
    "pay_reminder",
    rank=7,
    pattern=re.compile(
        r"\b(?:already\s+paid|paid\s+(?:already|it|that|this|for\s+(?:it|that|order)|the\s+(?:bill|invoice|amount|order)|my\s+(?:bill|invoice|order)|yesterday|today|last|on|in\s+full)|(?:have|'ve)\s+paid|i\s+paid)\b(?!.*\b(?:twice|double|two\s+times|2\s+times|too\s+much)\b)"
        r"|\b(?:i|we)\s*(?:'ll|\s+will|\s+can|\s+shall|\s*'?m\s+going\s+to|\s+am\s+going\s+to|\s+want\s+to|\s+would\s+like\s+to)\s+(?:only\s+)?(?:pay|settle|transfer)\b"
        r"|\b(?:did|have|has)\s+(?:you|my|the)\b.*\b(?:get|got|receive\w*|arriv\w*|come\s+in|gone\s+through)\b.*\b(?:payment|money|transfer)\b"
        r"|\b(?:did|has|have)\s+(?:you\s+(?:get|got|receive\w*)\s+)?(?:my|the)\s+(?:payment|money|transfer)\b.*\b(?:arriv\w*|receiv\w*|come|gone)?"
        r"|\b(?:what|how\s+much)\s+(?:do|does|did|is|have)\s+(?:i|we)\s+(?:still\s+)?owe\b|\b(?:how\s+much|what)\s+is\s+(?:still\s+)?(?:due|outstanding|owed)\b"
        r"|\bpay(?:ing)?\s+(?:it|that|you|the\s+(?:bill|invoice|rest))?\s*(?:on|by|until|next|tomorrow|later)\b",
        re.IGNORECASE,
    ),
)
