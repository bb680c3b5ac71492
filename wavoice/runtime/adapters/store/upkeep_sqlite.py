"""A SQLite file as a whole."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from wavoice.runtime.adapters.store.at_rest import reading
from wavoice.runtime.adapters.store.audit_rows import read_from
from wavoice.runtime.adapters.store.connection import connect
from wavoice.runtime.adapters.store.lock import lock_file
from wavoice.runtime.adapters.store.schema import HEAD, stored_revision
from wavoice.runtime.adapters.store.sqlite import LOCK_TIMEOUT
from wavoice.runtime.adapters.store.upkeep import Checked, checked, new_file
from wavoice.runtime.errors import StoreError, UserInputError

_MOST_SAID = 20


class SqliteUpkeep:
    """`upkeep.Upkeep` of a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def place(self) -> str:
        """See `Upkeep`."""
        return str(self._path)

    def upgrade(self) -> tuple[str | None, str]:
        """See `Upkeep`; a file that is not there is made."""
        before = None
        if self._path.exists():
            with _reading(self._path) as database:
                before = stored_revision(database)
        connect(str(self._path), LOCK_TIMEOUT).close()
        return before, HEAD

    def check(self) -> Checked:
        """See `Upkeep`."""
        if not self._path.is_file():
            raise UserInputError(
                f"There is no store {self._path}.", remedy="Set store.path, or start the bot."
            )
        with _reading(self._path) as database:
            revision = stored_revision(database)
            damage = _damage(database)
            journal = read_from(database) if revision and not damage else ([], None)
        return checked(self.place, (revision, HEAD), damage, journal)

    def backup(self, target: Path) -> None:
        """See `Upkeep`."""
        if not self._path.is_file():
            raise UserInputError(f"There is no store {self._path}.", remedy="Set store.path.")
        with _reading(self._path) as database:
            _copy(database, target)

    def restore(self, source: Path, *, overwrite: bool) -> None:
        """See `Upkeep`; the file is replaced at one moment, or not at all."""
        if not source.is_file():
            raise UserInputError(
                f"There is no backup {source}.", remedy="Name a file of `wavoice db backup`."
            )
        if self._path.exists() and not overwrite:
            raise UserInputError(
                f"{self._path} is there already.", remedy="Say --overwrite to lose what is in it."
            )
        with self._nobody_else(), _reading(source) as database:
            _refuse_what_is_no_backup(source, database)
            with tempfile.TemporaryDirectory(prefix=".restore", dir=self._path.resolve().parent) as folder:
                fresh = Path(folder) / "store"
                _copy(database, fresh)
                for beside in ("-wal", "-shm"):  # of the file that goes; none belongs to the new one
                    self._path.with_name(self._path.name + beside).unlink(missing_ok=True)
                fresh.replace(self._path)

    @contextmanager
    def _nobody_else(self) -> Iterator[None]:
        lock = FileLock(lock_file(self._path), timeout=0)
        try:
            with lock:
                yield
        except Timeout:
            raise UserInputError(f"A bot is running on {self._path}.", remedy="Stop it first.") from None


def _reading(path: Path) -> AbstractContextManager[sqlite3.Connection]:
    return reading(path, "Restore a backup, or name another file.")


def _damage(database: sqlite3.Connection) -> list[str]:
    """What SQLite finds wrong: pages, indexes, references; empty if nothing."""
    found = [str(line) for (line,) in database.execute(f"PRAGMA integrity_check({_MOST_SAID})")]
    if found == ["ok"]:
        found = []
    lost = database.execute("PRAGMA foreign_key_check").fetchmany(_MOST_SAID)
    return [
        *found,
        *(f"{table} {row} refers to a row of {parent} that is not there" for table, row, parent, _ in lost),
    ]


def _copy(database: sqlite3.Connection, target: Path) -> None:
    """By SQLite's own copying, which waits for no writer and lets none wait long."""
    with new_file(target):
        with closing(sqlite3.connect(target)) as copy:
            database.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file: what moves it moves all of it
            _refuse_damage(copy)
        with target.open("rb") as written:
            os.fsync(written.fileno())


def _refuse_damage(copy: sqlite3.Connection) -> None:
    if damage := _damage(copy):
        raise StoreError(f"The copy is damaged: {damage[0]}.", remedy="Check the store: wavoice db check")


def _refuse_what_is_no_backup(source: Path, database: sqlite3.Connection) -> None:
    revision = stored_revision(database)
    if revision is None:
        raise UserInputError(f"{source} holds no store.", remedy="Name a file of `wavoice db backup`.")
    if revision > HEAD:
        raise UserInputError(
            f"{source} was made by a newer program (schema {revision}; this one knows {HEAD}).",
            remedy="Upgrade wavoice.",
        )
    if damage := _damage(database):
        raise UserInputError(f"{source} is damaged: {damage[0]}.", remedy="Restore another backup.")
