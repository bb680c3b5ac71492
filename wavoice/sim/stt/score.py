"""One recording scored: words, names and numbers, slot values, and what the bot would have done."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wavoice.sim.stt.acts import SLOTS, Act, Answering, Verdict
from wavoice.sim.stt.rows import Sample
from wavoice.sim.stt.trials import Trial
from wavoice.sim.wer import WordErrors, plain, word_errors

USABLE_WER = 0.3
"""Below it a transcript is taken to be of some use."""
_NO_NAMES = frozenset({"de"})
"""Languages that write every noun with a capital letter."""
_ROUND = re.compile(r"^\W+|\W+$")
"""Marks around a word."""
_ENDS = (".", "!", "?", "…", ":")

Slots = Mapping[str, str | None]
"""What was heard for a slot; None: nothing."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A trial and what it is worth; None where the row has nothing to measure it by."""

    trial: Trial
    errors: WordErrors | None
    entities: Mapping[str, bool]
    """Each name or number that was said, and whether it was heard."""
    slots: Slots
    """Each slot that was said or heard, with the value heard."""
    wanted: Mapping[str, str]
    """Each slot that was said, with its value as it would be heard."""
    act: Act | None

    @property
    def exact(self) -> bool:
        """Not a word is wrong."""
        return self.errors is not None and self.errors.errors == 0

    @property
    def usable(self) -> bool:
        """At most a few words are wrong."""
        return self.errors is not None and self.errors.rate < USABLE_WER

    @property
    def recalled(self) -> int:
        """Slots that were said and are heard as labelled."""
        return sum(self.slots[slot] == value for slot, value in self.wanted.items())

    @property
    def confidence(self) -> float | None:
        """Probability that the recogniser gives a token of the transcript, as a geometric mean.

        None where it tells none.
        """
        if self.trial.heard is None or not self.trial.heard.transcript.measured:
            return None
        return math.exp(min(0.0, self.trial.heard.transcript.avg_logprob))


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores trials of one set of recordings, whose labels together say what a slot may hold."""

    answering: Answering
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By slot, all values of the set."""

    @classmethod
    def of(cls, samples: Iterable[Sample], answering: Answering) -> Scorer:
        """A scorer that knows the slot values of these recordings."""
        values: dict[str, set[str]] = {}
        for sample in samples:
            for slot, value in _wanted(sample, answering).items():
                values.setdefault(slot, set()).add(value)
        return cls(answering, {slot: frozenset(found) for slot, found in values.items()})

    def __call__(self, trial: Trial) -> Scored:
        """Score one trial."""
        sample, text = trial.sample, trial.text
        errors = None if sample.words is None else word_errors(sample.words, text, sample.language)
        slots, wanted = self._slots(sample, text), _wanted(sample, self.answering)
        return Scored(trial, errors, _entities(sample, text), slots, wanted, self._act(trial, slots, wanted))

    def _slots(self, sample: Sample, text: str) -> Slots:
        if not sample.slots:
            return {}
        found: dict[str, str | None] = dict.fromkeys(sample.slots)
        found.update(_spotted(plain(text, sample.language).split(), self.values))
        read = self.answering.meaning(text, sample.language).values
        found.update({slot: read.get(slot) for slot in sample.slots if slot in SLOTS})
        return found

    def _act(self, trial: Trial, slots: Slots, wanted: Mapping[str, str]) -> Act | None:
        """The worse of what the bot would do, and of what a bot with these slots would."""
        acts = [act for act in (self.answering.act(trial.sample, trial.heard),) if act is not None]
        if any(slot not in SLOTS for slot in trial.sample.slots) or (slots and not acts):
            acts.append(self._filling(trial, slots, wanted))
        return max(acts, key=lambda act: act.verdict, default=None)

    def _filling(self, trial: Trial, slots: Slots, wanted: Mapping[str, str]) -> Act:
        heard, language = trial.heard, trial.sample.language
        if heard is not None and (doubt := self.answering.doubt(heard, language)):
            return Act(Verdict.MISSED, doubt)
        return _filled(slots, wanted)


