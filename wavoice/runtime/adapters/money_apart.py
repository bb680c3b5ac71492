"""An order system and a payment system that work together: money to the one, everything else to the other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from wavoice.runtime.errors import SystemOfRecordError
from wavoice.runtime.model import Alias, Customer, Effect, Order, Outcome, WriteResult
from wavoice.runtime.ports import NotesPayments, Orders, Payments
from wavoice.runtime.token import CommitToken

MONEY = frozenset({"refund_order"})
"""Effects that the payment system carries out."""


class MoneyApart:
    """`ports.Orders` of two systems. Reads are the order system's alone."""

    def __init__(self, orders: Orders, payments: Payments) -> None:
        self._shop = orders
        self._money = payments

    async def customers(self, alias: Alias) -> Sequence[Customer]:
        """See `ports.Orders`."""
        return await self._shop.customers(alias)

    async def orders(self, customer: str) -> Sequence[Order]:
        """See `ports.Orders`."""
        return await self._shop.orders(customer)

    async def write(self, effect: Effect, token: CommitToken) -> WriteResult:
        """Carry it out once where it belongs; the one that it goes to asks for the token."""
        if effect.action not in MONEY:
            return await self._shop.write(effect, token)
        try:
            references = await self._references(effect)
        except SystemOfRecordError as error:  # nothing was sent to the payment system: the look-up says so
            return WriteResult(Outcome.UNKNOWN, reason=error.message)
        return await self._money.write(effect, token, references)

    async def look_up(self, key: str) -> WriteResult | None:
        """What became of that key: the word of whichever system has it; unknown while one is silent."""
        found = await asyncio.gather(self._shop.look_up(key), self._money.look_up(key))
        told = [result for result in found if result is not None]
        known = [result for result in told if result.outcome is not Outcome.UNKNOWN]
        return next(iter([*known, *told]), None)

    async def _references(self, effect: Effect) -> Sequence[str]:
        order = effect.args.get("order")
        if order is None or not isinstance(self._shop, NotesPayments):
            return ()
        return await self._shop.payments_of(order)
