"""Days in other languages: weekdays, months and relative days as CLDR names them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from babel.dates import format_date

from wavoice.runtime.interpret.other_days import find_other_days
from wavoice.runtime.interpret.slots import find_slots
from wavoice.runtime.ports import Situation

MONDAY = date(2026, 11, 23)


def days(text: str, language: str) -> list[str]:
    return [day.isoformat() for _, day in find_other_days(text, language, MONDAY)]


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("es", "muévelo al viernes", "2026-11-27"),
        ("es", "mejor mañana", "2026-11-24"),
        ("es", "pasado mañana por favor", "2026-11-25"),
        ("es", "el 4 de diciembre", "2026-12-04"),
        ("pt", "na sexta-feira", "2026-11-27"),
        ("pt", "depois de amanhã", "2026-11-25"),
        ("fr", "après-demain", "2026-11-25"),
        ("fr", "dans 3 jours", "2026-11-26"),
        ("de", "übermorgen", "2026-11-25"),
        ("de", "am 4. Dezember", "2026-12-04"),
        ("it", "dopodomani", "2026-11-25"),
        ("hi", "शुक्रवार को", "2026-11-27"),
        ("id", "hari Jumat", "2026-11-27"),
        ("ar", "غدا", "2026-11-24"),
        ("ru", "4 декабря", "2026-12-04"),
        ("fr", "le 3 janvier", "2027-01-03"),
    ],
)
def test_a_day_is_the_next_one_of_that_name(language: str, text: str, day: str) -> None:
    assert days(text, language) == [day]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "por la mañana"),
        ("de", "guten Morgen"),
        ("fr", "le 30 février"),
        ("en", "Friday"),
        ("xx", "morgen"),
    ],
)
def test_what_is_no_day_is_none(language: str, text: str) -> None:
    assert days(text, language) == []


@pytest.mark.parametrize("language", ["es", "pt", "fr", "de", "it", "nl", "da", "hi", "id", "tr", "ru", "sw"])
def test_all_weekdays_of_a_language_are_known(language: str) -> None:
    for ahead in range(1, 8):
        day = MONDAY + timedelta(days=ahead)
        assert days(format_date(day, "EEEE", locale=language), language) == [day.isoformat()]


def test_the_day_is_a_slot_in_the_language_of_the_conversation() -> None:
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    found = find_slots("cambia el pedido uno ocho cuatro dos al viernes", Situation(now=now, language="es"))
    assert found.values == {"day": "2026-11-27", "order": "1842"}
