"""The sample shop: seeds, rules, and the faults that only it can script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.permits import admission, permit
from tests.runtime.author.shop import gift_wrap, unwrap
from wavoice import App
from wavoice.runtime.adapters.orders_http import HttpOrders
from wavoice.runtime.errors import SystemOfRecordError, UserInputError
from wavoice.runtime.model import KINDS, Alias, Effect, Micros, Outcome, WriteResult
from wavoice.sim.clock import VirtualClock
from wavoice.sim.shop import Books, RecordBook, Shop, ShopCustomer, ShopOrder, Write
from wavoice.sim.world import SLOW, World

TODAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 27)
PHONE = "919876543210"
EFFECT = Effect("wv-1", "p_1", "reschedule_delivery", {"order": "1842", "day": FRIDAY.isoformat()}, "v1")


class EagerClock:
    """Every wait is over at once, and the clock shows that it took its time."""

    def __init__(self, now: Micros) -> None:
        self._now = now

    def now(self) -> Micros:
        return self._now

    def ticks(self) -> Micros:
        return self._now

    async def wait(self, poke: asyncio.Event, until: Micros | None) -> None:
        self._now = until or self._now


@pytest.fixture
def clock() -> EagerClock:
    return EagerClock(1_000)


@pytest.fixture
def world(clock: EagerClock) -> World:
    return World.seeded(TODAY, PHONE, None, clock=clock)


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=world.transport(), base_url="http://shop.test") as client:
        yield client


@pytest.fixture
def orders(http: httpx.AsyncClient) -> HttpOrders:
    return HttpOrders(http, "http://shop.test", None, 60, 60, admission())


@pytest.mark.parametrize("days", range(7))
def test_the_seeded_order_comes_on_the_thursday_after_today(days: int) -> None:
    today = TODAY + timedelta(days=days)
    day = World.seeded(today, PHONE, None).orders["1842"].day
    assert day.strftime("%A") == "Thursday"
    assert timedelta(0) < day - today <= timedelta(days=7)


async def test_a_write_shows_in_the_order_and_in_the_ledger(world: World, orders: HttpOrders) -> None:
    assert (await orders.write(EFFECT, permit(EFFECT))).outcome is Outcome.DONE
    assert world.orders["1842"].day == FRIDAY
    (row,) = world.ledger
    assert (row.key, row.action, dict(row.args), row.at) == ("wv-1", EFFECT.action, EFFECT.args, 1_000)


async def test_an_address_can_be_changed(world: World, orders: HttpOrders) -> None:
    args = {"order": "1842", "address": "7 Lake View"}
    await orders.write(changed := replace(EFFECT, action="change_address", args=args), permit(changed))
    assert world.orders["1842"].address == "7 Lake View"


def an_order_of_a_notebook(**more: str) -> Effect:
    args = {"items": '[["notebook", 1]]', "amount": "24900", "currency": "INR", "pay": "link"}
    args |= {"customer": "cus_1", "address": "12 Hill Road", **more}
    return replace(EFFECT, action="place_order", args=args)


@pytest.mark.parametrize(
    ("asked", "comes"),
    [({"day": FRIDAY.isoformat()}, FRIDAY), ({}, date(1970, 1, 2))],
)
async def test_an_order_comes_on_the_day_that_was_asked_for(
    world: World, orders: HttpOrders, asked: dict[str, str], comes: date
) -> None:
    placed = an_order_of_a_notebook(**asked)
    assert (await orders.write(placed, permit(placed))).reference == "1904"
    assert world.orders["1904"].day == comes


async def test_an_order_for_no_day_changes_nothing(world: World, orders: HttpOrders) -> None:
    before = [world.records.of(kind, "cus_1") for kind in KINDS.values()]
    placed = an_order_of_a_notebook(day="Friday")
    assert await orders.write(placed, permit(placed)) == WriteResult(Outcome.REFUSED, reason="bad_day")
    assert (world.ledger, {*world.orders}) == ((), {"1842", "1777"})
    assert [world.records.of(kind, "cus_1") for kind in KINDS.values()] == before


@pytest.mark.parametrize(
    ("action", "args", "reason"),
    [
        ("reschedule_delivery", {"order": "9999", "day": "2026-11-27"}, "unknown_order"),
        ("reschedule_delivery", {"day": "2026-11-27"}, "unknown_order"),
        ("reschedule_delivery", {"order": "1842", "day": "Friday"}, "bad_day"),
        ("reschedule_delivery", {"order": "1842"}, "bad_args"),
        ("reschedule_delivery", {"order": "1842", "day": "2026-11-27", "hour": "9"}, "bad_args"),
        ("change_address", {"order": "1842", "address": " "}, "bad_address"),
        ("change_address", {"order": "1842", "day": "2026-11-27"}, "bad_args"),
        ("refund", {"order": "1842"}, "unknown_action"),
        ("change_address", {"order": "1777", "address": "7 Lake View"}, "delivered"),
    ],
)
async def test_the_shop_refuses(
    world: World, orders: HttpOrders, action: str, args: dict[str, str], reason: str
) -> None:
    result = await orders.write(changed := replace(EFFECT, action=action, args=args), permit(changed))
    assert result == WriteResult(Outcome.REFUSED, reason=reason)
    assert world.ledger == ()


async def test_a_declared_action_is_a_line_of_the_ledger_and_another_version(
    world: World, orders: HttpOrders
) -> None:
    world.declare(App(gift_wrap, unwrap).jobs)
    wrap = replace(EFFECT, action="gift_wrap", args={"order": "1842", "paper": "gold"})
    for _ in range(2):
        result = await orders.write(wrap, permit(wrap))
        assert (result.outcome, result.reference) == (Outcome.DONE, "1842-v2")
    assert [(row.action, dict(row.args)) for row in world.ledger] == [("gift_wrap", dict(wrap.args))]
    late = replace(wrap, key="wv-2")
    assert (await orders.write(late, permit(late))).outdated
    other = replace(wrap, key="wv-3", args={"order": "9999"})
    assert (await orders.write(other, permit(other))).reason == "unknown_order"
    without = replace(wrap, key="wv-4", args={"customer": "cus_1"}, facts_version="facts:1")
    assert (await orders.write(without, permit(without))).reference == "gift_wrap-2"


@pytest.mark.parametrize("status", ["shipped", "delivered", "cancelled"])
async def test_what_has_left_the_shop_stays_as_it_is(world: World, orders: HttpOrders, status: str) -> None:
    world.staff_edits("1842", status=status)
    assert (
        await orders.write(changed := replace(EFFECT, facts_version="v2"), permit(changed))
    ).reason == status
    assert world.ledger == ()


async def test_a_body_outside_the_contract_is_a_bad_request(http: httpx.AsyncClient) -> None:
    for body in ("{", '{"action": "refund"}', '{"action": 1, "args": {}, "if_version": "v1"}'):
        answer = await http.put("/effects/wv-1", content=body)
        assert (answer.status_code, answer.json()) == (400, {"reason": "bad_request"})


async def test_staff_edits_change_the_version_and_are_no_writes(world: World, orders: HttpOrders) -> None:
    world.staff_edits("1842", day=FRIDAY, address="7 Lake View")
    order = (await orders.orders("cus_1"))[0]
    assert (order.day, order.delivery_address, order.version) == (FRIDAY, "7 Lake View", "v2")
    assert world.ledger == ()


def test_staff_cannot_edit_what_is_not_there(world: World) -> None:
    with pytest.raises(UserInputError, match=r"no order '1'.* It has 1842, 1777\."):
        world.staff_edits("1", status="shipped")
    with pytest.raises(UserInputError, match="It has no orders"):
        World().staff_edits("1", status="shipped")


async def test_one_phone_may_have_no_record_one_or_many() -> None:
    customers = [
        ShopCustomer("a", "A", "+91 98765 43210"),
        ShopCustomer("b", "B", "0091-98765-43210"),
        ShopCustomer("c", "C", "+44 20 7946 0018", "GB.1"),
        ShopCustomer("d", "D", "unlisted"),
    ]
    async with httpx.AsyncClient(transport=World(customers).transport()) as http:
        orders = HttpOrders(http, "http://shop.test", None, 60, 60, admission())

        async def ids(phone: str | None, bsuid: str | None = None) -> list[str]:
            return [customer.id for customer in await orders.customers(Alias(phone, bsuid))]

        assert await ids(PHONE) == ["a", "b"]
        assert await ids("442079460018") == ["c"]
        assert await ids(PHONE, "GB.1") == ["a", "b", "c"]
        assert await ids("15550100") == []
        assert await ids("withheld") == []
        found = await http.get("http://shop.test/customers", params={"phone": "withheld"})
        assert found.json() == {"customers": []}


async def test_a_slow_answer_is_right_and_takes_its_time(
    world: World, orders: HttpOrders, clock: EagerClock
) -> None:
    world.fault("slow", at="write")
    assert (await orders.write(EFFECT, permit(EFFECT))).outcome is Outcome.DONE
    assert clock.now() == 1_000 + SLOW
    assert world.ledger[0].at == 1_000


async def test_a_slow_answer_waits_for_the_virtual_clock() -> None:
    world = World.seeded(TODAY, PHONE, None, clock=VirtualClock(0))
    world.fault("slow", at="write")
    async with httpx.AsyncClient(transport=world.transport()) as http:
        hasty = HttpOrders(http, "http://shop.test", None, 0.05, 0.05, admission())
        assert (await hasty.write(EFFECT, permit(EFFECT))).reason == "The shop did not answer within 0.05 s."
        patient = HttpOrders(http, "http://shop.test", None, 60, 60, admission())
        found = await patient.look_up("wv-1")
    assert found is not None
    assert found.outcome is Outcome.DONE


async def test_a_stale_read_shows_the_last_version_but_one(world: World, orders: HttpOrders) -> None:
    world.staff_edits("1842", day=FRIDAY)
    world.fault("stale", at="read")
    stale, live = (await orders.orders("cus_1"))[0], (await orders.orders("cus_1"))[0]
    assert (stale.version, stale.day) == ("v1", date(2026, 11, 26))
    assert (live.version, live.day) == ("v2", FRIDAY)
    outdated = replace(EFFECT, facts_version=stale.version)
    assert (await orders.write(outdated, permit(outdated))).reason == "version"


async def test_a_write_may_come_just_after_somebody_elses_edit(world: World, orders: HttpOrders) -> None:
    world.fault("stale", at="write")
    assert await orders.write(EFFECT, permit(EFFECT)) == WriteResult(Outcome.REFUSED, reason="version")
    assert world.orders["1842"].version == "v2"
    world.fault("stale", at="write")
    unknown = replace(EFFECT, key="wv-2", args={"order": "1", "day": "2026-11-27"})
    assert (await orders.write(unknown, permit(unknown))).reason == "unknown_order"


async def test_after_a_stale_look_up_the_same_key_still_applies_once(
    world: World, orders: HttpOrders
) -> None:
    world.fault("lost_response", at="write")
    world.fault("stale", at="look_up")
    assert (await orders.write(EFFECT, permit(EFFECT))).outcome is Outcome.UNKNOWN
    assert await orders.look_up("wv-1") is None
    assert (await orders.write(EFFECT, permit(EFFECT))).outcome is Outcome.DONE
    assert len(world.ledger) == 1


async def test_a_scripted_refusal_is_used_once(world: World, orders: HttpOrders) -> None:
    world.fault("refuse", at="write")
    assert await orders.write(EFFECT, permit(EFFECT)) == WriteResult(Outcome.REFUSED, reason="refused")
    assert await orders.look_up("wv-1") is None
    assert (await orders.write(EFFECT, permit(EFFECT))).outcome is Outcome.DONE


async def test_faults_are_used_in_order_at_their_own_place(world: World, orders: HttpOrders) -> None:
    world.fault("timeout", at="write", times=2)
    world.fault("fail", at="write")
    assert await orders.look_up("wv-1") is None
    reasons = [(await orders.write(EFFECT, permit(EFFECT))).reason for _ in range(4)]
    late = "The shop did not answer within 60 s."
    assert reasons == [late, late, "HTTP 503", None]
    assert len(world.ledger) == 1


_WRITES = st.tuples(
    st.sampled_from(["k1", "k2", "k3"]),
    st.sampled_from(["2026-11-27", "2026-11-28", "someday"]),
    st.sampled_from(["v1", "v2", "v3"]),
)


@settings(derandomize=True)
@given(st.lists(_WRITES, max_size=12))
def test_whatever_is_sent_a_key_is_applied_once_and_at_its_version(sent: list[tuple[str, str, str]]) -> None:
    shop = Shop(Books([], [ShopOrder("1", "a", TODAY, "12 Hill Road")], RecordBook(), VirtualClock(0)))
    first: dict[tuple[str, str, str], object] = {}
    for key, day, version in sent:
        write = Write(action="reschedule_delivery", args={"order": "1", "day": day}, if_version=version)
        before = shop.books.orders["1"].version
        rows = len(shop.ledger)
        answer = shop.write(key, write)
        assert first.setdefault((key, day, version), answer) == answer
        if len(shop.ledger) > rows:
            assert version == before
    keys = [row.key for row in shop.ledger]
    assert len(keys) == len(set(keys))
    assert shop.books.orders["1"].version == f"v{len(keys) + 1}"


@pytest.mark.parametrize("kind", KINDS)
async def test_records_beyond_orders_come_over_http_as_they_are(
    world: World, orders: HttpOrders, kind: str
) -> None:
    assert tuple(await orders.read(kind, "cus_1")) == world.records.of(KINDS[kind], "cus_1") != ()


async def test_records_are_those_of_their_owner(orders: HttpOrders) -> None:
    assert await orders.read("cards", "cus_2") == ()
    assert await orders.read("products", "cus_2") == await orders.read("products", "cus_1")
    with pytest.raises(SystemOfRecordError):
        await orders.read("orders", "cus_1")
