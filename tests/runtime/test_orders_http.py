"""How `HttpOrders` reads what a shop says, word by word."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from tests.permits import admission, permit
from wavoice.runtime.adapters.orders_http import HttpOrders, e164_digits
from wavoice.runtime.errors import SystemOfRecordError
from wavoice.runtime.model import Alias, Effect, Outcome, WriteResult

EFFECT = Effect("wv/1", "p_1", "change_address", {"order": "1842", "address": "7 Lake View"}, "v1")
UNKNOWN, REFUSED, FAILED = Outcome.UNKNOWN, Outcome.REFUSED, Outcome.FAILED

Handler = Callable[[httpx.Request], httpx.Response]


def shop(handler: Handler, token: SecretStr | None = None) -> HttpOrders:
    http = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    return HttpOrders(http, "https://shop.test/api/", token, 60, 60, admission())


def answering(status: int, body: object) -> HttpOrders:
    return shop(lambda _: httpx.Response(status, json=body))


async def test_a_write_carries_key_token_body_and_version() -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"outcome": "done", "reference": "R1", "version": "v2"})

    done = await shop(handler, SecretStr("opaque")).write(EFFECT, permit(EFFECT))
    assert done == WriteResult(Outcome.DONE, reference="R1")
    (request,) = seen
    assert (request.method, str(request.url)) == ("PUT", "https://shop.test/api/effects/wv%2F1")
    assert request.headers["authorization"] == "Bearer opaque"
    assert json.loads(request.content) == {
        "action": "change_address",
        "args": {"order": "1842", "address": "7 Lake View"},
        "if_version": "v1",
    }


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (422, {"reason": "shipped"}, REFUSED),
        (409, {"reason": "version"}, REFUSED),
        (409, {"reason": "key_reused"}, FAILED),
        (409, {"reason": "in_progress"}, UNKNOWN),
        (409, None, UNKNOWN),
        (408, {}, UNKNOWN),
        (422, {"detail": "a framework's own words"}, FAILED),
        (400, {}, FAILED),
        (401, {"reason": "token"}, FAILED),
        (404, {}, FAILED),
        (429, {}, UNKNOWN),
        (200, {"reference": "no outcome"}, UNKNOWN),
        (200, {"outcome": "perhaps"}, UNKNOWN),
        (201, {"outcome": "done"}, UNKNOWN),
        (307, {}, UNKNOWN),
        (500, {"reason": "version"}, UNKNOWN),
        (503, {}, UNKNOWN),
    ],
)
async def test_only_the_shops_own_word_settles_a_write(status: int, body: object, outcome: Outcome) -> None:
    assert (await answering(status, body).write(EFFECT, permit(EFFECT))).outcome is outcome


@pytest.mark.parametrize("body", [{}, {"detail": "Not Found"}, {"reason": "no_such_route"}])
async def test_a_404_of_somebody_else_is_not_a_never_applied(body: object) -> None:
    assert await answering(404, body).look_up("wv-1") == WriteResult(UNKNOWN, reason="HTTP 404")
    assert await answering(404, {"reason": "not_applied"}).look_up("wv-1") is None


async def test_a_refused_connection_is_unknown_and_is_not_written_twice() -> None:
    calls: list[str] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        calls.append(request.method)
        raise httpx.ConnectError("refused", request=request)

    orders = shop(refuse)
    assert (await orders.write(EFFECT, permit(EFFECT))).outcome is UNKNOWN
    found = await orders.look_up("wv-1")
    assert found == WriteResult(UNKNOWN, reason="The connection to the shop failed (ConnectError).")
    assert calls == ["PUT", "GET", "GET"]


async def test_a_fuzzy_search_opens_nobody_elses_orders() -> None:
    orders = answering(
        200,
        {
            "customers": [
                {"id": "cus_1", "name": "One", "phone": "+44 (0)20 7946 0018"},
                {"id": "cus_2", "name": "Two", "phone": "+44 20 7946 0019", "bsuid": None},
                {"id": "cus_3", "name": "Three", "phone": "", "bsuid": "GB.3", "extra": "ignored"},
            ]
        },
    )
    assert [one.id for one in await orders.customers(Alias("442079460018", None))] == ["cus_1"]
    assert [one.id for one in await orders.customers(Alias("442079460018", "GB.3"))] == ["cus_1", "cus_3"]


async def test_an_order_that_breaks_the_contract_is_not_quoted() -> None:
    broken: dict[str, Any] = {"orders": [{"id": "1842", "delivery_address": "12 Hill Road"}]}
    with pytest.raises(SystemOfRecordError) as caught:
        await answering(200, broken).orders("cus_1")
    assert "Hill Road" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "phone",
    ["+44 20 7946 0018", "+44 (0)20 7946 0018", "0044 20 7946 0018", "442079460018", " (+44) 20-7946-0018 "],
)
def test_notations_of_one_phone_are_one_number(phone: str) -> None:
    assert e164_digits(phone) == "442079460018"


@pytest.mark.parametrize(("phone", "digits"), [("+999 123", "999123"), ("none", ""), ("", "")])
def test_what_is_no_phone_keeps_its_digits(phone: str, digits: str) -> None:
    assert e164_digits(phone) == digits
