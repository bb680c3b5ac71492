"""The offline interpreter: rules and lexicons, instant and explainable.

A yes is plain only if every other word of the answer is accounted for: a filler, a courtesy, an echo
of the question or a slot. Whatever is left over makes the answer unclear, so that a sentence nobody
foresaw is asked about and never acted on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby

from wavoice.runtime.interpret.agreeing import sentence_of
from wavoice.runtime.interpret.code import take_code
from wavoice.runtime.interpret.echoes import echo_of, repeated_words
from wavoice.runtime.interpret.jobs import find_job, request_at
from wavoice.runtime.interpret.manner import Found, manner_of, option_of
from wavoice.runtime.interpret.must_stop import must_stop
from wavoice.runtime.interpret.own_words import with_own_words
from wavoice.runtime.interpret.polarity import (
    Answer,
    is_plain,
    marks_of,
    only_echoes,
    opens_with_yes,
    scan,
)
from wavoice.runtime.interpret.service_slots import with_service
from wavoice.runtime.interpret.slots import Slots, find_slots, words_within
from wavoice.runtime.interpret.strict import (
    begins_with_yes,
    has_doubtful_signs,
    is_bare,
    is_explicit,
    is_taken_back,
    only_asks,
    runs_on,
)
from wavoice.runtime.lexicon import Languages, enabled, words_of
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
_PUNCTUATION = re.compile(r"[,.;:!?…]+(?=\s|$)")
LONGEST = 500
"""Characters that are read for jobs and values: half a minute of speech. Patterns stay fast."""


@dataclass(frozen=True, slots=True)
class RulesInterpreter:
    """`ports.Interpreter` over the words of the enabled languages; by default of all that are shipped."""

    languages: Languages = field(default_factory=enabled)

    def __post_init__(self) -> None:
        """Read the words now: no customer waits for them."""
        must_stop("")

    def read(self, text: str, situation: Situation) -> Reading:
        """Return acts and marks in spoken order, a job and its slots.

        Jobs, slots and a plain yes are looked for in the first `LONGEST` characters; vetoes in all of it.
        """
        said, code = take_code(text) if situation.wants_code else (text, None)
        slots = find_slots(said[:LONGEST], situation)
        words, spoken = self.languages.hear(words_of(slots.text), situation.language)
        stop = must_stop(said, words.own)
        intent, at = (str(stop), 0) if stop else find_job(slots, spoken, words, situation)
        slots = with_own_words(slots, intent, situation, lambda: any(True for _ in words.scan(spoken)))
        slots = with_service(slots, intent, situation)
        echoed = echo_of(spoken, words_of(situation.prompt))
        valued = words_within(slots)
        sentence = sentence_of(spoken, repeated_words(spoken, situation.prompt))
        scanned = scan(spoken, sentence, _breaks(slots.text), words)
        answer = Answer(spoken, valued, echoed, intent, situation, sentence, scanned)
        manner = manner_of(spoken, scanned, words, frozenset(range(len(spoken))) - valued - echoed)
        found = marks_of(answer, words)
        rest = self._vetoes_in(text[LONGEST:], situation.language)
        plain = not text[LONGEST:] and is_plain(answer, found, words) and not has_doubtful_signs(said)
        credit = words.credit(spoken, found)
        another_job = intent in situation.vocabulary and intent != situation.open_action
        return Reading(
            text=text,
            acts=_acts(found, request_at(intent, at, slots, situation), slots, situation, plain=plain),
            marks=(*(mark for _, _, mark in found if mark is not None), *rest),
            intent=intent,
            slots=slots.values,
            mentioned=slots.mentioned,
            plain=plain,
            explicit=is_explicit(spoken, found),
            runs_on=runs_on(spoken),
            loose=not rest and not (plain and found) and opens_with_yes(answer, found, words),
            yes_first=another_job and begins_with_yes(spoken[:at]) and only_asks(spoken[at:]),
            asks_only=only_asks(spoken),
            bare=is_bare(spoken, text if code is None else said),
            taken_back=is_taken_back(spoken, found),
            faint=spoken in words.sets.get("faint", ()),
            near_miss=words.has("near_miss", spoken),
            language=credit.language,
            reviewed=credit.reviewed,
            collides=credit.collides,
            conditional=manner.conditional,
            partial=manner.partial,
            reported=manner.reported,
            sarcastic=manner.sarcastic,
            softened=manner.softened,
            echo=only_echoes(answer, found, words),
            option=option_of(slots.text) if situation.open_action and code is None else None,
            code=code,
        )

    def _vetoes_in(self, text: str, language: str) -> tuple[Mark, ...]:
        if not text:
            return ()
        words, spoken = self.languages.hear(words_of(text), language)
        return tuple(mark for _, _, mark in words.scan(spoken) if mark in VETOES)


def _breaks(text: str) -> frozenset[int]:
    """Positions of the words behind which punctuation stands."""
    return frozenset(len(words_of(text[: match.start()])) - 1 for match in _PUNCTUATION.finditer(text))


def _acts(
    found: list[Found], request: int | None, slots: Slots, situation: Situation, *, plain: bool
) -> tuple[Act, ...]:
    asked = {start for start, _, mark in found if mark is Mark.QUESTION}
    placed = [
        (start, _ACTS[mark])
        for start, end, mark in found
        # a "but" before a question holds, and asks for no change
        if mark is not None and not (mark is Mark.MODIFY and end in asked)
    ]
    if request is not None:
        placed.append((request, Act.REQUEST))
    elif Reading(slots.text, (), ()).has_question_mark and not any(act is Act.QUESTION for _, act in placed):
        placed.append((len(slots.text), Act.QUESTION))
    acts = [act for _, act in sorted(placed, key=lambda item: item[0])]
    if not acts and slots.values:
        acts.append(Act.AMEND if situation.open_action else Act.REQUEST)
    if not plain and set(acts) <= {Act.AFFIRM}:
        acts.append(Act.UNCLEAR)
    return tuple(act for act, _ in groupby(acts)) or (Act.UNCLEAR,)
