"""Orders, days and addresses as customers say them, read by the offline rules."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.model import Act, Reading
from wavoice.runtime.ports import Situation

ZONE = ZoneInfo("Asia/Kolkata")
MONDAY = datetime(2026, 11, 23, 15, 30, tzinfo=ZONE)

read = RulesInterpreter().read


def request(text: str, now: datetime = MONDAY, asked: str | None = None) -> Reading:
    return read(text, Situation(now=now, asked=asked))


class TestOrders:
    @pytest.mark.parametrize(
        "text",
        [
            "Where is order 1842?",
            "Where is order number 1842?",
            "Where is order #1842?",
            "Where is order no. 1842?",
            "Where is order eighteen forty two?",
            "Where is order eighteen forty-two?",
            "Where is order 1,842?",
            "Where is order 18 42?",
            "Where is order 1-8-4-2?",
            "Where is order one eight four two?",
            "When will 1842 be delivered?",
            "Where is order one thousand eight hundred forty two?",
        ],
    )
    def test_one_number_in_every_dress(self, text: str) -> None:
        assert request(text).slots == {"order": "1842"}

    def test_all_numbers_are_kept_in_spoken_order_and_the_last_counts(self) -> None:
        found = request("where is order 1777, sorry, 1842")
        assert found.mentioned["order"] == ("1777", "1842")
        assert found.slots["order"] == "1842"

    @pytest.mark.parametrize(
        "text",
        [
            "refund order 1901 and move order 1842",
            "refund 1901 and 1842",
            "move order 1842 to Friday and refund order 1901, please",
            "refund orders 1901, 1842 and 1777",
        ],
    )
    def test_of_two_orders_that_both_are_meant_none_is_taken_for_the_other(self, text: str) -> None:
        found = request(text)
        assert "order" not in found.slots
        assert len(found.mentioned["order"]) > 1

    @pytest.mark.parametrize(
        "text",
        [
            "refund order 1901 and, no, order 1842",
            "where is order 1901, and sorry, I mean 1842",
            "where is 1842 and when does 1842 come",
        ],
    )
    def test_a_repair_behind_an_and_is_a_repair(self, text: str) -> None:
        assert request(text).slots["order"] == "1842"

    def test_a_day_an_order_and_an_address_are_not_mistaken_for_each_other(self) -> None:
        found = request("change the address of order 1842 to 14 Lake Road")
        assert found.slots == {"order": "1842", "address": "14 Lake Road"}
        assert request("move order 1842 to the 30th of November").slots == {
            "order": "1842",
            "day": "2026-11-30",
        }


class TestDays:
    @pytest.mark.parametrize(
        ("now", "said", "days"),
        [
            # the weekday that it is today means the one in a week
            (date(2026, 11, 23), "Monday", ["2026-11-30"]),
            (date(2026, 11, 23), "this Friday", ["2026-11-27"]),
            # "next" in the same week may be two days
            (date(2026, 11, 23), "next Friday", ["2026-11-27", "2026-12-04"]),
            (date(2026, 11, 23), "next Monday", ["2026-11-30"]),
            (date(2026, 11, 28), "next Sunday", ["2026-11-29", "2026-12-06"]),
            (date(2026, 11, 29), "next Sunday", ["2026-12-06"]),
            # ends of month and year
            (date(2026, 11, 30), "tomorrow", ["2026-12-01"]),
            (date(2026, 12, 31), "tomorrow", ["2027-01-01"]),
            (date(2026, 12, 31), "the day after tomorrow", ["2027-01-02"]),
            (date(2026, 12, 31), "Friday", ["2027-01-01"]),
            (date(2026, 12, 31), "next Friday", ["2027-01-01", "2027-01-08"]),
            (date(2028, 2, 28), "tomorrow", ["2028-02-29"]),
            (date(2027, 2, 28), "tomorrow", ["2027-03-01"]),
            # the calendar prefers the future
            (date(2026, 11, 23), "the 3rd of December", ["2026-12-03"]),
            (date(2026, 11, 23), "December 3", ["2026-12-03"]),
            (date(2026, 11, 23), "3 dec", ["2026-12-03"]),
            (date(2026, 11, 23), "January 1st", ["2027-01-01"]),
            (date(2026, 11, 23), "the 22nd of November", ["2027-11-22"]),
            (date(2026, 11, 23), "2026-12-24", ["2026-12-24"]),
            # a bare ordinal is the next day with that number
            (date(2026, 11, 23), "the 30th", ["2026-11-30"]),
            (date(2026, 11, 23), "the 3rd", ["2026-12-03"]),
            (date(2026, 11, 23), "the 1st", ["2026-12-01"]),
            (date(2026, 12, 31), "the 2nd", ["2027-01-02"]),
            (date(2026, 3, 31), "the 30th", ["2026-04-30"]),
            # no such day
            (date(2026, 11, 23), "the 30th of February", []),
            (date(2026, 11, 23), "the 32nd", []),
        ],
        ids=str,
    )
    def test_which_day(self, now: date, said: str, days: list[str]) -> None:
        noon = datetime(now.year, now.month, now.day, 12, tzinfo=ZONE)
        found = request(f"move my delivery to {said}", noon)
        assert list(found.mentioned.get("day", ())) == days
        assert found.slots.get("day") == (days[0] if len(days) == 1 else None)

    def test_a_bare_ordinal_is_the_next_day_with_that_number(self) -> None:
        endings = {1: "st", 2: "nd", 3: "rd", 21: "st", 22: "nd", 23: "rd"}
        coming = {day.day: day.isoformat() for day in (MONDAY.date() + timedelta(n) for n in range(28))}
        said = {number: f"bring my parcel on the {number}{endings.get(number, 'th')}" for number in coming}
        assert {number: request(text).slots.get("day") for number, text in said.items()} == coming

    def test_today_is_the_shops_today(self) -> None:
        late = datetime(2026, 11, 23, 20, 0, tzinfo=ZoneInfo("UTC"))
        assert request("bring it today", late).slots["day"] == "2026-11-23"
        assert request("bring it today", late.astimezone(ZONE)).slots["day"] == "2026-11-24"

    @pytest.mark.parametrize("said", ["Friday next week", "Friday week"])
    def test_a_week_later_is_not_this_week(self, said: str) -> None:
        assert request(f"move my delivery to {said}").slots.get("day") in ("2026-12-04", None)


class TestAddresses:
    @pytest.mark.parametrize(
        ("said", "address"),
        [
            ("14 no sorry 16 Lake Road", "16 Lake Road"),
            ("14 Lake Road, no, I mean 16 Lake Road", "16 Lake Road"),
            ("14 Lake Road, or rather 9 Mill Lane", "9 Mill Lane"),
            ("14 Lake Road please, thank you.", "14 Lake Road"),
            ("Flat 3, 14 Lake Road, Bengaluru 560001", "Flat 3, 14 Lake Road, Bengaluru 560001"),
            ("14 Cafe\u0301 Street", "14 Caf\u00e9 Street"),
        ],
    )
    def test_a_repair_keeps_only_its_repair(self, said: str, address: str) -> None:
        assert request(f"change my address to {said}").slots["address"] == address

    @pytest.mark.parametrize(
        ("said", "address"),
        [
            ("14 Lake Road", "14 Lake Road"),
            ("It's 14 Lake Road, please.", "14 Lake Road"),
            ("to fourteen Lake Road", "14 Lake Road"),
            ("16 Lake Road, no sorry, 14 Lake Road", "14 Lake Road"),
        ],
    )
    def test_an_asked_address_needs_no_verb(self, said: str, address: str) -> None:
        assert request(said, asked="address").slots["address"] == address
        assert request(said, asked="address").acts[:1] == (Act.REQUEST,)

    def test_an_asked_address_that_has_no_number_is_not_guessed(self) -> None:
        assert "address" not in request("the blue house", asked="address").slots
