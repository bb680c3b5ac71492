"""Which scenarios are wanted: expressions over names, and tags."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wavoice.runtime.errors import UserInputError
from wavoice.sim.scenario.load import load_cases
from wavoice.sim.scenario.select import selector

NAMES = ("late_yes", "late_no", "early_yes", "no_wait")
TEXT = """\
version: 1
scenario: {name}
about: What a test is about.
tags: [{tags}]
given: {{now: 2026-11-23T10:00:00, zone: UTC}}
steps: [{{text: hello}}]
then: {{writes: []}}
"""


def fits(expression: str | None, name: str, wanted: Sequence[str] = (), tags: str = "") -> bool:
    (case,) = load_cases(Path(f"{name}.yaml"), TEXT.format(name=name, tags=tags))
    return selector(expression, wanted)(case.scenario)


def chosen(expression: str | None) -> list[str]:
    return [name for name in NAMES if fits(expression, name)]


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        (None, list(NAMES)),
        ("", list(NAMES)),
        ("late", ["late_yes", "late_no"]),
        ("LATE_no", ["late_no"]),
        ("e_y", ["late_yes"]),
        ("not late", ["early_yes", "no_wait"]),
        ("late and yes", ["late_yes"]),
        ("late and not yes", ["late_no"]),
        ("early or wait", ["early_yes", "no_wait"]),
        ("early or late and no", ["late_no", "early_yes"]),
        ("(early or late) and no", ["late_no"]),
        ("not (early or late)", ["no_wait"]),
        ("not not wait", ["no_wait"]),
        ("late and yes and not early", ["late_yes"]),
        ("nothing_of_the_kind", []),
    ],
)
def test_an_expression_is_about_parts_of_names(expression: str | None, names: list[str]) -> None:
    assert chosen(expression) == names


@pytest.mark.parametrize(
    "expression",
    [
        "(",
        "late yes",
        "late and",
        "not",
        "late == yes",
        "late & yes",
        "f(late)",
        "late.yes",
        "'late'",
        "late;",
    ],
)
def test_whatever_else_it_is_is_refused(expression: str) -> None:
    with pytest.raises(UserInputError) as caught:
        selector(expression, ())
    assert str(caught.value) == (
        f"-k {expression!r} is not words with and, or, not and brackets. "
        'Write for example -k "yes and not late".'
    )


@pytest.mark.parametrize("word", ["while", "is", "in", "with", "26", "1842"])
def test_any_part_of_a_name_is_a_word(word: str) -> None:
    assert fits(word, f"yes_{word}_something")


def test_blanks_around_an_expression_mean_nothing() -> None:
    assert chosen(" late ") == ["late_yes", "late_no"]


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_expression_does_anything_but_select_or_be_refused(expression: str) -> None:
    try:
        select = selector(expression, ())
    except UserInputError:
        return
    (case,) = load_cases(Path("late_yes.yaml"), TEXT.format(name="late_yes", tags=""))
    assert select(case.scenario) in (True, False)


class TestTags:
    def test_one_of_them_is_enough(self) -> None:
        assert fits(None, "late_yes", ["D39", "D40"], "D40, voice")
        assert not fits(None, "late_yes", ["D39"], "D40, voice")

    def test_upper_and_lower_case_are_the_same(self) -> None:
        assert fits(None, "late_yes", ["VOICE"], "d40, Voice")

    def test_a_tag_is_a_whole_word(self) -> None:
        assert not fits(None, "late_yes", ["D4"], "D40")

    def test_a_scenario_without_tags_has_none(self) -> None:
        assert not fits(None, "late_yes", ["D4"])
        assert fits(None, "late_yes")

    def test_name_and_tag_both_have_to_fit(self) -> None:
        assert fits("late", "late_yes", ["D40"], "D40")
        assert not fits("early", "late_yes", ["D40"], "D40")
