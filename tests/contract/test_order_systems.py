"""One suite for order systems behind their connectors: what `ports.Orders` promises, whoever keeps it.

The sample shop always; the real ones with `uv run pytest -m contract -n 0 tests/contract`, which installs
and starts them (systems/kept.py). A connector of another package can run it, too: docs/adapters.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import date
from itertools import count

import httpx
import pytest
from pydantic import SecretStr

from tests.contract.systems.example.connector import BACKEND
from tests.contract.systems.example.vendor import ShelfShop
from tests.contract.systems.losing import losing
from tests.contract.systems.medusa.shop import EMAIL, SECRET, MedusaShop
from tests.contract.systems.shops import ADDRESS, PRICE, SampleShop, Shop
from tests.contract.systems.vendure.shop import PASSWORD, USER, VendureShop
from tests.permits import permit
from tests.runtime.gate_cases import case
from wavoice.runtime.adapters.systems import Around, orders_backend
from wavoice.runtime.errors import CommitRefusedError, SystemOfRecordError
from wavoice.runtime.model import Alias, Binding, Effect, Money, Order, Outcome, Payment, Tier, WriteResult
from wavoice.runtime.ports import Orders
from wavoice.runtime.settings_systems import Orders as OrdersSettings
from wavoice.runtime.token import CommitToken
from wavoice.sim.tcp import serve
from wavoice.sim.world import World

PHONES = (f"9198765{n:05d}" for n in count(1))
"""A number for every customer of the suite: a real shop is filled once and never emptied."""
KEYS = (f"wv-{n:032x}" for n in count(1))
ACCESS: Mapping[str, tuple[str, str | None, str | None]] = {
    "http": ("", None, None),
    "vendure": ("/admin-api", USER, PASSWORD),
    "medusa": ("", EMAIL, SECRET),
}
"""By backend: path of its API, who logs in, and the secret."""
IN_FLIGHT_IS_OVER = 30
"""Seconds after which a connector believes that a call has ended."""

pytestmark = pytest.mark.timeout(600)


PAY = ("refund_order", "cancel_order")
REAL = tuple(pytest.param(name, marks=pytest.mark.contract) for name in ("vendure", "medusa"))


@pytest.fixture(params=["sample", "example", *REAL])
async def shop(request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    async with httpx.AsyncClient(verify=False) as http:
        if request.param == "sample":
            world = World()
            async with serve(world.app) as port, losing(f"http://127.0.0.1:{port}") as proxy:
                yield Shop(SampleShop(world), proxy, opened("http"), http)
            return
        if request.param == "example":
            shelf = ShelfShop()
            async with serve(shelf.app) as port, losing(f"http://127.0.0.1:{port}") as proxy:
                yield Shop(shelf, proxy, example, http)
            return
        backoffice: VendureShop | MedusaShop = request.getfixturevalue(f"{request.param}_shop")
        async with losing(backoffice.origin) as proxy:
            yield Shop(backoffice, proxy, opened(request.param), http)


def opened(backend: str, **changes: str | None) -> Callable[[str, Around], Orders]:
    """The connector of that backend, opened as `build` opens it; `changes` are of its settings."""
    path, user, secret = ACCESS[backend]
    told = {"user": user, "secret": secret, **changes}

    def open_at(origin: str, around: Around) -> Orders:
        settings = OrdersSettings(
            backend=backend,
            base_url=f"{origin}{path}",
            user=told["user"],
            secret=SecretStr(told["secret"]) if told["secret"] else None,
        )
        return orders_backend(backend).open(settings, around)

    return open_at


def example(origin: str, around: Around) -> Orders:
    """The connector of docs/adapters.md, which no package offers."""
    return BACKEND.open(OrdersSettings(base_url=origin), around)


def somebody(shop: Shop, shown: str = "+{}") -> tuple[Alias, str]:
    """A customer who writes from the number that their record has, and the record's id."""
    digits = next(PHONES)
    return Alias(digits, None), shop.backoffice.add_customer(shown.format(digits))


