"""The offline interpreter: English rules, instant and explainable.

A yes is plain only if every other word of the answer is accounted for: a filler, a courtesy, an echo
of the question or a slot. Whatever is left over makes the answer unclear, so that a sentence nobody
foresaw is asked about and never acted on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby

from wavoice.runtime import lexicon
from wavoice.runtime.interpret.slots import Slots, find_slots
from wavoice.runtime.interpret.wishes import wish_of
from wavoice.runtime.lexicon import Lexicon, Phrase, words_of
from wavoice.runtime.model import VETOES, Act, Mark, Reading
from wavoice.runtime.ports import Situation

_ACTS = {
    Mark.YES: Act.AFFIRM,
    Mark.WEAK: Act.AFFIRM,
    Mark.NO: Act.DENY,
    Mark.HOLD: Act.RETRACT,
    Mark.CANCEL: Act.RETRACT,
    Mark.MODIFY: Act.AMEND,
    Mark.QUESTION: Act.QUESTION,
    Mark.STOP: Act.STOP,
}
_THING = r"(?:order|parcel|package|delivery|stuff|shipment|it)"
_INTENTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "change_address",
        re.compile(
            r"\b(?:change|update|correct|new|different|wrong|another|move\w*)\b.*\baddress\b"
            rf"|\baddress\b.*\b(?:change|changed|update|wrong|moved)\b"
            rf"|\b(?:deliver|send|ship|bring)\s+{_THING}\s+to\s+(?=.*\d)",
            re.IGNORECASE,
        ),
    ),
    (
        "reschedule_delivery",
        re.compile(
            r"\b(?:re-?schedule|postpone|delay|push\s+back|bring\s+forward)\b"
            rf"|\b(?:move|change|shift|switch|put|set)\b.*\b(?:{_THING}|day|date)\b.*\b(?:to|for|on|day|date)\b"
            rf"|\b(?:move|change|shift|switch)\b.*\b(?:delivery|day|date)\b"
            rf"|\bdeliver(?:y|ed)?\b.*\b(?:on|another|different|other|later|earlier)\b.*\bday\b"
            rf"|\b(?:deliver|bring|send)\s+{_THING}\s+(?:on\s+)?(?=(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow)",
            re.IGNORECASE,
        ),
    ),
    (
        "track_order",
        re.compile(
            rf"\bwhere(?:'?s|\s+is|\s+are)?\b.*\b{_THING}\b"
            rf"|\b(?:track|status|whereabouts)\b"
            rf"|\bwhen\b.*\b(?:arrive|come|coming|get|here|delivered|deliver)\b"
            rf"|\b(?:has|is|did)\b.*\b{_THING}\b.*\b(?:shipped|sent|left|leave|dispatched|arrived|on\s+its\s+way)\b"
            rf"|\b{_THING}\b.*\b(?:hasn'?t|has\s+not|didn'?t|did\s+not|never|still\s+not)\b.*\b(?:arriv|come|shown)",
            re.IGNORECASE,
        ),
    ),
)
_DELIVERY = re.compile(r"\b(?:deliver\w*|order|parcel|package|shipment|bring|come|arrive)\b", re.IGNORECASE)
"""With a day beside it, and no other job, this asks for that day."""
_MOVE = re.compile(r"\b(?:move|change|shift|switch|put)\b", re.IGNORECASE)
_JOBS = tuple(name for name, _ in _INTENTS)
LONGEST = 500
"""Characters that are read for jobs and values: half a minute of speech. Patterns stay fast."""
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
class RulesInterpreter:
    """`ports.Interpreter` over one lexicon."""

    words: Lexicon = field(default_factory=lambda: lexicon.load("en"))

    def read(self, text: str, situation: Situation) -> Reading:
        """Return acts and marks in spoken order, a job and its slots.

        Jobs, slots and a plain yes are looked for in the first `LONGEST` characters; vetoes in all of it.
        """
        slots = find_slots(text[:LONGEST], situation)
        spoken = words_of(slots.text)
        intent, at = self._intent(slots, spoken)
        valued = _words_within(slots)
        echoed = _echo(spoken, words_of(situation.prompt))
        found = self._marks(spoken, intent, valued, echoed, situation)
        explained = valued | echoed | {word for start, end, _ in found for word in range(start, end)}
        rest = self._vetoes_in(text[LONGEST:])
        plain = not text[LONGEST:] and self._is_plain(spoken, explained, valued, intent, situation)
        if plain and self.words.has("hedge", spoken):
            plain = all(mark is not Mark.YES for _, _, mark in found)  # "yes maybe" is no yes
        return Reading(
            text=text,
            acts=_acts(found, _request(intent, at, slots, situation), slots, situation, plain=plain),
            marks=(*(mark for _, _, mark in found if mark is not None), *rest),
            intent=intent,
            slots=slots.values,
            mentioned=slots.mentioned,
            plain=plain,
            near_miss=self.words.has("near_miss", spoken),
        )

    def _vetoes_in(self, text: str) -> tuple[Mark, ...]:
        return tuple(mark for _, _, mark in self.words.scan(words_of(text)) if mark in VETOES)

    def _intent(self, slots: Slots, spoken: Phrase) -> tuple[str | None, int]:
        """The job or wish, and the word at which it begins."""
        core = tuple(word for word in spoken if word not in ("please", "pls"))
        if core in self.words.sets["bare_stop"]:
            return ("bare_cancel" if core == ("cancel",) else "bare_stop"), 0
        if core in self.words.sets["start"]:
            return "opt_in", 0
        wish, rest = wish_of(slots.text)
        if wish and not any(mark is Mark.STOP for _, _, mark in self.words.scan(words_of(rest))):
            return wish, 0
        if any(mark is Mark.STOP for _, _, mark in self.words.scan(spoken)):
            return "opt_out", 0
        valued = _words_within(slots)
        if any(not valued.issuperset(range(*span)) for span in self.words.spans("human", spoken)):
            return "human", 0
        for name, pattern in _INTENTS:
            if match := pattern.search(slots.text):
                return name, len(words_of(slots.text[: match.start()]))
        moves = "order" in slots.values and _MOVE.search(slots.text)
        if "day" in slots.mentioned and (moves or _DELIVERY.search(slots.text)):
            return "reschedule_delivery", 0
        return None, 0

    def _marks(
        self, spoken: Phrase, intent: str | None, valued: set[int], echoed: set[int], situation: Situation
    ) -> list[Found]:
        """Marks with their word positions. An echo of the question is no mark; nor are words of a slot,
        except that while a question is open a veto counts wherever it stands.
        """
        if intent == "bare_stop":
            return [(0, len(spoken), Mark.STOP)]
        dropped: set[Mark | None] = set()
        if self.words.has("reported", spoken) or self.words.has("sarcastic", spoken):
            dropped |= {Mark.YES, Mark.WEAK}
        if intent in _JOBS and intent != situation.open_action:
            dropped.add(Mark.QUESTION)
        if intent in _JOBS and situation.open_action is None:
            dropped |= {Mark.MODIFY, Mark.YES, Mark.WEAK}
        return [
            (start, end, mark)
            for start, end, mark in self.words.scan(spoken)
            if mark not in dropped
            and not echoed.issuperset(range(start, end))
            and not (
                valued.issuperset(range(start, end)) and (situation.open_action is None or mark not in VETOES)
            )
        ]

    def _is_plain(
        self,
        spoken: Phrase,
        explained: set[int],
        valued: set[int],
        intent: str | None,
        situation: Situation,
    ) -> bool:
        """True if marks, values, echoes, fillers and courtesies account for every word."""
        if self.words.has("reported", spoken) or self.words.has("sarcastic", spoken):
            return False
        explained = set(explained)
        names = ["filler", "courtesy"]
        if intent is not None and intent == situation.open_action:
            names.append("request")
        for name in names:
            for start, end in self.words.spans(name, spoken):
                explained.update(range(start, end))
        for start, end in self.words.spans("before_value", spoken):
            if end in valued:
                explained.update(range(start, end))
        sentence = " ".join(spoken)
        for match in _AGREES.finditer(sentence):
            first = sentence.count(" ", 0, match.start())
            explained.update(range(first, first + len(match.group().split())))
        return explained.issuperset(range(len(spoken)))


def _request(intent: str | None, at: int, slots: Slots, situation: Situation) -> int | None:
    """Word at which a request of its own begins, if there is one."""
    if intent == "human" or (intent in _JOBS and intent != situation.open_action):
        return at
    if situation.open_action is None and (situation.asked in slots.values):
        return 0
    return None


def _acts(
    found: list[Found], request: int | None, slots: Slots, situation: Situation, *, plain: bool
) -> tuple[Act, ...]:
    placed = [(start, _ACTS[mark]) for start, _, mark in found if mark is not None]
    if request is not None:
        placed.append((request, Act.REQUEST))
    elif "?" in slots.text and not any(act is Act.QUESTION for _, act in placed):
        placed.append((len(slots.text), Act.QUESTION))
    acts = [act for _, act in sorted(placed, key=lambda item: item[0])]
    if not acts and slots.values:
        acts.append(Act.AMEND if situation.open_action else Act.REQUEST)
    if not plain and set(acts) <= {Act.AFFIRM}:
        acts.append(Act.UNCLEAR)
    return tuple(act for act, _ in groupby(acts)) or (Act.UNCLEAR,)


def _words_within(slots: Slots) -> set[int]:
    """Positions (counted in words) that the slots' character ranges cover."""
    covered: set[int] = set()
    for start, end in slots.spans:
        before = len(words_of(slots.text[:start]))
        covered.update(range(before, before + len(words_of(slots.text[start:end]))))
    return covered


def _echo(spoken: Phrase, prompt: Phrase) -> set[int]:
    """Positions of words that repeat the open question, `_ECHO` or more in a row."""
    said = {prompt[start : start + _ECHO] for start in range(len(prompt) - _ECHO + 1)}
    return {
        position
        for start in range(len(spoken) - _ECHO + 1)
        if spoken[start : start + _ECHO] in said
        for position in range(start, start + _ECHO)
    }
