"""Polarity: the marks of an answer, and whether every word of it is accounted for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from wavoice.runtime.interpret.agreeing import agreeing, agreements, checked_parts, leans
from wavoice.runtime.interpret.echoes import offers_choice
from wavoice.runtime.interpret.manner import Found, is_reported, without_softened_no
from wavoice.runtime.interpret.strict import YESES
from wavoice.runtime.lexicon import Lexicon, Phrase, words_of
from wavoice.runtime.model import VETOES, Mark
from wavoice.runtime.ports import Situation

_RELATIVE = frozenset({"thats", "is", "exactly", "just", "precisely", "its", "got", "know", "as"})


@dataclass(frozen=True, slots=True)
class Answer:
    """The words of a message, what its slots and the question account for, and the job it names."""

    spoken: Phrase
    valued: frozenset[int]
    """Words of slots."""
    echoed: frozenset[int]
    """Words that repeat the question."""
    intent: str | None
    situation: Situation
    sentence: str
    """The words as text, with a sign for each that repeats the question."""
    scanned: list[Found]
    """All marks and idioms, before any is left out."""

    @property
    def asked(self) -> frozenset[str]:
        """Words of the question."""
        return frozenset(words_of(self.situation.prompt))


def marks_of(answer: Answer, words: Lexicon) -> list[Found]:
    """Marks with their word positions. An echo of the question is no mark; nor are words of a slot,
    except that while a question is open a veto counts wherever it stands.
    """
    spoken, intent, open_action = answer.spoken, answer.intent, answer.situation.open_action
    if intent == "bare_stop":
        return [(0, len(spoken), Mark.STOP)]
    dropped: set[Mark | None] = set()
    if _is_turned(spoken, words):
        dropped |= {Mark.YES, Mark.WEAK}
    is_job = intent in answer.situation.vocabulary
    if is_job and intent != open_action:
        dropped.add(Mark.QUESTION)
    if is_job and open_action is None:
        dropped |= {Mark.MODIFY, Mark.YES, Mark.WEAK}
    scanned = without_softened_no(spoken, answer.scanned, words)
    return [
        (start, end, mark)
        for start, end, mark in _weighed(spoken, scanned, words)
        if mark not in dropped
        and not answer.echoed.issuperset(range(start, end))
        and not (answer.valued.issuperset(range(start, end)) and (open_action is None or mark not in VETOES))
    ]


def scan(spoken: Phrase, sentence: str, breaks: frozenset[int], words: Lexicon) -> list[Found]:
    """All marks and idioms of the words; a clear sentence of agreement is a yes where no word of it was.

    `breaks` are the words behind which punctuation stands: "correct, that…" is not "correct that".
    """
    found: list[Found] = []
    for start, end, mark in words.scan(spoken):
        if mark is Mark.MODIFY and spoken[start] == "correct" and start in breaks:
            found.append((start, start + 1, Mark.YES))
        elif (
            end - start > 1
            and set(spoken[start:end]) == {"no"}
            and (rest := _idiom_at(spoken, end - 1, words))
        ):
            found += [(start, end - 1, mark), *rest]  # "no, no problem": the second no is the idiom's
            break
        else:
            found.append((start, end, mark))
    for start, end in agreements(sentence):
        inside = [mark for first, _, mark in found if start <= first < end]
        if all(mark in (Mark.WEAK, Mark.QUESTION) for mark in inside):
            found = [item for item in found if not start <= item[0] < end]
            found.append((start, end, Mark.YES))
    return sorted(found, key=lambda item: item[:2])


def _idiom_at(spoken: Phrase, place: int, words: Lexicon) -> list[Found]:
    """Marks from that word on, if an idiom begins with it."""
    rest = [(place + start, place + end, mark) for start, end, mark in words.scan(spoken[place:])]
    return rest if rest and rest[0][0] == place and rest[0][2] is None else []


def _weighed(spoken: Phrase, scanned: list[Found], words: Lexicon) -> list[Found]:
    """Without what is no answer: "what I want", "really good", thanks and "maybe" beside a refusal."""
    refused = next((start for start, _, mark in scanned if mark in VETOES and mark is not Mark.MODIFY), None)
    kept: list[Found] = []
    for start, end, mark in scanned:
        phrase = spoken[start:end]
        if mark is Mark.QUESTION and _tells(spoken, start, end):
            continue
        if mark is Mark.WEAK and refused is not None:
            if phrase in words.sets["hedge"] or phrase in _THANKS:
                continue
            if any(NO_REACH >= start - other_end >= 0 for _, other_end, other in kept if other is Mark.NO):
                continue  # "that's not good"
        if phrase == ("confirmed",) and start and spoken[start - 1] not in _CONFIRMS:
            kept.append((start, end, Mark.WEAK))  # "order confirmed" may be a question
            continue
        if mark is Mark.YES and _is_negated(spoken, start, end, kept):
            continue  # "don't do that", "definitely not"
        kept.append((start, end, mark))
    return kept


_NEGATES = frozenset({"dont", "not", "never", "wont", "cant", "cannot", "shouldnt"})
_ASSURES = frozenset({("definitely",), ("absolutely",), ("certainly",), ("of", "course"), ("surely",)})
_CONFIRMS = YESES | {"i", "thats"}
_YES_WORDS = YESES | {"ya"}


def _is_negated(spoken: Phrase, start: int, end: int, kept: list[Found]) -> bool:
    """True for a word of consent that a no right beside it turns round; the no stays, and stays a veto."""
    after = spoken[end] if end < len(spoken) else ""
    if spoken[start:end] in _ASSURES and after == "not":
        return True
    touches = bool(kept) and kept[-1][1] == start and kept[-1][2] is Mark.NO
    return touches and spoken[start - 1] in _NEGATES and spoken[start] not in _YES_WORDS


_UNFINISHED = frozenset({"to", "on", "for", "at", "by", "the", "and", "so", "just", "but", "like", "a"})
"""Last words after which more was to come."""
_OPENING = 3
"""Words that may stand before the first that agrees: "well then, yes"."""
_THANKS = frozenset({("thanks",), ("thank", "you")})
NO_REACH = 1
"""Words between a no and the weak yes that it denies."""


def _tells(spoken: Phrase, start: int, end: int) -> bool:
    """True for a question word that asks nothing: "that's what I want", "really looking forward"."""
    before = spoken[start - 1] if start else ""
    after = spoken[end] if end < len(spoken) else ""
    if spoken[start:end] == ("really",):
        return bool(before and after)
    if spoken[start:end] == ("you", "sure"):
        return after in ("do", "did", "are", "have", "got")
    if spoken[start:end] in (("is", "it"), ("is", "that")):
        return before in ("that", "this", "yes") and not after
    return before in _RELATIVE and after in ("i", "we")


def _is_doubtful(spoken: Phrase, found: list[Found], words: Lexicon) -> bool:
    """True for somebody else's yes, one in irony, "yes maybe", and what "not at all" may deny (A6)."""
    if _is_turned(spoken, words):
        return True
    agrees = any(mark in (Mark.YES, Mark.WEAK) for _, _, mark in found)
    said = {place for start, end, _ in found for place in range(start, end)}
    unfinished = bool(spoken) and spoken[-1] in _UNFINISHED and len(spoken) - 1 not in said
    return unfinished or _is_denied(spoken) or (agrees and words.has("hedge", spoken))


