"""Effects once at a vendor that knows no idempotency keys: a mark on the record, then the work, then a look.

`Desk` is what a vendor has to offer for that: records with marks (marks.py), and the work itself. The order
of things is the same for all: who holds the key already, is the record as the customer was told, may it be
done at all, then the work. An answer that is lost is unknown; the record says later what became of it. A call
whose end nobody saw may still be on its way: until `IN_FLIGHT` is over its absence says nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Final, Generic, Protocol, TypeVar
from weakref import WeakValueDictionary

from wavoice.runtime.adapters.careful import within
from wavoice.runtime.adapters.marks import Mark, body_of
from wavoice.runtime.adapters.systems import Around
from wavoice.runtime.errors import DeclinedError, SystemOfRecordError
from wavoice.runtime.model import OUTDATED, SECOND, Effect, Micros, Order, Outcome, Payment, WriteResult
from wavoice.runtime.token import CommitToken

IN_FLIGHT: Final[Micros] = 20 * SECOND
"""A call that was sent this long ago has ended, one way or the other: vendors give up on their own sooner."""
ACTIONS: Final = frozenset({"reschedule_delivery", "change_address", "cancel_order", "refund_order"})
_CLOSED = frozenset({"shipped", "delivered", "cancelled"})


class Record(Protocol):
    """An order as the vendor holds it, read just now."""

    @property
    def order(self) -> Order:
        """In our terms. Raises `SystemOfRecordError` for what is not understood."""
        ...

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Oldest first."""
        ...

    def became(self, mark: Mark) -> WriteResult | None:
        """DONE with the name of its result, if that write is seen on the record; None: it is not."""
        ...


R = TypeVar("R", bound=Record)


class Desk(Protocol[R]):
    """The vendor. Everything raises `SystemOfRecordError`, and `DeclinedError` if it said no."""

    vendor: str

    async def marked(self, key: str) -> R | None:
        """The order that carries the mark of that key."""
        ...

    async def numbered(self, number: str) -> R | None:
        """The order with the number that customers know."""
        ...

    async def settled(self, record: R) -> R:
        """The same, once nothing half-done of ours is left on it; only called when nothing is on its way.

        Raises `DeclinedError` while somebody else is at it.
        """
        ...

    async def carry_out(self, record: R, effect: Effect, now: Micros) -> WriteResult:
        """Do it, and leave the mark. DONE, or what it raises."""
        ...

    async def forget(self, record: R, key: str) -> None:
        """Take the mark of a write away that the vendor has declined, if it was left."""
        ...


class MarkedWrites(Generic[R]):
    """The two halves of `ports.Orders` that write, over a `Desk`."""

    def __init__(self, desk: Desk[R], around: Around, in_flight: Micros = IN_FLIGHT) -> None:
        self._desk = desk
        self._around = around
        self._in_flight = in_flight
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def write(self, effect: Effect, token: CommitToken) -> WriteResult:
        """Carry the effect out once under its key; two at a time for one order wait for each other.

        That holds for this process. Of several, only one drains a contact at a time (`ports.Engine`).
        """
        self._around.admission.admit(effect, token)
        number = effect.args.get("order", "")
        lock = self._locks.setdefault(number, asyncio.Lock())
        try:
            async with within(self._around.write_budget_seconds, self._desk.vendor), lock:
                return await self._write(effect, number)
        except DeclinedError as error:
            return WriteResult(Outcome.REFUSED, reason=error.reason)
        except SystemOfRecordError as error:
            return WriteResult(Outcome.UNKNOWN, reason=error.message)

    async def look_up(self, key: str) -> WriteResult | None:
        """What became of that key; what a crash has left half-done is put right on the way."""
        try:
            async with within(self._around.read_budget_seconds, self._desk.vendor):
                record = await self._desk.marked(key)
                mark = _mark(record, key)
                if record is None or mark is None:
                    return None
                return await self._became(record, mark)
        except SystemOfRecordError as error:
            return WriteResult(Outcome.UNKNOWN, reason=error.message)

    async def _became(self, record: R, mark: Mark) -> WriteResult | None:
        became = record.became(mark)
        if became is None and self._around.now() < mark.at + self._in_flight:
            return WriteResult(Outcome.UNKNOWN, reason="it may still be under way")
        if became is None:
            await self._desk.settled(record)
            return None
        with suppress(DeclinedError):  # somebody else is at it by now; ours was done
            await self._desk.settled(record)
        return became

    async def _write(self, effect: Effect, number: str) -> WriteResult:
        record = await self._desk.marked(effect.key)
        mark = _mark(record, effect.key)
        if record is not None and mark is not None:
            if mark.body != body_of(effect):
                return WriteResult(Outcome.FAILED, reason="key_reused")
            known = await self._became(record, mark)
            if known is not None:
                return known
        record = await self._desk.numbered(number) if number else None
        if record is None:
            return WriteResult(Outcome.REFUSED, reason="unknown_order")
        self._nobody_at_work(record)
        record = await self._desk.settled(record)
        order = record.order
        if order.version != effect.facts_version:
            return WriteResult(Outcome.REFUSED, reason=OUTDATED)
        if reason := forbidden(effect, order):
            return WriteResult(Outcome.REFUSED, reason=reason)
        try:
            return await self._desk.carry_out(record, effect, self._around.now())
        except DeclinedError:  # its mark would look like a write that has no end
            await self._desk.forget(record, effect.key)
            raise

    def _nobody_at_work(self, record: R) -> None:
        """Raises `SystemOfRecordError` while another write of ours to this order may be on its way."""
        now = self._around.now()
        for mark in record.marks:
            if not mark.done and now < mark.at + self._in_flight and record.became(mark) is None:
                raise SystemOfRecordError(
                    f"Another write to that order of {self._desk.vendor} has no end yet."
                )


def _mark(record: Record | None, key: str) -> Mark | None:
    return next((one for one in record.marks if one.key == key), None) if record else None


def forbidden(effect: Effect, order: Order) -> str | None:
    """Why that may not be done to the order as it stands; None: it may."""
    if effect.action not in ACTIONS:
        return "unknown_action"
    if effect.action == "refund_order":
        return _refund(order.payment, effect.args)
    if order.status in _CLOSED:
        return order.status
    if effect.action == "cancel_order":
        return _cancel(order.payment, effect.args)
    if effect.action == "reschedule_delivery" and day_of(effect.args.get("day")) is None:
        return "bad_day"
    if effect.action == "change_address" and not effect.args.get("address", "").strip():
        return "bad_address"
    return None


def _cancel(payment: Payment | None, args: Mapping[str, str]) -> str | None:
    """All that was paid goes back with it, or nothing was paid: as the customer was told."""
    left = payment.remaining.minor if payment else 0
    if "amount" not in args:
        return "bad_amount" if left else None
    return _refund(payment, args) or (None if args["amount"] == str(left) else "bad_amount")


def day_of(text: str | None) -> date | None:
    """The day of an ISO date; None for what is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _refund(payment: Payment | None, args: Mapping[str, str]) -> str | None:
    if payment is None:
        return "not_paid"
    if (args.get("currency"), args.get("payee")) != (payment.paid.currency, payment.payee):
        return "another_instrument"
    amount = args.get("amount", "")
    fits = amount.isascii() and amount.isdecimal() and 0 < int(amount) <= payment.remaining.minor
    return None if fits else "bad_amount"
