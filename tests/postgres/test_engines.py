"""What an engine owes (docs/postgres.md), asked of both: nothing is stranded, doubled or out of order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from tests.postgres.hands import ENGINES, PATIENCE, Hands, Make, processes
from wavoice.runtime.adapters import procrastinate_engine
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.model import SECOND, Timer, TimerKind

pytestmark = pytest.mark.bulk


@pytest.fixture(params=ENGINES)
async def make(request: pytest.FixtureRequest) -> AsyncIterator[Make]:
    async with processes(request.param, request) as one:
        yield one


@pytest.fixture
async def on_postgresql(request: pytest.FixtureRequest) -> AsyncIterator[Make]:
    async with processes("procrastinate", request) as one:
        yield one


@pytest.fixture
async def watch(url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    """A look at the database from outside."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        yield connection


async def scalar(watch: psycopg.AsyncConnection[Any], query: str) -> Any:
    row = await (await watch.execute(query)).fetchone()
    return row[0] if row else None


async def until(watch: psycopg.AsyncConnection[Any], query: str) -> None:
    """Ask until the answer is true."""
    async with asyncio.timeout(PATIENCE):
        while not await scalar(watch, query):
            await SystemClock().wait(asyncio.Event(), SystemClock().now() + SECOND // 100)


def texts(hands: Hands, of: str | None = None) -> list[str]:
    return [text for contact, text in hands.done if of is None or contact == of]


async def test_a_nudge_in_a_transaction_that_is_rolled_back_wakes_nobody(make: Make) -> None:
    hands = await make()
    hands.start()

    async def fail() -> None:
        async with hands.store.begin() as tx:
            await hands.engine.nudge(await hands.stored(tx, "anna", "never"), tx)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await hands.receive("anna", "one")
    await hands.until(lambda: texts(hands) == ["one"])
    assert len(hands.drains) == 1


async def test_what_comes_while_a_drain_runs_is_done_after_it_in_order(make: Make) -> None:
    """Kick after unlock: nothing waits for a message that comes later."""
    hands = await make()
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def hold(text: str) -> None:
        begun.set()
        await go_on.wait()

    hands.before = hold
    hands.start()
    await hands.receive("anna", "one")
    await begun.wait()
    for text in ("two", "three"):
        await hands.receive("anna", text)
    go_on.set()
    await hands.until(lambda: len(hands.done) == 3)
    assert texts(hands) == ["one", "two", "three"]


async def test_a_storm_of_one_customer_is_a_few_drains_in_order(make: Make) -> None:
    hands = await make()
    await hands.receive("anna", "0")
    hands.start()
    await hands.until(lambda: bool(hands.done))
    for number in range(1, 150):
        await hands.receive("anna", str(number))
    await hands.until(lambda: len(hands.done) == 150)
    assert texts(hands) == [str(number) for number in range(150)]
    await hands.engine.idle()
    assert len(hands.drains) < 150


async def test_two_processes_keep_each_customers_order(make: Make) -> None:
    one, other = await make(), await make()
    other.moved = one.moved
    one.start()
    other.start()
    for number in range(20):
        await asyncio.gather(*((one, other)[number % 2].receive(name, str(number)) for name in "abcd"))
    await one.until(lambda: len(one.done) == 80)
    for contact in {contact for contact, _ in one.done}:
        assert texts(one, contact) == [str(number) for number in range(20)]


async def test_the_other_process_goes_on_where_one_ends(make: Make) -> None:
    """Blue and green: on one file the second waits for the first; on PostgreSQL both work."""
    blue, green = await make(), await make()
    green.moved = blue.moved
    blue.start()
    await blue.receive("anna", "one")
    await blue.until(lambda: len(blue.done) == 1)
    green.start()
    await green.receive("anna", "two")
    await blue.until(lambda: len(blue.done) == 2) if not green.drains else None
    await blue.stop()
    await green.receive("anna", "three")
    await green.until(lambda: texts(green) == ["one", "two", "three"])
    assert green.drains


async def test_a_frozen_process_is_fenced_when_it_goes_on(make: Make) -> None:
    """A zombie: another took its customer meanwhile, and what it had begun is refused."""
    frozen, living = await make(), await make()
    living.moved = frozen.moved
    begun, thaw = asyncio.Event(), asyncio.Event()

    async def freeze(text: str) -> None:
        begun.set()
        await thaw.wait()

    frozen.before = freeze
    address = await frozen.receive("anna", "one", told=False)
    zombie = asyncio.create_task(frozen.drain(address))
    await begun.wait()
    await living.drain(address)
    assert texts(living) == ["one"]
    thaw.set()
    await zombie
    assert frozen.fenced == 1
    assert texts(living) == ["one"]


async def test_a_due_timer_waits_for_an_unread_message(make: Make) -> None:
    hands = await make()
    address = await hands.receive("anna", "no wait", told=False)
    async with hands.store.begin() as tx:
        due = Timer("m_1", address, TimerKind.SETTLE, SystemClock().now(), "p_1", 1)
        await tx.timers.set(due)
        await hands.engine.nudge(address, tx)
    hands.start()
    await hands.until(lambda: len(hands.done) == 2)
    assert texts(hands) == ["no wait", "timer p_1"]


async def test_what_nobody_was_told_of_is_found(make: Make) -> None:
    """The keeper, and the scan at the start: a message and a timer of two customers."""
    hands = await make()
    await hands.receive("anna", "one", told=False)
    waiting = await hands.receive("otto", "two", told=False)
    async with hands.store.begin() as tx:
        now = SystemClock().now()
        await tx.timers.set(Timer("m_1", waiting, TimerKind.SETTLE, now + SECOND // 2, "p_1", 1))
    hands.start()
    await hands.until(lambda: len(hands.done) == 3)
    assert sorted(texts(hands)) == ["one", "timer p_1", "two"]


async def test_a_nudge_is_not_lost_between_the_last_look_and_the_end(
    on_postgresql: Make, watch: psycopg.AsyncConnection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The forced race: a job waits already, is begun, and looks before the message is committed."""
    monkeypatch.setattr(procrastinate_engine, "LYING", 3_600 * SECOND)  # no keeper helps
    hands = await on_postgresql()
    address = await hands.receive("anna", "one")
    await hands.drain(address)  # by hand: its job still waits
    assert await scalar(watch, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'") == 1
    async with hands.store.begin() as tx:
        await hands.stored(tx, "anna", "two")
        await hands.engine.nudge(address, tx)  # one waits already: it is enough
        hands.start()
        await until(watch, "SELECT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE status = 'doing')")
        # The drain stands at the gate, instead of believing that there is nothing to do.
        await until(
            watch, "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"
        )
        assert texts(hands) == ["one"]
    await hands.until(lambda: texts(hands) == ["one", "two"])


async def test_numbers_follow_the_order_of_commits(on_postgresql: Make) -> None:
    """The second of two webhooks of one customer cannot be numbered before the first is durable."""
    hands = await on_postgresql()
    address = await hands.receive("anna", "zero", told=False)
    second: asyncio.Task[Any] | None = None
    async with hands.store.begin() as tx:
        await hands.stored(tx, "anna", "first")
        second = asyncio.create_task(hands.receive("anna", "second", told=False))
        await asyncio.create_task(hands.receive("otto", "meanwhile", told=False))  # nobody else waits
        assert not second.done()
    await second
    await hands.drain(address)
    assert texts(hands, address.contact) == ["zero", "first", "second"]


async def test_the_work_of_a_dead_worker_is_taken_over(
    on_postgresql: Make, watch: psycopg.AsyncConnection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a job of the same customer waiting behind it, which a retry of the job would collide with."""
    monkeypatch.setattr(procrastinate_engine, "LYING", 3_600 * SECOND)  # no keeper's other half helps
    hands = await on_postgresql()
    await hands.receive("anna", "one")
    await watch.execute(
        "WITH dead AS (INSERT INTO procrastinate_workers (last_heartbeat) "
        "VALUES (now() - interval '10 seconds') RETURNING id) "
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM dead)"
    )
    await hands.receive("anna", "two")
    assert await scalar(watch, "SELECT count(*) FROM procrastinate_jobs") == 2
    hands.start()
    await hands.until(lambda: texts(hands) == ["one", "two"])
    await until(watch, "SELECT count(*) = 0 FROM procrastinate_jobs")  # what is done is deleted


async def test_one_customers_trouble_stops_nobody_else_and_is_tried_again(make: Make) -> None:
    hands = await make()
    tries = 0

    async def stumble(text: str) -> None:
        nonlocal tries
        if text == "poison":
            tries += 1
            if tries < 2:
                raise ZeroDivisionError

    hands.before = stumble
    hands.start()
    await hands.receive("anna", "poison")
    await hands.receive("otto", "fine")
    await hands.until(lambda: "fine" in texts(hands))
    await hands.until(lambda: "poison" in texts(hands))
    assert texts(hands) == ["fine", "poison"]
