"""Jobs about orders that are there: what they ask, offer and refuse, from records alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.runtime.orders.records import (
    BASKET,
    MONDAY,
    NOON,
    asked,
    facts,
    job,
    offer,
    prepared,
    proposal_of,
)
from wavoice.runtime.actions import (
    Answer,
    ForPeople,
    Instead,
    Refuse,
)
from wavoice.runtime.actions.arrivals import arrival
from wavoice.runtime.model import (
    Charge,
    Facts,
    HandOff,
    Invoice,
    Money,
    Payment,
    ShopRules,
    Tier,
)


class TestDeliveryEstimate:
    @pytest.mark.parametrize(
        ("today", "days", "in_time", "comes"),
        [
            (date(2026, 11, 23), 1, True, date(2026, 11, 24)),
            (date(2026, 11, 23), 1, False, date(2026, 11, 25)),
            (date(2026, 11, 28), 1, True, date(2026, 11, 30)),  # Saturday: Sunday does not count
            (date(2026, 11, 28), 1, False, date(2026, 12, 1)),
            (date(2026, 11, 29), 0, True, date(2026, 11, 30)),
        ],
    )
    def test_days_without_delivery_do_not_count(
        self, today: date, days: int, in_time: bool, comes: date
    ) -> None:
        assert arrival(today, days, ShopRules(), in_time=in_time) == comes

    def test_it_answers_and_goes_on_to_the_order(self) -> None:
        wanted = (MONDAY + timedelta(1)).isoformat()
        found = prepared("delivery_estimate", None, product="green tea", day=wanted)
        assert isinstance(found, Instead)
        assert found.lead.startswith("Yes: ordered before 16:00, Green tea would come on Tuesday")
        assert (found.job, dict(found.slots)) == ("place_order", {"product": "green tea"})
        late = facts(now=datetime(2026, 11, 23, 16, tzinfo=UTC), rules=ShopRules(cut_off=time(16)))
        found = prepared("delivery_estimate", late, product="green tea", day=wanted)
        assert isinstance(found, Instead)
        assert found.lead.startswith("No: ordered now")

    def test_today_is_the_day_of_the_order_and_not_of_the_arrival(self) -> None:
        found = prepared("delivery_estimate", None, product="green tea", day=MONDAY.isoformat())
        assert isinstance(found, Instead)
        assert found.lead.startswith("Ordered before 16:00, Green tea would come on Tuesday")


class TestADayForAnOrder:
    def test_it_is_bound_and_read_back(self) -> None:
        made = offer("place_order", product="tea", day="2026-11-27")
        words = job("place_order").words
        assert words is not None
        said = words.question(proposal_of("place_order", made))
        assert "to 12 Hill Road on Friday 27 November: order it?" in said
        assert "day" not in offer("place_order", product="tea", day=MONDAY.isoformat()).args

    @pytest.mark.parametrize(
        ("product", "day", "first"),
        [
            ("desk lamp", "2026-11-24", "Wednesday 25 November"),
            ("tea", "2026-11-29", "Monday 30 November"),
            ("tea", "2026-11-20", "Tuesday 24 November"),
        ],
    )
    def test_a_day_on_which_it_cannot_come_is_not_promised(self, product: str, day: str, first: str) -> None:
        slot, text = asked("place_order", product=product, day=day)
        assert (slot, first in text) == ("day", True)


class TestReorder:
    def test_it_is_the_last_basket_and_another_sum_is_said(self) -> None:
        older = replace(BASKET, id="1700", day=MONDAY - timedelta(30), items=("Desk lamp",))
        made = offer("reorder", facts(older, BASKET))
        assert (made.args["of"], made.money) == ("1842", Money(1_290_00, "INR"))
        words = job("reorder").words
        assert words is not None
        said = words.question(proposal_of("reorder", made))
        assert said.startswith("Last time it was 1,250 Indian rupees. Rice 5 kg and Green tea for 1,290")
        assert offer("reorder", None, **made.args).args == made.args

    def test_the_same_price_is_not_remarked_on(self) -> None:
        same = replace(BASKET, payment=Payment(Money(1_290_00, "INR"), "visa", "4242"))
        assert offer("reorder", facts(same)).args["paid"] == ""

    def test_what_is_not_sold_any_more_is_said(self) -> None:
        gone = replace(BASKET, items=("Kettle", "Green tea"))
        found = prepared("reorder", facts(gone))
        assert isinstance(found, Refuse)
        assert "Kettle of order 1842" in found.text
        assert isinstance(prepared("reorder", facts(replace(BASKET, status="cancelled"))), Refuse)
        assert asked("reorder", None, order="9999")[0] == "order"


class TestCancelling:
    def test_money_that_goes_back_is_named_and_takes_more_than_a_yes(self) -> None:
        made = offer("cancel_order")
        assert (made.tier, made.money, made.payee) == (Tier.R3, Money(1_250_00, "INR"), "visa 4242")

    def test_only_what_is_left_goes_back(self) -> None:
        paid = replace(BASKET, payment=Payment(Money(1_250_00, "INR"), "visa", "4242", 1_000_00))
        assert offer("cancel_order", facts(paid)).money == Money(250_00, "INR")
        for nothing in (None, Payment(Money(5, "INR"), "visa", "4242", 5)):
            made = offer("cancel_order", facts(replace(BASKET, payment=nothing)))
            assert (made.tier, made.money, dict(made.args)) == (None, None, {"order": "1842"})

    @pytest.mark.parametrize("status", ["shipped", "delivered", "cancelled"])
    def test_what_has_gone_is_not_called_off(self, status: str) -> None:
        assert isinstance(
            prepared("cancel_order", facts(replace(BASKET, status=status)), order="1842"), Refuse
        )


class TestDuplicateCharges:
    FIRST = Charge("ch_1", "1842", Money(1_250_00, "INR"), NOON, "captured", "visa 4242")
    SECOND = replace(FIRST, id="ch_2", at=NOON + timedelta(minutes=2))

    def test_the_later_of_two_equal_charges_goes_back(self) -> None:
        made = offer("refund_order", facts(charges=(self.SECOND, self.FIRST)), duplicate="yes")
        assert (made.args["charge"], made.money, made.payee) == ("ch_2", Money(1_250_00, "INR"), "visa 4242")
        assert offer("refund_order", facts(charges=(self.SECOND, self.FIRST)), **made.args).args == made.args

    @pytest.mark.parametrize(
        "second",
        [
            replace(SECOND, state="refunded"),
            replace(SECOND, state="authorised"),
            replace(SECOND, amount=Money(1_00, "INR")),
            replace(SECOND, order="1777"),
            replace(SECOND, payee="amex 0005"),
        ],
    )
    def test_what_the_records_do_not_show_is_for_a_person(self, second: Charge) -> None:
        found = prepared("refund_order", facts(charges=(self.FIRST, second)), duplicate="yes")
        assert isinstance(found, ForPeople)
        assert found.reason is HandOff.DUPLICATE_ORDER


class TestCashOnDelivery:
    DUE = Invoice("INV-1", "1842", Money(45_00, "USD"), MONDAY, "open")

    def given(self, **change: object) -> Facts:
        return facts(replace(BASKET, payment=None, **change), invoices=(self.DUE,))  # type: ignore[arg-type]

    def test_the_question_names_sum_and_day(self) -> None:
        made = offer("confirm_cod", self.given(), order="1842")
        words = job("confirm_cod").words
        assert words is not None
        said = words.question(replace(proposal_of("confirm_cod", made), before=made.before))
        assert said == "Order 1842: 45 US dollars cash on delivery, Thursday 26 November: still want it?"
        friday = offer("confirm_cod", self.given(), **{**made.args, "day": "2026-11-27"})
        assert friday.args["day"] == "2026-11-27"

    def test_only_what_is_due_at_the_door_is_asked_for(self) -> None:
        assert isinstance(prepared("confirm_cod", facts(invoices=()), order="1842"), Refuse)
        by_link = replace(self.DUE, link="https://pay.example/1")
        assert isinstance(prepared("confirm_cod", facts(invoices=(by_link,))), Refuse)
        assert isinstance(prepared("confirm_cod", self.given(status="shipped"), order="1842"), Answer)
