"""A PostgreSQL database as a whole. Copies are PostgreSQL's own: `pg_dump` and `pg_restore`."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import conninfo

from wavoice.runtime.adapters.store.journal_rows import HEAD_NAME
from wavoice.runtime.adapters.store.postgres_connection import (
    ENGINE_TABLE,
    address_of,
    exists,
    prepare_database,
    shown,
    stored_revision,
)
from wavoice.runtime.adapters.store.postgres_transaction import postgres_error
from wavoice.runtime.adapters.store.schema import HEAD
from wavoice.runtime.adapters.store.tables_ops import METADATA
from wavoice.runtime.adapters.store.upkeep import Checked, checked, new_file
from wavoice.runtime.audit.chain_check import Stored
from wavoice.runtime.chain import GENESIS, Head, Record
from wavoice.runtime.errors import StoreError, UserInputError

_PLACES = tuple(sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True))
"""Where Debian keeps the programs of each version."""
_LATE = "-c lock_timeout=0 -c idle_in_transaction_session_timeout=0"
"""A copy may take its time."""


class PostgresUpkeep:
    """`upkeep.Upkeep` of a database."""

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def place(self) -> str:
        """See `Upkeep`."""
        return shown(self._url)

    def upgrade(self) -> tuple[str | None, str]:
        """See `Upkeep`."""
        with _reading(self._url) as connection:
            before = stored_revision(connection)
        prepare_database(self._url)
        return before, HEAD

    def check(self) -> Checked:
        """See `Upkeep`: every row is read once, which is how PostgreSQL finds a damaged page."""
        with _reading(self._url) as connection:
            revision = stored_revision(connection)
            damage = _damage(connection) if revision else []
            journal = read_journal_of(connection) if revision and not damage else ([], None)
        return checked(self.place, (revision, HEAD), damage, journal)

    def backup(self, target: Path) -> None:
        """See `Upkeep`; the file is for `pg_restore` (its custom format)."""
        with _reading(self._url) as connection:
            if stored_revision(connection) is None:
                raise UserInputError(f"{self.place} holds no store yet.", remedy="Run: wavoice db upgrade")
        with new_file(target):
            self._run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
            _listed(target)

    def restore(self, source: Path, *, overwrite: bool) -> None:
        """See `Upkeep`; in one transaction: all of it, or nothing."""
        if not source.is_file():
            raise UserInputError(
                f"There is no backup {source}.", remedy="Name a file of `wavoice db backup`."
            )
        if " TABLE DATA " not in _listed(source) or " journal_heads " not in _listed(source):
            raise UserInputError(f"{source} holds no store.", remedy="Name a file of `wavoice db backup`.")
        with _reading(self._url) as connection:
            if stored_revision(connection) is not None and not overwrite:
                raise UserInputError(
                    f"{self.place} holds a store already.", remedy="Say --overwrite to lose what is in it."
                )
            others = connection.execute(_OTHERS).fetchone()
            if others and others[0]:
                raise UserInputError(f"A bot is running on {self.place}.", remedy="Stop it first.")
        clean = ("--clean", "--if-exists") if overwrite else ()
        self._run("pg_restore", "--single-transaction", "--no-owner", "--no-privileges", *clean, str(source))

    def _run(self, program: str, *options: str) -> None:
        """Run it on this database; the password goes by the environment, where nobody else sees it."""
        given = conninfo.conninfo_to_dict(address_of(self._url))
        password = given.pop("password", None)
        target = conninfo.make_conninfo("", **{**given, "options": _LATE})
        environment = {**os.environ, "LC_ALL": "C", **({"PGPASSWORD": str(password)} if password else {})}
        _done([_program(program), f"--dbname={target}", *options], environment)


_OTHERS = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'wavoice' AND pid <> pg_backend_pid()
"""


def read_journal(url: str) -> tuple[list[Stored], Head | None]:
    """All records in order, and the head of the chain; a bot may be running. Raises `StoreError`."""
    with _reading(url) as connection:
        if stored_revision(connection) is None:
            raise StoreError(
                f"{shown(url)} holds no store yet.", remedy="Start the bot, or: wavoice db upgrade"
            )
        return read_journal_of(connection)


def read_journal_of(connection: psycopg.Connection[Any]) -> tuple[list[Stored], Head | None]:
    """The same of a connection that sees one moment."""
    found = connection.execute(
        "SELECT seq, tenant, number, contact, turn, kind, at, retention, version, line, "
        "coalesce(pii_hash, ''), pii, pii_salt, seal FROM journal ORDER BY seq"
    )
    records = [Stored(Record(*sealed), pii, salt, seal) for *sealed, pii, salt, seal in found]
    query = "SELECT first, last, seal, coalesce(begins_after, %s) FROM journal_heads WHERE name = %s"
    row = connection.execute(query, (GENESIS, HEAD_NAME)).fetchone()
    return records, Head(*row) if row else None


@contextmanager
def _reading(url: str) -> Iterator[psycopg.Connection[Any]]:
    """The database at one moment, not written to."""
    try:
        with psycopg.connect(address_of(url)) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            yield connection
    except psycopg.Error as error:
        raise postgres_error(error) from None


def _damage(connection: psycopg.Connection[Any]) -> list[str]:
    found = []
    for table in METADATA.sorted_tables:
        try:
            with connection.transaction():
                connection.execute(f"SELECT count(t.*) FROM {table.name} AS t")  # noqa: S608 - constants
        except (psycopg.errors.DataCorrupted, psycopg.errors.UndefinedTable) as error:
            found.append(f"table {table.name}: {type(error).__name__}")
    query = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
    found += [f"index {name} is not valid" for (name,) in connection.execute(query)]
    if not exists(connection, ENGINE_TABLE):
        found.append(f"the engine's table {ENGINE_TABLE} is not there")
    return found


def _listed(file: Path) -> str:
    """What a backup holds. Raises `UserInputError` for a file that is none."""
    try:
        return _done([_program("pg_restore"), "--list", str(file)], {**os.environ, "LC_ALL": "C"})
    except StoreError as error:
        raise UserInputError(f"{file} is no backup of PostgreSQL: {error.message}") from None


def _program(name: str) -> str:
    places = os.pathsep.join((os.environ.get("PATH", os.defpath), *_PLACES))
    found = shutil.which(name, path=places)
    if found is None:
        raise UserInputError(
            f"{name} is not installed.",
            remedy="Install PostgreSQL's client programs (Debian: apt install postgresql-client).",
        )
    return found


def _done(command: Sequence[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        said = lines[0] if lines else f"exit code {done.returncode}"
        raise StoreError(
            f"{Path(command[0]).name} failed: {said}", remedy="See what it says, and the server's log."
        )
    return done.stdout
