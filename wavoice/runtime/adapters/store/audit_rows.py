"""The journal at rest as an audit reads it: nothing is written, also where the schema is an older one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from wavoice.runtime.adapters.store.at_rest import reading
from wavoice.runtime.adapters.store.journal_rows import HEAD_NAME
from wavoice.runtime.audit.chain_check import Stored
from wavoice.runtime.chain import GENESIS, Head, Record

_PUBLIC = "seq, tenant, number, contact, turn, kind, at, retention, version, line"
_CHAINED = "coalesce(pii_hash, ''), pii, pii_salt, seal"
_NOT_YET = "'', pii, NULL, NULL"
"""Before migration 0002 there is no chain."""


def read_journal(path: Path) -> tuple[list[Stored], Head | None]:
    """All records in order, and the head of the chain; a bot may be running. Raises `StoreError`."""
    with reading(path) as database:
        database.execute("BEGIN")  # one moment for records and head
        return read_from(database)


def read_from(database: sqlite3.Connection) -> tuple[list[Stored], Head | None]:
    """All records in order, and the head of the chain, of a database that is open already."""
    return _records(database), _head(database)


def _records(database: sqlite3.Connection) -> list[Stored]:
    named = {row[1] for row in database.execute("PRAGMA table_info(journal)")}
    chain = _CHAINED if "seal" in named else _NOT_YET
    found = database.execute(f"SELECT {_PUBLIC}, {chain} FROM journal ORDER BY seq")  # noqa: S608
    return [Stored(Record(*sealed), pii, salt, seal) for *sealed, pii, salt, seal in found]


def _head(database: sqlite3.Connection) -> Head | None:
    if not list(database.execute("PRAGMA table_info(journal_heads)")):
        return None
    named = {row[1] for row in database.execute("PRAGMA table_info(journal_heads)")}
    begins = f"coalesce(begins_after, '{GENESIS}')" if "begins_after" in named else f"'{GENESIS}'"
    query = f"SELECT first, last, seal, {begins} FROM journal_heads WHERE name = ?"  # noqa: S608 - constants
    row = database.execute(query, (HEAD_NAME,)).fetchone()
    return Head(*row) if row else None
