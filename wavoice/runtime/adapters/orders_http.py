"""`ports.Orders` over HTTP, and the contract that a shop offers for it.

JSON both ways, UTF-8, `Authorization: Bearer …` if a token is configured. Records carry the
field names of `model.Customer` and `model.Order`; fields that are not ours are ignored.

* `GET /customers?phone=…&bsuid=…` → 200 `{"customers": [{"id", "name", "phone", "bsuid"?}, …]}`:
  every record that matches either; one whose `bsuid` is another than asked for is not theirs, whatever its
  phone. `phone` is E.164 digits without `+`; the record may write its
  own in any international notation. A parameter that is not known is left out.
* `GET /customers/{id}/orders` → 200 `{"orders": [{"id", "customer", "status", "day",
  "delivery_address", "items", "version", "payment"?}, …]}`. `day` is an ISO date in the shop's zone,
  `version` an opaque string that changes with every write to the order, whoever writes. `payment` is
  there if the order is paid: `{"paid": {"minor", "currency"}, "brand", "last4", "refunded"?}`, amounts
  in minor units (integers), `currency` ISO 4217, `refunded` what has gone back of it.
* `GET /customers/{id}/{kind}` → 200 `{"records": [...]}`: charges, invoices, cards, appointments, slots (free
  times), subscriptions, tickets or contact (one, or none), with the fields of that class of `model.records`;
  `GET /products` → the same of the catalogue. Days are ISO dates, moments ISO 8601 with their offset, money
  `{"minor", "currency"}`. A shop answers 404 to what it does not have, and the jobs that need it are refused.
* `PUT /effects/{key}` with `{"action", "args", "if_version"}` carries the effect out once:
  * `refund_order` has the args `order`, `amount` (minor units, in digits), `currency`, `payee` (`brand
    last4` of the payment), `item` and `day`: what the customer was told. The shop pays that out or nothing.
    With `charge` it is that charge of the order, as a whole.
  * `cancel_order` has the arg `order`, and `amount`, `currency`, `payee` where that goes back with it.
  * `confirm_cod` has `order`, `amount`, `currency`, `day`, `address`: what is paid at the door, and where.
  * `place_order` and `reorder` name the `customer` and no order: `items` (a JSON list of product id and
    count), `amount` and `currency` of the sum that was read back, `address`, `pay` (`cod`, `link`, or `card`
    with the id of the saved `card` and its `payee`), `day` where one was asked for; `what`, `product`,
    `quantity`, `of` and `paid` are for people. Another price by now is 409 "version". `reference` is the
    number of the new order.
  * An author's own job (docs/jobs.md) has its own name and arguments. One that names no `order` names the
    `customer`; its `if_version` is of the facts that the customer was told, and no version of the shop's.
  * 200 `{"outcome": "done", "reference", "version"}`: applied.
  * 409 `{"reason": "version"}`, or 412: the order is no longer at `if_version`; nothing applied.
  * 422 `{"reason": …}`: the shop's rules forbid it; nothing applied.
  * The same key with the same body replays the stored answer and applies nothing again.
  * The same key with another body is 409 `{"reason": "key_reused"}`; any other 409 means that the
    key is still in work, and 429 that it was not looked at yet.
* `GET /effects/{key}` → 200 with the stored result (`{"outcome": "done" | "refused", "reference"?,
  "reason"?}`), or 404 `{"reason": "not_applied"}`. Both halves of that 404 matter: the "not found"
  of a misrouted proxy is no word of the shop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from types import GenericAlias
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import phonenumbers
from pydantic import SecretStr, TypeAdapter, ValidationError, create_model

from wavoice.runtime.errors import NoAnswerError, SystemOfRecordError
from wavoice.runtime.model import (
    KINDS,
    OF_THE_SHOP,
    OUTDATED,
    Alias,
    Customer,
    Effect,
    Order,
    Outcome,
    Record,
    WriteResult,
)
from wavoice.runtime.token import Admission, CommitToken

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _CustomerRecord:
    id: str
    name: str
    phone: str
    bsuid: str | None = None


@dataclass(frozen=True, slots=True)
class _Customers:
    customers: tuple[_CustomerRecord, ...]


@dataclass(frozen=True, slots=True)
class _Orders:
    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class _Refusal:
    reason: str


_NOT_ITS_LAST_WORD = frozenset(
    {HTTPStatus.CONFLICT, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)
"""The key may still be in work, or may be tried again later: it is looked up first."""

_CUSTOMERS = TypeAdapter(_Customers)
_ORDERS = TypeAdapter(_Orders)
_RESULT = TypeAdapter(WriteResult)
_REFUSAL = TypeAdapter(_Refusal)


@cache
def _records_of(kind: str) -> TypeAdapter[Any]:
    """The answer to a read of that kind."""
    many: Any = GenericAlias(tuple, (KINDS[kind], ...))
    return TypeAdapter(create_model(kind, records=(many, ...)))


def e164_digits(phone: str) -> str:
    """Digits of a phone number in international notation (`+`, `00` or bare country code).

    Two notations of one number give the same digits. What is no number keeps the digits it has.
    """
    try:
        number = phonenumbers.parse("+" + phone.strip().removeprefix("00").lstrip("+"), None)
    except phonenumbers.NumberParseException:  # an unknown country code still compares as text
        return "".join(filter(str.isdecimal, phone))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).lstrip("+")


def _is_of(record: _CustomerRecord, phone: str | None, bsuid: str | None) -> bool:
    """The same identity, or the same number and nothing that speaks against it.

    A number that comes with another identity than the record's has another owner by now: WhatsApp makes a
    new one only for a new number or account.
    """
    if bsuid and record.bsuid:
        return record.bsuid == bsuid
    return phone is not None and e164_digits(record.phone) == phone


class HttpOrders:
    """`ports.Orders` for a shop that offers the contract above.

    A budget is the longest wait for one call as a whole, in seconds: connecting, a read's one
    retry and the last byte of the answer included. The client's own time-outs do not apply.
    """

    def __init__(
        self,
        http: httpx.AsyncClient,
        base_url: str,
        token: SecretStr | None,
        read_budget_seconds: float,
        write_budget_seconds: float,
        admission: Admission,
    ) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
        self._read_budget = read_budget_seconds
        self._write_budget = write_budget_seconds
        self._admission = admission

    async def customers(self, alias: Alias) -> Sequence[Customer]:
        """All records with that phone or BSUID. Raises `SystemOfRecordError`.

        A record that has neither is dropped: a fuzzy search must not open another person's orders.
        """
        phone = e164_digits(alias.phone) if alias.phone else None
        query = {name: value for name, value in (("phone", phone), ("bsuid", alias.bsuid)) if value}
        if not query:
            return ()
        found = await self._read("customers", query, _CUSTOMERS)
        return tuple(
            Customer(id=record.id, name=record.name, phone=record.phone)
            for record in found.customers
            if _is_of(record, phone, alias.bsuid)
        )

    async def orders(self, customer: str) -> Sequence[Order]:
        """Live orders of that customer. Raises `SystemOfRecordError`."""
        found = await self._read(f"customers/{quote(customer, safe='')}/orders", {}, _ORDERS)
        return found.orders

    async def read(self, kind: str, customer: str) -> Sequence[Record]:
        """See `ports.Records`."""
        if kind not in KINDS:
            raise SystemOfRecordError(f"The shop has no {kind}.")
        path = kind if kind in OF_THE_SHOP else f"customers/{quote(customer, safe='')}/{kind}"
        found = await self._read(path, {}, _records_of(kind))
        records: tuple[Record, ...] = found.records
        return records

    async def write(self, effect: Effect, token: CommitToken) -> WriteResult:
        """Carry out the effect once under its key; never tried again from here.

        UNKNOWN whenever the shop's own word is missing: no answer, 5xx, or one that breaks the
        contract. A refused connection is UNKNOWN too: only `look_up` can tell.
        Raises `CommitRefusedError` before anything is sent.
        """
        self._admission.admit(effect, token)
        body = {"action": effect.action, "args": dict(effect.args), "if_version": effect.facts_version}
        try:
            response = await _within(self._write_budget, self._send("PUT", _path(effect.key), body=body))
        except SystemOfRecordError as error:
            return WriteResult(Outcome.UNKNOWN, reason=error.message)
        return _written(response)

    async def look_up(self, key: str) -> WriteResult | None:
        """What became of that key; None if the shop says that it was never applied."""
        try:
            response = await _within(self._read_budget, self._get(_path(key), {}))
        except SystemOfRecordError as error:
            return WriteResult(Outcome.UNKNOWN, reason=error.message)
        if response.status_code == HTTPStatus.NOT_FOUND and _reason(response) == "not_applied":
            return None
        return _stored(response)

    async def _read(self, path: str, query: Mapping[str, str], shape: TypeAdapter[T]) -> T:
        response = await _within(self._read_budget, self._get(path, query))
        if response.status_code != HTTPStatus.OK:
            raise SystemOfRecordError(f"The shop answered a read with HTTP {response.status_code}.")
        try:
            return shape.validate_json(response.content)
        except ValidationError:  # its text quotes the customer's record
            raise SystemOfRecordError("The shop's answer does not follow the contract.") from None

    async def _get(self, path: str, query: Mapping[str, str]) -> httpx.Response:
        try:
            return await self._send("GET", path, query=query)
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            # The shop may have closed a connection that was kept alive; a read may be repeated.
            return await self._send("GET", path, query=query)

    async def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> httpx.Response:
        return await self._http.request(
            method,
            f"{self._base_url}/{path}",
            params=query,
            json=body,
            headers=self._headers,
            timeout=None,  # the budget of the whole call stands in `_within`
        )


def _path(key: str) -> str:
    return f"effects/{quote(key, safe='')}"


async def _within(budget_seconds: float, call: Coroutine[object, object, httpx.Response]) -> httpx.Response:
    try:
        async with asyncio.timeout(budget_seconds):
            return await call
    except (TimeoutError, httpx.TimeoutException) as error:
        raise NoAnswerError(f"The shop did not answer within {budget_seconds:g} s.") from error
    except httpx.HTTPError as error:
        raise SystemOfRecordError(f"The connection to the shop failed ({type(error).__name__}).") from error


def _written(response: httpx.Response) -> WriteResult:
    status, reason = response.status_code, _reason(response)
    match status, reason:
        case (HTTPStatus.UNPROCESSABLE_ENTITY, str()) | (HTTPStatus.CONFLICT, "version"):
            return WriteResult(Outcome.REFUSED, reason=reason)
        case HTTPStatus.PRECONDITION_FAILED, _:
            return WriteResult(Outcome.REFUSED, reason=OUTDATED)
        case HTTPStatus.CONFLICT, "key_reused":
            return WriteResult(Outcome.FAILED, reason=reason)
        case (_, _) if status in _NOT_ITS_LAST_WORD:
            return WriteResult(Outcome.UNKNOWN, reason=f"HTTP {status}")
        case _ if response.is_client_error:
            return WriteResult(Outcome.FAILED, reason=reason or f"HTTP {status}")
    return _stored(response)


def _stored(response: httpx.Response) -> WriteResult:
    if response.status_code != HTTPStatus.OK:
        return WriteResult(Outcome.UNKNOWN, reason=f"HTTP {response.status_code}")
    try:
        return _RESULT.validate_json(response.content)
    except ValidationError:
        return WriteResult(Outcome.UNKNOWN, reason="The shop's answer does not follow the contract.")


def _reason(response: httpx.Response) -> str | None:
    try:
        return _REFUSAL.validate_json(response.content).reason
    except ValidationError:
        return None
