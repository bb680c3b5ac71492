"""The store in a file: reopened, shared, refused, migrated."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
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
from wavoice.runtime.journal import Event, Read, Where
from wavoice.runtime.model import (
    Address,
    Alias,
    Conversation,
    Inbound,
    Modality,
    OutboxGroup,
    PromptState,
    Reply,
)
from wavoice.runtime.ports import Store, UnitOfWork
from wavoice.sim.clock import CountingIds

ANNA = Alias(phone="4915112345678", bsuid=None)


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


def elsewhere(path: Path, sql: str) -> list[tuple[object, ...]]:
    """Run one statement from a connection that is not the store's."""
    with closing(sqlite3.connect(path)) as other:
        rows = other.execute(sql).fetchall()
        other.commit()
    return rows


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
    assert elsewhere(path, "PRAGMA journal_mode") == [("wal",)]
    await store.close()


@pytest.mark.bulk
async def test_of_several_who_open_a_new_file_at_once_none_is_refused(tmp_path: Path) -> None:
    """SQLite refuses some of them: about one opening of 450 was, before whoever is refused waited."""
    for round_ in range(60):
        path = tmp_path / f"{round_}.sqlite"
        stores = await asyncio.gather(*(SqliteStore.open(path, ids=CountingIds()) for _ in range(4)))
        for store in stores:
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


async def test_a_commit_that_fails_leaves_nothing_and_the_store_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    store = await SqliteStore.open(path, ids=CountingIds())
    elsewhere(path, "CREATE TABLE child (parent TEXT REFERENCES contacts (id) DEFERRABLE INITIALLY DEFERRED)")
    elsewhere(path, "CREATE TRIGGER orphan AFTER INSERT ON inbox BEGIN INSERT INTO child VALUES ('x'); END")
    calls: list[str] = []

    async def add() -> None:
        async with store.begin() as unit:
            unit.after_commit(lambda: calls.append("durable"))
            await unit.inbox.add(message((await anna(unit)).address, "one"), {})

    with pytest.raises(StoreError, match="FOREIGN KEY"):
        await add()
    assert calls == []
    elsewhere(path, "DROP TRIGGER orphan")
    assert await unread(store) == 0
    await store.close()


async def test_personal_values_of_the_journal_stand_in_a_column_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    store = await SqliteStore.open(path, ids=CountingIds())
    where = Where("shop", "100", "c_1", "t_1")
    async with store.begin() as unit:
        await unit.journal.add([Event(1, where, Read(("request",), (), "refund", "rules", {"city": "Ulm"}))])
    [(line, pii, retention)] = elsewhere(path, "SELECT line, pii, retention FROM journal")
    assert "Ulm" not in str(line)
    assert "Ulm" in str(pii)
    assert retention == "transcript"
    await store.close()


@pytest.mark.parametrize(
    ("seen", "best"),
    [
        ("accepted sent delivered read", "read"),
        ("read delivered sent", "read"),
        ("sent failed", "failed"),
        ("failed delivered", "delivered"),
        ("delivered failed", "delivered"),
        ("read played read", "played"),
    ],
)
async def test_the_best_status_of_a_message_is_kept(tmp_path: Path, seen: str, best: str) -> None:
    path = tmp_path / "store.sqlite"
    store = await SqliteStore.open(path, ids=CountingIds())
    async with store.begin() as unit:
        address = (await anna(unit)).address
        await unit.outbox.save(OutboxGroup("o_1", address, ANNA, "t_1", Reply("Done."), created_at=1))
        for status in seen.split():
            await unit.outbox.saw_status("o_1", "wamid.1", PromptState(status))
    assert elsewhere(path, "SELECT message, status FROM outbox_messages") == [("wamid.1", best)]
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
    elsewhere(path, "CREATE TABLE songs (id)")
    before = path.read_bytes()
    assert "another program" in str(await refusal(path))
    assert path.read_bytes() == before


async def test_a_schema_of_another_generation_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    await (await SqliteStore.open(path, ids=CountingIds())).close()
    elsewhere(path, f"UPDATE {VERSION_TABLE} SET version_num = 'b0001'")
    assert "newer" in str(await refusal(path))


async def test_a_schema_to_which_a_newer_program_has_added_is_used_and_left_alone(tmp_path: Path) -> None:
    """A deploy that has migrated the store can be taken back."""
    path = tmp_path / "store.sqlite"
    await (await SqliteStore.open(path, ids=CountingIds())).close()
    elsewhere(path, "ALTER TABLE timers ADD COLUMN mood TEXT")
    elsewhere(path, "CREATE TABLE later (id)")
    elsewhere(path, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    store = await SqliteStore.open(path, ids=CountingIds())
    async with store.begin() as unit:
        await anna(unit)
    await store.close()
    assert elsewhere(path, f"SELECT version_num FROM {VERSION_TABLE}") == [("9999",)]
    assert elsewhere(path, "SELECT count(*) FROM conversations") == [(1,)]


async def test_a_row_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    store = await SqliteStore.open(path, ids=CountingIds())
    async with store.begin() as unit:
        await anna(unit)
    elsewhere(path, "UPDATE conversations SET version = 2")
    with pytest.raises(StoreError, match="version 2"):
        await unread(store)
    await store.close()


@pytest.mark.parametrize("damage", ["""'{"secret": 1}'""", "CAST(x'736563726574ff' AS TEXT)"])
async def test_a_damaged_row_is_an_error_that_quotes_nothing(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "store.sqlite"
    store = await SqliteStore.open(path, ids=CountingIds())
    async with store.begin() as unit:
        await anna(unit)
    elsewhere(path, f"UPDATE conversations SET value = {damage}")
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


async def test_a_drain_lock_in_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot be locked"):
        async with drain_lock(tmp_path / "file" / "store.sqlite"):
            pass


async def test_a_store_in_memory_needs_no_drain_lock() -> None:
    async with drain_lock(MEMORY), drain_lock(MEMORY):
        pass