def _filled(slots: Slots, wanted: Mapping[str, str]) -> Act:
    for slot, value in slots.items():
        if value is not None and value != wanted.get(slot):
            return Act(Verdict.WRONG, f"{slot} {value} for {wanted.get(slot, 'nothing')}")
    missing = sorted(slot for slot, value in slots.items() if value is None)
    return Act(Verdict.MISSED, f"no {', '.join(missing)}") if missing else Act(Verdict.RIGHT)


def _wanted(sample: Sample, answering: Answering) -> Mapping[str, str]:
    return {
        slot: answering.canonical(slot, value) if slot in SLOTS else plain(value, sample.language)
        for slot, value in sample.slots.items()
    }


def _spotted(words: Sequence[str], values: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, str]]:
    """Values in the words: longer ones first, each word for one value only; the first of a slot counts."""
    known = [(value.split(), slot, value) for slot, found in values.items() for value in found if value]
    taken: set[int] = set()
    filled: set[str] = set()
    for parts, slot, value in sorted(known, key=lambda each: (-len(each[0]), each[1], each[2])):
        for start in range(len(words) - len(parts) + 1):
            span = set(range(start, start + len(parts)))
            if list(words[start : start + len(parts)]) == parts and not span & taken:
                taken |= span
                if slot not in filled:
                    yield slot, value
                filled.add(slot)


def _entities(sample: Sample, text: str) -> Mapping[str, bool]:
    """Numbers, names, and what the row names itself."""
    heard = plain(text, sample.language)
    numbers = _numbers(heard)
    found = {number: number in numbers for number in _numbers(plain(sample.words or "", sample.language))}
    names = (*sample.entities, *_names(sample))
    wanted = {plain(name, sample.language) for name in names} - {""}
    found |= {name: f" {name} " in f" {heard} " for name in wanted if not name.isdigit()}
    found |= {name: name in numbers for name in wanted if name.isdigit()}
    return found


def _numbers(words: str) -> set[str]:
    """Numbers of a text in digits; "18 42" is 1842 too, as the bot reads it."""
    found = {word for word in words.split() if any(letter.isdigit() for letter in word)}
    runs = re.findall(r"\b\d+(?: \d+)+\b", words)
    split = {part for run in runs for part in run.split()}
    return (found - split) | {run.replace(" ", "") for run in runs}


def _names(sample: Sample) -> list[str]:
    """Words with a capital letter inside a sentence; neighbours are one name."""
    if sample.words is None or sample.language in _NO_NAMES:
        return []
    found: list[list[str]] = [[]]
    begins = True
    for word in sample.words.split():
        letters = _ROUND.sub("", word)
        named = not begins and letters[:1].isupper() and re.split(r"\W", letters)[0] != "I"
        if named:
            found[-1].append(letters)
        begins = word.endswith(_ENDS)
        if not named or not word[-1].isalnum():
            found.append([])
    return [" ".join(name) for name in found if name]


def as_line(scored: Scored) -> dict[str, Any]:
    """What became of one recording in one condition; the keys are stable."""
    trial, errors, act = scored.trial, scored.errors, scored.act
    return {
        "id": trial.sample.id,
        "language": trial.sample.language,
        "snr": trial.condition.snr,
        "noise": trial.condition.noise,
        "room": trial.condition.room,
        "said": trial.sample.words,
        "heard": trial.text,
        "wer": None if errors is None else round(errors.rate, 4),
        "entities": dict(scored.entities),
        "slots": dict(scored.slots),
        "act": None if act is None else act.verdict.name.lower(),
        "why": act.why if act else "",
        "unsafe_yes": act is not None and act.unsafe_yes,
        "confidence": None if scored.confidence is None else round(scored.confidence, 4),
        "seconds": round(trial.seconds, 3),
        "ms": round(trial.ms, 1),
        "trouble": trial.trouble,
    }
