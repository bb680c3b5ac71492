"""Jobs about orders in whole turns: what the shop is asked for, and how much may move in a day."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.rehearsing import desk
from tests.runtime.test_overlap import Seen, noting
from wavoice.runtime.model import Money, Product
from wavoice.runtime.settings_money import MoneyLimits

PLACED = "Done: order 1904 is placed, Notebook for 249 Indian rupees, cash on delivery."


async def test_records_are_asked_for_by_the_job_that_needs_them_alone_and_again_before_its_commit() -> None:
    seen = Seen()
    async with desk(world=noting(seen), voice=False) as at:
        await at.types("where is my order")
        assert {path.rpartition("/")[2] for path in seen.names} == {"customers", "orders"}
        seen.names.clear()
        await at.types("order a notebook")
        assert sorted(seen.names)[2:] == ["/customers/cus_1/contact", "/customers/cus_1/orders", "/products"]
        seen.names.clear()
        await at.types("yes")
        assert await at.wait(10) == [PLACED]
        assert seen.names.count("/products") == 2  # with the yes, and again before the write


async def test_what_could_not_be_read_is_not_guessed() -> None:
    async with desk(voice=False) as at:
        at.world.fault("fail", "read", times=4)
        assert "cannot reach the shop" in (await at.types("order a notebook"))[0]
        assert at.writes == []


@pytest.mark.parametrize(
    "limits",
    [
        MoneyLimits(moves_per_day=1),
        MoneyLimits(paid_in_per_day={"INR": Decimal(400)}),
        MoneyLimits(order_cap={"INR": Decimal(400)}),
    ],
)
async def test_more_than_may_move_in_a_day_is_for_a_person(limits: MoneyLimits) -> None:
    two = "order 2 notebooks" if limits.order_cap else "order a notebook"
    async with desk(voice=False, sections={"money": limits}) as at:
        await at.types("order a notebook")
        await at.types("yes")
        assert await at.wait(10) == [PLACED]
        assert await at.types(two) == [
            "That is more than I may order on my own. A colleague will take over here."
        ]
        assert len(at.writes) == 1


async def test_a_refund_is_no_order_and_a_day_later_it_is_forgotten() -> None:
    limits = MoneyLimits(moves_per_day=1)
    async with desk(voice=False, sections={"money": limits}) as at:
        await at.types("order a notebook")
        await at.types("yes")
        await at.wait(10)
        assert "refund 899 Indian rupees" in (await at.types("refund order 1777"))[0]
        await at.types("no")
        await at.wait(24 * 3600)
        assert "order it?" in (await at.types("order a notebook"))[0]


async def test_a_price_that_changed_between_question_and_yes_is_asked_anew() -> None:
    async with desk(voice=False) as at:
        await at.types("order a notebook")
        product = at.world.records.get(Product, "notebook")
        assert product is not None
        at.world.records.put(replace(product, price=Money(299_00, "INR")))
        await at.types("yes")
        (asked,) = await at.wait(10)
        assert asked.startswith("That changed meanwhile. Notebook for 299 Indian rupees")
        assert at.writes == []
        await at.types("yes")
        await at.wait(10)
        assert [args["amount"] for _, args in at.writes] == ["29900"]


async def test_nothing_new_is_raised_beside_an_open_question() -> None:
    async with desk(voice=False) as at:
        (asked,) = await at.types("move my order to Friday")
        (told,) = await at.types("how long does delivery take for a desk lamp")
        assert told == f"Ordered before 16:00, Desk lamp would come on Wednesday 25 November. {asked}"
