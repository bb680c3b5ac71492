"""What is done to a whole store: brought up to date, checked, copied, put back."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from wavoice.runtime.adapters.store.opening import postgres_url
from wavoice.runtime.audit.chain_check import Break, Stored, check_chain
from wavoice.runtime.chain import Head
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.settings import Store


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found."""

    place: str
    """Of the store, without user or password."""
    revision: str | None
    """Of the schema; None: it has none yet."""
    wanted: str
    """Newest revision that this program knows."""
    damage: Sequence[str]
    """What the database says of itself; empty if it is whole."""
    records: int
    head: str | None
    """Number and seal of the last record, as `wavoice audit --print-head` prints them."""
    breaks: Sequence[Break]
    """Where the journal's chain does not hold."""

    @property
    def ok(self) -> bool:
        """Up to date, whole, and the journal with it."""
        return self.revision == self.wanted and not self.damage and not self.breaks


class Upkeep(Protocol):
    """One store, as a whole. All of it blocks, and raises `StoreError`."""

    @property
    def place(self) -> str:
        """Where it is, without user or password."""
        ...

    def upgrade(self) -> tuple[str | None, str]:
        """Bring the schema up to date; what it was before, and is now. Bots may be running."""
        ...

    def check(self) -> Checked:
        """Look at all of it; nothing is written, and bots may be running."""
        ...

    def backup(self, target: Path) -> None:
        """Copy it, as it is at one moment, into a new file that only its owner reads. Bots may be running.

        Raises `UserInputError` for a file that is there already.
        """
        ...

    def restore(self, source: Path, *, overwrite: bool) -> None:
        """Put a backup in its place. No bot may be running.

        Raises `UserInputError` for what is no backup, for a store that is there already unless `overwrite`,
        and while a bot runs on it.
        """
        ...


def upkeep_of(settings: Store) -> Upkeep:
    """Of the store that the settings name. Raises `ConfigError` without PostgreSQL's driver."""
    if settings.url is None:
        from wavoice.runtime.adapters.store.upkeep_sqlite import SqliteUpkeep  # noqa: PLC0415

        return SqliteUpkeep(settings.path)
    url = postgres_url(settings)
    from wavoice.runtime.adapters.store.upkeep_postgres import PostgresUpkeep  # noqa: PLC0415 -- an extra

    return PostgresUpkeep(url)


@contextmanager
def new_file(target: Path) -> Iterator[None]:
    """Make it, for its owner's eyes only, to be filled meanwhile; what fails leaves none behind.

    Raises `UserInputError` for one that is there already, or cannot be made.
    """
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise UserInputError(f"{target} is there already.", remedy="Name a new file.") from None
    except OSError as error:
        raise UserInputError(f"{target} cannot be written: {error.strerror}.") from error
    try:
        yield
    except BaseException:
        with suppress(OSError):
            target.unlink()
        raise


def checked(
    place: str,
    revisions: tuple[str | None, str],
    damage: Sequence[str],
    journal: tuple[list[Stored], Head | None],
) -> Checked:
    """Put together what was found; `revisions`: the schema's, and the newest."""
    records, head = journal
    chain = check_chain(records, head)
    return Checked(
        place=place,
        revision=revisions[0],
        wanted=revisions[1],
        damage=damage,
        records=len(records),
        head=f"{head.last}:{head.seal}" if head else None,
        breaks=chain.breaks,
    )
