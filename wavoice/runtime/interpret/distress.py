"""Distress, abuse of us, and threats of law: what a person should answer, not a menu (D64)."""

from __future__ import annotations

import re

_LAWYER = r"(?:lawyers?|attorneys?|solicitors?|advocates?|legal\s+team)"
_US = r"(?:you|u|ya|your|this|that|it|off)"
_DISTRESS = re.compile(
    rf"\b(?:call|calling|contact\w*|get|getting|hire|see|tell|inform|involve|speak\s+to|talk\s+to|hear\s+from)"
    rf"\s+(?:my|a|our|the)\s+{_LAWYER}\b"
    rf"|\bmy\s+{_LAWYER}\s+(?:will|is|has|have|says?)\b"
    r"|\b(?:sue|suing)\s+(?:you|your|them|the\s+company|this)\b|\b(?:take|see)\s+you\s+(?:to|in)\s+court\b"
    r"|\blegal\s+(?:action|proceedings|notice)\b|\bconsumer\s+(?:court|forum)\b|\bsmall\s+claims\b"
    r"|\b(?:call|go\s+to|report\s+(?:you|this)\s+to)\s+the\s+police\b|\bpress\s+charges\b"
    rf"|\b(?:fuck|screw|damn|sod|bugger|piss)\s+{_US}\b|\b(?:go\s+to\s+hell|bullshit|fucking\s+(?:useless|joke|idiots?))\b"
    r"|\b(?:you|bunch\s+of|bloody|stupid)\s+(?:are\s+)?(?:all\s+)?(?:\w+\s+)?"
    r"(?:idiots?|morons?|bastards?|thieves|scammers?|crooks|liars?|assholes?|arseholes?)\b"
    r"|\b(?:bloody|fucking|absolute|total|complete|utter)\s+(?:disgrace|joke|scam|shambles|nightmare)\b"
    r"|\b(?:can\s*not|can'?t)\s+(?:take|bear|stand|cope\s+with|handle)\s+(?:this|it)\s+(?:any\s*more|any\s+longer)\b"
    r"|\b(?:kill|hurt|harm)\s+(?:my\s?self|you)\b|\bsuicid\w+|\bwant\s+to\s+die\b|\bend\s+my\s+life\b"
    r"|\bcrying\b.{0,30}\b(?:you|this)\b|\b(?:i\s+am|i'?m)\s+(?:so\s+)?desperate\b",
    re.IGNORECASE,
)


def is_distress(text: str) -> bool:
    """True if the text abuses us, threatens with the law, or says that somebody cannot go on."""
    return _DISTRESS.search(text) is not None
