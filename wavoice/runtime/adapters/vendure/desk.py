"""What is done to an order at Vendure: one call where one is enough, else a saga that can be put right.

* A day and its mark are set by one call: both or none.
* An address is three calls: to `Modifying`, the change, back. What a crash leaves in `Modifying` is found by
  the mark and taken back to the state from which the order's own history says that it came.
* A refund and a cancellation carry the key in their reason; the mark before them says on which order to look.
  A cancellation of what is paid is both, in two calls: between them it is unknown, and a person sees to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from wavoice.runtime.adapters.marked import day_of
from wavoice.runtime.adapters.marks import mark_of, with_mark, without_mark
from wavoice.runtime.adapters.terms import Terms
from wavoice.runtime.adapters.vendure import queries
from wavoice.runtime.adapters.vendure.api import VendureApi
from wavoice.runtime.adapters.vendure.records import (
    CANCEL_AND_PAY,
    HALF_DONE,
    MODIFYING,
    SETTLED,
    Address,
    RawOrder,
    VendureRecord,
)
from wavoice.runtime.errors import DeclinedError, SystemOfRecordError
from wavoice.runtime.model import PENDING, Effect, Micros, Outcome, WriteResult

_PARTS: Final = ("streetLine1", "streetLine2", "city", "province", "postalCode")
BUSY: Final = "being_modified"
"""Reason of a refusal: somebody in the shop is changing the order."""
OTHER_PRICE: Final = "other_price"
"""Reason of a refusal: the order would cost something else then, which the customer was not told."""


class _Said(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class _Page(_Said):
    items: tuple[RawOrder, ...]


class _Found(_Said):
    orders: _Page


class _Country(_Said):
    code: str


class _Saved(Address):
    country: _Country


class _Book(_Said):
    addresses: tuple[_Saved, ...] | None


class _Owner(_Said):
    customer: _Book | None


class VendureDesk:
    """`marked.Desk`."""

    vendor = "Vendure"

    def __init__(self, api: VendureApi, terms: Terms) -> None:
        self._api = api
        self._terms = terms

    async def marked(self, key: str) -> VendureRecord | None:
        """The order whose `waRef` has a mark of that key."""
        found = await self._api.ask(queries.MARKED, _Found, key=key)
        records = [VendureRecord(raw, self._terms) for raw in found.orders.items]
        return next((one for one in records if any(mark.key == key for mark in one.marks)), None)

    async def numbered(self, number: str) -> VendureRecord | None:
        """The order with exactly that code, if it was placed."""
        found = await self._api.ask(queries.NUMBERED, _Found, code=number)
        exact = [raw for raw in found.orders.items if raw.code == number and raw.order_placed_at]
        if len(exact) > 1:
            raise SystemOfRecordError("Vendure has several orders of one code.")
        return VendureRecord(exact[0], self._terms) if exact else None

    async def settled(self, record: VendureRecord) -> VendureRecord:
        """Out of `Modifying` again, where it was a write of ours that took it there."""
        if record.raw.state != MODIFYING:
            return record
        ours = any(mark.action == "change_address" and not mark.done for mark in record.marks)
        before = record.came_from()
        if not ours or before is None:
            raise DeclinedError("The order is being modified in the shop.", reason=BUSY)
        await self._to(record, before)
        again = await self.numbered(record.raw.code)
        if again is None:
            raise SystemOfRecordError("An order of Vendure is gone.")
        return again

    async def forget(self, record: VendureRecord, key: str) -> None:
        """Take the mark away."""
        await self._set(record, {"waRef": without_mark(record.marks, key)})

    async def carry_out(self, record: VendureRecord, effect: Effect, now: Micros) -> WriteResult:
        """See `marked.Desk`."""
        if effect.action == "reschedule_delivery":
            return await self._reschedule(record, effect, now)
        mark = mark_of(effect, now, done=False)
        if effect.action == "cancel_order" and "amount" in effect.args:
            mark = replace(mark, action=CANCEL_AND_PAY)
        await self._set(record, {"waRef": with_mark(record.marks, mark)})
        match effect.action:
            case "change_address":
                return await self._change_address(record, effect)
            case "refund_order":
                return await self._refund(record, effect)
            case "cancel_order":
                return await self._cancel(record, effect)
        raise DeclinedError("That is not done here.", reason="unknown_action")

    async def _reschedule(self, record: VendureRecord, effect: Effect, now: Micros) -> WriteResult:
        day = day_of(effect.args.get("day"))
        if day is None:
            raise DeclinedError("That is no day.", reason="bad_day")
        mark = mark_of(effect, now, done=True)
        fields = {"deliveryDate": self._terms.noon(day), "waRef": with_mark(record.marks, mark)}
        await self._set(record, fields)
        return WriteResult(Outcome.DONE, record.raw.code)

    async def _change_address(self, record: VendureRecord, effect: Effect) -> WriteResult:
        address = await self._address(record, effect.args["address"])
        await self._to(record, MODIFYING)
        change = {"orderId": record.raw.id, "updateShippingAddress": address, "note": _reason(effect)}
        try:
            await self._preview(record, change)
            await self._modify({**change, "dryRun": False})
        except DeclinedError:
            await self._to(record, record.raw.state)
            raise
        await self._to(record, record.raw.state)
        return WriteResult(Outcome.DONE, record.raw.code)

    async def _preview(self, record: VendureRecord, change: Mapping[str, object]) -> None:
        preview = await self._modify({**change, "dryRun": True})
        if preview.get("totalWithTax") != record.raw.total_with_tax:
            raise DeclinedError("The order would cost something else.", reason=OTHER_PRICE)

    async def _modify(self, change: Mapping[str, object]) -> Any:
        return await self._api.change(queries.MODIFY, "modifyOrder", "Order", input=change)

    async def _address(self, record: VendureRecord, text: str) -> dict[str, str]:
        """The saved address that reads like that, else the words as they were confirmed, and no part of the
        old address beside them: a town that contradicts the street helps no courier.
        """
        owner = record.raw.customer
        book = await self._api.ask(queries.SAVED_ADDRESSES, _Owner, customer=owner.id if owner else "")
        saved = book.customer.addresses or () if book.customer else ()
        same = [one for one in saved if one.text().casefold() == text.strip().casefold()]
        if not same:
            return {**dict.fromkeys(_PARTS, ""), "streetLine1": text.strip()}
        told = {
            name: value or ""
            for name, value in same[0].model_dump(by_alias=True, exclude={"country"}).items()
        }
        return {**told, "countryCode": same[0].country.code}

    async def _cancel(self, record: VendureRecord, effect: Effect) -> WriteResult:
        done = await self._api.change(
            queries.CANCEL, "cancelOrder", "Order", id=record.raw.id, reason=_reason(effect)
        )
        if done.get("state") != "Cancelled":
            raise SystemOfRecordError("An order that was to be cancelled is not.")
        if "amount" not in effect.args:
            return WriteResult(Outcome.DONE, record.raw.code)
        try:
            return await self._refund(record, effect)
        except DeclinedError as error:  # half of it is done: a person has to see to the rest
            raise SystemOfRecordError(HALF_DONE) from error

    async def _refund(self, record: VendureRecord, effect: Effect) -> WriteResult:
        payment = record.payment
        if payment is None:
            raise DeclinedError("The order is not paid.", reason="not_paid")
        refund = {
            "paymentId": payment.id,
            "amount": int(effect.args["amount"]),
            # Required by the database of 3.7, though they are deprecated in favour of `amount`.
            "lines": [],
            "shipping": 0,
            "adjustment": 0,
            "reason": _reason(effect),
        }
        done = await self._api.change(queries.REFUND, "refundOrder", "Refund", input=refund)
        state, number = done.get("state"), done.get("id")
        if state == "Failed":
            raise DeclinedError("The payment provider has refused the refund.", reason="provider")
        if not isinstance(number, str):
            raise SystemOfRecordError("The answer of Vendure is not understood.")
        return WriteResult(Outcome.DONE, number, None if state == SETTLED else PENDING)

    async def _to(self, record: VendureRecord, state: str) -> None:
        """Raises `DeclinedError` if the shop's own rules do not allow that state now."""
        await self._api.change(
            queries.TRANSITION, "transitionOrderToState", "Order", id=record.raw.id, state=state
        )

    async def _set(self, record: VendureRecord, fields: dict[str, str]) -> None:
        await self._api.change(
            queries.SET_FIELDS, "setOrderCustomFields", "Order", id=record.raw.id, fields=fields
        )


def _reason(effect: Effect) -> str:
    """What people in the shop read; the key is what we look for."""
    return f"WhatsApp, confirmed by the customer: {effect.key}"
