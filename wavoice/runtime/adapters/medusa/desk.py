"""What is done to an order at Medusa: a day or an address with its mark in one call, a refund with its key in
the note. A cancellation gives captured money back by itself: the customer was asked about both, or nothing is
paid.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from wavoice.runtime.adapters.marked import day_of
from wavoice.runtime.adapters.marks import mark_of, with_mark, without_mark
from wavoice.runtime.adapters.medusa.api import MedusaApi
from wavoice.runtime.adapters.medusa.records import (
    DAY,
    FIELDS,
    REF,
    Address,
    MedusaRecord,
    RawOrder,
    major_of,
)
from wavoice.runtime.adapters.systems import Around
from wavoice.runtime.adapters.terms import Terms
from wavoice.runtime.errors import DeclinedError, SystemOfRecordError
from wavoice.runtime.model import SECOND, Effect, Micros, Outcome, WriteResult

LOOKED_BACK: Final = timedelta(days=3)
PAGE: Final = 100
MOST_PAGES: Final = 20
"""Metadata cannot be searched: orders that changed in the last days are looked through for a mark."""
PAYS_BACK: Final = "cancel_pays_back"
"""Reason of a refusal: a cancellation would give money back, which the customer was not told."""


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Held(_Said):
    id: str
    metadata: dict[str, Any] | None = None
    display_id: int


class _Listed(_Said):
    orders: tuple[_Held, ...]
    count: int


class _One(_Said):
    order: RawOrder


class _Saved(Address):
    country_code: str | None = None


class _Book(_Said):
    addresses: tuple[_Saved, ...]


class _Refund(_Said):
    id: str
    note: str | None = None


class _Paid(_Said):
    id: str
    refunds: tuple[_Refund, ...]


class _Refunded(_Said):
    payment: _Paid


class _Written(_Said):
    order: _Held


class MedusaDesk:
    """`marked.Desk`."""

    vendor = "Medusa"

    def __init__(self, api: MedusaApi, terms: Terms, around: Around) -> None:
        self._api = api
        self._terms = terms
        self._around = around

    async def marked(self, key: str) -> MedusaRecord | None:
        """The order whose metadata has a mark of that key, among those that changed lately."""
        since = datetime.fromtimestamp(self._around.now() / SECOND, UTC) - LOOKED_BACK
        query = {
            "fields": "id,display_id,metadata",
            "order": "-updated_at",
            "limit": str(PAGE),
            "updated_at[$gte]": since.isoformat(),
        }
        async for held in self._all(query):
            if key in str((held.metadata or {}).get(REF, "")).split():
                return await self._read(held.id)
        return None

    async def numbered(self, number: str) -> MedusaRecord | None:
        """The order with exactly that display id, by which Medusa only searches (`q=`): 12 finds 112, too."""
        if not (number.isascii() and number.isdecimal()):
            return None
        async for held in self._all({"q": number, "fields": "id,display_id", "limit": str(PAGE)}):
            if str(held.display_id) == number:
                return await self._read(held.id)
        return None

    async def _all(self, query: Mapping[str, str]) -> AsyncIterator[_Held]:
        """All that are found, page by page. Raises `SystemOfRecordError` if there are too many."""
        for page in range(MOST_PAGES):
            found = await self._api.read("/admin/orders", _Listed, **query, offset=str(page * PAGE))
            for held in found.orders:
                yield held
            if (page + 1) * PAGE >= found.count:
                return
        raise SystemOfRecordError("There are too many orders at Medusa to look through.")

    async def settled(self, record: MedusaRecord) -> MedusaRecord:
        """Itself: nothing that is done here takes more than one call."""
        return record

    async def forget(self, record: MedusaRecord, key: str) -> None:
        """Take the mark away."""
        await self._set(record, {REF: without_mark(record.marks, key)})

    async def carry_out(self, record: MedusaRecord, effect: Effect, now: Micros) -> WriteResult:
        """See `marked.Desk`."""
        match effect.action:
            case "reschedule_delivery":
                day = day_of(effect.args.get("day"))
                if day is None:
                    raise DeclinedError("That is no day.", reason="bad_day")
                done = with_mark(record.marks, mark_of(effect, now, done=True))
                await self._set(record, {DAY: day.isoformat(), REF: done})
                return WriteResult(Outcome.DONE, str(record.raw.display_id))
            case "change_address":
                done = with_mark(record.marks, mark_of(effect, now, done=True))
                address = await self._address(record, effect.args["address"])
                await self._set(record, {REF: done}, shipping_address=address)
                return WriteResult(Outcome.DONE, str(record.raw.display_id))
            case "refund_order":
                return await self._refund(record, effect, now)
            case "cancel_order":
                return await self._cancel(record, effect, now)
        raise DeclinedError("That is not done here.", reason="unknown_action")

    async def _refund(self, record: MedusaRecord, effect: Effect, now: Micros) -> WriteResult:
        payment = record.payment
        if payment is None:
            raise DeclinedError("The order is not paid.", reason="not_paid")
        await self._begin(record, effect, now)
        body = {
            "amount": major_of(int(effect.args["amount"]), record.currency),
            "note": f"WhatsApp, confirmed by the customer: {effect.key}",
        }
        done = await self._api.change(f"/admin/payments/{payment.id}/refund", _Refunded, body)
        made = [one.id for one in done.payment.refunds if effect.key in (one.note or "").split()]
        if not made:
            raise SystemOfRecordError("A refund of Medusa is not seen on its payment.")
        return WriteResult(Outcome.DONE, made[0])

    async def _cancel(self, record: MedusaRecord, effect: Effect, now: Micros) -> WriteResult:
        payment = record.payment
        if "amount" not in effect.args and payment is not None and payment.refunded < payment.amount:
            raise DeclinedError("Its money would go back with it.", reason=PAYS_BACK)
        await self._begin(record, effect, now)
        await self._api.change(f"/admin/orders/{record.raw.id}/cancel", _Written, {})
        return WriteResult(Outcome.DONE, str(record.raw.display_id))

    async def _begin(self, record: MedusaRecord, effect: Effect, now: Micros) -> None:
        await self._set(record, {REF: with_mark(record.marks, mark_of(effect, now, done=False))})

    async def _address(self, record: MedusaRecord, text: str) -> dict[str, str]:
        """The saved address that reads like that, else the words as they were confirmed, and no part of the
        old address beside them: a town that contradicts the street helps no courier.
        """
        path = f"/admin/customers/{record.raw.customer_id}/addresses"
        book = await self._api.read(path, _Book, limit="100")
        same = [one for one in book.addresses if one.text().casefold() == text.strip().casefold()]
        if not same:
            return {**dict.fromkeys(Address.model_fields, ""), "address_1": text.strip()}
        return {name: value or "" for name, value in same[0].model_dump(exclude_none=True).items()}

    async def _set(self, record: MedusaRecord, metadata: dict[str, str], **more: object) -> None:
        body = {"metadata": {**(record.raw.metadata or {}), **metadata}, **more}
        await self._api.change(f"/admin/orders/{record.raw.id}", _Written, body)

    async def _read(self, number: str) -> MedusaRecord:
        found = await self._api.read(f"/admin/orders/{number}", _One, fields=FIELDS)
        return MedusaRecord(found.order, self._terms)
