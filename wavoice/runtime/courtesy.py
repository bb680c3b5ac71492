"""What is said to a bot and asks for nothing: greetings, thanks, goodbyes, complaints and abuse. Pure.

Looked at only where no question waits and no job was found, so nothing here can stand for an answer. English:
of other languages the runtime says what it says to whatever it did not catch.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

LONGEST: Final = 300
"""Characters that are looked at."""
_NICE: Final = (
    r"ok|okay|great|perfect|cool|nice|super|wonderful|lovely|all\s?right|good|awesome|fine|oh|well|and"
)
_TO: Final = r"there|you|bot|friend|dear|mate|sir|madam|team|everyone|all|again"
_THANKS: Final = (
    r"(?:many\s+|a\s+thousand\s+)?thanks|thank\s+you|thank\s+u|cheers|thx|ty|much\s+appreciated"
    r"|i\s+appreciate\s+it"
)
_GOOD_DAY: Final = r"have\s+a\s+(?:nice|good|great)\s+(?:day|evening|weekend)"
_MORE: Final = (
    r"so\s+much|very\s+much|a\s+lot|a\s+million|again|really|anyway"
    r"|for\s+(?:your|the|all\s+your|everything|that|this)"
    r"(?:\s+(?:help|info|information|quick\s+(?:reply|answer)|patience))?"
)
_HELLO: Final = r"hello|hi|hiya|hey|good\s+(?:morning|afternoon|evening|day)|greetings"
_BYE: Final = rf"(?:good\s?)?bye(?:[\s-]bye)?|see\s+you(?:\s+(?:later|soon))?|good\s?night|{_GOOD_DAY}"
_GAP: Final = r"[\s,.!?;:…-]*"


class Courtesy(StrEnum):
    """What kind of thing it is."""

    GREETING = "greeting"
    THANKS = "thanks"
    FAREWELL = "farewell"
    COMPLAINT = "complaint"
    ABUSE = "abuse"


def _alone(core: str, rest: str) -> re.Pattern[str]:
    """Nothing else is said."""
    lead, tail = rf"(?:(?:{_NICE})\b{_GAP})*", rf"(?:{_GAP}\b(?:{rest})\b)*"
    return re.compile(rf"{_GAP}{lead}(?:{core})\b{tail}{_GAP}(?:\W{{0,8}})", re.IGNORECASE)


_WHOLE: Final = (
    (Courtesy.THANKS, _alone(_THANKS, rf"{_MORE}|{_TO}|{_BYE}")),
    (Courtesy.FAREWELL, _alone(_BYE, rf"{_TO}|{_THANKS}")),
    (Courtesy.GREETING, _alone(_HELLO, rf"{_TO}|{_HELLO}|how\s+are\s+you(?:\s+(?:today|doing))?")),
)
_WITHIN: Final = (
    (
        Courtesy.ABUSE,
        re.compile(
            r"\b(?:idiots?|morons?|stupid|dumb|useless\s+(?:bot|machine|piece|thing|crap)|fuck\w*|shit\w*|bastards?"
            r"|assholes?|bitch\w*|shut\s+up|(?:go\s+to|screw)\s+(?:hell|you))\b",
            re.IGNORECASE,
        ),
    ),
    (
        Courtesy.COMPLAINT,
        re.compile(
            r"\b(?:complain\w*|(?:terrible|awful|horrible|lousy|appalling|the\s+worst|very\s+bad|poor)\s+(?:service|shop|experience|company|quality)"
            r"|(?:service|quality|delivery)\s+(?:is|was)\s+(?:so\s+|very\s+|really\s+)?(?:terrible|awful|horrible|bad|poor|a\s+joke)"
            r"|(?:very|so|really|deeply)\s+(?:disappointed|unhappy|dissatisfied|angry|annoyed|frustrated))\b",
            re.IGNORECASE,
        ),
    ),
)


def courtesy_of(text: str) -> Courtesy | None:
    """What it is, or None for whatever may be more than that."""
    said = text[:LONGEST]
    if len(text) <= LONGEST:
        for kind, pattern in _WHOLE:
            if pattern.fullmatch(said):
                return kind
    return next((kind for kind, pattern in _WITHIN if pattern.search(said)), None)
