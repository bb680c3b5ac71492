"""`ports.Payments` of Stripe, through its official SDK (the extra `stripe`).

A refund goes out with `Idempotency-Key` and carries the key in its metadata, so that it is found again after
Stripe has forgotten the key. Which payment was for an order is what the order system has noted (`pi_…`), else
a PaymentIntent whose metadata holds the order's number (`payments.order_field`); search lags behind by up
to a minute and is not offered in every country.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar

import stripe
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from stripe.params import RefundListParams

from wavoice.runtime.adapters.careful import within
from wavoice.runtime.adapters.marks import body_of
from wavoice.runtime.adapters.systems import Around, PaymentsBackend
from wavoice.runtime.errors import ConfigError, DeclinedError, SystemOfRecordError
from wavoice.runtime.model import PENDING, SECOND, Charge, Effect, Money, Outcome, WriteResult
from wavoice.runtime.settings import resolve_secret
from wavoice.runtime.settings_systems import Payments as PaymentsSettings
from wavoice.runtime.token import CommitToken

T = TypeVar("T")
KEY: Final = "wavoice_key"
BODY: Final = "wavoice_body"
"""Metadata of a refund: the key, and a fingerprint of the whole effect that it belongs to."""
LOOKED_BACK: Final = 3 * 24 * 3600
"""Seconds of refunds that a look-up goes through, the newest first; a write is looked up within minutes."""
MOST_PAGES: Final = 20
_GOES_BACK: Final = frozenset({"succeeded", "pending", "requires_action"})
"""States of a refund that has happened, or will."""
_NO_ANSWER: Final = (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError)


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Card(_Said):
    brand: str
    last4: str


class _Method(_Said):
    type: str
    card: _Card | None = None

    @property
    def payee(self) -> str:
        return f"{self.card.brand} {self.card.last4}" if self.card else self.type


class _Charge(_Said):
    id: str
    amount: int
    amount_refunded: int
    currency: str
    created: int
    captured: bool = True


class _Intent(_Said):
    id: str
    status: str
    latest_charge: _Charge | None
    payment_method: _Method | None


class _Refund(_Said):
    id: str
    status: str
    created: int
    metadata: dict[str, str]


_INTENT = TypeAdapter(_Intent)
_REFUND = TypeAdapter(_Refund)


@dataclass(frozen=True, slots=True)
class _Paid:
    """A charge that went through."""

    intent: str
    charge: _Charge
    payee: str

    @property
    def remaining(self) -> int:
        return self.charge.amount - self.charge.amount_refunded


class StripePayments:
    """See `ports.Payments`."""

    def __init__(
        self, client: stripe.StripeClient, http: stripe.HTTPClient, order_field: str, around: Around
    ) -> None:
        self._api = client.v1
        self._http = http
        self._order_field = order_field
        self._around = around

    async def write(self, effect: Effect, token: CommitToken, references: Sequence[str]) -> WriteResult:
        """Give money back once under the key; never tried again from here."""
        self._around.admission.admit(effect, token)
        if effect.action != "refund_order":
            return WriteResult(Outcome.REFUSED, reason="unknown_action")
        try:
            async with _asked(self._around.write_budget_seconds):
                found = await self._found(effect.key)
                if found is not None:
                    same = found.metadata.get(BODY) == body_of(effect)
                    return _result(found) if same else WriteResult(Outcome.FAILED, reason="key_reused")
                return await self._refund(
                    effect, await self._paid_for(effect.args.get("order", ""), references)
                )
        except DeclinedError as error:
            outcome = Outcome.FAILED if error.reason == "key_reused" else Outcome.REFUSED
            return WriteResult(outcome, reason=error.reason)
        except SystemOfRecordError as error:
            return WriteResult(Outcome.UNKNOWN, reason=error.message)

    async def look_up(self, key: str) -> WriteResult | None:
        """The refund of that key, among those of the last days."""
        try:
            async with _asked(self._around.read_budget_seconds):
                found = await self._found(key)
        except SystemOfRecordError as error:
            return WriteResult(Outcome.UNKNOWN, reason=error.message)
        return None if found is None else _result(found)

    async def charges(self, order: str, references: Sequence[str]) -> Sequence[Charge]:
        """What was charged for that order. Raises `SystemOfRecordError`."""
        async with _asked(self._around.read_budget_seconds):
            return tuple(_charge(order, one) for one in await self._paid_for(order, references))

    async def close(self) -> None:
        """Close all connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def _refund(self, effect: Effect, paid: Sequence[_Paid]) -> WriteResult:
        one = _chosen(effect, paid)
        made = await self._api.refunds.create_async(
            {
                "payment_intent": one.intent,
                "amount": int(effect.args["amount"]),
                "metadata": {KEY: effect.key, BODY: body_of(effect), self._order_field: effect.args["order"]},
            },
            {"idempotency_key": effect.key},
        )
        return _result(_read(_REFUND, made))

    async def _paid_for(self, order: str, references: Sequence[str]) -> list[_Paid]:
        intents = [one for one in references if one.startswith("pi_")]
        if intents:
            found = [await self._intent(one) for one in intents]
        elif order and "'" not in order and "\\" not in order:
            query = f"metadata['{self._order_field}']:'{order}'"
            page = await self._api.payment_intents.search_async({"query": query, "limit": 100})
            found = [await self._intent(str(one.id)) for one in page.data]
        else:
            found = []
        return [
            _Paid(one.id, one.latest_charge, one.payment_method.payee)
            for one in found
            if one.status == "succeeded" and one.latest_charge and one.payment_method
        ]

    async def _intent(self, number: str) -> _Intent:
        told = await self._api.payment_intents.retrieve_async(
            number, {"expand": ["latest_charge", "payment_method"]}
        )
        return _read(_INTENT, told)

    async def _found(self, key: str) -> _Refund | None:
        """The refund that carries the key. Raises `SystemOfRecordError` if there are too many."""
        page_of: RefundListParams = {"limit": 100}
        oldest = self._around.now() // SECOND - LOOKED_BACK
        for _ in range(MOST_PAGES):
            page = await self._api.refunds.list_async(page_of)
            refunds = [_read(_REFUND, one) for one in page.data]
            found = next((one for one in refunds if one.metadata.get(KEY) == key), None)
            if found is not None or not page.has_more or not refunds or refunds[-1].created < oldest:
                return found
            page_of["starting_after"] = refunds[-1].id
        raise SystemOfRecordError("There are too many refunds to look through.")


