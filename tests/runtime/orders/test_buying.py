"""What an order to be placed holds, costs and how it is paid; never what is not sold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.runtime.orders.records import (
    MONDAY,
    PRODUCTS,
    VISA,
    asked,
    facts,
    job,
    offer,
    proposal_of,
)
from wavoice.runtime.actions import (
    live_version,
)
from wavoice.runtime.actions.catalogue import meant
from wavoice.runtime.model import (
    Card,
    Invoice,
    Money,
    ShopRules,
    Tier,
)


class TestWhatIsMeant:
    @pytest.mark.parametrize(
        ("said", "titles"),
        [
            ("desk lamp", ["Desk lamp"]),
            ("Desk Lamps", ["Desk lamp"]),
            ("lamp-desk", ["Desk lamp"]),
            ("bags of rice 5 kg", ["Rice 5 kg"]),
            ("rice", ["Rice 5 kg"]),
            ("dask lamp", ["Desk lamp"]),
            ("lamp", ["Desk lamp", "Floor lamp"]),
            ("unicorn", []),
            ("", []),
        ],
    )
    def test_a_name_leads_to_what_is_sold_and_never_further(self, said: str, titles: list[str]) -> None:
        assert [product.title for product in meant(said, PRODUCTS)] == titles

    def test_at_most_three_are_named(self) -> None:
        many = tuple(
            replace(PRODUCTS[0], id=str(at), title=f"Lamp {word}") for at, word in enumerate("abcde")
        )
        assert len(meant("lamp", many)) == 3


class TestPlacing:
    def test_price_payment_and_address_are_bound_and_read_back(self) -> None:
        made = offer("place_order", product="desk lamps", quantity="2")
        assert json.loads(made.args["items"]) == [["lamp-desk", 2]]
        assert (made.money, made.tier, made.payee) == (Money(1_798_00, "INR"), None, None)
        words = job("place_order").words
        assert words is not None
        said = words.question(proposal_of("place_order", made))
        assert said == "2 Desk lamps for 1,798 Indian rupees, cash on delivery, to 12 Hill Road: order it?"

    def test_several_things_in_one_sentence(self) -> None:
        made = offer("place_order", product="2 desk lamps and a green tea, some rice 5 kg")
        assert json.loads(made.args["items"]) == [["lamp-desk", 2], ["tea", 1], ["rice-5", 1]]

    def test_a_card_makes_it_r3_and_is_never_guessed(self) -> None:
        by_card = offer("place_order", product="tea", pay="card")
        assert (by_card.tier, by_card.payee, by_card.args["card"]) == (Tier.R3, "visa 4242", "card_1")
        other = Card("card_2", "amex", "0005")
        used = offer("place_order", facts(cards=(other, VISA)), product="tea", pay="card")
        assert used.payee == "visa 4242"  # the one that the last order was paid with
        unused = (other, Card("card_3", "amex", "0006"))
        assert asked("place_order", facts(cards=unused), product="tea", pay="card")[0] == "pay"
        assert asked("place_order", facts(cards=()), product="tea", pay="card")[0] == "pay"

    @pytest.mark.parametrize(
        ("slots", "slot", "says"),
        [
            ({}, "product", "Which product should it be? We have Desk lamp, Rice 5 kg and Green tea"),
            ({"product": "unicorn"}, "product", "We do not sell unicorn."),
            ({"product": "lamp"}, "product", "Desk lamp or Floor lamp?"),
            ({"product": "floor lamp"}, "product", "Floor lamp is sold out. We have Desk lamp."),
            ({"product": "desk lamp", "quantity": "4"}, "quantity", "We have only 3 Desk lamps."),
            ({"product": "desk lamp", "quantity": "1000000000"}, "quantity", "only 3"),
        ],
    )
    def test_what_cannot_be_sold_is_asked_about(self, slots: Mapping[str, str], slot: str, says: str) -> None:
        found = asked("place_order", None, **slots)
        assert found[0] == slot
        assert says in found[1]

    def test_prepared_again_from_its_own_arguments_it_is_the_same(self) -> None:
        made = offer("place_order", product="desk lamps", quantity="2", pay="card", address="9 New Street")
        again = offer("place_order", None, **made.args)
        assert (again.args, again.money, again.payee) == (made.args, made.money, made.payee)

    def test_another_price_or_no_stock_by_now_is_not_what_was_read_back(self) -> None:
        waiting = proposal_of("place_order", offer("place_order", product="desk lamp"))
        now = facts()
        assert live_version(job("place_order"), waiting, now, MONDAY) == waiting.facts_version
        dearer = replace(PRODUCTS[0], price=Money(999_00, "INR"))
        for changed in (dearer, replace(PRODUCTS[0], stock=0)):
            later = facts(products=(changed, *PRODUCTS[1:]))
            assert live_version(job("place_order"), waiting, later, MONDAY) is None

    def test_without_an_address_it_is_asked_for(self) -> None:
        assert asked("place_order", facts(contact=()), product="tea")[0] == "address"

    def test_an_address_outside_the_area_is_not_promised(self) -> None:
        rules = ShopRules(postal_prefixes=("400", "560"))
        for address, says in (
            ("9 Far Road, 110001", "do not deliver to 110001"),
            ("9 Far Road", "postal code"),
        ):
            found = asked("place_order", facts(rules=rules), product="tea", address=address)
            assert found[0] == "address"
            assert says in found[1]
        assert offer("place_order", facts(rules=rules), product="tea", address="9 Near Road, 400 050")

    @pytest.mark.parametrize("name", ["change_address", "place_order", "confirm_cod"])
    def test_no_job_sends_anything_outside_the_area(self, name: str) -> None:
        rules = ShopRules(postal_prefixes=("400",))
        due = (Invoice("INV-1", "1842", Money(45_00, "INR"), MONDAY, "open"),)
        given = facts(rules=rules, invoices=due)
        assert asked(name, given, order="1842", product="tea", address="1 Far Road 999999")[0] == "address"
