"""The schema of a database: made, brought up to date, or refused."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

from sqlalchemy import Connection

from wavoice.runtime.errors import StoreError

HEAD = "0008"
"""Newest migration; a test holds that it is."""

VERSION_TABLE = "wavoice_schema"
MIGRATIONS = Path(__file__).parent / "migrations"

_one_at_a_time = threading.Lock()


def only_added(revision: str) -> bool:
    """Whether programs of this generation can use a schema of that revision, which is newer than theirs.

    Migrations only add, so that the release before still runs once the next one has migrated the store, and a
    deploy can be taken back. One that takes something away begins another generation: its revision, and those
    after it, are no plain numbers (`b0001`).
    """
    return revision.isdecimal() and int(revision) > int(HEAD)


def stored_revision(database: sqlite3.Connection) -> str | None:
    """Return the revision of the schema, None for an empty database; some 0.1 ms, without Alembic.

    Raises `StoreError` for the database of another program.
    """
    tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        return None
    if VERSION_TABLE not in tables:
        raise StoreError(
            "The file is a SQLite database of another program.", remedy="Give the store a file of its own."
        )
    row = database.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 - a constant
    if row is None:
        raise StoreError("The schema has lost its version.", remedy="Restore a backup.")
    return str(row[0])


def upgrade(connection: Connection, revision: str | None) -> None:
    """Run the migrations after `revision` in one transaction: a killed one leaves nothing behind.

    A schema of a newer program is left as it is if it only has more (`only_added`). Raises `StoreError` for
    any other that this program does not know.
    """
    if revision is not None and only_added(revision):
        return
    # Alembic takes a quarter of a second to import: an up-to-date database need not pay that.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError(
            f"The schema {revision!r} was made by a newer program; this one knows up to {HEAD}.",
            remedy="Upgrade wavoice.",
        )
    # Alembic keeps its context in a module, hence one thread at a time. Another process that opens
    # the same file waits for the transaction, and then finds nothing to do.
    with _one_at_a_time, connection.begin():
        command.upgrade(config, "head")
