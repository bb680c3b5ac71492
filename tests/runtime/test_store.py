"""Transactions of the store, in memory and in a file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.postgres.stores import POSTGRESQL, opened
from wavoice.runtime.adapters.store import SqliteStore
from wavoice.runtime.errors import StoreError
from wavoice.runtime.model import Address, Alias, Conversation, Inbound, Modality
from wavoice.runtime.ports import Store, UnitOfWork
from wavoice.sim.clock import CountingIds

ANNA = Alias(phone="4915112345678", bsuid=None)


@pytest.fixture(params=["memory", "file", POSTGRESQL])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    async with opened(request) as one:
        yield one


async def anna(unit: UnitOfWork) -> Conversation:
    return await unit.contacts.find_or_add("shop", "100", ANNA, at=1)


def message(address: Address, name: str) -> Inbound:
    return Inbound(
        id=f"wamid.{name}",
        turn=f"t_{name}",
        address=address,
        alias=ANNA,
        seq=0,
        modality=Modality.TEXT,
        sent_at=1,
        received_at=1,
        text=name,
    )


async def unread(store: Store) -> int:
    async with store.begin() as unit:
        return await unit.inbox.unread((await anna(unit)).address)


async def test_leaving_the_block_commits(store: Store) -> None:
    async with store.begin() as unit:
        await unit.inbox.add(message((await anna(unit)).address, "one"), {})
    assert await unread(store) == 1


async def test_an_exception_rolls_everything_back(store: Store) -> None:
    async def fail() -> None:
        async with store.begin() as unit:
            await unit.inbox.add(message((await anna(unit)).address, "one"), {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await unread(store) == 0


async def test_after_commit_runs_after_the_commit_in_order(store: Store) -> None:
    calls: list[str] = []
    async with store.begin() as unit:
        unit.after_commit(lambda: calls.append("first"))
        unit.after_commit(lambda: calls.append("second"))
        assert calls == []
    assert calls == ["first", "second"]


async def test_after_commit_does_not_run_on_rollback(store: Store) -> None:
    calls: list[str] = []

    async def fail() -> None:
        async with store.begin() as unit:
            unit.after_commit(lambda: calls.append("never"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert calls == []


async def test_transactions_of_one_process_wait_for_each_other(store: Store) -> None:
    async def add(name: str) -> None:
        async with store.begin() as unit:
            address = (await anna(unit)).address
            before = await unit.inbox.unread(address)
            await asyncio.sleep(0)
            await unit.inbox.add(message(address, f"{name}{before}"), {})

    await asyncio.gather(*(add("m") for _ in range(5)))
    assert await unread(store) == 5  # a lost update would have named two messages alike


async def test_a_cancelled_transaction_leaves_nothing_and_blocks_nobody(store: Store) -> None:
    inside = asyncio.Event()

    async def never_ends() -> None:
        async with store.begin() as unit:
            await unit.inbox.add(message((await anna(unit)).address, "one"), {})
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(never_ends())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await unread(store) == 0


async def test_a_commit_is_announced_even_if_its_task_is_cancelled_meanwhile(tmp_path: Path) -> None:
    store = await SqliteStore.open(tmp_path / "store.sqlite", ids=CountingIds())
    calls: list[str] = []

    async def commit() -> None:
        async with store.begin() as unit:
            await unit.inbox.add(message((await anna(unit)).address, "one"), {})
            unit.after_commit(lambda: calls.append("durable"))
            leaving.set()

    leaving = asyncio.Event()
    task = asyncio.create_task(commit())
    await leaving.wait()  # the task now waits for the commit in the thread
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert calls == ["durable"]
    assert await unread(store) == 1
    await store.close()


async def test_a_transaction_inside_a_transaction_is_refused(store: Store) -> None:
    async with store.begin():
        with pytest.raises(RuntimeError, match="inside a transaction"):
            async with store.begin():
                pass


async def test_a_repository_is_useless_after_its_transaction(store: Store) -> None:
    async with store.begin() as unit:
        pass
    with pytest.raises(StoreError, match="after its transaction"):
        await anna(unit)


async def test_a_closed_store_says_so(store: Store) -> None:
    await store.close()
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        async with store.begin():
            pass
