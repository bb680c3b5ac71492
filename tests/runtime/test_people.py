"""When people of the shop are there, and what is said of it."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from wavoice.runtime.people import Hours
from wavoice.runtime.replies import english
from wavoice.runtime.settings_people import People

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 23, tzinfo=BERLIN)


def hours(holidays: tuple[str, ...] = (), **days: str) -> Hours:
    found = People.model_validate({"hours": days, "holidays": holidays}).known()
    assert found is not None
    return found


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return MONDAY.replace(day=day, hour=hour, minute=minute)


OFFICE = hours(monday="09:00-12:00, 13:00-17:30", friday="09:00-12:00", holidays=("2026-11-27",))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (at(8, 59), None),
        (at(9), at(12)),
        (at(11, 59), at(12)),
        (at(12), None),
        (at(13), at(17, 30)),
        (at(17, 30), None),
        (at(10, day=24), None),
        (at(10, day=27), None),  # a holiday
    ],
)
def test_until_when_somebody_is_there(now: datetime, until: datetime | None) -> None:
    assert OFFICE.until(now) == until


@pytest.mark.parametrize(
    ("now", "back"),
    [
        (at(8), at(9)),
        (at(12), at(13)),
        (at(18), at(9, day=30)),  # Friday is a holiday
        (at(10, day=27), at(9, day=30)),
    ],
)
def test_when_somebody_is_there_again(now: datetime, back: datetime) -> None:
    assert OFFICE.back(now) == back


def test_a_night_that_is_worked_through_is_one_span() -> None:
    night = hours(monday="20:00-24:00", tuesday="00:00-06:00")
    assert night.until(at(23)) == at(6, day=24)
    whole = "00:00-24:00"
    always = hours(monday=whole, tuesday=whole, wednesday=whole, thursday=whole)
    assert always.until(at(10)) == at(0, day=27)


def test_hours_are_those_of_the_clock_on_the_wall() -> None:
    sunday = hours(sunday="01:00-04:00")
    autumn = datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN)  # the clocks go back at three
    assert sunday.until(autumn) == datetime(2026, 10, 25, 4, tzinfo=BERLIN)


def test_a_shop_that_is_closed_for_good_promises_nothing() -> None:
    closed = tuple(
        date(2026, 1, 1).replace(month=1).fromordinal(MONDAY.toordinal() + n).isoformat() for n in range(400)
    )
    assert hours(monday="09:00-10:00", holidays=closed).back(at(10)) is None


@pytest.mark.parametrize(
    ("back", "said"),
    [
        (at(13), "again today at 13:00"),
        (at(9, day=24), "again tomorrow at 09:00"),
        (at(9, day=27), "again on Friday at 09:00"),
        (at(9, day=30), "again on Monday 30 November at 09:00"),
    ],
)
def test_the_day_is_said_as_briefly_as_it_is_clear(back: datetime, said: str) -> None:
    assert said in english.people_back(back, at(12))


@pytest.mark.parametrize(
    ("until", "said"),
    [(at(17, 30), "until 17:30."), (at(0, day=24), "until 00:00."), (at(6, day=24), "until Tuesday 06:00.")],
)
def test_until_when_is_said(until: datetime, said: str) -> None:
    assert english.people_until(until, at(12)).endswith(said)


@pytest.mark.parametrize(
    ("days", "problem"),
    [
        ({"monday": "9-17"}, "no span"),
        ({"monday": "09:00-25:00"}, "no span"),
        ({"monday": "17:00-09:00"}, "before it begins"),
        ({"monday": "22:00-24:30"}, "after 24:00"),
        ({"monday": "09:00-12:00, 11:00-13:00"}, "in front of it"),
        ({"mon": "09:00-12:00"}, "Extra inputs"),
    ],
)
def test_what_is_no_hours(days: dict[str, str], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        People.model_validate({"hours": days})


def test_nothing_said_is_nothing_known() -> None:
    assert People().known() is None
    assert People.model_validate({"hours": {}}).known() is None
