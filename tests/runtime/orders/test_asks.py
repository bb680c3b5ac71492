"""How the jobs about orders are asked for, and where the shop delivers to."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.runtime.orders.records import (
    NOON,
)
from wavoice.runtime.actions.areas import outside
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.model import (
    ShopRules,
)
from wavoice.runtime.ports import Situation


@pytest.mark.parametrize(
    ("address", "prefixes", "fits"),
    [
        ("12 Hill Road, Bandra 400050", ("400",), True),
        ("1234 Hill Road, 400 050", ("400",), True),
        ("10 Downing Street, SW1A 2AA", ("SW1", "E"), True),
        ("10 Downing Street, sw1a 2aa", ("SW1",), True),
        ("1234 Hill Road, 110001", ("123",), False),
        ("anywhere", (), True),
    ],
)
def test_the_delivery_area_is_told_by_postal_code(
    address: str, prefixes: tuple[str, ...], fits: bool
) -> None:
    assert (outside(address, ShopRules(postal_prefixes=prefixes)) is None) is fits


@pytest.mark.parametrize(
    ("said", "job_name", "slots"),
    [
        ("I want to order two desk lamps", "place_order", {"product": "desk lamps", "quantity": "2"}),
        ("can I buy 3 bags of rice 5 kg and pay by link", "place_order", {"quantity": "3", "pay": "link"}),
        ("I'd like a green tea, cash on delivery", "place_order", {"product": "green tea", "pay": "cod"}),
        ("order two notebooks and a green tea", "place_order", {"product": "two notebooks and a green tea"}),
        ("I want to place an order for 2 desk lamps", "place_order", {"product": "desk lamps"}),
        (
            "if I order the desk lamp now, can it arrive tomorrow?",
            "delivery_estimate",
            {"product": "desk lamp"},
        ),
        ("if I order now, can it ship tomorrow?", "delivery_estimate", {"day": "2026-11-24"}),
        ("how long does delivery take for a floor lamp", "delivery_estimate", {"product": "floor lamp"}),
        ("order the same as last time with my saved card", "reorder", {"pay": "card"}),
        ("reorder please", "reorder", {}),
        ("cancel order 1842", "cancel_order", {"order": "1842"}),
        ("I don't want the order anymore", "cancel_order", {}),
        ("refund the second charge of order 1777", "refund_order", {"duplicate": "yes", "order": "1777"}),
        ("please confirm my cod order", "confirm_cod", {}),
        ("order a notebook and send it to 9 Lake Road", "place_order", {"address": "9 Lake Road"}),
        ("I placed an order a week ago, where is it", "track_order", {}),
        ("where is my order", "track_order", {}),
        ("I want to know where my order is", "track_order", {}),
        ("I want my money back", "refund_order", {}),
        ("order 1842 to Friday", "reschedule_delivery", {"order": "1842"}),
        ("I need help", None, {}),
        ("please cancel it", None, {}),
    ],
)
def test_what_is_asked_for_is_understood(said: str, job_name: str | None, slots: Mapping[str, str]) -> None:
    reading = RulesInterpreter().read(said, Situation(now=NOON))
    assert reading.intent == job_name
    assert {name: reading.slots.get(name) for name in slots} == slots


@pytest.mark.parametrize("open_job", ["change_address", "place_order", "reorder", "confirm_cod"])
def test_a_street_alone_is_another_address_of_what_is_open(open_job: str) -> None:
    situation = Situation(now=NOON, open_action=open_job, prompt="Order 1842: to 12 Hill Road?")
    reading = RulesInterpreter().read("no, 42 Lake Road", situation)
    assert reading.slots["address"] == "42 Lake Road"


@pytest.mark.parametrize(
    ("said", "slots"),
    [
        ("no, the desk lamp", {"product": "desk lamp"}),
        ("rather a floor lamp", {"product": "floor lamp"}),
        ("no, two please", {"quantity": "2"}),
        ("make it 3", {"quantity": "3"}),
        ("by card", {"pay": "card"}),
        ("yes", {}),
        ("no, the price is too high", {}),
        ("no, the other one", {}),
        ("yes please", {}),
    ],
)
def test_an_open_order_is_corrected_in_few_words(said: str, slots: Mapping[str, str]) -> None:
    asked_for = (
        "Notebook for 249 Indian rupees, cash on delivery, to 12 Hill Road: order it? Reply yes or no."
    )
    situation = Situation(now=NOON, open_action="place_order", prompt=asked_for)
    assert dict(RulesInterpreter().read(said, situation).slots) == slots
