"""What a customer wants to have, in words that no catalogue has checked: "two desk lamps, please"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wavoice.runtime.interpret.asks.ask import Finds, Said, choices

LONGEST_THING = 100
"""Characters; what is longer is a story."""
_EDGE = (
    r"(?=\s*(?:[,.;:!?]|$|\band\b(?!\s+(?:an?|one|two|some|the|\d{1,2})\b)"
    r"|\b(?:please|pls|thanks|thank|now|today|tonight|tomorrow|right|with|by|to|on|for"
    r"|from|can|could|will|would|when|how|is|does|do|paid|pay|cash|cod|instead|again|as|if|before|this|next)\b))"
)
_COUNT = re.compile(
    r"(?<![\w.,#])(?P<count>\d{1,3}|(?<!the\s)(?<!last\s)(?<!this\s)(?<!that\s)(?<!other\s)one|two)\b(?!\s*(?:kg|kilos?|g|grams?|ml|l|litres?|liters?|cm|mm|m|w|watts?|days?"
    r"|weeks?|hours?|hrs?|minutes?|am|pm|o'?clock|euros?|dollars?|rupees?|pounds?|%)\b|[.,:]\d|[\s-]+\d)",
    re.IGNORECASE,
)
_SMALL = {"one": "1", "two": "2"}
_BARE_COUNT = re.compile(
    r"\W*(?:just\s+|only\s+|make\s+it\s+)?(?P<count>\d{1,3})(?:\s+(?:pieces?|pcs|of\s+\w+))?\W*"
)
_LEAD = re.compile(
    r"(?:\b(?:a|an|the|some|any|one|two|of|me|us|another|more|new|my|your|please|pieces?|pcs|packs?|i|we|want|need"
    r"|would|like|want|it|is|that|those|these|this|them|yes|ok|okay|no|well|um|uh|maybe|for|to|buy|order|get|have"
    r"|rather|mean|meant|instead)\b|\d{1,3}(?![\d.,]|\s*(?:kg|g|ml|l|cm|w)\b)|['\u2019](?:d|ll)\b|[\s,.;:!?])+",
    re.IGNORECASE,
)
_LEAD_OF_SEVERAL = re.compile(r"(?:\b(?:the|some|please|me|us|to|for)\b|[\s,.;:!?])+", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:and|plus)\s+(?:an?|one|two|some|the|\d{1,2})\b", re.IGNORECASE)
"""The counts belong to the things then, and stay with them."""
_NOTHING = frozenset(
    {"", "it", "this", "that", "them", "something", "anything", "one", "order", "stuff", "things"}
)
_TAIL = re.compile(
    r"(?:[\s,.;:!?]|\b(?:please|pls|thanks|thank\s+you|then|now|too|instead)\b)*$", re.IGNORECASE
)


def thing_after(*leads: str) -> re.Pattern[str]:
    """A pattern of what stands behind one of these, up to where something else begins."""
    return re.compile(rf"(?:{'|'.join(leads)})\s+(?P<thing>\S.*?){_EDGE}", re.IGNORECASE | re.DOTALL)


def finds_thing(pattern: re.Pattern[str]) -> Finds:
    """The slot `product`: the words of the thing, without count and article."""

    def find(text: str) -> Iterable[Said]:
        for match in pattern.finditer(text):
            yield from _thing(text, *match.span("thing"))

    return Finds("product", find, _answer)


_WHOLE = thing_after("^")


def _answer(text: str) -> Iterable[Said]:
    match = _WHOLE.match(f" {text}")
    return () if match is None else _thing(text, 0, match.end("thing") - 1)


def _thing(text: str, start: int, end: int) -> Iterable[Said]:
    several = _SEVERAL.search(text, start, end) is not None
    if (lead := (_LEAD_OF_SEVERAL if several else _LEAD).match(text, start, end)) is not None:
        start = lead.end()
    tail = _TAIL.search(text, start, end)
    end = tail.start() if tail else end
    said = text[start:end]
    if said.casefold() not in _NOTHING and len(said) <= LONGEST_THING and re.search(r"[^\W\d]", said):
        yield Said(said, (start, end))


def _counts(text: str) -> Iterable[Said]:
    for match in _COUNT.finditer(text):
        count = match["count"].casefold()
        if (number := _SMALL.get(count, count)).strip("0"):
            yield Said(str(int(number)), match.span("count"))


def _count_alone(text: str) -> Iterable[Said]:
    if (match := _BARE_COUNT.fullmatch(text)) is not None and int(match["count"]):
        yield Said(str(int(match["count"])), match.span("count"))
    else:
        yield from _counts(text)


QUANTITY = Finds("quantity", _counts, _count_alone)
"""How many pieces."""
PAY = Finds(
    "pay",
    choices(
        cod=r"\b(?:cod|c\.o\.d\.?|cash(?:\s+on\s+delivery)?|pay\s+(?:at\s+the\s+door|on\s+delivery|when\s+it\s+comes))\b",
        link=r"\b(?:(?:payment\s+|pay\s+)?link|pay\s+online|online\s+payment|upi)\b",
        card=r"\b(?:by|with|on|from|use|using|charge)\s+(?:my|the|a|same|saved)?\s*(?:same\s+|saved\s+|usual\s+)?"
        r"(?:visa|master\s?card|amex|card)\b|\b(?:saved|same|usual)\s+card\b"
        r"|\bcard\s+(?:i|we)\s+(?:paid|used)\b|\bcard\s+on\s+file\b|\bcard\s+instead\b",
    ),
)
"""How it is paid: `cod`, `link` or `card`."""
