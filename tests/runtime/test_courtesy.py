"""Greetings, thanks, goodbyes, complaints and abuse: told from wishes, and from answers."""

from __future__ import annotations

import pytest

from wavoice.runtime.courtesy import LONGEST, Courtesy, courtesy_of


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("hello", Courtesy.GREETING),
        ("Hi there!", Courtesy.GREETING),
        ("good morning, how are you?", Courtesy.GREETING),
        ("thanks!", Courtesy.THANKS),
        ("Great, thank you so much for your help. Bye", Courtesy.THANKS),
        ("bye", Courtesy.FAREWELL),
        ("Good night, thanks", Courtesy.FAREWELL),
        ("you are a useless piece of shit", Courtesy.ABUSE),
        ("I want to complain", Courtesy.COMPLAINT),
        ("your service is terrible, nothing comes on time", Courtesy.COMPLAINT),
    ],
)
def test_what_asks_for_nothing(said: str, kind: Courtesy) -> None:
    assert courtesy_of(said) is kind


@pytest.mark.parametrize(
    "said",
    [
        "no thanks",
        "yes thank you",
        "thanks, and where is my order?",
        "hi, move it to Friday",
        "no, bye",
        "not ok",
        "",
        "thanks " * LONGEST,
    ],
)
def test_what_may_be_more(said: str) -> None:
    assert courtesy_of(said) is None
