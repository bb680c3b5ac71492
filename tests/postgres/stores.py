"""The same test on every kind of store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from wavoice.runtime.adapters.store import MEMORY, SqliteStore
from wavoice.runtime.ports import Store
from wavoice.sim.clock import CountingIds

POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.bulk)
KINDS = ["memory", POSTGRESQL]


@asynccontextmanager
async def opened(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    """An empty store of the kind that the fixture's parameter names."""
    if request.param == "postgresql":
        from wavoice.runtime.adapters.store.postgres import PostgresStore  # noqa: PLC0415 -- an extra

        url: str = request.getfixturevalue("url")
        store: Store = await PostgresStore.open(url, ids=CountingIds(), connections=4)
    elif request.param == "file":
        folder: Path = request.getfixturevalue("tmp_path")
        store = await SqliteStore.open(folder / "store.sqlite", ids=CountingIds())
    else:
        store = await SqliteStore.open(MEMORY, ids=CountingIds())
    yield store
    await store.close()
