"""Identify → look up: whose message this is, and the live facts about their orders."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace

from wavoice.runtime import journal
from wavoice.runtime.actions import Fact
from wavoice.runtime.errors import SystemOfRecordError
from wavoice.runtime.kit import Turn
from wavoice.runtime.model import Alias, Facts, Identity, Order, Payment, Stage


async def look_up(turn: Turn, alias: Alias, *jobs: str) -> Facts | None:
    """Read customer and orders now, and what these jobs read besides. None if any of it could not be read;
    never a remembered answer.
    """
    facts = await _shop(turn, alias)
    return None if facts is None else await read_own(turn, facts, *jobs)


async def read_own(turn: Turn, facts: Facts, *jobs: str | None) -> Facts | None:
    """The facts with what these jobs read from systems of the author's own; None if one did not answer."""
    wanted = {name: fact for job in jobs for name, fact in _reads(turn, job)}
    customer = facts.identity.customer
    if not wanted or customer is None:
        return facts
    with turn.trace.span(Stage.LOOK_UP):
        try:
            async with asyncio.timeout(turn.kit.policy.read_budget_seconds):
                told = await asyncio.gather(*(fact.read(customer) for fact in wanted.values()))
        except Exception as error:  # noqa: BLE001 -- somebody else's code: that it failed is what is known
            turn.log(journal.Trouble(stage="look_up", code="own_fact", detail=type(error).__name__))
            return None
    return replace(facts, own=dict(zip(wanted, told, strict=True)))


def _reads(turn: Turn, name: str | None) -> Iterable[tuple[str, Fact]]:
    job = turn.jobs.offered(name)
    return job.own.reads.items() if job is not None and job.own is not None else ()


async def _shop(turn: Turn, alias: Alias) -> Facts | None:
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
