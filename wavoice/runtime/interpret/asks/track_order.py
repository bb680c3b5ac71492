"""How customers ask for where an order is."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import COMES, THING, Ask

ASK = Ask(
    "track_order",
    rank=40,
    pattern=re.compile(
        rf"\bwhere(?:'?s|\s+(?:is|are|did|has|have|the|my|our|about))\b.*\b{THING}\b"
        rf"|\bwhere\s+(?:it|that)\s+is\b"
        rf"|\b(?:track|status(?!\s+quo)|whereabouts)\b"
        rf"|\bwhen(?:'?s|\s+(?:will|is|are|does|do|did|can|could|should|would|exactly))\b{COMES}"
        rf"|\bwhen\s+(?:my|the|our)\s+{THING}\s+(?:will|is|should)\b{COMES}"
        rf"|\b(?:has|is|did)\b.*\b{THING}\b.*\b(?:shipped|sent|left|leave|dispatched|arrived|on\s+its\s+way)\b"
        rf"|\b{THING}\b.*\b(?:hasn'?t|has\s+not|didn'?t|did\s+not|never|still\s+not)\b.*\b(?:arriv|come|shown)",
        re.IGNORECASE,
    ),
)
