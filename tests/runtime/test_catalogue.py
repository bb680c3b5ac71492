"""Names of the catalogue: expected, checked against the customer's own orders, read back, pronounced."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from copy import deepcopy
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.rehearsing import Desk, desk
from wavoice.runtime.catalogue import Catalogue
from wavoice.runtime.interpret.slots import find_slots
from wavoice.runtime.model import Audio, Heard, Speech
from wavoice.runtime.ports import Hint, Situation
from wavoice.runtime.settings_catalogue import CatalogueWords
from wavoice.sim.rehearsal import Customer
from wavoice.sim.scripted import ScriptedEars, ToneVoice
from wavoice.sim.shop import ShopCustomer, ShopOrder
from wavoice.sim.world import World

WORDS = ("Xylora lamp", "Sunday Roast Box", "kettle 2000", "kettle", "Velo bag", "Seven Seas oil")
NOW = datetime(2026, 11, 23, 15, 30, tzinfo=ZoneInfo("Asia/Kolkata"))


def order(number: str, *items: str, status: str = "packed", day: int = 26) -> ShopOrder:
    return ShopOrder(number, "cus_1", date(2026, 11, day), "12 Hill Road", status, items)


ORDERS = (
    order("1842", "Xylora lamp, brass", "kettle 2000"),
    order("1901", "Velo bag", day=27),
    order("1777", "Velo bag", status="delivered", day=16),
    order("1950", "kettle 2000", day=28),
)


@asynccontextmanager
async def shop(*orders: ShopOrder, pronunciations: str = "") -> AsyncIterator[Desk]:
    """A shop with that catalogue; its customer has these orders."""
    world = World([ShopCustomer("cus_1", "One", Customer().phone)], deepcopy(orders or ORDERS))
    catalogue = CatalogueWords.model_validate({"words": ",".join(WORDS), "pronunciations": pronunciations})
    async with desk(world=world, sections={"catalogue": catalogue}) as at:
        yield at


class TestInWords:
    def slots(self, text: str) -> dict[str, str]:
        return dict(find_slots(text, Situation(NOW, catalogue=Catalogue(WORDS))).values)

    @pytest.mark.parametrize(
        ("said", "found"),
        [
            ("where is my xylora lamp?", {"product": "Xylora lamp"}),
            ("where are my KETTLES", {"product": "kettle"}),
            ("the kettle 2000 please", {"product": "kettle 2000"}),
            ("move the Sunday roast box to Friday", {"product": "Sunday Roast Box", "day": "2026-11-27"}),
            ("where is my seven seas oil", {"product": "Seven Seas oil"}),
            ("the kettlebell of order 1842", {"order": "1842"}),
        ],
    )
    def test_names_are_found_whole_and_hide_no_day_or_number(self, said: str, found: dict[str, str]) -> None:
        assert self.slots(said) == found

    def test_without_a_catalogue_there_is_nothing_to_find(self) -> None:
        assert not find_slots("where is my Xylora lamp?", Situation(NOW)).values


class TestAgainstTheirOwnRecords:
    async def test_the_order_is_the_one_that_holds_it_and_that_is_read_back(self) -> None:
        async with shop() as at:
            said = await at.speaks("where is my Xylora lamp")
            assert said == [
                "(voice) Xylora lamp is in order 1842. Order 1842 is packed. It arrives on Thursday."
            ]

    async def test_a_question_names_what_was_heard_before_it_asks(self) -> None:
        async with shop() as at:
            said = await at.speaks("move the Xylora lamp to Saturday")
            asked = "Order 1842: move it to Saturday 28 November? Reply yes or no."
            assert said[0] == f"Xylora lamp is in order 1842. {asked}"
            await at.taps("Yes")
            await at.wait(5)
            assert at.writes == [("reschedule_delivery", {"order": "1842", "day": "2026-11-28"})]

    async def test_what_is_in_none_of_their_orders_is_said_so(self) -> None:
        async with shop() as at:
            said = await at.speaks("move the Sunday Roast Box to Friday")
            assert said == [
                "(voice) I cannot find Sunday Roast Box in your orders. "
                "You have 1842 and 1901 and 1950. Which number is it?"
            ]

    async def test_what_is_in_two_of_them_is_asked(self) -> None:
        async with shop() as at:
            said = await at.speaks("move the kettle 2000 to Sunday")
            assert said == ["(voice) Which order do you mean: 1842, 1950?"]
            said = await at.speaks("1950")
            assert said[0] == "Order 1950: move it to Sunday 29 November? Reply yes or no."

    async def test_one_on_its_way_is_meant_rather_than_one_that_came(self) -> None:
        async with shop() as at:
            assert (await at.types("where is my Velo bag?"))[0].startswith("Velo bag is in order 1901.")

    async def test_which_order_may_be_answered_by_what_is_in_it(self) -> None:
        async with shop() as at:
            assert (await at.types("where is my order?"))[0].startswith("Which order do you mean")
            assert (await at.types("the Velo bag"))[0].startswith("Velo bag is in order 1901.")

    async def test_a_number_that_is_not_theirs_is_read_back_beside_theirs_and_never_replaced(self) -> None:
        async with shop() as at:
            said = await at.speaks("move order 1824 to Friday")
            assert said == [
                "(voice) I cannot find order 1824 among your orders. "
                "You have 1842 and 1901 and 1950. Which number is it?"
            ]


class Attentive(ScriptedEars):
    """Ears that note what they were told beforehand."""

    def __init__(self) -> None:
        super().__init__()
        self.hints: list[Hint] = []

    async def hear(self, audio: Audio, hint: Hint) -> Heard:
        self.hints.append(hint)
        return await super().hear(audio, hint)


class Diction(ToneVoice):
    """A voice that notes what it was asked to say."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def say(self, text: str, language: str) -> Speech:
        self.asked.append(text)
        return await super().say(text, language)


class TestEarsAndVoice:
    async def test_names_are_expected_unless_a_yes_is(self) -> None:
        async with shop() as at:
            ears = Attentive()
            object.__setattr__(at.rehearsal.runtime.bot.kit, "ears", ears)
            at.ears = ears
            await at.speaks("move order 1842 to Saturday")
            await at.speaks("yes")
            assert [hint.words for hint in ears.hints] == [WORDS, ()]

    async def test_names_are_said_as_the_shop_says_them_and_written_as_they_are(self) -> None:
        voice = Diction()
        async with shop(pronunciations="xylora=zai lora") as at:
            object.__setattr__(at.rehearsal.runtime.bot.kit, "voice", voice)
            (said,) = await at.speaks("where is my Xylora lamp")
            assert said.startswith("(voice) Xylora lamp is in")
            assert voice.asked[0].startswith("zai lora lamp is in order 18 42.")

    def test_only_whole_names_are_respelled(self) -> None:
        catalogue = Catalogue(pronunciations={"Qi": "chee", "Qi pad": "chee pad two"})
        assert catalogue.pronounced("A QI pad, a qi, and Qin.") == "A chee pad two, a chee, and Qin."
