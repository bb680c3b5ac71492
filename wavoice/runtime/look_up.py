"""Identify → look up: whose message this is, and the live facts about their orders."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, TypeVar

from wavoice.runtime import journal
from wavoice.runtime.actions import Fact
from wavoice.runtime.errors import SystemOfRecordError
from wavoice.runtime.kit import Turn
from wavoice.runtime.model import (
    NO_RECORDS,
    OF_THE_SHOP,
    Alias,
    Facts,
    Identity,
    Order,
    Payment,
    Record,
    Records,
    Stage,
)
from wavoice.runtime.policy import HOUR
from wavoice.runtime.sayable import orders_as_said, records_as_said

T = TypeVar("T")
U = TypeVar("U")


async def look_up(turn: Turn, alias: Alias, *jobs: str | None) -> Facts | None:
    """Read customer and orders now, and what these jobs read besides. None if any of it could not be read;
    never a remembered answer.
    """
    facts = await _shop(turn, alias, _kinds(turn, jobs, optional=False))
    return None if facts is None else await read_own(turn, facts, *jobs)


async def read_own(turn: Turn, facts: Facts, *jobs: str | None) -> Facts | None:
    """The facts with what these jobs read besides and nobody has read yet: records of the shop, and what
    comes from systems of the author's own. None if one did not answer.
    """
    customer = facts.identity.customer
    more = await _records(turn, facts, jobs)
    if customer is None:
        return more
    wanted = {name: fact for job in jobs for name, fact in _reads(turn, job) if name not in facts.own}
    if more is None or not wanted:
        return more
    told = await of_authors(turn, (fact.read(customer) for fact in wanted.values()))
    return None if told is None else replace(more, own={**facts.own, **dict(zip(wanted, told, strict=True))})


async def of_authors(turn: Turn, reads: Iterable[Awaitable[object]]) -> list[object] | None:
    """What systems of the author's own answer, in order; None if one of them failed or was late."""
    with turn.trace.span(Stage.LOOK_UP):
        try:
            async with asyncio.timeout(turn.kit.policy.read_budget_seconds):
                return await asyncio.gather(*reads)
        except Exception as error:  # noqa: BLE001 -- somebody else's system: that it failed is what is known
            code = "own_no_answer" if isinstance(error, TimeoutError) else "own_fact"
            turn.log(journal.Trouble(stage="look_up", code=code, detail=type(error).__name__))
            return None


def _reads(turn: Turn, name: str | None) -> Iterable[tuple[str, Fact]]:
    job = turn.jobs.offered(name)
    return job.own.reads.items() if job is not None and job.own is not None else ()


def _kinds(turn: Turn, jobs: Iterable[str | None], *, optional: bool) -> tuple[str, ...]:
    """Kinds of records that these jobs need, or use where they are there, each once."""
    offered = [job for name in jobs if (job := turn.jobs.offered(name)) is not None]
    back = [job for one in offered if (job := turn.jobs.offered(one.undo)) is not None]
    wanted = (*offered, *back) if not optional else offered
    return tuple(dict.fromkeys(kind for job in wanted for kind in (job.uses if optional else job.needs)))


async def _records(turn: Turn, facts: Facts, jobs: Sequence[str | None]) -> Facts | None:
    """The facts with what these jobs need, what they use, and what moved money if they move some."""
    customer, have = facts.identity.customer, facts.records.kinds
    needed = [kind for kind in _kinds(turn, jobs, optional=False) if kind not in have]
    used = [kind for kind in _kinds(turn, jobs, optional=True) if kind not in (*have, *needed)]
    if customer is None:
        needed, used = [kind for kind in needed if kind in OF_THE_SHOP], []
    name = customer.id if customer is not None else ""
    try:
        if needed or (used and turn.kit.records is not None):
            with turn.trace.span(Stage.LOOK_UP):
                needs = _all(_read(turn, kind, name) for kind in needed)
                told, found = await _both(needs, _some(turn, used, name))
            records = _with(_with(facts.records, needed, told), found, found.values())
            facts = replace(facts, records=records_as_said(records, turn.kit.policy))
    except SystemOfRecordError as error:
        turn.log(journal.Trouble(stage="look_up", code=error.code, detail=error.message))
        return None
    offered = (turn.jobs.offered(name) for name in jobs)
    if any(job is not None and job.pays for job in offered) and facts.moved is None:
        async with turn.kit.store.begin() as tx:
            since = turn.trace.now() - 24 * HOUR
            facts = replace(facts, moved=tuple(await tx.proposals.moved_money(turn.address, since)))
    return facts