def _is_turned(spoken: Phrase, words: Lexicon) -> bool:
    return is_reported(spoken, words) or words.has("sarcastic", spoken)


def _is_denied(spoken: Phrase) -> bool:
    return any(spoken[start : start + 3] == ("not", "at", "all") for start in range(len(spoken)))


def opens_with_yes(answer: Answer, found: list[Found], words: Lexicon) -> bool:
    """True if it begins by agreeing, whatever follows, and nothing in it refuses, asks or is turned round.

    "Yes, I will be there then" says yes, and is asked about: not every word of it is accounted for.
    """
    marked = [(start, mark) for start, _, mark in found if mark is not None]
    if not {mark for _, mark in marked} <= {Mark.YES, Mark.WEAK}:
        return False
    first = marked[0] if marked else (_OPENING + 1, None)
    sentence = bool(agreeing(answer.sentence, answer.asked, agrees=False))
    opens = first[0] <= _OPENING and (first[1] is Mark.YES or sentence)
    if not opens and not leans(answer.sentence) and not agreements(answer.sentence):
        return False
    turned = _is_turned(answer.spoken, words) or _is_denied(answer.spoken)
    return not turned and not _names_a_part(answer)


def _is_vague(spoken: Phrase, place: int) -> bool:
    """True for "a friday" and "fridays": which one is not said."""
    before = spoken[place - 1] if place else ""
    return before in ("a", "an", "some", "any", "every", "each") or spoken[place].endswith("days")


