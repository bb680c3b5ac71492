"""What is said around a question in other languages: each file whole, and read as what it says."""

from __future__ import annotations

import pytest

from wavoice.runtime.errors import ConfigError
from wavoice.runtime.lexicon import words_of
from wavoice.runtime.lexicon.language import load, shipped
from wavoice.runtime.model import Mark, Tier
from wavoice.runtime.replies.others import ENGLISH, build, words_in, written

SAID = {
    "yes": "Ja",
    "no": "Nein",
    "to_be_sure": "Zur Sicherheit:",
    "yes_or_no": "Ja oder nein?",
    "tap_yes_or_no": "Tippen Sie.",
    "nothing_changed": "Gut, nichts geändert",
    "still_want": "Noch?",
    "expired": "Abgelaufen",
    "not_caught": "Nicht verstanden.",
    "cannot_listen": "Bitte schreiben Sie.",
    "listened_enough": "Bitte schreiben Sie heute.",
}
FILE = {"version": 1, "language": "de", "reviewed": False, "words": SAID}


def test_every_language_that_replies_are_read_in_is_answered_in() -> None:
    assert {"en", *written()} == set(shipped())


@pytest.mark.parametrize("code", written())
def test_the_titles_of_the_buttons_are_a_yes_and_a_no_of_that_language(code: str) -> None:
    words, marks = words_in(code), load(code).marks
    assert (marks[words_of(words.yes)], marks[words_of(words.no)]) == (Mark.YES, Mark.NO)


@pytest.mark.parametrize("code", written())
def test_nobody_has_signed_for_them_and_the_question_names_both_answers(code: str) -> None:
    words = words_in(code)
    assert not words.reviewed
    assert words != ENGLISH or code == "pcm"
    for sentence in (words.how_to_answer(Tier.R2), words.how_to_answer(Tier.R3)):
        assert all(title.casefold() in sentence.casefold() for title in (words.yes, words.no)), sentence


def test_a_language_without_words_is_answered_in_english() -> None:
    assert words_in("xx") is ENGLISH


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"version": 2}, "de.toml: version is 2"),
        ({"language": "fr"}, "de.toml: language is 'fr'"),
        ({"reviewed": "yes"}, "de.toml: reviewed is 'yes'"),
        ({"words": {**SAID, "yes": " "}}, "words.yes is ' '"),
        ({"words": {**SAID, "no": "N" * 21}}, "words.no is longer than 20"),
        ({"words": {**SAID, "no": "JA"}}, "are the same"),
        ({"words": {name: said for name, said in SAID.items() if name != "expired"}}, "missing.*expired"),
        ({"words": {**SAID, "maybe": "Jein"}}, "not known: maybe"),
        ({"words": []}, "missing"),
    ],
)
def test_a_file_that_is_not_whole_is_refused_with_the_place(change: dict[str, object], told: str) -> None:
    assert build(FILE, "replies/de.toml").yes == "Ja"
    with pytest.raises(ConfigError, match=told):
        build({**FILE, **change}, "replies/de.toml")
