"""A SQLite file as it lies there: it is read and never written to, and a bot may be running on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from wavoice.runtime.errors import StoreError


@contextmanager
def reading(path: Path, remedy: str = "Name the file of store.path.") -> Iterator[sqlite3.Connection]:
    """Open it while the context lasts. Raises `StoreError`, with that remedy, also for what fails within."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as database:
            yield database
    except (sqlite3.Error, OSError, UnicodeDecodeError) as error:
        raise StoreError(f"{path} cannot be read as a store: {error}.", remedy=remedy) from error
