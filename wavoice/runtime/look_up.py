"""Identify → look up: whose message this is, and the live facts about their orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from wavoice.runtime import journal
from wavoice.runtime.errors import SystemOfRecordError
from wavoice.runtime.kit import Turn
from wavoice.runtime.model import Alias, Facts, Identity, Order, Payment, Stage


async def look_up(turn: Turn, alias: Alias) -> Facts | None:
    """Read customer and orders now. None if the shop could not be read; never a remembered answer."""
    orders = turn.kit.orders
    try:
        with turn.trace.span(Stage.IDENTIFY):
            identity = Identity(tuple(await orders.customers(alias)))
        if identity.customer is None:
            turn.log(journal.LookedUp(len(identity.customers), ()))
            return Facts(identity, (), turn.trace.now())
        with turn.trace.span(Stage.LOOK_UP):
            found = await orders.orders(identity.customer.id)
    except SystemOfRecordError as error:
        turn.log(journal.Trouble(stage="look_up", code=error.code, detail=error.message))
        return None
    turn.log(journal.LookedUp(1, tuple(_seen(order) for order in found)))
    return Facts(identity, tuple(found), turn.trace.now())


def _seen(order: Order) -> journal.OrderSeen:
    return journal.OrderSeen(
        order.id,
        order.status,
        order.day.isoformat(),
        order.version,
        order.delivery_address,
        _paid(order.payment) if order.payment else None,
        order.items,
    )


def _paid(payment: Payment) -> Mapping[str, int | str]:
    return {
        **asdict(payment.paid),
        "refunded": payment.refunded,
        "brand": payment.brand,
        "last4": payment.last4,
    }
