"""Transactions that queue are committed together: each whole or not at all, and done when all are durable."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.runtime.test_store import anna, message
from wavoice.runtime.adapters.store import SqliteStore
from wavoice.runtime.errors import StoreError
from wavoice.runtime.ports import Store
from wavoice.sim.clock import CountingIds

NAMES = ("a", "b", "c", "d")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    one = await SqliteStore.open(tmp_path / "store.sqlite", ids=CountingIds())
    yield one
    await one.close()


def durable(folder: Path) -> list[str]:
    """What another program finds in the file."""
    with closing(sqlite3.connect(f"{(folder / 'store.sqlite').as_uri()}?mode=ro", uri=True)) as database:
        return [name for (name,) in database.execute("SELECT message FROM inbox ORDER BY seq")]


class Crowd:
    """Several who write at once; the first one stays inside until all others wait."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self._folder = store, folder
        self._inside, self._go_on = asyncio.Event(), asyncio.Event()
        self.called: list[tuple[str, int]] = []
        """Who was told to be durable, and how many messages the file had then."""
        self.went_on: list[str] = []

    async def add(self, name: str, *, fails: bool = False) -> None:
        async with self._store.begin() as unit:
            unit.after_commit(lambda: self.called.append((name, len(durable(self._folder)))))
            await unit.inbox.add(message((await anna(unit)).address, name), {})
            if name == "a":
                self._inside.set()
                await self._go_on.wait()
            if fails:
                raise ZeroDivisionError
        self.went_on.append(name)

    async def queue(self, *fails: str) -> dict[str, asyncio.Task[None]]:
        """Begin all of them; they go on with the next wait of the caller."""
        tasks = {name: asyncio.create_task(self.add(name, fails=name in fails)) for name in NAMES}
        await self._inside.wait()
        await asyncio.sleep(0)  # all others are in the queue by now
        self._go_on.set()
        return tasks


async def test_those_that_wait_become_durable_with_one_commit(store: Store, tmp_path: Path) -> None:
    crowd = Crowd(store, tmp_path)
    await asyncio.gather(*(await crowd.queue()).values())
    assert crowd.called == [(name, len(NAMES)) for name in NAMES], "told in the order of the commit"
    assert crowd.went_on == [*NAMES], "who wrote first goes on first"
    assert durable(tmp_path) == [f"wamid.{name}" for name in NAMES]


@pytest.mark.parametrize("failing", NAMES)
async def test_one_that_fails_takes_back_its_own_and_nothing_else(
    store: Store, tmp_path: Path, failing: str
) -> None:
    crowd = Crowd(store, tmp_path)
    tasks = await crowd.queue(failing)
    with pytest.raises(ZeroDivisionError):
        await tasks.pop(failing)
    await asyncio.gather(*tasks.values())
    kept = [name for name in NAMES if name != failing]
    assert durable(tmp_path) == [f"wamid.{name}" for name in kept]
    assert [name for name, _ in crowd.called] == kept


async def test_those_who_are_cancelled_while_they_wait_leave_nothing_open(
    store: Store, tmp_path: Path
) -> None:
    crowd = Crowd(store, tmp_path)
    tasks = await crowd.queue()
    await asyncio.sleep(0)  # the first has written and lets the others in
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)
    assert durable(tmp_path) == [f"wamid.{name}" for name, _ in sorted(crowd.called)]
    assert "wamid.a" in durable(tmp_path)
    with closing(sqlite3.connect(tmp_path / "store.sqlite", timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # raises where somebody has the write lock


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """No file of this process grows beyond what the log of the store has."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = (folder / "store.sqlite-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files")
async def test_where_the_disk_is_full_nobody_is_told_that_it_is_durable(store: Store, tmp_path: Path) -> None:
    async with store.begin() as unit:
        await unit.inbox.add(message((await anna(unit)).address, "before"), {})
    crowd = Crowd(store, tmp_path)
    tasks = await crowd.queue()
    with full_disk(tmp_path):
        came_to = await asyncio.gather(*tasks.values(), return_exceptions=True)
    assert [type(one) for one in came_to] == [StoreError] * len(NAMES)
    assert crowd.called == []
    assert durable(tmp_path) == ["wamid.before"]
    async with store.begin() as unit:
        await unit.inbox.add(message((await anna(unit)).address, "after"), {})
    assert durable(tmp_path) == ["wamid.before", "wamid.after"]


async def test_closing_waits_for_what_is_not_durable_yet(store: Store, tmp_path: Path) -> None:
    crowd = Crowd(store, tmp_path)
    tasks = await crowd.queue()
    closing_it = asyncio.create_task(store.close())
    await asyncio.gather(*tasks.values(), closing_it)
    assert durable(tmp_path) == [f"wamid.{name}" for name in NAMES]
