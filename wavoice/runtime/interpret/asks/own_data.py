"""How customers ask for what is kept of them to be deleted, or to be shown to them."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks.ask import Ask, Finds, choices

_DATA = r"(?:data|(?:personal|private|stored)\s+(?:info(?:rmation)?|details))"
_OF_ME = (
    rf"\bmy\s+(?:(?:own|personal|private|stored|chat|customer)\s+)*{_DATA}\b(?!\s+(?:plan|volume|roaming))"
)
_SOMEBODY = (
    r"(?:his|her|their|(?:my|the|our)\s+(?:wife|husband|partner|friend|son|daughter|mother|father|mum|mom|dad"
    r"|brother|sister|boss|colleague|neighbou?r|ex)(?:['\u2019]?s)?)"
)
_OF_OTHERS = (
    rf"\b(?:{_SOMEBODY}\s+{_DATA}|{_DATA}\s+(?:of|for|on|about)\s+(?:{_SOMEBODY}|\+?\d[\d ()-]{{5,}}\d))\b"
)
_KEPT = (
    r"(?:everything|all|anything|whatever|the\s+data|the\s+information|what)\s+(?:that\s+)?you(?:['\u2019]ve)?\s+"
    r"(?:have|got|keep|kept|know|store|stored|hold|saved?)\s+(?:stored\s+|saved\s+)?(?:about|on|of)\s+me"
)
_DELETE = (
    r"(?<!n['\u2019]t )(?<!\bdont )(?<!\bnot )(?<!\bnever )"
    r"\b(?:delete|deleting|erase|erasing|remove|wipe|destroy)"
)
_SEND = r"\b(?:send|give|show|export|download|get|have|see|want|need|receive|request|email|provide)"

_WHOSE = (
    Finds(
        "whose",
        choices(
            another=rf"{_OF_OTHERS}|\b(?:this|that|another|the)\s+(?:phone\s+)?number\b|\+?\d[\d ()-]{{7,}}\d"
        ),
    ),
)
"""Somebody else, or a number: nobody can say whose it is."""

ERASE = Ask(
    "erase_my_data",
    rank=-2,
    pattern=re.compile(
        rf"{_DELETE}\b.{{0,20}}?(?:{_OF_ME}|{_OF_OTHERS}|\b{_KEPT}\b)"
        rf"|{_OF_ME}\s+(?:to\s+be\s+|is\s+|gets?\s+)?(?:deleted|erased|removed|wiped)\b"
        rf"|\b(?:deletion|erasure|removal)\s+of\s+(?:all\s+)?{_OF_ME}"
        r"|\bright\s+(?:to\s+be\s+forgotten|to\s+erasure)\b",
        re.IGNORECASE,
    ),
    finds=_WHOSE,
)

SEND = Ask(
    "send_my_data",
    rank=-1,
    pattern=re.compile(
        rf"{_SEND}\b.{{0,25}}?(?:\ball\s+)?(?:{_OF_ME}|{_OF_OTHERS}|\b{_KEPT}\b)"
        rf"|\b(?:copy|export)\s+of\s+(?:all\s+)?(?:{_OF_ME}|{_OF_OTHERS})"
        rf"|\bwhat\s+(?:data|information|personal\s+data)\s+(?:do|have)\s+you\s+(?:have|got|keep|store|hold|saved?)\s+(?:about|on|of)\s+me\b"
        r"|\bwhat\s+do\s+you\s+(?:have|keep|store|hold|know)\s+(?:stored\s+)?(?:about|on)\s+me\b"
        r"|\b(?:subject\s+access\s+request|right\s+(?:of|to)\s+access)\b",
        re.IGNORECASE,
    ),
    finds=_WHOSE,
)
