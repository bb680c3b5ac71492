"""Must-stop classes, on written dialogues and on words that only sound alike.

The figures are in-sample: words were added until all four files were read. What each file had at its first
reading, before any word of it was tuned, stands in docs/hand-off.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from wavoice.runtime.interpret.must_stop import must_stop, written
from wavoice.runtime.lexicon import shipped
from wavoice.runtime.model import HandOff, MustStop
from wavoice.runtime.replies import english
from wavoice.runtime.rows.before import _STOPS

FILES = ("must_stop", "held_out", "fresh", "fresh_2")
WANTED = 0.95


@dataclass(frozen=True)
class Dialogue:
    """What one customer says, message by message, and what a person has to answer of it."""

    id: str
    stop: str | None
    says: tuple[str, ...]

    @property
    def found(self) -> str | None:
        """The class of the first message that has one."""
        return next((str(stop) for said in self.says if (stop := must_stop(said)) is not None), None)


def dialogues(name: str) -> list[Dialogue]:
    lines = Path(__file__).with_name(f"{name}.jsonl").read_text("utf-8").splitlines()
    read = [json.loads(line) for line in lines]
    return [Dialogue(one["id"], one["stop"], tuple(one["says"])) for one in read]


def figures(them: Sequence[Dialogue]) -> tuple[float, float]:
    """Precision and recall of naming the right class."""
    right = sum(one.found == one.stop for one in them if one.stop is not None)
    named = sum(one.found is not None for one in them)
    return right / named, right / sum(one.stop is not None for one in them)


@pytest.mark.parametrize("name", FILES)
def test_precision_and_recall(name: str) -> None:
    them = dialogues(name)
    wrong = [(one.id, one.stop, one.found, one.says) for one in them if one.found != one.stop]
    precision, recall = figures(them)
    assert precision >= WANTED, wrong
    assert recall >= WANTED, wrong


def test_there_are_enough_of_every_class_and_of_none() -> None:
    them = [one for name in FILES for one in dialogues(name)]
    assert len({one.id for one in them}) == len(them) >= 100
    for stop in MustStop:
        if stop is not MustStop.ABUSE:  # kept from before, and no class of the issue
            assert sum(one.stop == stop for one in them) >= 20, stop
    assert sum(one.stop is None for one in them) >= 100


@pytest.mark.parametrize(
    ("said", "stop"),
    [
        ("I'm disputing nothing. My card was stolen!", MustStop.FRAUD_FLAG),
        ("I do not want to sue you, but my lawyer will hear about this", MustStop.LEGAL_THREAT),
        ("you are idiots and I want to kill myself", MustStop.DANGER),
        ("I'm not going to kill myself over a lamp", MustStop.DANGER),  # heeded though it is denied
        ("i cant take this any more", MustStop.DISTRESS),
        ("I CAN\u2019T TAKE THIS ANY MORE", MustStop.DISTRESS),
        ("fuck you", MustStop.ABUSE),
        ("a" * 1990 + " I will sue you", None),  # beyond what is searched
    ],
)
def test_what_is_said_beside_it(said: str, stop: MustStop | None) -> None:
    assert must_stop(said) is stop


@pytest.mark.parametrize(
    "said",
    [
        "",
        "?!",
        "12 Dispute Street",
        "Sue lives at 4 Court Road",
        "this is killing me",
        "I'm not crying, I have a cold",
        "it never arrived. Made in France",  # two sentences, and no phrase goes over their end
        "is this the right number. Sue is my name",
    ],
)
def test_ordinary_words_stop_nothing(said: str) -> None:
    assert must_stop(said) is None


def test_words_of_other_languages_count_where_there_are_any() -> None:
    assert set(written()) <= set(shipped())
    assert must_stop("I will sue you", ("ta",)) is None
    assert must_stop("ich zeige euch bei der Polizei an", ("de", "en")) is MustStop.LEGAL_THREAT
    assert must_stop("je n'en peux plus", ("fr", "en")) is MustStop.DISTRESS
    assert must_stop("quiero morir", ("es", "en")) is MustStop.DANGER


@pytest.mark.parametrize("stop", MustStop)
def test_every_class_has_a_reason_and_words(stop: MustStop) -> None:
    assert stop in _STOPS
    reason = HandOff.named(stop)
    assert reason is not HandOff.OTHER or stop is MustStop.DANGER
    assert "colleague" in english.STOPPED.get(stop, english.HANDED_OFF)
    assert ("emergency number" in english.STOPPED.get(stop, "")) is (stop is MustStop.DANGER)
