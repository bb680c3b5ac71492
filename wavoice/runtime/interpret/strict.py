"""Small closed grammars for what approves or excuses most: nothing but a yes, a wait that is taken back,
nothing but the question where a parcel is. Whatever else stands in the message, and it is none of these.
"""

from __future__ import annotations

import re

from wavoice.runtime.interpret.manner import Found
from wavoice.runtime.lexicon import Phrase
from wavoice.runtime.model import Mark

YESES = frozenset({"yes", "yeah", "yep", "yup", "yea"})
_BESIDE = frozenset({"please", "pls", "thanks", "thank", "you", "sir", "madam", "maam", "ok", "okay"})
_BARE = re.compile(r"[\w\s.,!'\u2019-]*")
"""Signs that say nothing of their own; an arrow, a tilde or a sad face may."""
_STRUCK_OUT = r"~[^~\n]*\w[^~\n]*~"
"""As WhatsApp shows it: crossed out, so it was taken back."""
_SAD_OR_WRY = r"[:;=]['\u2019]?-?[(\[{<]|(?<!\w)[:=]-?[|\\/]|;-?[)D]|(?<!\w)\)['\u2019]?-?[:=]"
_DOUBTFUL_SIGNS = re.compile(f"{_STRUCK_OUT}|{_SAD_OR_WRY}")
_EXPLICIT = re.compile(
    r"(?:.* )?(?:yes|yeah|yep|yup|yea|confirm|confirmed|go ahead|do it|do that|please do|proceed"
    r"|lets do (?:it|this))(?: .*)?"
)
_RUNS_ON = re.compile(
    r"(?:(?:ok|okay|great|cool|nice|good|perfect|lovely|thanks|thank you|thankyou|thx|ty|cheers|got it"
    r"|alright|so much|very much|a lot|sir|madam|maam|dear|appreciate it|👍|👌|✅|🙏) ?)*"
)
_WAIT = r"(?:wait(?: wait)*|(?:hold|hang) on|oops|(?:one|(?:just )?a) (?:moment|second|sec|minute))"
_TAKEN_BACK = re.compile(
    rf"(?:(?:oh|no|sorry|ah|uh|um) )*{_WAIT}(?: (?:no|sorry|actually|oh|ah|uh|um))*"
    r"(?: (?:ok|okay))?(?: (?:yes|yeah|yep|yup))*"
    r" (?:yes|yeah|yep|yup|go ahead|do it|please do|(?:i )?confirm)(?: please| thanks)?"
)
"""Nothing else: "wait then do it" says when, and "not today, perfect" puts it off."""
_THE = r"(?:the |my |our |that |this )?(?:other )?"
_WHAT = r"(?:order|parcel|package|delivery|shipment|it|that)"
_FILL = r"(?:and |also |please |pls |uh |um |can you tell me |could you tell me |tell me |i want to know )*"
_ASKS = re.compile(
    rf"{_FILL}(?:"
    rf"wheres? (?:(?:is|are|s) )?{_THE}{_WHAT}"
    rf"|where {_THE}{_WHAT} is"
    rf"|(?:whats|what is|what s) the status (?:of|for|on) {_THE}{_WHAT}"
    rf"|when (?:will|is|does|do) {_THE}{_WHAT}"
    r" (?:arriv(?:e|ing)|com(?:e|ing)|get here|be (?:here|delivered)|due)"
    rf"|has {_THE}{_WHAT} (?:shipped|left|been sent|been shipped|arrived)(?: yet)?"
    r")(?: (?:now|right now|please|pls|thanks|thank you|at))*"
)


def only_asks(words: Phrase) -> bool:
    """True for words that ask where an order is, and say nothing else."""
    return _ASKS.fullmatch(" ".join(words)) is not None


def begins_with_yes(words: Phrase) -> bool:
    """True for a yes and courtesy alone, before a question of its own: "yes, and where is it?" (D15)."""
    said = [word for word in words if word not in ("and", "also")]
    return bool(said) and said[0] in YESES and set(said) <= YESES | _BESIDE


def is_bare(words: Phrase, text: str) -> bool:
    """True for a yes with nothing beside it but courtesy: what a code must stand with (A2)."""
    return bool(YESES & set(words)) and set(words) <= YESES | _BESIDE and _BARE.fullmatch(text) is not None


def has_doubtful_signs(text: str) -> bool:
    """True for words that are crossed out, and for a face that is sad, wry or winks."""
    return _DOUBTFUL_SIGNS.search(text) is not None


def is_explicit(spoken: Phrase, found: list[Found]) -> bool:
    """True if one of its yeses is a yes whatever was said before it; praise is not."""
    return any(
        mark is Mark.YES and _EXPLICIT.fullmatch(" ".join(spoken[start:end])) is not None
        for start, end, mark in found
    )


def runs_on(spoken: Phrase) -> bool:
    """True for thanks and praise alone."""
    return bool(spoken) and _RUNS_ON.fullmatch(" ".join(spoken)) is not None


def is_taken_back(spoken: Phrase, found: list[Found]) -> bool:
    """True for a short "wait" that a clear yes takes back, and nothing else: "no wait, yes" (D07)."""
    sentence = " ".join(spoken)
    return any(mark is Mark.HOLD for _, _, mark in found) and _TAKEN_BACK.fullmatch(sentence) is not None