async def only_order(orders: Orders, customer: str) -> Order:
    (order,) = await orders.orders(customer)
    return order


async def fresh(shop: Shop) -> tuple[Orders, Order]:
    """A connector, and an order of a new customer."""
    orders = shop.connector()
    _, customer = somebody(shop)
    shop.backoffice.add_order(customer)
    return orders, await only_order(orders, customer)


def effect(action: str, order: Order, **args: str) -> Effect:
    money = {"currency": "INR", "payee": order.payment.payee if order.payment else ""}
    usual = {
        "reschedule_delivery": {"day": "2026-12-04"},
        "change_address": {"address": "7 Lake View"},
        "cancel_order": {**money, "amount": str(PRICE)},
        "refund_order": {**money, "item": "2 x Rice 5 kg", "amount": "50000", "day": "2026-11-23"},
    }[action]
    return Effect(next(KEYS), "p_1", action, {"order": order.id, **usual, **args}, order.version)


def allowed(what: Effect) -> CommitToken:
    """The gate's word for it: for money a tap on the button."""
    if "amount" not in what.args:
        return permit(what)
    tapped = replace(case("yes").evidence, binding=Binding.BUTTON)
    return permit(what, tapped, tier=Tier.R3)


def shows(order: Order, what: Effect) -> bool:
    """True if the order is as that effect makes it."""
    match what.action:
        case "reschedule_delivery":
            return order.day == date.fromisoformat(what.args["day"])
        case "change_address":
            return order.delivery_address == what.args["address"]
        case "cancel_order":
            return order.status == "cancelled"
    return order.payment is not None and order.payment.refunded == int(what.args["amount"])


@pytest.fixture(params=["reschedule_delivery", "change_address", "cancel_order", "refund_order"])
def action(request: pytest.FixtureRequest, shop: Shop) -> str:
    if request.param not in shop.backoffice.actions:
        pytest.skip(f"{shop.backoffice.name} does not carry out {request.param}")
    return str(request.param)


async def test_none_one_and_many_customers_are_three_outcomes(shop: Shop) -> None:
    orders = shop.connector()
    alias, first = somebody(shop)
    assert [one.id for one in await orders.customers(Alias(next(PHONES), None))] == []
    assert [one.id for one in await orders.customers(alias)] == [first]
    second = shop.backoffice.add_customer(f"+{alias.phone}")
    assert {one.id for one in await orders.customers(alias)} == {first, second}
    assert list(await orders.customers(Alias(None, None))) == []


async def test_a_number_is_the_same_in_another_notation_and_no_other_is(shop: Shop) -> None:
    orders = shop.connector()
    alias, first = somebody(shop, "00{}")
    digits = str(alias.phone)
    spaced = shop.backoffice.add_customer(f"+{digits[:2]} {digits[2:7]} {digits[7:]}")
    shop.backoffice.add_customer(f"+{digits}0")
    shop.backoffice.add_customer(digits[2:])
    assert {one.id for one in await orders.customers(alias)} == {first, spaced}


async def test_an_order_is_told_as_it_is_and_to_its_customer_alone(shop: Shop) -> None:
    orders, order = await fresh(shop)
    brand, _, last4 = shop.backoffice.payee.partition(" ")
    paid = Payment(Money(PRICE, "INR"), brand, last4)
    told = Order(
        order.id, order.customer, "open", date(2026, 12, 1), ADDRESS, ("2 x Rice 5 kg",), order.version, paid
    )
    assert order == told
    assert order.version
    _, other = somebody(shop)
    assert list(await orders.orders(other)) == []
    number = shop.backoffice.add_order(other)
    assert [one.id for one in await orders.orders(other)] == [number]
    assert [one.id for one in await orders.orders(order.customer)] == [order.id]
    assert list(await orders.orders("999999")) == []


async def test_a_version_stays_until_something_changes(shop: Shop) -> None:
    orders, order = await fresh(shop)
    assert (await only_order(shop.connector(), order.customer)).version == order.version
    shop.backoffice.staff_edits(order.id)
    assert (await only_order(orders, order.customer)).version != order.version


