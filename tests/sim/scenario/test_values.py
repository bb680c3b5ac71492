"""Durations with their unit, moments of a shop's wall clock, weekdays, numbers of the policy."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from wavoice.runtime.model import SECOND, Modality, Money, Tier
from wavoice.runtime.policy import MINUTE, Policy
from wavoice.sim.scenario.given import OrderSpec
from wavoice.sim.scenario.numbers import PolicyError, policy_with
from wavoice.sim.scenario.values import (
    WEEKDAYS,
    as_amount,
    as_text,
    dated,
    duration,
    moment,
    money,
    next_weekday,
)

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("7us", 7),
        ("800ms", 800_000),
        ("0.5ms", 500),
        ("1.5s", 1_500_000),
        ("0s", 0),
        ("2m", 120 * SECOND),
        ("2min", 120 * SECOND),
        ("26h", 26 * 3600 * SECOND),
        ("8d", 8 * 86_400 * SECOND),
        ("-2s", -2 * SECOND),
        ("+2s", 2 * SECOND),
        (" 10 s ", 10 * SECOND),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, micros: int) -> None:
    assert duration(text) == micros


@pytest.mark.parametrize(
    "text",
    ["6", "6.0", "", "s", "6 seconds", "1S", "1e3s", ".5s", "5.s", "--5s", "1s2ms", "s6", 6, 1.5, None],
)
def test_what_lacks_a_number_or_a_unit_says_how_it_is_written(text: object) -> None:
    with pytest.raises(ValueError, match="is not a duration: write a number and a unit, as in 800ms"):
        duration(text)


def test_a_number_beyond_all_numbers_is_no_duration() -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        duration("9" * 400 + "s")


@given(st.integers(min_value=-(10**15), max_value=10**15))
@settings(derandomize=True, deadline=None, max_examples=100)
def test_what_a_duration_is_written_as_is_read_back(micros: int) -> None:
    assert duration(as_text(micros)) == micros


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (0, "0s"),
        (50_000, "50ms"),
        (300_000, "300ms"),
        (1_500_000, "1.5s"),
        (2_500_001, "2.500001s"),
        (60 * SECOND, "1min"),
        (90 * SECOND, "90s"),
        (86_400 * SECOND, "1d"),
        (1, "0.001ms"),
    ],
)
def test_a_duration_is_written_briefly(micros: int, text: str) -> None:
    assert as_text(micros) == text


def test_a_moment_is_on_the_wall_clock_of_its_zone() -> None:
    utc = int(datetime(2026, 11, 23, 4, 30, tzinfo=UTC).timestamp()) * SECOND
    assert moment("2026-11-23T10:00:00", "Asia/Kolkata") == utc
    assert moment("2026-11-23T04:30:00", "UTC") == utc
    assert moment("2026-11-23T10:00:00+05:30", "America/New_York") == utc


def test_a_moment_follows_summer_time() -> None:
    before, after = (moment(f"2026-03-{day}T12:00:00", "Europe/Berlin") for day in (28, 29))
    assert after - before == 23 * 3600 * SECOND


@given(st.sampled_from(WEEKDAYS), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
@settings(derandomize=True, deadline=None, max_examples=100)
def test_a_weekday_is_the_next_such_day_and_never_today(name: str, today: date) -> None:
    found = next_weekday(name.capitalize(), today)
    assert timedelta(days=1) <= found - today <= timedelta(days=7)
    assert WEEKDAYS[found.weekday()] == name


def test_weekdays_are_dated_wherever_they_stand_alone() -> None:
    said = {"day": "Friday", "rows": ["monday", {"x": "SUNDAY"}], "text": "on Friday", "n": 3, "none": None}
    assert dated(said, MONDAY) == {
        "day": "2026-11-27",
        "rows": ["2026-11-30", {"x": "2026-11-29"}],
        "text": "on Friday",
        "n": 3,
        "none": None,
    }


class TestPolicy:
    def test_no_changes_are_the_default(self) -> None:
        assert policy_with({}) == Policy()

    def test_numbers_are_changed_by_their_own_names(self) -> None:
        policy = policy_with({"memory": "3", "min_avg_logprob": "-0.1", "commit_grace": "90s"})
        assert (policy.memory, policy.min_avg_logprob, policy.commit_grace) == (3, -0.1, 90 * SECOND)

    def test_of_a_table_only_what_is_named_is_changed(self) -> None:
        policy = policy_with({"settle": {"voice": "4s"}, "lifetime": {"R3": "1min"}})
        assert policy.settle[Modality.VOICE] == 4 * SECOND
        assert policy.settle[Modality.TEXT] == Policy().settle[Modality.TEXT]
        assert policy.lifetime == {**Policy().lifetime, Tier.R3: MINUTE}

    def test_pages_are_one_or_many(self) -> None:
        assert policy_with({"link_pages": "https://a/"}).link_pages == ("https://a/",)
        assert policy_with({"link_pages": ["https://a/", "https://b/"]}).link_pages == (
            "https://a/",
            "https://b/",
        )

    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("memry", "3", "memry is no number of the policy; the nearest is memory"),
            ("memory", "three", "memory is a number, not 'three'"),
            ("memory", "1.5", "memory is a number, not '1.5'"),
            ("memory", ["1"], r"memory is a number, not \['1'\]"),
            ("commit_grace", "60", "'60' is not a duration"),
            ("commit_grace", None, "None is not a duration"),
            ("settle", "4s", "settle has a value for each of voice, text, button"),
            ("settle", {"voce": "4s"}, "settle: voce is none of voice, text, button"),
            ("settle", {"voice": "4"}, "'4' is not a duration"),
            ("lifetime", {"R4": "4s"}, "lifetime: R4 is none of"),
            ("lifetime", {"R3": "25h"}, "lifetime, business_clock: a question outlives its memory"),
        ],
    )
    def test_what_is_wrong_is_named(self, name: str, value: object, said: str) -> None:
        with pytest.raises(ValueError, match=said):
            policy_with({name: value})

    def test_not_a_number_is_no_number(self) -> None:
        with pytest.raises(ValueError, match="min_avg_logprob"):
            policy_with({"min_avg_logprob": "nan"})


class TestMoney:
    @pytest.mark.parametrize(
        ("text", "minor", "written"),
        [("45.00 EUR", 4500, "45.00 EUR"), ("45 EUR", 4500, "45.00 EUR"), ("700 JPY", 700, "700 JPY")],
    )
    def test_amounts(self, text: str, minor: int, written: str) -> None:
        assert money(text) == Money(minor, text[-3:])
        assert as_amount(money(text)) == written

    @pytest.mark.parametrize(
        "text", ["45", "EUR 45", "45.001 EUR", "7.5 JPY", "-5 EUR", "45,00 EUR", "45 eur"]
    )
    def test_what_is_no_amount(self, text: str) -> None:
        with pytest.raises(ValueError, match=re.escape(text)):
            money(text)

    @pytest.mark.parametrize(
        ("fields", "problem"),
        [
            ({"refunded": "5 EUR"}, "what was not paid"),
            ({"paid": "45 EUR", "refunded": "5 USD"}, "in the currency"),
            ({"paid": "45 EUR", "refunded": "46 EUR"}, "no more goes back than was paid"),
        ],
    )
    def test_what_cannot_have_been_paid(self, fields: dict[str, str], problem: str) -> None:
        with pytest.raises(ValidationError, match=problem):
            OrderSpec.model_validate(fields)

    def test_the_cap_of_a_currency(self) -> None:
        policy = policy_with({"refund_cap": {"EUR": "4000"}})
        assert policy.refund_cap == {**Policy().refund_cap, "EUR": 4000}
        for wrong in ({"EUR": "many"}, "4000"):
            with pytest.raises(PolicyError, match="a whole number for each key"):
                policy_with({"refund_cap": wrong})
