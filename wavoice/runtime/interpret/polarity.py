"""Polarity: the marks of an answer, and whether every word of it is accounted for."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from wavoice.runtime.interpret.jobs import JOBS
from wavoice.runtime.lexicon import Lexicon, Phrase
from wavoice.runtime.model import VETOES, Mark
from wavoice.runtime.ports import Situation

_ECHO = 3
"""Words in a row that must repeat the question to count as its echo (D60)."""

_AGREES = re.compile(
    r"\b(?:that|thats|this|it|its|everything|all that|all this|they|yes)"
    r"(?: (?:all|is|are|will be|would be|should be|sounds?|seems?|looks?|feels?|suits me|works|is all))?"
    r"(?: (?:just|all|completely|really|very|quite|totally|about))?"
    r" (?:fine|good|great|perfect|correct|right|ok|okay|true|awesome|cool|nice|ideal|fantastic|amazing"
    r"|wonderful|excellent|alright|well|lovely|super|exactly right)(?: (?:for|to|with|by) me)?\b"
)
"""A sentence that only agrees ("that sounds good to me"): explained as a whole, never word by word."""
Found = tuple[int, int, Mark | None]
"""First word, word after the last, and the mark of a phrase; idioms have none."""


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

    def before(self, at: int) -> Answer:
        """What stands before a request that begins at the word `at`."""
        return replace(self, spoken=self.spoken[:at], intent=None)


def is_plain_yes(answer: Answer, found: list[Found], words: Lexicon) -> bool:
    """True if these words hold a strong yes and nothing that is not accounted for."""
    within = [span for span in found if span[1] <= len(answer.spoken)]
    agrees = {mark for _, _, mark in within if mark is not None}
    return Mark.YES in agrees and agrees <= {Mark.YES, Mark.WEAK} and is_plain(answer, within, words)


def marks_of(answer: Answer, words: Lexicon) -> list[Found]:
    """Marks with their word positions. An echo of the question is no mark; nor are words of a slot,
    except that while a question is open a veto counts wherever it stands.
    """
    spoken, intent, open_action = answer.spoken, answer.intent, answer.situation.open_action
    if intent == "bare_stop":
        return [(0, len(spoken), Mark.STOP)]
    dropped: set[Mark | None] = set()
    if words.has("reported", spoken) or words.has("sarcastic", spoken):
        dropped |= {Mark.YES, Mark.WEAK}
    if intent in JOBS and intent != open_action:
        dropped.add(Mark.QUESTION)
    if intent in JOBS and open_action is None:
        dropped |= {Mark.MODIFY, Mark.YES, Mark.WEAK}
    return [
        (start, end, mark)
        for start, end, mark in words.scan(spoken)
        if mark not in dropped
        and not answer.echoed.issuperset(range(start, end))
        and not (answer.valued.issuperset(range(start, end)) and (open_action is None or mark not in VETOES))
    ]


def is_plain(answer: Answer, found: list[Found], words: Lexicon) -> bool:
    """True if marks, values, echoes, fillers and courtesies account for every word."""
    spoken = answer.spoken
    if words.has("reported", spoken) or words.has("sarcastic", spoken):
        return False
    if words.has("hedge", spoken) and any(mark is Mark.YES for _, _, mark in found):
        return False  # "yes maybe" is no yes
    explained = set(answer.valued | answer.echoed)
    for start, end, _ in found:
        explained.update(range(start, end))
    names = ["filler", "courtesy"]
    if answer.intent is not None and answer.intent == answer.situation.open_action:
        names.append("request")
    for name in names:
        for start, end in words.spans(name, spoken):
            explained.update(range(start, end))
    for start, end in words.spans("before_value", spoken):
        if end in answer.valued:
            explained.update(range(start, end))
    sentence = " ".join(spoken)
    for match in _AGREES.finditer(sentence):
        first = sentence.count(" ", 0, match.start())
        explained.update(range(first, first + len(match.group().split())))
    return explained.issuperset(range(len(spoken)))


def echo_of(spoken: Phrase, prompt: Phrase) -> frozenset[int]:
    """Positions of words that repeat the open question, `_ECHO` or more in a row."""
    said = {prompt[start : start + _ECHO] for start in range(len(prompt) - _ECHO + 1)}
    return frozenset(
        position
        for start in range(len(spoken) - _ECHO + 1)
        if spoken[start : start + _ECHO] in said
        for position in range(start, start + _ECHO)
    )