async def test_a_write_is_made_once_whoever_repeats_it(shop: Shop, action: str) -> None:
    orders, order = await fresh(shop)
    what = effect(action, order)
    assert await orders.look_up(what.key) is None
    first = await orders.write(what, allowed(what))
    assert (first.outcome, bool(first.reference)) == (Outcome.DONE, True)
    after = await only_order(orders, order.customer)
    assert shows(after, what)
    assert after.version != order.version
    shop.later(IN_FLIGHT_IS_OVER)
    for other in (orders, shop.connector()):
        assert await other.write(what, allowed(what)) == first
        assert await other.look_up(what.key) == first
    assert await only_order(orders, order.customer) == after
    assert len(shop.backoffice.refunds(order.id)) == (action in PAY)


async def test_a_key_belongs_to_its_first_body(shop: Shop, action: str) -> None:
    orders, order = await fresh(shop)
    what = effect(action, order)
    await orders.write(what, allowed(what))
    after = await only_order(orders, order.customer)
    for other in (
        replace(what, facts_version=after.version),
        replace(what, args={**what.args, "day": "2026-12-09"}),
    ):
        refused = await orders.write(other, allowed(other))
        assert refused == WriteResult(Outcome.FAILED, reason="key_reused")
    assert await only_order(orders, order.customer) == after


async def test_a_key_is_not_used_for_another_order_either(shop: Shop) -> None:
    orders, order = await fresh(shop)
    what = effect("reschedule_delivery", order)
    await orders.write(what, allowed(what))
    _, another = await fresh(shop)
    other = replace(effect("reschedule_delivery", another), key=what.key)
    assert (await orders.write(other, allowed(other))).reason == "key_reused"
    assert await only_order(orders, another.customer) == another


async def test_an_order_that_staff_changed_refuses_the_write(shop: Shop, action: str) -> None:
    orders, order = await fresh(shop)
    shop.backoffice.staff_edits(order.id)
    edited = await only_order(orders, order.customer)
    what = effect(action, order)
    assert await orders.write(what, allowed(what)) == WriteResult(Outcome.REFUSED, reason="version")
    assert await only_order(orders, order.customer) == edited
    assert shop.backoffice.refunds(order.id) == []
    anew = effect(action, edited)
    assert (await orders.write(anew, allowed(anew))).outcome is Outcome.DONE


async def test_one_change_after_another(shop: Shop) -> None:
    orders, order = await fresh(shop)
    for action in ("change_address", "refund_order", "reschedule_delivery", "change_address", "refund_order"):
        now = await only_order(orders, order.customer)
        what = effect(
            action, now, **({"address": f"{now.version[-4:]} Lake View"} if "address" in action else {})
        )
        assert (await orders.write(what, allowed(what))).outcome is Outcome.DONE
    assert shop.backoffice.refunds(order.id) == [500_00, 500_00]


async def test_an_order_that_there_is_not(shop: Shop, action: str) -> None:
    orders, order = await fresh(shop)
    what = effect(action, replace(order, id="404404"))
    assert await orders.write(what, allowed(what)) == WriteResult(Outcome.REFUSED, reason="unknown_order")
    assert await orders.look_up(what.key) in (None, WriteResult(Outcome.REFUSED, reason="unknown_order"))


async def test_a_job_that_the_shop_has_not_is_refused(shop: Shop) -> None:
    orders, order = await fresh(shop)
    what = replace(effect("refund_order", order), action="paint_it_blue")
    assert await orders.write(what, allowed(what)) == WriteResult(Outcome.REFUSED, reason="unknown_action")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount": str(PRICE + 1)}, "bad_amount"),
        ({"amount": "0"}, "bad_amount"),
        ({"amount": "-1"}, "bad_amount"),
        ({"amount": "5.00"}, "bad_amount"),
        ({"currency": "EUR"}, "another_instrument"),
        ({"payee": "visa 1111"}, "another_instrument"),
    ],
)
async def test_money_goes_nowhere_else_and_no_more_of_it(
    shop: Shop, change: dict[str, str], reason: str
) -> None:
    orders, order = await fresh(shop)
    what = effect("refund_order", order, **change)
    assert await orders.write(what, allowed(what)) == WriteResult(Outcome.REFUSED, reason=reason)
    assert shop.backoffice.refunds(order.id) == []


