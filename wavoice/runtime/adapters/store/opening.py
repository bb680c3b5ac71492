"""The store that the settings name."""

from __future__ import annotations

from wavoice.runtime import ports
from wavoice.runtime.adapters.store.sqlite import SqliteStore
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.settings import Store, resolve_secret

INSTALL = 'pip install "wavoice-bot[postgres]"'


async def open_store(settings: Store, ids: ports.Ids) -> ports.Store:
    """Open it with its schema up to date.

    Raises `StoreError`; `ConfigError` where PostgreSQL is wanted and its driver is not installed.
    """
    if settings.url is None:
        return await SqliteStore.open(settings.path, ids=ids)
    url = postgres_url(settings)
    from wavoice.runtime.adapters.store.postgres import PostgresStore  # noqa: PLC0415 -- an extra

    return await PostgresStore.open(url, ids=ids)


def postgres_url(settings: Store) -> str:
    """Address of the database. Raises `ConfigError` without one, or without the driver."""
    if settings.url is None:
        raise ConfigError("No PostgreSQL database is named.", remedy="Set store.url in wavoice.toml.")
    try:
        import procrastinate  # noqa: F401, PLC0415
        import psycopg_pool  # noqa: F401, PLC0415
    except ImportError as error:
        raise ConfigError(
            f"store.url needs PostgreSQL's driver, which is not installed ({error.name}).",
            remedy=f"Install it with: {INSTALL}",
        ) from None
    return resolve_secret(settings.url).get_secret_value()
