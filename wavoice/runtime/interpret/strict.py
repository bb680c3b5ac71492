"""Small closed grammars for what approves or excuses most: nothing but a yes, a wait that is taken back,
nothing but the question where a parcel is. Whatever else stands in the message, and it is none of these.
"""

from __future__ import annotations

import re

from wavoice.runtime.interpret.manner import Found
from wavoice.runtime.lexicon import Phrase
from wavoice.runtime.model import Mark

_YESES = frozenset({"yes", "yeah", "yep", "yup", "yea", "confirm", "confirmed", "confirming"})
_BESIDE = frozenset(
    (
        "please",
        "pls",
        "thanks",
        "thank",
        "you",
        "sir",
        "madam",
        "maam",
        "uh",
        "um",
        "er",
        "hm",
        "hmm",
        "ok",
        "okay",
    )
)
_WAITS = re.compile(
    r"(?:no )?wait|(?:hold|hang) on|hold it|oops"
    r"|(?:one|(?:just )?a) (?:moment|second|sec|minute)"
)
"""Of all that holds, these alone say no more than "one moment": "later" or "not today" put it off."""
_RESUMES = re.compile(r"yes(?: please)?|yeah|yep|yup|go ahead|do it|please do|(?:i )?confirm")
_THE = r"(?:the |my |our |that |this )?(?:other )?"
_WHAT = r"(?:order|parcel|package|delivery|shipment|it|that)(?: (?:number |no )?\d+)?"
_FILL = (
    r"(?:and |also |but |then |please |pls |so |just |uh |um |can you |could you |tell me |i want to know )*"
)
_ASKS = re.compile(
    rf"{_FILL}(?:"
    rf"wheres? (?:(?:is|are|s) )?{_THE}{_WHAT}"
    rf"|where {_THE}{_WHAT} is"
    rf"|(?:whats|what is|what s) the status (?:of|for|on) {_THE}{_WHAT}"
    rf"|(?:what about )?{_THE}{_WHAT} status"
    rf"|track {_THE}{_WHAT}"
    rf"|when (?:will|is|does|do) {_THE}{_WHAT}"
    r" (?:arriv(?:e|ing)|com(?:e|ing)|get here|be (?:here|delivered)|due)"
    rf"|has {_THE}{_WHAT} (?:shipped|left|been sent|been shipped|arrived)(?: yet)?"
    r")(?: (?:now|right now|please|pls|thanks|thank you|at|today))*"
)


def only_asks(words: Phrase) -> bool:
    """True for words that ask where an order is, and say nothing else."""
    return _ASKS.fullmatch(" ".join(words)) is not None


def is_bare(words: Phrase) -> bool:
    """True for a yes with nothing beside it but courtesy: what a code must stand with (A2)."""
    return bool(_YESES & set(words)) and set(words) <= _YESES | _BESIDE


def is_taken_back(spoken: Phrase, found: list[Found]) -> bool:
    """True if all that holds is a short "wait", and a clear yes comes last: "no wait, yes" (D07)."""
    marked = [(" ".join(spoken[start:end]), mark) for start, end, mark in found if mark is not None]
    waits = [phrase for phrase, mark in marked if mark is Mark.HOLD]
    last, mark = marked[-1] if marked else ("", None)
    resumes = mark is Mark.YES and _RESUMES.fullmatch(last) is not None
    return bool(waits) and all(map(_WAITS.fullmatch, waits)) and resumes