async def test_no_more_goes_back_than_is_left(shop: Shop) -> None:
    orders, order = await fresh(shop)
    first = effect("refund_order", order, amount=str(PRICE - 100_00))
    await orders.write(first, allowed(first))
    after = await only_order(orders, order.customer)
    assert after.payment is not None
    assert after.payment.remaining == Money(100_00, "INR")
    more = effect("refund_order", after, amount="10001")
    assert await orders.write(more, allowed(more)) == WriteResult(Outcome.REFUSED, reason="bad_amount")
    rest = effect("refund_order", after, amount="10000")
    assert (await orders.write(rest, allowed(rest))).outcome is Outcome.DONE
    assert shop.backoffice.refunds(order.id) == [PRICE - 100_00, 100_00]


async def test_an_answer_that_is_lost_after_the_work_is_found_by_the_key(shop: Shop, action: str) -> None:
    orders, order = await fresh(shop)
    what = effect(action, order)
    shop.proxy.lose("answer", shop.backoffice.last_words[action])
    assert (await orders.write(what, allowed(what))).outcome is Outcome.UNKNOWN
    found = await shop.connector().look_up(what.key)
    assert found is not None
    assert found.outcome is Outcome.DONE
    assert await orders.write(what, allowed(what)) == found
    after = await only_order(orders, order.customer)
    assert shows(after, what)
    assert after.status in ("open", "cancelled")
    assert len(shop.backoffice.refunds(order.id)) == (action in PAY)


async def test_a_request_that_never_arrived_may_be_made_again_once_that_is_sure(
    shop: Shop, action: str
) -> None:
    orders, order = await fresh(shop)
    what = effect(action, order)
    shop.proxy.lose("request", shop.backoffice.words[action])
    assert (await orders.write(what, allowed(what))).outcome is Outcome.UNKNOWN
    shop.later(IN_FLIGHT_IS_OVER)
    again = shop.connector()
    assert await again.look_up(what.key) is None
    assert not shows(await only_order(again, order.customer), what)
    assert (await again.write(what, allowed(what))).outcome is Outcome.DONE
    assert shows(await only_order(again, order.customer), what)
    assert len(shop.backoffice.refunds(order.id)) == (action in PAY)


async def test_two_writes_at_once_under_one_key_are_one(shop: Shop, action: str) -> None:
    orders, order = await fresh(shop)
    what = effect(action, order)
    first, second = await asyncio.gather(*(orders.write(what, allowed(what)) for _ in range(2)))
    assert first == second
    assert first.outcome is Outcome.DONE
    assert len(shop.backoffice.refunds(order.id)) == (action in PAY)


async def test_nothing_is_sent_without_the_gates_word_for_it(shop: Shop, action: str) -> None:
    orders, order = await fresh(shop)
    what = effect(action, order)
    shop.proxy.seen.clear()
    for token in (None, permit(replace(what, key="wv-other"))):
        with pytest.raises(CommitRefusedError):
            await orders.write(what, token)  # type: ignore[arg-type]
    assert shop.proxy.seen == []


async def test_a_shop_that_does_not_answer(shop: Shop) -> None:
    _, order = await fresh(shop)
    nowhere = shop.connector(nowhere=True)
    with pytest.raises(SystemOfRecordError):
        await nowhere.customers(Alias("919876543210", None))
    with pytest.raises(SystemOfRecordError):
        await nowhere.orders(order.customer)
    what = effect("reschedule_delivery", order)
    assert (await nowhere.write(what, allowed(what))).outcome is Outcome.UNKNOWN
    unheard = await nowhere.look_up(what.key)
    assert unheard is not None
    assert unheard.outcome is Outcome.UNKNOWN
