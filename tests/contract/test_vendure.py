"""What only Vendure has: logins and keys, and an order that is left half-changed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.contract.systems.losing import losing
from tests.contract.systems.shops import Shop
from tests.contract.systems.vendure.shop import VendureShop
from tests.contract.test_order_systems import (
    IN_FLIGHT_IS_OVER,
    allowed,
    effect,
    fresh,
    only_order,
    opened,
    shows,
    somebody,
)
from wavoice.runtime.errors import SystemOfRecordError
from wavoice.runtime.model import Outcome, WriteResult

pytestmark = [pytest.mark.contract, pytest.mark.timeout(600)]
MODIFYING = b'"state":"Modifying"'
BACK = b'"state":"PaymentSettled"'


@pytest.fixture
async def shop(vendure_shop: VendureShop) -> AsyncIterator[Shop]:
    async with httpx.AsyncClient(verify=False) as http, losing(vendure_shop.origin) as proxy:
        yield Shop(vendure_shop, proxy, opened("vendure"), http)


@pytest.mark.parametrize("lost", ["answer", "request"])
@pytest.mark.parametrize("step", [MODIFYING, b'"dryRun":true', b'"dryRun":false', BACK])
async def test_a_crash_at_any_step_of_an_address_leaves_no_order_half_changed(
    shop: Shop, vendure_shop: VendureShop, step: bytes, lost: str
) -> None:
    orders, order = await fresh(shop)
    what = effect("change_address", order)
    shop.proxy.lose(lost, step)  # type: ignore[arg-type]
    assert (await orders.write(what, allowed(what))).outcome is Outcome.UNKNOWN
    shop.later(IN_FLIGHT_IS_OVER)
    again = shop.connector()
    found = await again.look_up(what.key)
    after = await only_order(again, order.customer)
    assert vendure_shop.held(order.id)["state"] == "PaymentSettled"
    assert (found is not None) == shows(after, what)
    assert (await again.write(what, allowed(what))).outcome is Outcome.DONE
    assert shows(await only_order(again, order.customer), what)
    assert len(vendure_shop.held(order.id)["modifications"]) == 1


async def test_an_order_that_is_cancelled_and_not_paid_back_is_neither_done_nor_undone(shop: Shop) -> None:
    orders, order = await fresh(shop)
    what = effect("cancel_order", order)
    shop.proxy.lose("request", b"refundOrder")
    assert (await orders.write(what, allowed(what))).outcome is Outcome.UNKNOWN
    shop.later(IN_FLIGHT_IS_OVER)
    half = WriteResult(Outcome.UNKNOWN, reason="the order is cancelled, its money has not gone back")
    assert await shop.connector().look_up(what.key) == half
    assert await orders.write(what, allowed(what)) == half
    assert shop.backoffice.refunds(order.id) == []


async def test_while_a_call_may_be_on_its_way_nobody_says_that_nothing_was_done(shop: Shop) -> None:
    orders, order = await fresh(shop)
    what = effect("refund_order", order)
    shop.proxy.lose("request", b"refundOrder")
    await orders.write(what, allowed(what))
    still = WriteResult(Outcome.UNKNOWN, reason="it may still be under way")
    assert await shop.connector().look_up(what.key) == still
    assert await orders.write(what, allowed(what)) == still
    assert shop.backoffice.refunds(order.id) == []


async def test_what_staff_have_open_is_left_to_them(shop: Shop, vendure_shop: VendureShop) -> None:
    orders, order = await fresh(shop)
    vendure_shop.to(vendure_shop.held(order.id)["id"], "Modifying")
    assert await only_order(orders, order.customer) == order
    what = effect("reschedule_delivery", order)
    assert await orders.write(what, allowed(what)) == WriteResult(Outcome.REFUSED, reason="being_modified")
    assert vendure_shop.held(order.id)["state"] == "Modifying"


async def test_a_saved_address_is_taken_whole(shop: Shop, vendure_shop: VendureShop) -> None:
    orders, order = await fresh(shop)
    home = {"streetLine1": "3 Garden Lane", "city": "Pune", "postalCode": "411001", "countryCode": "IN"}
    vendure_shop.ask(
        "mutation($c:ID!,$i:CreateAddressInput!){createCustomerAddress(customerId:$c,input:$i){id}}",
        c=order.customer,
        i=home,
    )
    what = effect("change_address", order, address="3 garden lane, pune 411001")
    assert (await orders.write(what, allowed(what))).outcome is Outcome.DONE
    assert (await only_order(orders, order.customer)).delivery_address == "3 Garden Lane, Pune 411001"


async def test_a_key_is_as_good_as_a_login(shop: Shop, vendure_shop: VendureShop) -> None:
    alias, customer = somebody(shop)
    shop.open = opened("vendure", user=None, secret=vendure_shop.api_key())
    assert [one.id for one in await shop.connector().customers(alias)] == [customer]
    shop.open = opened("vendure", user=None, secret="no-such-key")
    with pytest.raises(SystemOfRecordError):
        await shop.connector().customers(alias)


async def test_a_session_that_has_ended_is_begun_anew(shop: Shop) -> None:
    orders, order = await fresh(shop)
    orders._api._session = "gone"  # type: ignore[attr-defined]
    what = effect("refund_order", order)
    assert (await orders.write(what, allowed(what))).outcome is Outcome.DONE
    assert shop.backoffice.refunds(order.id) == [500_00]


async def test_a_wrong_password_is_an_error_that_says_so_and_nothing_else(shop: Shop) -> None:
    shop.open = opened("vendure", secret="a-wrong-one")
    with pytest.raises(SystemOfRecordError, match=r"^Vendure refused the login\.$"):
        await shop.connector().orders("1")


async def test_the_payment_provider_knows_the_order_by_what_is_noted(shop: Shop) -> None:
    orders, order = await fresh(shop)
    (reference,) = await orders.payments_of(order.id)  # type: ignore[attr-defined]
    assert reference.startswith("pi_")
