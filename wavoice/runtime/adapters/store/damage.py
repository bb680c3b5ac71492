"""Whether a SQLite file is whole, before anything is written to it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from urllib.parse import quote

from wavoice.runtime.errors import StoreError

_REMEDY = "Stop every process that uses it, keep the file as it is, and restore a backup (docs/serve.md)."


def refuse_damage(path: Path) -> None:
    """Look through every page and index of the store; changes nothing, blocks. No file is no damage.

    Raises `StoreError` for a damaged one. What SQLite cannot see, a flipped bit within a value, is for
    `wavoice audit`, which proves the journal's chain.
    """
    if not path.is_file():
        return
    try:
        database = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=5)
        try:
            found = [str(row[0]) for row in database.execute("PRAGMA quick_check(1)")]
        finally:
            database.close()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if isinstance(error, sqlite3.OperationalError) and not _is_damage(error):
            raise StoreError(
                f"{path} cannot be looked through: {error}.", remedy="Check the folder and its permissions."
            ) from error
        raise StoreError(f"{path} is damaged: {error}.", remedy=_REMEDY) from error
    if found != ["ok"]:
        raise StoreError(f"{path} is damaged: {' '.join(found[0].split())}.", remedy=_REMEDY)


def _is_damage(error: sqlite3.Error) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
