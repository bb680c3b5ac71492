"""One suite for `ports.Orders`: every shop must pass it, over every wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import date

import httpx
import pytest

from tests.permits import NOW, admission, permit
from tests.runtime.gate_cases import case
from wavoice.runtime.adapters.orders_http import HttpOrders
from wavoice.runtime.errors import CommitRefusedError, SystemOfRecordError
from wavoice.runtime.model import (
    Alias,
    Binding,
    Customer,
    Effect,
    Money,
    Order,
    Outcome,
    Payment,
    Tier,
    WriteResult,
)
from wavoice.runtime.ports import Orders
from wavoice.runtime.token import CommitToken
from wavoice.sim.tcp import serve
from wavoice.sim.world import World

MONDAY = date(2026, 11, 23)
PHONE = "919876543210"
BSUID = "IN.13491208655302741918"
EFFECT = Effect("wv-1", "p_1", "reschedule_delivery", {"order": "1842", "day": "2026-11-27"}, "v1")
REFUND = Effect(
    "wv-9",
    "p_9",
    "refund_order",
    {
        "order": "1777",
        "item": "Desk lamp",
        "amount": "50000",
        "currency": "INR",
        "payee": "visa 4242",
        "day": "2026-11-23",
    },
    "v1",
)


@dataclass(frozen=True, repr=False)
class Wired:
    """A shop and two clients of it: one has all the time in the world, one has hardly any."""

    world: World
    orders: Orders
    hasty: Orders


@pytest.fixture(params=["in process", "tcp"])
async def shop(request: pytest.FixtureRequest) -> AsyncIterator[Wired]:
    world = World.seeded(MONDAY, "+91 98765 43210", BSUID)
    if request.param == "tcp":
        async with serve(world.app) as port, httpx.AsyncClient(verify=False) as http:
            yield _wired(world, http, f"http://127.0.0.1:{port}")
    else:
        async with httpx.AsyncClient(transport=world.transport()) as http:
            yield _wired(world, http, "http://shop.test")


def _wired(world: World, http: httpx.AsyncClient, base_url: str) -> Wired:
    return Wired(
        world,
        HttpOrders(http, base_url, None, 60, 60, admission()),
        HttpOrders(http, f"{base_url}/", None, 0.1, 0.1, admission()),
    )


async def test_reads_the_customer_and_the_live_orders(shop: Wired) -> None:
    (customer,) = await shop.orders.customers(Alias(PHONE, None))
    assert customer == Customer("cus_1", "Sample Customer", "+91 98765 43210")
    coming, past = await shop.orders.orders(customer.id)
    items = ("Rice 5 kg", "Green tea")
    paid = Payment(Money(1_250_00, "INR"), "visa", "4242")
    day = date(2026, 11, 26)
    assert coming == Order("1842", "cus_1", "packed", day, "12 Hill Road", items, "v1", paid)
    assert (past.id, past.status, past.day) == ("1777", "delivered", date(2026, 11, 16))


@pytest.mark.parametrize("alias", [Alias(None, BSUID), Alias("15550100", BSUID)])
async def test_either_name_is_enough(shop: Wired, alias: Alias) -> None:
    assert [customer.id for customer in await shop.orders.customers(alias)] == ["cus_1"]


@pytest.mark.parametrize(
    "alias", [Alias("15550100", "IN.0"), Alias(PHONE, "IN.0"), Alias(None, None), Alias("", "")]
)
async def test_a_stranger_has_no_record(shop: Wired, alias: Alias) -> None:
    assert list(await shop.orders.customers(alias)) == []


async def test_a_customer_id_is_only_ever_one_path_segment(shop: Wired) -> None:
    assert list(await shop.orders.orders("nobody?x=1")) == []
    with pytest.raises(SystemOfRecordError, match="HTTP 404"):
        await shop.orders.orders("cus_1/orders#")


async def test_a_write_changes_the_order_and_its_version(shop: Wired) -> None:
    result = await shop.orders.write(EFFECT, permit(EFFECT))
    assert result.outcome is Outcome.DONE
    assert result.reference
    order = (await shop.orders.orders("cus_1"))[0]
    assert order.day == date(2026, 11, 27)
    assert order.version != EFFECT.facts_version


async def test_two_identical_writes_are_one(shop: Wired) -> None:
    first = await shop.orders.write(EFFECT, permit(EFFECT))
    assert await shop.orders.write(EFFECT, permit(EFFECT)) == first
    assert [row.key for row in shop.world.ledger] == ["wv-1"]


async def test_a_key_belongs_to_its_first_body(shop: Wired) -> None:
    first = await shop.orders.write(EFFECT, permit(EFFECT))
    other = replace(EFFECT, args={"order": "1842", "day": "2026-11-28"})
    assert await shop.orders.write(other, permit(other)) == WriteResult(Outcome.FAILED, reason="key_reused")
    assert await shop.orders.look_up("wv-1") == first
    assert shop.world.orders["1842"].day == date(2026, 11, 27)


async def test_a_changed_order_refuses_the_write(shop: Wired) -> None:
    shop.world.staff_edits("1842", address="7 Lake View")
    refused = WriteResult(Outcome.REFUSED, reason="version")
    assert await shop.orders.write(EFFECT, permit(EFFECT)) == refused
    assert await shop.orders.look_up("wv-1") == refused
    assert await shop.orders.write(EFFECT, permit(EFFECT)) == refused
    assert shop.world.ledger == ()


async def test_a_delivered_order_refuses_the_write(shop: Wired) -> None:
    effect = replace(EFFECT, args={"order": "1777", "day": "2026-11-27"})
    assert await shop.orders.write(effect, permit(effect)) == WriteResult(Outcome.REFUSED, reason="delivered")
    assert shop.world.ledger == ()


async def test_an_applied_write_is_found_by_its_key(shop: Wired) -> None:
    assert await shop.orders.look_up("wv-1") is None
    done = await shop.orders.write(EFFECT, permit(EFFECT))
    assert await shop.orders.look_up("wv-1") == done


async def test_a_lost_answer_is_unknown_until_looked_up(shop: Wired) -> None:
    shop.world.fault("lost_response", at="write")
    assert (await shop.orders.write(EFFECT, permit(EFFECT))).outcome is Outcome.UNKNOWN
    found = await shop.orders.look_up("wv-1")
    assert found is not None
    assert found.outcome is Outcome.DONE
    assert await shop.orders.write(EFFECT, permit(EFFECT)) == found
    assert len(shop.world.ledger) == 1


async def test_a_write_that_timed_out_was_never_applied(shop: Wired) -> None:
    shop.world.fault("timeout", at="write")
    result = await shop.hasty.write(EFFECT, permit(EFFECT))
    assert result == WriteResult(Outcome.UNKNOWN, reason="The shop did not answer within 0.1 s.")
    assert await shop.orders.look_up("wv-1") is None
    assert shop.world.ledger == ()


async def test_an_answer_that_is_no_answer_is_unknown(shop: Wired) -> None:
    shop.world.fault("garbage", at="write")
    shop.world.fault("fail", at="write")
    assert (await shop.orders.write(EFFECT, permit(EFFECT))).outcome is Outcome.UNKNOWN
    later = replace(EFFECT, key="wv-2", facts_version="v2")
    assert await shop.orders.write(later, permit(later)) == WriteResult(Outcome.UNKNOWN, reason="HTTP 503")
    assert [row.key for row in shop.world.ledger] == ["wv-1"]


async def test_a_look_up_without_an_answer_is_unknown_not_none(shop: Wired) -> None:
    await shop.orders.write(EFFECT, permit(EFFECT))
    shop.world.fault("timeout", at="look_up")
    unheard = await shop.hasty.look_up("wv-1")
    assert unheard is not None
    assert unheard.outcome is Outcome.UNKNOWN


async def test_a_look_up_of_a_broken_shop_is_unknown_not_none(shop: Wired) -> None:
    shop.world.fault("fail", at="look_up")
    assert await shop.orders.look_up("wv-1") == WriteResult(Outcome.UNKNOWN, reason="HTTP 503")


async def test_a_read_survives_one_broken_connection_and_not_two(shop: Wired) -> None:
    shop.world.fault("lost_response", at="read")
    assert len(await shop.orders.orders("cus_1")) == 2
    shop.world.fault("lost_response", at="read", times=2)
    with pytest.raises(SystemOfRecordError, match=r"^The connection to the shop failed \(\w+\)\.$"):
        await shop.orders.orders("cus_1")


async def test_a_read_without_an_answer_says_so(shop: Wired) -> None:
    shop.world.fault("timeout", at="read")
    with pytest.raises(SystemOfRecordError, match=r"^The shop did not answer within 0\.1 s\.$"):
        await shop.hasty.customers(Alias(PHONE, None))


async def test_a_read_with_a_senseless_answer_says_so(shop: Wired) -> None:
    shop.world.fault("garbage", at="read")
    with pytest.raises(SystemOfRecordError, match=r"does not follow the contract\.$"):
        await shop.orders.orders("cus_1")


REFUSALS: dict[str, Callable[[], tuple[Effect, object]]] = {
    "no_token": lambda: (EFFECT, None),
    "other_facts": lambda: (replace(EFFECT, facts_version="v2"), permit(EFFECT)),
    "token_late": lambda: (EFFECT, permit(EFFECT, expires_at=NOW)),
    "not_discrete": lambda: (EFFECT, permit(EFFECT, tier=Tier.R3)),
}
OTHERS = [
    replace(EFFECT, args={"order": "1842", "day": "2026-11-28"}),
    replace(EFFECT, action="change_address"),
    replace(EFFECT, key="wv-2"),
    replace(EFFECT, proposal="p_2"),
]


@pytest.mark.parametrize("code", REFUSALS)
async def test_nothing_is_sent_without_the_gates_word_for_it(shop: Wired, code: str) -> None:
    effect, token = REFUSALS[code]()
    with pytest.raises(CommitRefusedError) as refused:
        await shop.orders.write(effect, token)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert refused.value.remedy
    assert await shop.orders.look_up(effect.key) is None
    assert shop.world.ledger == ()


@pytest.mark.parametrize("other", OTHERS)
async def test_a_token_is_good_for_its_own_write_alone(shop: Wired, other: Effect) -> None:
    with pytest.raises(CommitRefusedError) as refused:
        await shop.orders.write(other, permit(EFFECT))
    assert refused.value.code == "other_write"
    assert shop.world.ledger == ()


async def test_a_token_is_good_once(shop: Wired) -> None:
    token = permit(EFFECT)
    done = await shop.orders.write(EFFECT, token)
    with pytest.raises(CommitRefusedError) as refused:
        await shop.orders.write(EFFECT, token)
    assert refused.value.code == "token_used"
    assert await shop.orders.look_up(EFFECT.key) == done


async def test_a_tap_or_a_code_permits_what_pays_out(shop: Wired) -> None:
    said = case("yes").evidence
    for n, discrete in enumerate((replace(said, binding=Binding.BUTTON), replace(said, code_fits=True))):
        effect = replace(EFFECT, key=f"wv-{n}", facts_version=f"v{n + 1}")
        result = await shop.orders.write(effect, permit(effect, discrete, tier=Tier.R3))
        assert result.outcome is Outcome.DONE


def paid(effect: Effect) -> CommitToken:
    """A token for money: a tap on the button."""
    tapped = replace(case("yes").evidence, binding=Binding.BUTTON)
    return permit(effect, tapped, tier=Tier.R3)


async def test_a_refund_pays_back_once(shop: Wired) -> None:
    first = await shop.orders.write(REFUND, paid(REFUND))
    assert first.outcome is Outcome.DONE
    assert await shop.orders.write(REFUND, paid(REFUND)) == first
    (row,) = shop.world.ledger
    assert (row.action, dict(row.args)) == ("refund_order", dict(REFUND.args))
    past = (await shop.orders.orders("cus_1"))[1]
    assert past.payment is not None
    assert (past.payment.refunded, past.payment.remaining) == (500_00, Money(399_00, "INR"))
    assert past.version != REFUND.facts_version


async def test_a_refund_whose_answer_is_lost_is_found_by_its_key(shop: Wired) -> None:
    shop.world.fault("lost_response", at="write")
    assert (await shop.orders.write(REFUND, paid(REFUND))).outcome is Outcome.UNKNOWN
    found = await shop.orders.look_up("wv-9")
    assert found is not None
    assert found.outcome is Outcome.DONE
    assert len(shop.world.ledger) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"amount": "89901"}, "bad_amount"),
        ({"amount": "0"}, "bad_amount"),
        ({"amount": "-1"}, "bad_amount"),
        ({"amount": "5.00"}, "bad_amount"),
        ({"currency": "EUR"}, "another_instrument"),
        ({"payee": "visa 1111"}, "another_instrument"),
        ({"order": "1999"}, "unknown_order"),
        ({"note": "more than was read back"}, "bad_args"),
    ],
)
async def test_money_goes_nowhere_else_and_no_more_of_it(
    shop: Wired, change: dict[str, str], reason: str
) -> None:
    effect = replace(REFUND, args={**REFUND.args, **change})
    assert await shop.orders.write(effect, paid(effect)) == WriteResult(Outcome.REFUSED, reason=reason)
    assert shop.world.ledger == ()


async def test_what_was_not_paid_is_not_paid_back(shop: Wired) -> None:
    shop.world.orders["1777"].payment = None
    assert await shop.orders.write(REFUND, paid(REFUND)) == WriteResult(Outcome.REFUSED, reason="not_paid")
    assert (await shop.orders.orders("cus_1"))[1].payment is None


async def test_a_refund_of_staff_makes_ours_another_question(shop: Wired) -> None:
    back = Payment(Money(899_00, "INR"), "visa", "4242", refunded=100_00)
    shop.world.staff_edits("1777", payment=back)
    assert await shop.orders.write(REFUND, paid(REFUND)) == WriteResult(Outcome.REFUSED, reason="version")


@pytest.mark.parametrize(
    "payment",
    [
        {"paid": {"minor": 5.5, "currency": "EUR"}, "brand": "visa", "last4": "4242"},
        {"paid": {"minor": -5, "currency": "EUR"}, "brand": "visa", "last4": "4242"},
        {"paid": {"minor": 500, "currency": "euro"}, "brand": "visa", "last4": "4242"},
        {"paid": {"minor": 500, "currency": "EUR"}, "brand": "visa", "last4": "4111111111111111"},
        {"paid": {"minor": 500, "currency": "EUR"}, "brand": "visa", "last4": "4242", "refunded": 501},
    ],
)
async def test_a_payment_that_cannot_be_is_refused_when_it_is_read(payment: dict[str, object]) -> None:
    order = {
        "id": "1", "customer": "c", "status": "open", "day": "2026-11-26", "delivery_address": "x",
        "items": [], "version": "v1", "payment": payment,
    }  # fmt: skip
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"orders": [order]}))
    async with httpx.AsyncClient(transport=transport) as http:
        with pytest.raises(SystemOfRecordError, match="does not follow the contract"):
            await HttpOrders(http, "http://shop.test", None, 60, 60, admission()).orders("c")
