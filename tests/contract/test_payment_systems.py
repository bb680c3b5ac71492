"""What `ports.Payments` promises, at Stripe: its official SDK against localstripe with idempotency honoured.

`uv run pytest -m contract -n 0 tests/contract` installs and starts it. How an order system and a payment
system work together needs no server, and runs always.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from itertools import count

import httpx
import pytest
from pydantic import SecretStr

from tests.contract.systems.losing import Proxy, losing
from tests.contract.systems.shops import ZONE
from tests.contract.systems.stripe_server.shop import KEY, StripeAccount
from tests.contract.test_order_systems import allowed
from tests.permits import NOW, admission, permit
from wavoice.runtime.adapters.money_apart import MoneyApart
from wavoice.runtime.adapters.orders_http import HttpOrders
from wavoice.runtime.adapters.stripe_payments import StripePayments
from wavoice.runtime.adapters.systems import Around, payments_backend
from wavoice.runtime.errors import CommitRefusedError
from wavoice.runtime.model import Effect, Money, Outcome, WriteResult
from wavoice.runtime.ports import Payments
from wavoice.runtime.settings_systems import Payments as PaymentsSettings
from wavoice.runtime.token import CommitToken
from wavoice.sim.world import World

KEYS = (f"wv-{n:032x}" for n in count(1_000))


@dataclass(repr=False)
class Account:
    """An account that is reached through a proxy."""

    stripe: StripeAccount
    proxy: Proxy
    http: httpx.AsyncClient
    opened: list[StripePayments]

    def connector(self, origin: str | None = None) -> StripePayments:
        """As a process has it that was just started."""
        around = Around(self.http, admission(), ZONE, lambda: NOW, 60, 60)
        settings = PaymentsSettings(
            backend="stripe", base_url=origin or self.proxy.url, secret=SecretStr(KEY)
        )
        made = payments_backend("stripe").open(settings, around)
        assert isinstance(made, StripePayments)
        self.opened.append(made)
        return made


@pytest.fixture
async def account(stripe_account: StripeAccount) -> AsyncIterator[Account]:
    async with httpx.AsyncClient(verify=False) as http, losing(stripe_account.origin) as proxy:
        made = Account(stripe_account, proxy, http, [])
        yield made
        for one in made.opened:
            await one.close()


def refund(order: str, **args: str) -> Effect:
    told = {"item": "Rice", "amount": "50000", "currency": "INR", "payee": "visa 4242", "day": "2026-11-23"}
    return Effect(next(KEYS), "p_1", "refund_order", {"order": order, **told, **args}, "v-1")


@pytest.mark.contract
@pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # how the SDK calls httpx
class TestStripe:
    @pytest.mark.parametrize("noted", [True, False])
    async def test_money_goes_back_once_whoever_repeats_it(self, account: Account, noted: bool) -> None:
        order, intent = account.stripe.pay()
        references = [intent] if noted else []
        stripe, what = account.connector(), refund(order)
        assert await stripe.look_up(what.key) is None
        first = await stripe.write(what, allowed(what), references)
        assert (first.outcome, first.reason) == (Outcome.DONE, None)
        assert str(first.reference).startswith("re_")
        again = account.connector()
        assert await again.write(what, allowed(what), references) == first
        assert await again.look_up(what.key) == first
        assert account.stripe.refunds(intent) == [500_00]

    async def test_a_key_belongs_to_its_first_body(self, account: Account) -> None:
        order, intent = account.stripe.pay()
        stripe, what = account.connector(), refund(order)
        await stripe.write(what, allowed(what), [intent])
        other = replace(what, args={**what.args, "amount": "60000"})
        refused = await stripe.write(other, allowed(other), [intent])
        assert refused == WriteResult(Outcome.FAILED, reason="key_reused")
        assert account.stripe.refunds(intent) == [500_00]

    async def test_an_answer_that_is_lost_is_found_by_the_key(self, account: Account) -> None:
        order, intent = account.stripe.pay()
        stripe, what = account.connector(), refund(order)
        account.proxy.lose("answer", b"POST /v1/refunds")
        assert (await stripe.write(what, allowed(what), [intent])).outcome is Outcome.UNKNOWN
        found = await account.connector().look_up(what.key)
        assert found is not None
        assert found.outcome is Outcome.DONE
        assert await stripe.write(what, allowed(what), [intent]) == found
        assert account.stripe.refunds(intent) == [500_00]

    async def test_a_request_that_never_arrived_is_made_again(self, account: Account) -> None:
        order, intent = account.stripe.pay()
        stripe, what = account.connector(), refund(order)
        account.proxy.lose("request", b"POST /v1/refunds")
        assert (await stripe.write(what, allowed(what), [intent])).outcome is Outcome.UNKNOWN
        assert await stripe.look_up(what.key) is None
        assert (await stripe.write(what, allowed(what), [intent])).outcome is Outcome.DONE
        assert account.stripe.refunds(intent) == [500_00]

    async def test_two_at_once_under_one_key_are_one(self, account: Account) -> None:
        order, intent = account.stripe.pay()
        what, processes = refund(order), [account.connector() for _ in range(2)]
        results = await asyncio.gather(*(one.write(what, allowed(what), [intent]) for one in processes))
        assert {one.outcome for one in results} <= {Outcome.DONE, Outcome.UNKNOWN}
        assert account.stripe.refunds(intent) == [500_00]

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"amount": "245001"}, "bad_amount"),
            ({"amount": "0"}, "bad_amount"),
            ({"amount": "5.00"}, "bad_amount"),
            ({"currency": "EUR"}, "another_instrument"),
            ({"payee": "visa 1111"}, "another_instrument"),
            ({"order": "no-such-order"}, "not_paid"),
        ],
    )
    async def test_money_goes_nowhere_else_and_no_more_of_it(
        self, account: Account, change: dict[str, str], reason: str
    ) -> None:
        order, intent = account.stripe.pay()
        what = refund(**{"order": order, **change})
        refused = await account.connector().write(what, allowed(what), [])
        assert refused == WriteResult(Outcome.REFUSED, reason=reason)
        assert account.stripe.refunds(intent) == []

    async def test_no_more_goes_back_than_is_left(self, account: Account) -> None:
        order, intent = account.stripe.pay()
        stripe = account.connector()
        for amount in ("200000", "45000"):
            what = refund(order, amount=amount)
            assert (await stripe.write(what, allowed(what), [intent])).outcome is Outcome.DONE
        more = refund(order, amount="1")
        assert (await stripe.write(more, allowed(more), [intent])).reason == "bad_amount"
        assert sorted(account.stripe.refunds(intent)) == [450_00, 2_000_00]

    async def test_of_a_double_charge_one_goes_back(self, account: Account) -> None:
        order, first = account.stripe.pay()
        _, second = account.stripe.pay(order)
        stripe, what = account.connector(), refund(order, amount="245000")
        charges = await stripe.charges(order, [])
        assert [(one.order, one.amount, one.state) for one in charges] == [
            (order, Money(2_450_00, "INR"), "captured")
        ] * 2
        assert (await stripe.write(what, allowed(what), [])).outcome is Outcome.DONE
        assert sorted([account.stripe.refunds(first), account.stripe.refunds(second)]) == [[], [2_450_00]]
        assert sorted(one.state for one in await stripe.charges(order, [])) == ["captured", "refunded"]

    async def test_nothing_is_sent_without_the_gates_word(self, account: Account) -> None:
        order, intent = account.stripe.pay()
        what = refund(order)
        account.proxy.seen.clear()
        for token in (None, permit(replace(what, key="wv-other"))):
            with pytest.raises(CommitRefusedError):
                await account.connector().write(what, token, [intent])  # type: ignore[arg-type]
        assert account.proxy.seen == []

    async def test_a_provider_that_does_not_answer(self, account: Account) -> None:
        what, nowhere = refund("5001"), account.connector("http://127.0.0.1:9")
        assert (await nowhere.write(what, allowed(what), [])).outcome is Outcome.UNKNOWN
        unheard = await nowhere.look_up(what.key)
        assert unheard is not None
        assert unheard.outcome is Outcome.UNKNOWN


class Till:
    """A payment system in a dictionary."""

    def __init__(self) -> None:
        self.made: dict[str, WriteResult] = {}
        self.references: list[Sequence[str]] = []
        self.reachable = True

    async def write(self, effect: Effect, token: CommitToken, references: Sequence[str]) -> WriteResult:
        self.references.append(references)
        return self.made.setdefault(effect.key, WriteResult(Outcome.DONE, "re_1"))

    async def look_up(self, key: str) -> WriteResult | None:
        return self.made.get(key) if self.reachable else WriteResult(Outcome.UNKNOWN, reason="silent")


async def test_money_goes_to_the_till_and_everything_else_to_the_shop() -> None:
    world, till = World(), Till()
    async with httpx.AsyncClient(transport=world.transport()) as http:
        payments: Payments = till
        both = MoneyApart(HttpOrders(http, "http://shop.test", None, 60, 60, admission()), payments)
        paid, moved = refund("1001"), replace(refund("1001"), action="reschedule_delivery")
        assert await both.write(paid, allowed(paid)) == WriteResult(Outcome.DONE, "re_1")
        assert await both.write(moved, allowed(moved)) == WriteResult(Outcome.REFUSED, reason="unknown_order")
        assert till.references == [()]
        assert await both.look_up(paid.key) == WriteResult(Outcome.DONE, "re_1")
        assert await both.look_up("wv-none") is None
        till.reachable = False
        unsure = await both.look_up("wv-none")
        assert unsure is not None
        assert unsure.outcome is Outcome.UNKNOWN