@asynccontextmanager
async def _asked(seconds: float) -> AsyncIterator[None]:
    """Stripe's errors and silence in our terms; its words are not repeated, they may quote a key."""
    try:
        async with within(seconds, "Stripe"):
            yield
    except stripe.IdempotencyError as error:
        if error.http_status == HTTPStatus.CONFLICT:
            raise SystemOfRecordError("Stripe is still at work under that key.") from None
        raise DeclinedError("Stripe knows that key with another body.", reason="key_reused") from None
    except _NO_ANSWER as error:
        raise SystemOfRecordError(f"Stripe did not carry it out ({type(error).__name__}).") from None
    except stripe.StripeError as error:
        told = error.code or type(error).__name__
        raise DeclinedError(f"Stripe declined ({type(error).__name__}).", reason=told) from None


def _read(shape: TypeAdapter[T], told: Any) -> T:
    try:
        return shape.validate_python(told.to_dict() if isinstance(told, stripe.StripeObject) else told)
    except ValidationError:
        raise SystemOfRecordError("The answer of Stripe is not understood.") from None


def _chosen(effect: Effect, paid: Iterable[_Paid]) -> _Paid:
    """The payment that goes back: as it was read out, with enough left. Raises `DeclinedError`."""
    args, charges = effect.args, sorted(paid, key=lambda one: one.charge.created)
    if not charges:
        raise DeclinedError("There is no payment of that order.", reason="not_paid")
    same = [one for one in charges if (one.charge.currency.upper(), one.payee) == _told(effect)]
    if not same:
        raise DeclinedError("It was paid in another way.", reason="another_instrument")
    amount = args.get("amount", "")
    if not (amount.isascii() and amount.isdecimal() and int(amount) > 0):
        raise DeclinedError("That is no amount.", reason="bad_amount")
    enough = [one for one in same if int(amount) <= one.remaining]
    if not enough:
        raise DeclinedError("Not so much is left.", reason="bad_amount")
    return enough[-1]  # of a double charge the later one


def _told(effect: Effect) -> tuple[str | None, str | None]:
    return effect.args.get("currency"), effect.args.get("payee")


def _result(refund: _Refund) -> WriteResult:
    if refund.status not in _GOES_BACK:
        return WriteResult(Outcome.REFUSED, refund.id, "provider")
    return WriteResult(Outcome.DONE, refund.id, None if refund.status == "succeeded" else PENDING)


def _charge(order: str, paid: _Paid) -> Charge:
    state = "refunded" if paid.remaining == 0 else "captured" if paid.charge.captured else "authorised"
    return Charge(
        id=paid.charge.id,
        order=order,
        amount=Money(paid.charge.amount, paid.charge.currency.upper()),
        at=datetime.fromtimestamp(paid.charge.created, UTC),
        state=state,
        payee=paid.payee,
    )


def _open(settings: PaymentsSettings, around: Around) -> StripePayments:
    if settings.secret is None:
        raise ConfigError(
            "The backend `stripe` needs a key.", remedy="Set payments.secret, e.g. to env:STRIPE_API_KEY."
        )
    http = stripe.HTTPXClient(timeout=around.write_budget_seconds)
    client = stripe.StripeClient(
        resolve_secret(settings.secret).get_secret_value(),
        base_addresses={"api": settings.base_url} if settings.base_url else {},
        max_network_retries=0,  # what became of a call is looked up, not tried
        http_client=http,
    )
    return StripePayments(client, http, settings.order_field, around)


BACKEND = PaymentsBackend(_open)
