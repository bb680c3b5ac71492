"""`wavoice db`: a store is brought up to date, checked, copied and put back, on both databases."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from tests.cli.commands import Done, Shell
from wavoice.runtime.adapters.clock import SystemClock, Uuid7Ids
from wavoice.runtime.adapters.store.opening import open_store
from wavoice.runtime.journal import Event, Noticed, Where
from wavoice.runtime.model import Alias
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Store
from wavoice.runtime.pruning import prune
from wavoice.runtime.settings import Settings

ANNA = Alias(phone="4915112345678", bsuid=None)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.bulk)])
def shop(request: pytest.FixtureRequest, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> str:
    """In the shell's folder, settings that name an empty store; which kind."""
    if request.param == "postgresql":
        monkeypatch.setenv("SHOP_URL", request.getfixturevalue("server").database(template=None))
        (shell.folder / "wavoice.toml").write_text('[store]\nurl = "env:SHOP_URL"\n')
    kind: str = request.param
    return kind


async def _write(text: str) -> None:
    store = await open_store(Settings.load().store, Uuid7Ids())
    async with store.begin() as tx:
        conversation = await tx.contacts.find_or_add("shop", "100", ANNA, at=1)
        where = Where("shop", "100", conversation.address.contact, "t_1")
        await tx.journal.add(
            [Event(1, where, Noticed("o_1", "text", ("wamid.1",), accepted_at=1, text=text))]
        )
    await store.close()


async def _prune() -> None:
    store = await open_store(Settings.load().store, Uuid7Ids())
    await prune(store, Uuid7Ids(), "shop", Policy(), SystemClock().now())
    await store.close()


async def _texts() -> list[str]:
    store: Store = await open_store(Settings.load().store, Uuid7Ids())
    async with store.begin() as tx:
        found = [event.body.text for event in await tx.journal.read() if isinstance(event.body, Noticed)]
    await store.close()
    return found


def write(text: str) -> None:
    asyncio.run(_write(text))


def test_a_store_is_made_checked_copied_lost_and_put_back(shop: str, shell: Shell) -> None:
    made = shell("db", "upgrade")
    assert (made.code, "made" in made.out) == (0, True)
    assert "it was up to date" in shell("db", "upgrade").out
    write("one")
    checked = json.loads(shell("db", "check", "--json").out)
    assert (checked["ok"], checked["records"], checked["damage"], checked["breaks"]) == (True, 1, [], [])
    copy = shell.folder / "monday.copy"
    assert shell("db", "backup", str(copy)).code == 0
    assert copy.stat().st_mode & 0o077 == 0
    again = shell("db", "backup", str(copy))
    assert (again.code, "is there already" in again.err) == (2, True)
    write("two")
    refused = shell("db", "restore", str(copy))
    assert (refused.code, "--overwrite" in refused.err) == (2, True)
    assert asyncio.run(_texts()) == ["one", "two"]
    assert shell("db", "restore", "--overwrite", str(copy)).code == 0
    assert asyncio.run(_texts()) == ["one"]
    assert shell("db", "check").code == 0


def test_what_is_no_backup_is_refused_and_nothing_is_lost(shop: str, shell: Shell) -> None:
    write("one")
    (shell.folder / "notes.txt").write_text("Anna called twice. " * 100)
    refused = shell("db", "restore", "--overwrite", str(shell.folder / "notes.txt"))
    assert refused.code in (1, 2)
    assert shell("db", "restore", "--overwrite", str(shell.folder / "nowhere")).code == 2
    assert asyncio.run(_texts()) == ["one"]


def test_a_changed_record_shows_in_a_check(shop: str, shell: Shell) -> None:
    write("one")
    change = "UPDATE journal SET line = replace(line, 'wamid.1', 'wamid.2')"
    if shop == "sqlite":
        with closing(sqlite3.connect(shell.folder / "wavoice.db")) as database:
            database.execute(change)
            database.commit()
    else:
        url = Settings.load().store.url
        assert url is not None
        from wavoice.runtime.settings import resolve_secret  # noqa: PLC0415

        with psycopg.connect(resolve_secret(url).get_secret_value(), autocommit=True) as connection:
            connection.execute(change)
    checked = shell("db", "check")
    assert (checked.code, "record 1 edited" in checked.out) == (1, True)


def test_a_pruned_journal_is_whole(shop: str, shell: Shell) -> None:
    write("one")
    asyncio.run(_prune())
    write("two")
    assert asyncio.run(_texts()) == ["two"]
    for command in (("db", "check"), ("audit",)):
        checked = shell(*command)
        assert checked.code == 0, checked.out


def test_a_damaged_file_is_said_to_be_one(shell: Shell) -> None:
    write("one")
    file = shell.folder / "wavoice.db"
    with closing(sqlite3.connect(file)) as database:
        page = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'journal_turn'").fetchone()[
            0
        ]
        size = database.execute("PRAGMA page_size").fetchone()[0]
    with file.open("r+b") as raw:
        raw.seek((page - 1) * size + 8)
        raw.write(b"\xff" * 64)
    assert shell("db", "check").code == 1


def test_a_running_bot_is_not_restored_over(shell: Shell) -> None:
    from wavoice.runtime.adapters.store import drain_lock  # noqa: PLC0415

    write("one")
    assert shell("db", "backup", "copy").code == 0

    async def restored() -> Done:
        async with drain_lock(Path("wavoice.db")):
            return await asyncio.to_thread(shell, "db", "restore", "--overwrite", "copy")

    refused = asyncio.run(restored())
    assert (refused.code, "A bot is running" in refused.err) == (2, True)


def test_the_driver_is_an_extra(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAVOICE_STORE__URL", "postgresql://nobody:secret-word@127.0.0.1:1/none")
    monkeypatch.setitem(__import__("sys").modules, "psycopg_pool", None)
    for words in (("db", "check"), ("worker",)):
        refused = shell(*words)
        assert (refused.code, 'pip install "wavoice-bot[postgres]"' in refused.err) == (2, True)
        assert "secret-word" not in refused.err + refused.out


def test_a_server_that_is_not_there_is_said_without_its_password(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = shell.folder / "no-socket"
    monkeypatch.setenv("WAVOICE_STORE__URL", f"postgresql://nobody:secret-word@/none?host={nowhere}")
    refused = shell("db", "check")
    assert refused.code == 1
    assert "secret-word" not in refused.err + refused.out
    assert "PostgreSQL" in refused.err
