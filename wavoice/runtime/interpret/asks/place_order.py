"""How customers ask for something that they do not have yet."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask
from wavoice.runtime.interpret.asks.things import PAY, QUANTITY, finds_thing, thing_after

_NOT_A_THING = (
    r"(?!(?:my|your|his|her|its|refund|money|person|human|agent|somebody|someone|help|know|talk|speak|ask|change|move"
    r"|cancel|return|track|see|pay|invoice|receipt|bill|ticket|different|other|appointment|answer|update|complaint"
    r"|week|weeks|day|days|month|months|year|years|hour|hours|while|couple|long|ago|place|make|start|create"
    r"|link|discount|voucher|call|reply|minute|moment|bit|little|lot|question|few\s+questions|email|e-mail)\b)"
    r"(?!\d|(?:oh|zero|one|two|three|four|five|six|seven|eight|nine|double|triple|hundred|thousand)\b"
    r"|(?:ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)\b)"
)
"""What follows a word for one is no thing: another matter, or the next digits of a number."""
_NO_NOUN = r"(?!\s*(?:number|no\b|\#|\d{3,}|status|is|was|has|id|confirmation|again))"
_VERB = rf"(?:buy|purchase|order{_NO_NOUN})\s+{_NOT_A_THING}"
_WILL = (
    r"(?:i|we)(?:\s+(?:want|need|take|would\s+like|will\s+take|would\s+love)"
    r"|['\u2019]d\s+(?:like|love)|['\u2019]ll\s+(?:take|have))"
)
_SOME = rf"(?:a|an|some|another|one|two|\d{{1,2}})\s+(?:more\s+)?{_NOT_A_THING}"

_BEFORE_A_NAME = (
    *("an", "my", "the", "our", "your", "this", "that", "last", "new", "of", "for", "about", "is", "from"),
    *("move", "cancel", "change", "track", "refund", "reschedule", "shift", "return", "postpone", "deliver"),
)
_NO_NAME = "".join(rf"(?<!\b{word}\s)" for word in _BEFORE_A_NAME)
"""Before "order": it is a noun then."""

BY_VERB = Ask(
    "place_order",
    rank=7,
    pattern=re.compile(rf"\b{_NO_NAME}(?:order|buy|purchase)\s+{_SOME}\w", re.IGNORECASE),
)
"""So plain that what is said besides, such as where it should go, belongs to it."""
ASK = Ask(
    "place_order",
    rank=80,
    pattern=re.compile(
        r"\b(?:place|make|start|create|put\s+in)\s+(?:an?|another|a\s+new|one\s+more)\s+(?:new\s+)?order\b"
        r"|\b(?:a|another)\s+new\s+order\b|^\W*new\s+order\b"
        rf"|(?:^\W*|\b(?:to|can|could|may|i|we|please|['\u2019]ll|me|lets|and|just|want|hi|hello|hey)[\s,]+){_VERB}\w"
        rf"|\b(?:get|send|sell|bring)\s+me\s+{_SOME}\w"
        rf"|\b{_WILL}\s+(?:to\s+(?:have|get)\s+)?{_SOME}\w",
        re.IGNORECASE,
    ),
    finds=(
        PAY,
        finds_thing(
            thing_after(
                r"\b(?:buy|purchase)",
                r"\b(?:place|make|start|create|put\s+in)\s+(?:an?|another|a\s+new)\s+(?:new\s+)?order\s+(?:for|of)",
                r"\bnew\s+order\s*(?:for|of|:)",
                r"\border(?!\s*(?:number|no\b|\#|\d{3,}|for\b|of\b))",
                r"\b(?:get|send|sell|bring)\s+me",
                rf"\b{_WILL}(?!\s+to\b)",
                rf"\b{_WILL}\s+to\s+(?:have|get|buy|order)",
                r"^\W*no[\s,]+(?:the|an?)(?=\s+(?!other|same)[^\W\d]+(?:\s[^\W\d]+)?\W*$)",
                r"\b(?:rather|i\s+mean(?:t)?|make\s+it)",
            )
        ),
        QUANTITY,
    ),
)
