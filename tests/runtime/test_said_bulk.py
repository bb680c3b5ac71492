"""Two thousand numbers and days, spelt out by num2words and CLDR, in the languages that know them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from babel.dates import format_date
from num2words import num2words

from wavoice.runtime.interpret.numbers import LANGUAGES
from wavoice.runtime.interpret.slots import find_slots
from wavoice.runtime.ports import Situation

pytestmark = pytest.mark.bulk

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
EACH = 250
"""Utterances a language."""
AROUND = {
    "en": "my order number is {}", "es": "mi pedido es el {}", "pt": "o meu pedido é {}", "fr": "commande {}",
    "de": "Bestellung {}", "it": "ordine {}", "nl": "bestelling {}", "da": "ordre {}",
}  # fmt: skip
DAYS = ("EEEE", "d MMMM", "d MMMM y")


def spelt(number: int, language: str) -> str:
    return str(num2words(number, lang=language))


def number_said(chance: random.Random, language: str) -> tuple[str, str]:
    """A number, and the way that it is said: digit by digit, in pairs, or as a whole."""
    way = chance.choice(["digits", "pairs", "whole"])
    if way == "whole":
        number = chance.randint(1001, 9999)
        return str(number), spelt(number, language)
    if way == "pairs":
        pairs = [chance.randint(11, 99) for _ in range(chance.randint(2, 3))]
        return "".join(map(str, pairs)), " ".join(spelt(pair, language) for pair in pairs)
    digits = [chance.randint(0, 9) for _ in range(chance.randint(4, 8))]
    return "".join(map(str, digits)), " ".join(spelt(digit, language) for digit in digits)


def utterances(language: str) -> Iterator[tuple[str, str, str]]:
    """What is said, the slot, and its value."""
    chance = random.Random(f"said in {language}")
    for place in range(EACH):
        if place % 5 < 3:
            number, said = number_said(chance, language)
            yield AROUND[language].format(said), "order", number
        else:
            form = DAYS[place % 3]
            day = NOW.date() + timedelta(days=chance.randint(1, 7 if form == "EEEE" else 300))
            yield format_date(day, form, locale=language), "day", day.isoformat()


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_days_are_understood_as_they_were_meant(language: str) -> None:
    missed = [
        (said, slot, value, found)
        for said, slot, value in utterances(language)
        if (found := find_slots(said, Situation(now=NOW, language=language)).values).get(slot) != value
    ]
    assert len(missed) <= 0.02 * EACH, missed
