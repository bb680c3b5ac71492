"""Rules first; where they are not certain, what the sentence means decides, or nobody does.

Nothing here commits or approves. While a question is open the rules are alone: what is left of an answer
that nobody foresaw is asked about, and never taken for a wish. A job that is found by meaning is read back
like any other, and its reading says who decided, and how surely.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from wavoice.runtime.interpret.guesses import TAKES_BACK, with_request
from wavoice.runtime.interpret.meaning.encoder import Encoder
from wavoice.runtime.interpret.meaning.examples import OUT_OF_SCOPE, normal
from wavoice.runtime.interpret.meaning.general import is_doubtful
from wavoice.runtime.interpret.meaning.head import Head
from wavoice.runtime.lexicon import words_of
from wavoice.runtime.model import Reading
from wavoice.runtime.ports import Interpreter, Situation
from wavoice.runtime.vocabulary import Vocabulary

BY: Final = "embeddings"
SURE: Final = 0.5
"""From here on the likeliest job is taken."""
SURER: Final = 0.85
"""The same, while the bot waits for the missing piece of another job."""
AGAINST: Final = 0.6
"""The same, where rules found another job in words that may only speak of it."""
SHOWN: Final = 4
"""Of what it may be, so many are kept in the reading."""
LONGEST: Final = 300
"""Characters that are looked at: twenty seconds of speech."""
NEVER: Final = 2.0
"""More than any probability: "no wait, cancel that" may take back what was just done, so that words with a
veto and no job of their own are never taken for a wish. What they may ask for is told all the same."""
WORDS: Final = 4
"""So many make a wish of its own, while the bot waits for something else."""

Likely = tuple[tuple[str, float], ...]
HUMAN: Final = "human"


@dataclass(frozen=True)
class Meaning:
    """What sentences are likely to ask for. Two texts in a row that are the same are looked at once."""

    encoder: Encoder
    head: Head

    def __post_init__(self) -> None:
        """Remember the last few: a message may be read more than once in its turn."""
        object.__setattr__(self, "_jobs", lru_cache(maxsize=8)(self._look))

    def likely(self, text: str, vocabulary: Vocabulary) -> Likely:
        """Jobs that can be asked for here, and `out_of_scope`, likeliest first, each with its probability."""
        found: dict[str, float] = {OUT_OF_SCOPE: 0.0}
        jobs: dict[str, float] = self._jobs(normal(text[:LONGEST]))  # type: ignore[attr-defined]
        for job, share in jobs.items():
            here = job in vocabulary.sample or job == HUMAN
            name = job if here else OUT_OF_SCOPE
            found[name] = found.get(name, 0.0) + share
        return tuple(sorted(found.items(), key=lambda each: (-each[1], each[0])))

    def _look(self, text: str) -> dict[str, float]:
        return self.head.jobs(self.encoder.encode(text))


@dataclass(frozen=True, slots=True)
class StackedInterpreter:
    """`ports.Interpreter`: the rules, and meaning where they are not certain."""

    rules: Interpreter
    meaning: Meaning

    def read(self, text: str, situation: Situation) -> Reading:
        """What the rules say if they are certain; else with the job that the words most likely mean."""
        reading = self.rules.read(text, situation)
        if not is_open_to_doubt(reading, situation):
            return reading
        likely = self.meaning.likely(text, situation.vocabulary)
        if reading.intent is not None:
            return _weighed(reading, likely)
        if reading.vetoes:
            return _decided(reading, likely, NEVER)
        return _decided(reading, likely, SURE if situation.asked is None else SURER)


@dataclass(frozen=True, slots=True)
class EmbeddingsInterpreter:
    """Meaning alone decides the job, whatever the rules say: what it is worth by itself."""

    rules: Interpreter
    meaning: Meaning

    def read(self, text: str, situation: Situation) -> Reading:
        """The slots and marks of the rules, and the job of the embeddings."""
        reading = replace(self.rules.read(text, situation), intent=None)
        return _decided(reading, self.meaning.likely(text, situation.vocabulary), SURE)


def is_open_to_doubt(reading: Reading, situation: Situation) -> bool:
    """True where the rules found no job, or one that the words may only speak of."""
    if situation.open_action is not None or (
        situation.asked is not None and situation.asked in reading.slots
    ):
        return False
    if reading.intent is not None:
        known = reading.intent in situation.vocabulary.sample
        return known and is_doubtful(reading, situation.vocabulary)
    words = len(words_of(reading.text))
    if reading.vetoes and words <= TAKES_BACK:
        return False
    return not (reading.plain and reading.marks) and words >= (1 if situation.asked is None else WORDS)


def _decided(reading: Reading, likely: Likely, needed: float) -> Reading:
    """With the likeliest job, if it is likely enough; else with none, and what it may be."""
    job, share = likely[0]
    taken = job != OUT_OF_SCOPE and share >= needed
    outside = dict(likely)[OUT_OF_SCOPE]
    return replace(
        reading,
        intent=job if taken else None,
        acts=with_request(reading.acts) if taken else reading.acts,
        decided_by=BY,
        sure=round(share if taken or job == OUT_OF_SCOPE else outside, 4),
        likely=_shown(likely),
    )


def _weighed(reading: Reading, likely: Likely) -> Reading:
    """The job of the rules, unless the words surely mean another one: then that of the rules is its rival."""
    job, share = likely[0]
    if job == reading.intent or share < (SURER if job == OUT_OF_SCOPE else AGAINST):
        return replace(reading, sure=round(max(1 - share, dict(likely).get(reading.intent or "", 0.0)), 4))
    rival = reading.intent if job != OUT_OF_SCOPE else None
    return replace(_decided(replace(reading, intent=None), likely, AGAINST), rival=rival)


def _shown(likely: Likely) -> Likely:
    outside = dict(likely)[OUT_OF_SCOPE]
    first = [each for each in likely if each[0] != OUT_OF_SCOPE][: SHOWN - 1]
    kept = sorted([*first, (OUT_OF_SCOPE, outside)], key=lambda each: -each[1])
    return tuple((name, round(share, 4)) for name, share in kept)
