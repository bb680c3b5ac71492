"""Who writes: the shop's records against a WhatsApp sender, and not one wrong match."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import httpx
import pytest

from tests.permits import admission
from tests.rehearsing import desk
from wavoice.runtime.adapters.orders_http import HttpOrders
from wavoice.runtime.model import Alias
from wavoice.sim.rehearsal import Customer
from wavoice.sim.shop import ShopCustomer
from wavoice.sim.world import World

PHONE, BSUID = "919876543210", "IN.13491208655302741918"
OTHER_PHONE, OTHER_BSUID = "919876543211", "IN.99999999999999999999"
A, B = "a", "b"
SENDER = Customer()
"""Who writes in a rehearsal."""


@dataclass(frozen=True)
class Fixture:
    """Records as (id, phone, BSUID), who writes, and whose records these are."""

    about: str
    records: tuple[tuple[str, str, str | None], ...]
    sender: Alias
    theirs: tuple[str, ...] = ()


FIXTURES = [
    Fixture("the number as WhatsApp writes it", ((A, PHONE, None),), Alias(PHONE, None), (A,)),
    Fixture("with a plus and spaces", ((A, "+91 98765 43210", None),), Alias(PHONE, None), (A,)),
    Fixture("with two zeros", ((A, "0091 98765-43210", None),), Alias(PHONE, None), (A,)),
    Fixture("with brackets and dots", ((A, "+91 (98765) 43.210", None),), Alias(PHONE, None), (A,)),
    Fixture(
        "without the country: whose country is not guessed", ((A, "98765 43210", None),), Alias(PHONE, None)
    ),
    Fixture("the same digits in another country", ((A, "+1 987 654 3210", None),), Alias(PHONE, None)),
    Fixture("one digit off", ((A, OTHER_PHONE, None),), Alias(PHONE, None)),
    Fixture("the end of a longer number", ((A, "+49 919876543210", None),), Alias(PHONE, None)),
    Fixture("the beginning of a longer one", ((A, PHONE + "5", None),), Alias(PHONE, None)),
    Fixture("no record at all", (), Alias(PHONE, BSUID)),
    Fixture("a record without a number", ((A, "", None),), Alias(PHONE, BSUID)),
    Fixture("a record of words", ((A, "unknown", None),), Alias(PHONE, BSUID)),
    Fixture("neither side has a number", ((A, "", None),), Alias(None, BSUID)),
    Fixture("neither side has anything", ((A, "", None),), Alias(None, None)),
    Fixture("an empty number is no number", ((A, "", None), (B, PHONE, None)), Alias("", None)),
    Fixture("a username alone, known", ((A, "", BSUID), (B, PHONE, None)), Alias(None, BSUID), (A,)),
    Fixture("a username alone, unknown", ((A, PHONE, OTHER_BSUID),), Alias(None, BSUID)),
    Fixture("a username in another case is another one", ((A, "", BSUID.lower()),), Alias(None, BSUID)),
    Fixture("a changed number, known by username", ((A, OTHER_PHONE, BSUID),), Alias(PHONE, BSUID), (A,)),
    Fixture("a changed number that nobody knows", ((A, OTHER_PHONE, None),), Alias(PHONE, BSUID)),
    Fixture("a number that somebody else has now", ((A, PHONE, OTHER_BSUID),), Alias(PHONE, BSUID)),
    Fixture("an old WhatsApp that tells no identity", ((A, PHONE, OTHER_BSUID),), Alias(PHONE, None), (A,)),
    Fixture(
        "number and username of one record",
        ((A, PHONE, BSUID), (B, OTHER_PHONE, None)),
        Alias(PHONE, BSUID),
        (A,),
    ),
    Fixture(
        "number of one, username of another", ((A, PHONE, None), (B, "", BSUID)), Alias(PHONE, BSUID), (A, B)
    ),
    Fixture(
        "a phone that two share", ((A, PHONE, None), (B, "+91 98765 43210", None)), Alias(PHONE, None), (A, B)
    ),
    Fixture(
        "entered twice, once with a username",
        ((A, PHONE, BSUID), (B, PHONE, None)),
        Alias(PHONE, BSUID),
        (A, B),
    ),
    Fixture("a fuzzy shop finds a neighbour", ((A, OTHER_PHONE, OTHER_BSUID),), Alias(PHONE, BSUID)),
]


async def found(fixture: Fixture, *, fuzzy: bool) -> list[str]:
    """Ids of the records that the runtime takes for theirs."""
    records = [ShopCustomer(id_, f"Customer {id_}", phone, bsuid) for id_, phone, bsuid in fixture.records]
    world = World(records)

    def everybody(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"customers": [record.record() for record in records]})

    transport = httpx.MockTransport(everybody) if fuzzy else world.transport()
    async with httpx.AsyncClient(transport=transport) as http:
        orders = HttpOrders(http, "http://shop.test", None, 5, 5, admission())
        return [customer.id for customer in await orders.customers(fixture.sender)]


@pytest.mark.parametrize("fuzzy", [False, True], ids=["exact", "fuzzy"])
@pytest.mark.parametrize("fixture", FIXTURES, ids=[one.about for one in FIXTURES])
async def test_nobody_is_taken_for_somebody_else(fixture: Fixture, fuzzy: bool) -> None:
    assert sorted(await found(fixture, fuzzy=fuzzy)) == sorted(fixture.theirs)


STRANGERS = {
    "no record": (),
    "a number that somebody else has now": (ShopCustomer("b", "Other Customer", SENDER.phone, OTHER_BSUID),),
    "a phone that two share": (
        ShopCustomer("a", "Sample Customer", SENDER.phone),
        ShopCustomer("b", "Other Customer", "+91 98123 00001"),
    ),
}


@pytest.mark.parametrize("about", STRANGERS)
async def test_who_is_not_one_customer_is_shown_nothing_and_given_a_person(about: str) -> None:
    orders = World.seeded(date(2026, 11, 23), SENDER.phone, None).orders.values()
    world = World(STRANGERS[about], [replace(order, customer="b") for order in orders])
    async with desk(world=world, voice=False) as at:
        (told,) = await at.types("move order 1842 to Friday")
        assert "account" in told
        assert not any(word in told for word in ("1842", "Customer", "Hill Road"))
        (handed,) = await at.journal("handed_off")
        assert handed.body.reason in ("identity_none", "identity_many")
        assert at.writes == []


async def test_a_record_that_changed_hands_between_question_and_yes_is_not_written_to() -> None:
    async with desk(voice=False) as at:
        await at.types("move my delivery to Friday")
        at.world.customers[0] = ShopCustomer("cus_2", "Other Customer", SENDER.phone, SENDER.bsuid)
        at.world.orders["1842"].customer = "cus_2"
        await at.types("yes")
        await at.wait(5)
        assert at.writes == []
        assert "D42" in await at.rows()