async def _some(turn: Turn, kinds: Sequence[str], customer: str) -> dict[str, Sequence[Record]]:
    """Those kinds that could be read; the others are noted, and done without."""
    told = await asyncio.gather(*(_read(turn, kind, customer) for kind in kinds), return_exceptions=True)
    found: dict[str, Sequence[Record]] = {}
    for kind, one in zip(kinds, told, strict=True):
        if isinstance(one, SystemOfRecordError):
            turn.log(journal.Trouble(stage="look_up", code=one.code, detail=one.message))
        elif isinstance(one, BaseException):
            raise one
        else:
            found[kind] = one
    return found


async def _read(turn: Turn, kind: str, customer: str) -> Sequence[Record]:
    if turn.kit.records is None:
        raise SystemOfRecordError(f"No system of record has {kind}.")
    return await turn.kit.records.read(kind, customer)


def _with(records: Records, kinds: Iterable[str], told: Iterable[Sequence[Record]]) -> Records:
    found: dict[str, Any] = {kind: tuple(one) for kind, one in zip(kinds, told, strict=True)}
    return replace(records, kinds=records.kinds | {*found}, **found)


async def _all(reads: Iterable[Awaitable[T]]) -> list[T]:
    """All answers; raises the first error, once none of them is under way any more."""
    told = await asyncio.gather(*reads, return_exceptions=True)
    for one in told:
        if isinstance(one, BaseException):
            raise one
    return [one for one in told if not isinstance(one, BaseException)]


async def _both(one: Awaitable[T], other: Awaitable[U]) -> tuple[T, U]:
    """See `_all`."""
    first, second = await asyncio.gather(one, other, return_exceptions=True)
    if isinstance(first, BaseException):
        raise first
    if isinstance(second, BaseException):
        raise second
    return first, second


async def _shop(turn: Turn, alias: Alias, kinds: Sequence[str]) -> Facts | None:
    orders = turn.kit.orders
    try:
        with turn.trace.span(Stage.IDENTIFY):
            identity = Identity(tuple(await orders.customers(alias)))
        customer = identity.customer
        if customer is None:
            turn.log(journal.LookedUp(len(identity.customers), ()))
            return Facts(identity, (), turn.trace.now())
        with turn.trace.span(Stage.LOOK_UP):
            if not kinds:  # most turns: nothing is gathered
                found, told = await orders.orders(customer.id), list[Sequence[Record]]()
            else:
                reads = _all(_read(turn, kind, customer.id) for kind in kinds)
                found, told = await _both(orders.orders(customer.id), reads)
    except SystemOfRecordError as error:
        turn.log(journal.Trouble(stage="look_up", code=error.code, detail=error.message))
        return None
    found = orders_as_said(_own(turn, customer.id, found))
    turn.log(journal.LookedUp(1, tuple(_seen(order) for order in found)))
    now = turn.trace.now()
    records = records_as_said(_with(NO_RECORDS, kinds, told), turn.kit.policy)
    local, rules = turn.kit.local(now), turn.kit.rules
    return Facts(identity, tuple(found), now, records=records, now=local, rules=rules)


def _own(turn: Turn, customer: str, orders: Sequence[Order]) -> Sequence[Order]:
    """This customer's alone, whatever the shop's search brings along: what is dropped is in no journal."""
    own = [order for order in orders if order.customer == customer]
    if len(own) < len(orders):
        turn.log(journal.Trouble("look_up", "foreign_record", f"{len(orders) - len(own)} orders"))
    return own


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
