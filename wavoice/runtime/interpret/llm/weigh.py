"""Whether words are worth an LLM's time, and what its opinion changes. Pure.

It may name a job. It never adds or removes a mark, a code, an answer or an act other than a request, so that
nothing it says can approve, refuse or stop anything. Values are read from the customer's own words, by the
readers that read them everywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from wavoice.runtime.actions.registry import Jobs
from wavoice.runtime.failures import OUTSIDE, SENTENCE
from wavoice.runtime.interpret.guesses import TAKES_BACK, with_request
from wavoice.runtime.interpret.llm.opinion import NONE, Opinion
from wavoice.runtime.interpret.own_words import with_own_words
from wavoice.runtime.interpret.rules import LONGEST
from wavoice.runtime.interpret.service_slots import with_service
from wavoice.runtime.interpret.slots import Slots, find_slots
from wavoice.runtime.lexicon import words_of
from wavoice.runtime.model import Mark, Reading, Tier
from wavoice.runtime.ports import Situation

BY: Final = "llm"
SURE: Final = 0.5
"""From here on its job is taken."""
MARGIN: Final = 0.3
"""Of the likeliest job before the next: what is below is a guess."""
UNSURE: Final = 0.5
"""Of a job that rules found in words which may only speak of it: the same."""
OUTSIDE_FOR_SURE: Final = 0.95
"""As sure others have to be that no job is meant, and nobody is asked any more."""
RIVAL: Final = 0.3
"""So likely another job has to be to count as what others would have it be."""
FEWEST: Final = 3
"""Words; fewer are a greeting, or half of something."""
_BACK: Final = frozenset({Mark.NO, Mark.HOLD, Mark.CANCEL})
_WRITES: Final = (Tier.R2, Tier.R3)


def is_worth_asking(reading: Reading, situation: Situation) -> bool:
    """True where nobody has understood the words, or only just, and they answer nothing of ours."""
    if situation.open_action is not None or situation.asked in reading.slots:
        return False
    words = len(words_of(reading.text))
    if words < FEWEST or Mark.STOP in reading.marks or (reading.plain and reading.marks):
        return False
    if _BACK & {*reading.marks} and words <= TAKES_BACK:
        return False
    if reading.intent is None:
        outside = dict(reading.likely[:1]).get(OUTSIDE, 0.0)
        return not (outside >= OUTSIDE_FOR_SURE and words >= SENTENCE)
    if reading.intent not in situation.vocabulary:
        return False  # a wish about the chat, or a person: never weighed
    if reading.likely:
        shares = sorted((share for _, share in reading.likely), reverse=True)
        return shares[0] - (shares[1] if len(shares) > 1 else 0.0) < MARGIN
    return reading.sure < UNSURE


def weighed(reading: Reading, opinion: Opinion, jobs: Jobs, situation: Situation) -> Reading:
    """The reading, with the job of the LLM where that is to count.

    Where others would have it be another job and one of the two writes and costs something, the customer is
    asked which: the writing one is the reading's, the other one its rival.
    """
    reading = replace(reading, llm=((opinion.job or NONE, round(opinion.sure, 4)),))
    if opinion.job is None or opinion.sure < SURE or opinion.job == reading.intent:
        return reading
    job, before = opinion.job, _job_of_others(reading, situation)
    rival = before if _can_be_told_apart(job, before, jobs) else None
    if rival is not None and not _writes(job, jobs):
        job, rival = rival, job
    slots = read_as(job, reading.text, opinion.words if job == opinion.job else {}, situation)
    return replace(
        reading,
        intent=job,
        acts=with_request(reading.acts),
        slots=slots.values,
        mentioned=slots.mentioned,
        decided_by=BY,
        sure=round(opinion.sure, 4),
        rival=rival,
    )


def _job_of_others(reading: Reading, situation: Situation) -> str | None:
    if reading.intent is not None:
        return reading.intent
    for name, share in reading.likely:
        if name != OUTSIDE and share >= RIVAL and name in situation.vocabulary:
            return name
    return None


def _can_be_told_apart(job: str, other: str | None, jobs: Jobs) -> bool:
    """Two jobs of which one writes and costs something, and for both of which there are words."""
    if other is None or other == job or not (_writes(job, jobs) or _writes(other, jobs)):
        return False
    return all((one := jobs.offered(name)) is not None and one.can for name in (job, other))


def _writes(name: str, jobs: Jobs) -> bool:
    job = jobs.offered(name)
    return job is not None and job.tier in _WRITES


def read_as(job: str, text: str, words: Mapping[str, str], situation: Situation) -> Slots:
    """The values that a message for `job` holds; `words` are pieces of the message.

    A piece is read as if it were the answer to our question for that value, and only where the whole message
    neither has the value nor leaves it open: "red or gold" stays a question.
    """
    here = situation if situation.half_said == job else replace(situation, half_said=job, asked=None)
    slots = _read(text[:LONGEST], job, here)
    values, mentioned = dict(slots.values), dict(slots.mentioned)
    for slot, piece in words.items():
        if slot in values or slot in mentioned:
            continue
        found = _read(piece, None, replace(here, asked=slot)).values.get(slot)
        if found is not None:
            values[slot], mentioned[slot] = found, (found,)
    return replace(slots, values=values, mentioned=mentioned)


def _read(text: str, intent: str | None, situation: Situation) -> Slots:
    slots = with_own_words(find_slots(text, situation), intent, situation, lambda: False)
    return with_service(slots, intent, situation)
