"""Connections to PostgreSQL, and the schema that they find."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

import psycopg
from psycopg import conninfo
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool

from wavoice.runtime.adapters.store.postgres_transaction import postgres_error
from wavoice.runtime.adapters.store.schema import HEAD, VERSION_TABLE, upgrade
from wavoice.runtime.errors import ConfigError, StoreError

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection

STATEMENTS = 512
"""Prepared ones that a connection keeps: there are more than the driver's 100."""
IDLE_SECONDS = 5
"""A process that stops in the middle of a transaction loses it then: it keeps nobody's gate for ever."""
LOCK_SECONDS = 5
CONNECT_SECONDS = 5
POOL_SECONDS = 5.0
"""How long a transaction waits for a free connection."""

_DEFAULTS: Mapping[str, str] = {
    "connect_timeout": str(CONNECT_SECONDS),
    "application_name": "wavoice",
    # A network that is gone says nothing: the system asks after 5 s, and gives up after 6 more.
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
_SESSION = f"-c idle_in_transaction_session_timeout={IDLE_SECONDS}s -c lock_timeout={LOCK_SECONDS}s"
_SCHEMA_LOCK = "wavoice schema"
ENGINE_TABLE = "procrastinate_jobs"


def address_of(url: str) -> str:
    """The URL with the time-outs that it does not name itself. Raises `ConfigError`, and quotes nothing."""
    try:
        given = conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise ConfigError(
            "store.url is no PostgreSQL address.",
            remedy="Write postgresql://USER:PASSWORD@HOST:PORT/DATABASE.",
        ) from None
    options = f"{_SESSION} {given.pop('options', '') or ''}".strip()
    return conninfo.make_conninfo("", **{**_DEFAULTS, **given, "options": options})


def shown(url: str) -> str:
    """Where it is, without user or password: for messages."""
    given = conninfo.conninfo_to_dict(address_of(url))
    return f"{given.get('host') or 'localhost'}:{given.get('port') or 5432}/{given.get('dbname') or ''}"


def pool_of(address: str, size: int) -> AsyncConnectionPool[psycopg.AsyncConnection[Any]]:
    """A pool that is not open yet."""

    async def configure(connection: psycopg.AsyncConnection[Any]) -> None:
        connection.prepared_max = STATEMENTS

    return AsyncConnectionPool(
        address,
        min_size=size,
        max_size=size,
        kwargs={"autocommit": True},
        configure=configure,
        open=False,
        timeout=POOL_SECONDS,
        name="wavoice-store",
    )


def prepare_database(url: str) -> None:
    """Bring the schema up to date, the engine's tables included. Blocks. Raises `StoreError`.

    In one transaction, and of several processes that start at once one does it. An up-to-date schema is
    only looked at: whoever runs the bot then needs no right to make tables.
    """
    try:
        with psycopg.connect(address_of(url)) as connection:
            if is_up_to_date(connection):
                return
            # Others wait, however long it takes, and then find nothing to do.
            connection.execute("SET LOCAL lock_timeout = 0")
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (_SCHEMA_LOCK,))
            revision = stored_revision(connection)
            if revision != HEAD:
                with _engine(connection).connect() as migrating:
                    upgrade(migrating, revision)
            if not exists(connection, ENGINE_TABLE):
                connection.execute(engine_schema())
    except StoreError as error:
        raise StoreError(f"{shown(url)}: {error.message}", remedy=error.remedy) from error
    except psycopg.Error as error:
        raise postgres_error(error) from None


def _engine(connection: psycopg.Connection[Any]) -> Engine:
    """An engine of this one connection, for what makes and changes tables."""
    creator = cast("Callable[[], DBAPIConnection]", lambda: connection)
    return create_engine("postgresql+psycopg://", creator=creator, poolclass=StaticPool)


def is_up_to_date(connection: psycopg.Connection[Any]) -> bool:
    """True if nothing is to be made or changed. Raises `StoreError` for the database of another program."""
    return stored_revision(connection) == HEAD and exists(connection, ENGINE_TABLE)


def stored_revision(connection: psycopg.Connection[Any]) -> str | None:
    """Revision of the schema, None where there is none. Raises `StoreError` for another program's tables."""
    if not exists(connection, VERSION_TABLE):
        if exists(connection, "conversations") or exists(connection, "contacts"):
            raise StoreError(
                "The database holds tables of another program.",
                remedy="Give the store a database of its own.",
            )
        return None
    row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 - a constant
    if row is None:
        raise StoreError("The schema has lost its version.", remedy="Restore a backup.")
    return str(row[0])


def engine_schema() -> bytes:
    """The statements that make Procrastinate's tables, of the release that is installed."""
    from procrastinate.schema import SchemaManager  # noqa: PLC0415 -- only for a new database

    return SchemaManager.get_schema().encode()


def exists(connection: psycopg.Connection[Any], table: str) -> bool:
    """Whether the database has that table, where names without a schema are looked for."""
    row = connection.execute("SELECT to_regclass(%s)", (table,)).fetchone()
    return row is not None and row[0] is not None