def _is_a_day(answer: Answer, place: int) -> bool:
    """True for a value in words: it says what is to change, an order's number only of what."""
    return place in answer.valued and answer.spoken[place].isalpha()


def _explained(answer: Answer, found: list[Found], words: Lexicon, *, sure: bool) -> set[int]:
    """Places of the words that say nothing but the yes; `sure` if one stands there that is no request."""
    spoken = answer.spoken
    spans = [(start, end) for start, end, _ in found]
    names = ["filler", "courtesy"]
    if answer.intent is not None and answer.intent == answer.situation.open_action:
        names.append("request")
    spans += [span for name in names for span in words.spans(name, spoken)]
    yeses = {start for start, _, mark in found if mark is Mark.YES and spoken[start] in _YES_WORDS}
    spans += [span for span in words.spans("misheard", spoken) if span[0] == 0 and span[1] in yeses]
    spans += [span for span in words.spans("before_value", spoken) if span[1] in answer.valued]
    spans += agreeing(answer.sentence, answer.asked, agrees=sure)
    places = (place for start, end in spans for place in range(start, end))
    return {*answer.valued, *answer.echoed, *places}


def is_plain(answer: Answer, found: list[Found], words: Lexicon) -> bool:
    """True if marks, values, echoes, fillers and courtesies account for every word.

    Beside a yes so does a sentence that asks for what was offered ("I want you to book it").
    """
    spoken = answer.spoken
    agreed = [spoken[start:end] for start, end, mark in found if mark in (Mark.YES, Mark.WEAK)]
    if _is_doubtful(spoken, found, words) or (
        agreed and all(phrase in words.sets["doubt"] for phrase in agreed)
    ):
        return False
    if _names_a_part(answer):
        return False
    if any(map(partial(_is_vague, spoken), answer.valued)) or (
        spoken[:2] == ("why", "not") and answer.valued
    ):
        return False
    if any(not _is_a_day(answer, start) for start, _ in checked_parts(answer.sentence)):
        return False
    # "please confirm it" may ask us to: beside a bare "confirm" nothing is taken for granted
    sure = any(phrase != ("confirm",) for phrase in agreed)
    explained = _explained(answer, found, words, sure=sure)
    return explained.issuperset(range(len(spoken)))


_PART = re.compile(
    r"\b(?:and|with)(?: an?| the)? \w+(?: \w+)? (?:is|are|would be) \w+|\b(?:fine|good|ok|okay|happy) with\b"
)


def _names_a_part(answer: Answer) -> bool:
    """True for "yes, and a shared ride is fine", where more than one thing was asked."""
    return offers_choice(answer.situation.prompt) and _PART.search(" ".join(answer.spoken)) is not None


def only_echoes(answer: Answer, found: list[Found], words: Lexicon) -> bool:
    """True if nothing is left once the words of the question are taken out (D60)."""
    if not answer.echoed or any(mark is not None for _, _, mark in found):
        return False
    left = set(range(len(answer.spoken))) - answer.echoed
    for start, end in words.spans("filler", answer.spoken):
        left.difference_update(range(start, end))
    return not left
