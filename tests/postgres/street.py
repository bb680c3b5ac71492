"""The street of `tests.serving`, with a bot whose store is a PostgreSQL database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from pathlib import Path

import psycopg
from pydantic import SecretStr

from tests.serving.street import Street, street
from wavoice.runtime.adapters.store.upkeep_postgres import PostgresUpkeep, read_journal
from wavoice.runtime.audit.chain_check import Stored
from wavoice.runtime.chain import Head
from wavoice.runtime.settings import Settings, Store


@dataclass(slots=True)
class PostgresStreet(Street):
    """The same street; its bot's store is a database."""

    url: str = ""

    def settings(self, **sections: object) -> Settings:
        """The same, on the database."""
        return Street.settings(self, **{"store": Store(url=SecretStr(self.url)), **sections})

    def variables(self) -> dict[str, str]:
        return {**Street.variables(self), "WAVOICE_STORE__URL": self.url}

    def journal(self) -> tuple[list[Stored], Head | None]:
        return read_journal(self.url)

    def count(self, query: str) -> int:
        with psycopg.connect(self.url) as connection:
            row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def damage(self) -> str | None:
        found = PostgresUpkeep(self.url).check()
        return None if found.ok else str(found)


@asynccontextmanager
async def on_postgresql(folder: Path, url: str) -> AsyncIterator[PostgresStreet]:
    async with street(folder) as at:
        yield PostgresStreet(**{each.name: getattr(at, each.name) for each in fields(at)}, url=url)
