"""A SQLite connection that is durable, and ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from wavoice.runtime.adapters.store.lock import MEMORY
from wavoice.runtime.adapters.store.schema import HEAD, VERSION_TABLE, stored_revision, upgrade
from wavoice.runtime.adapters.store.statements import is_busy
from wavoice.runtime.adapters.store.tables_ops import METADATA
from wavoice.runtime.errors import StoreError
from wavoice.runtime.model import SECOND, Micros

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import PoolProxiedConnection


_TRIES = 20
STATEMENTS = 512
"""Prepared ones that a connection keeps: there are more than the driver's 128."""


def connect(
    path: str, lock_timeout: Micros, kind: type[sqlite3.Connection] = sqlite3.Connection
) -> sqlite3.Connection:
    """Open the database with its schema up to date. Blocks. Raises `StoreError`."""
    try:
        database = _open(path, lock_timeout, kind)
        try:
            return _prepare(database)
        except BaseException:
            database.close()
            raise
    except StoreError as error:
        raise StoreError(f"{path}: {error.message}", remedy=error.remedy) from error
    except (sqlite3.Error, DBAPIError, OSError, UnicodeDecodeError) as error:
        # The last is how the driver reports a damaged schema whose names are no text any more.
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise StoreError(
            f"{path} cannot be used as a store: {cause}.",
            remedy="Give a path in a folder that exists and can be written, or restore a backup.",
        ) from error


def _open(path: str, lock_timeout: Micros, kind: type[sqlite3.Connection]) -> sqlite3.Connection:
    if path != MEMORY:
        # The file holds personal data: nobody else on the machine reads it.
        with suppress(FileExistsError):
            Path(path).touch(mode=0o600, exist_ok=False)
    database = sqlite3.connect(
        path,
        timeout=lock_timeout / SECOND,
        isolation_level=None,
        check_same_thread=False,
        factory=kind,
        cached_statements=STATEMENTS,
    )
    if path == MEMORY:
        database.deserialize(_empty())
    return database


@cache
def _empty() -> bytes:
    """An empty database of today's schema, without Alembic, which takes longer to import than it lives.

    A test holds that the tables are what the migrations make.
    """
    database = sqlite3.connect(MEMORY, isolation_level=None)
    try:
        with _engine(database).connect() as connection, connection.begin():
            METADATA.create_all(connection)
            connection.exec_driver_sql(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL)")
            connection.exec_driver_sql(f"INSERT INTO {VERSION_TABLE} VALUES ('{HEAD}')")  # noqa: S608 - constants
        return database.serialize()
    finally:
        database.close()


def _prepare(database: sqlite3.Connection) -> sqlite3.Connection:
    # Looked at before anything is changed: the file may be another program's.
    revision = stored_revision(database)
    # What is redacted is overwritten, not only unlinked: not every build of SQLite does so by itself.
    _write_ahead(database)
    for setting in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        database.execute(f"PRAGMA {setting}")
    if revision != HEAD:
        with _engine(database).connect() as connection:
            upgrade(connection, revision)
    return database


def _write_ahead(database: sqlite3.Connection) -> None:
    """Of several who open a new file at once one changes its mode, and SQLite refuses the others unwaited."""
    for _ in range(_TRIES):
        try:
            database.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
        else:
            return
        database.execute("BEGIN IMMEDIATE")  # waits until the one is done
        database.execute("ROLLBACK")
    database.execute("PRAGMA journal_mode = WAL")


def _engine(database: sqlite3.Connection) -> Engine:
    """An engine of one connection, for what makes and changes tables."""
    plain = _plain_engine()
    creator = cast("Callable[[], DBAPIConnection]", lambda: database)
    pool = StaticPool(creator, dialect=plain.dialect)
    return Engine(pool, plain.dialect, plain.url, hide_parameters=True)


class BeginsAtOnce(SQLiteDialect_pysqlite):
    """The driver begins nothing (isolation_level None), this does; IMMEDIATE takes the write lock first."""

    supports_statement_cache = True

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        """See `Dialect`."""
        dbapi_connection.cursor().execute("BEGIN IMMEDIATE").close()


registry.register("sqlite.wavoice", __name__, BeginsAtOnce.__name__)


@cache
def _plain_engine() -> Engine:
    """What SQLAlchemy makes of the driver: a dialect that has seen one connection."""
    engine = create_engine("sqlite+wavoice://", poolclass=StaticPool)
    engine.connect().close()
    engine.dispose()
    return engine
