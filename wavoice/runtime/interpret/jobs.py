"""Jobs and wishes: what a message asks for, and where in it the request begins."""

from __future__ import annotations

import re

from wavoice.runtime.interpret.asks import ASKS
from wavoice.runtime.interpret.own import own_job
from wavoice.runtime.interpret.slots import Slots, words_within
from wavoice.runtime.interpret.wishes import wish_of
from wavoice.runtime.lexicon import Lexicon, Phrase, words_of
from wavoice.runtime.model import Mark, MustStop
from wavoice.runtime.ports import Situation

_DELIVERY = re.compile(r"\b(?:deliver\w*|order|parcel|package|shipment|bring|come|arrive)\b", re.IGNORECASE)
"""With a day beside it, and no other job, this asks for that day."""
_MOVE = re.compile(r"\b(?:move|change|shift|switch|put)\b", re.IGNORECASE)
_WORD = re.compile(r"\w+")


def find_job(slots: Slots, spoken: Phrase, words: Lexicon, situation: Situation) -> tuple[str | None, int]:
    """Return the job or wish, and the word at which it begins."""
    core = tuple(word for word in spoken if word not in ("please", "pls"))
    if core in words.sets["bare_stop"]:
        cancels = any(mark is Mark.CANCEL for _, _, mark in words.scan(core))
        return ("bare_cancel" if cancels else "bare_stop"), 0
    if core in words.sets["start"]:
        return "opt_in", 0
    wish, rest = wish_of(slots.text)
    if wish and not any(mark is Mark.STOP for _, _, mark in words.scan(words_of(rest))):
        return wish, 0
    if any(mark is Mark.STOP for _, _, mark in words.scan(spoken)):
        return "opt_out", 0
    valued = words_within(slots)
    if any(not valued.issuperset(range(*span)) for span in words.spans("human", spoken)):
        return "human", 0
    if slots.whole:
        return ("human", 0) if _only_wants_a_person(spoken, words) else (None, 0)
    return _job_in(slots, situation)


_SHORT = 8
"""Words of a message that asks for a person although a text of any kind was asked for."""


def _only_wants_a_person(spoken: Phrase, words: Lexicon) -> bool:
    return len(spoken) <= _SHORT and any(True for _ in words.spans("human", spoken))


def _job_in(slots: Slots, situation: Situation) -> tuple[str | None, int]:
    vocabulary = situation.vocabulary
    if (own := own_job(slots.text, vocabulary, slots.products)) is not None:
        return own.name, len(words_of(slots.text[: own.start]))
    text = _things_of(slots)
    for ask in ASKS:
        if ask.job in vocabulary.sample and (match := ask.pattern.search(text)):
            return ask.job, len(words_of(text[: match.start()]))
    moves = "order" in slots.values and _MOVE.search(text)
    moved = "reschedule_delivery" in vocabulary.sample and "day" in slots.mentioned
    if moved and (moves or _DELIVERY.search(text)):
        return "reschedule_delivery", 0
    return ("faq", 0) if _asks_the_shop(slots.text, situation) else (None, 0)


_OF_THE_SHOP = re.compile(
    r"^\W*(?:(?:hi|hello|hey|and|also|so|ok(?:ay)?)\W+)*(?:do|does|can|could|may|will|would|are|is|what|when|where|which|how|who|why)\b"
    r".*\b(?:you|your|shop|store|company)\b",
    re.IGNORECASE,
)
_OF_THE_BOT = re.compile(
    r"\b(?:you\s+(?:help|do|hear|see|read|say|mean|understand|there|real|sure|listening|speak|repeat|know|think|call|tell)"
    r"|are\s+you|who\s+(?:are|is)|how\s+are|(?:ro)?bot|machine|my|me|i|it|that|this)\b",
    re.IGNORECASE,
)
_LEAST = 4
"""Words of a question that nobody has to guess at."""


def _asks_the_shop(text: str, situation: Situation) -> bool:
    """True for a question that the shop has answered, or one about the shop that nothing else settles."""
    vocabulary = situation.vocabulary
    if "faq" not in vocabulary.sample or not vocabulary.faq.entries:
        return False
    if vocabulary.faq.asked(text) is not None:
        return True
    open_ = situation.open_action is not None or situation.half_said is not None
    unsettled = _OF_THE_SHOP.search(text) and not _OF_THE_BOT.search(text)
    return bool(unsettled) and not open_ and len(text.split()) >= _LEAST


def _things_of(slots: Slots) -> str:
    """The text with every word of a product as "order": who asks for their lamp asks for its order."""
    text = slots.text
    for start, end in reversed(slots.products):
        text = f"{text[:start]}{_WORD.sub('order', text[start:end])}{text[end:]}"
    return text


def request_at(intent: str | None, at: int, slots: Slots, situation: Situation) -> int | None:
    """Word at which a request of its own begins, if there is one."""
    if intent in ("human", *MustStop) or (intent in situation.vocabulary and intent != situation.open_action):
        return at
    if situation.open_action is None and (situation.asked in slots.values):
        return 0
    return None
