"""How a yes is meant, and what repeats the question."""

from __future__ import annotations

import pytest

from tests.runtime.gate_cases import case


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("yes if it is free", "conditional"),
        ("yes but only if before six", "conditional"),
        ("yes for the first one", "partial"),
        ("my wife said yes", "reported"),
        ("yeah right", "sarcastic"),
        ("no, no problem, go ahead", "softened"),
        ("move it to Friday 27 November", "echo"),
    ],
)
def test_a_yes_that_is_not_simply_one(words: str, field: str) -> None:
    assert getattr(case(words).reading, field)


@pytest.mark.parametrize("words", ["yes", "yes please, that works for me", "ok", "no", "yes, Friday"])
def test_a_simple_answer_is_none_of_them(words: str) -> None:
    found = case(words).reading
    kinds = (found.conditional, found.partial, found.reported, found.sarcastic, found.softened, found.echo)
    assert not any(kinds)


def test_a_bare_number_is_an_option() -> None:
    assert case("1").reading.option == 1
    assert case("yes").reading.option is None


@pytest.mark.parametrize(
    ("words", "stop"),
    [
        ("I will call my lawyer", "legal_threat"),
        ("fuck you", "abuse"),
        ("I can't take this any more", "distress"),
    ],
)
def test_what_a_person_has_to_answer_goes_to_a_person(words: str, stop: str) -> None:
    assert case(words).reading.intent == stop


@pytest.mark.parametrize("words", ["yes, that works for me", "yes, I want it", "you got it right, thanks"])
def test_sentences_that_agree(words: str) -> None:
    assert case(words).reading.plain


@pytest.mark.parametrize(
    "words", ["yes, send it to my lawyer", "yes, I need help", "yes, at 4", "yes, I will do it", "yes, Bob"]
)
def test_what_is_said_besides_is_never_a_plain_yes(words: str) -> None:
    assert not case(words).reading.plain
