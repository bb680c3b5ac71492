"""The store as a whole: transactions, files, schema. Repositories: test_store_inbox, test_store_rows."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from wavoice.runtime.adapters.store import MEMORY, SqliteStore, drain_lock
from wavoice.runtime.adapters.store.schema import HEAD, MIGRATIONS, VERSION_TABLE
from wavoice.runtime.adapters.store.tables import METADATA
from wavoice.runtime.errors import StoreError
from wavoice.runtime.model import Address, Alias, Conversation, Inbound, Modality
from wavoice.runtime.ports import Store, UnitOfWork
from wavoice.sim.clock import CountingIds

ANNA = Alias(phone="4915112345678", bsuid=None)


@pytest.fixture(params=["memory", "file"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    path = MEMORY if request.param == "memory" else tmp_path / "store.sqlite"
    opened = await SqliteStore.open(path, ids=CountingIds())
    yield opened
    await opened.close()


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


async def test_reopening_finds_what_was_committed(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    first = await SqliteStore.open(path, ids=CountingIds())
    async with first.begin() as unit:
        added = await unit.inbox.add(message((await anna(unit)).address, "one"), {})
    await first.close()

    second = await SqliteStore.open(path, ids=CountingIds())
    async with second.begin() as unit:
        assert added is not None
        assert await unit.inbox.next(added.address, now=2) == added
    await second.close()


async def test_the_file_is_private_and_durable(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    store = await SqliteStore.open(path, ids=CountingIds())
    assert path.stat().st_mode & 0o077 == 0
    with sqlite3.connect(path) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()
    await store.close()


async def test_two_connections_take_turns_and_seq_is_commit_order(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    intake, drain = await asyncio.gather(
        SqliteStore.open(path, ids=CountingIds()), SqliteStore.open(path, ids=CountingIds())
    )
    async with intake.begin() as unit:
        address = (await anna(unit)).address
    committed: list[int] = []

    async def receive(store: Store, name: str) -> None:
        async with store.begin() as unit:
            added = await unit.inbox.add(message(address, name), {})
            assert added is not None
            unit.after_commit(lambda: committed.append(added.seq))

    processed: list[int] = []
    for round_ in range(5):
        await asyncio.gather(receive(intake, f"a{round_}"), receive(drain, f"b{round_}"))
        async with drain.begin() as unit:
            found = await unit.inbox.next(address, now=1)
            assert found is not None
            processed.append(found.seq)
            await unit.inbox.done(found)
    assert sorted(committed) == list(range(1, 11))
    assert processed == [1, 2, 3, 4, 5]
    await intake.close()
    await drain.close()


async def test_a_lock_held_too_long_is_a_retryable_error(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    store = await SqliteStore.open(path, ids=CountingIds(), lock_timeout=0)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked") as caught:
        await unread(store)
    assert caught.value.retryable
    other.execute("ROLLBACK")
    other.close()
    assert await unread(store) == 0
    await store.close()


async def refusal(path: Path) -> StoreError:
    with pytest.raises(StoreError) as caught:
        await SqliteStore.open(path, ids=CountingIds())
    assert str(path) in str(caught.value)
    assert caught.value.remedy
    return caught.value


async def test_a_file_that_is_not_a_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Anna called twice. " * 100)
    assert "not a database" in str(await refusal(path))
    assert path.read_text().startswith("Anna called twice.")


async def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    await refusal(tmp_path / "nowhere" / "store.sqlite")


async def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "music.sqlite"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE songs (id)")
    other.close()
    before = path.read_bytes()
    assert "another program" in str(await refusal(path))
    assert path.read_bytes() == before


async def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    await (await SqliteStore.open(path, ids=CountingIds())).close()
    with sqlite3.connect(path) as other:
        other.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    other.close()
    assert "newer" in str(await refusal(path))


async def test_a_row_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    store = await SqliteStore.open(path, ids=CountingIds())
    async with store.begin() as unit:
        await anna(unit)
    with sqlite3.connect(path) as other:
        other.execute("UPDATE conversations SET version = 2")
    other.close()
    with pytest.raises(StoreError, match="version 2"):
        await unread(store)
    await store.close()


async def test_a_damaged_row_is_an_error_that_quotes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    store = await SqliteStore.open(path, ids=CountingIds())
    async with store.begin() as unit:
        await anna(unit)
    with sqlite3.connect(path) as other:
        other.execute("""UPDATE conversations SET value = '{"secret": 1}'""")
    other.close()
    with pytest.raises(StoreError, match="damaged") as caught:
        await unread(store)
    assert "secret" not in str(caught.value)
    await store.close()


async def test_the_migrations_make_what_the_tables_say(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    await (await SqliteStore.open(path, ids=CountingIds())).close()
    engine = create_engine(f"sqlite:///{path}")
    options = {"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_every_table_has_tenant_retention_and_version() -> None:
    for table in METADATA.tables.values():
        assert {"tenant", "retention", "version"} <= set(table.columns.keys()), table.name


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


async def test_the_drain_lock_lets_one_in_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    inside: list[str] = []

    async def drain(name: str) -> None:
        async with drain_lock(path):
            inside.append(name)
            assert len(inside) == 1
            await asyncio.sleep(0)
            inside.remove(name)

    async with drain_lock(path):
        inside.append("holder")
        waiting = [asyncio.create_task(drain(name)) for name in ("a", "b")]
        await asyncio.sleep(0)
        inside.remove("holder")
    await asyncio.gather(*waiting)
    assert inside == []


async def test_a_store_in_memory_needs_no_drain_lock() -> None:
    async with drain_lock(MEMORY), drain_lock(MEMORY):
        pass
