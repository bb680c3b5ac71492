"""Customers' original recordings as files of a folder, apart from the store and from every name."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from wavoice.runtime.errors import StoreError
from wavoice.runtime.model import Address, Micros

T = TypeVar("T")
_UNFINISHED = ".part"


class Recordings:
    """`ports.Media`. The folder is made with the first recording, for this user alone.

    A file is called by the moment at which it is due and by its turn, its folder by a digest of the
    contact's address: the sweep needs no database, and a copy of the folder names nobody. Files are
    handled in threads. Every method raises `StoreError` if the disk refuses.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, address: Address, turn: str, data: bytes, until: Micros) -> None:
        """See `ports.Media`."""
        await _on_disk(lambda: self._keep(self._of(address), turn, data, until))

    async def get(self, address: Address, turn: str) -> bytes | None:
        """See `ports.Media`."""
        return await _on_disk(lambda: self._get(self._of(address), turn))

    async def forget(self, address: Address, turn: str | None = None) -> None:
        """See `ports.Media`."""
        await _on_disk(lambda: self._forget(self._of(address), turn))

    async def sweep(self, now: Micros) -> Micros | None:
        """See `ports.Media`; what an interrupted write left goes too, once it would have been due."""
        return await _on_disk(lambda: self._sweep(now))

    def _of(self, address: Address) -> Path:
        place = "\n".join((address.tenant, address.number, address.contact))
        return self._folder / hashlib.sha256(place.encode()).hexdigest()[:32]

    def _keep(self, folder: Path, turn: str, data: bytes, until: Micros) -> None:
        self._forget(folder, turn)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder / f"{until}-{quote(turn, safe='')}"
        unfinished = file.with_name(f"{file.name}{_UNFINISHED}")
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            target.write(data)
        unfinished.replace(file)

    def _get(self, folder: Path, turn: str) -> bytes | None:
        kept = [file for file in _files(folder) if _turn(file) == quote(turn, safe="")]
        return kept[-1].read_bytes() if kept else None

    def _forget(self, folder: Path, turn: str | None) -> None:
        if turn is None:
            if folder.exists():
                shutil.rmtree(folder)
            return
        for file in _files(folder, unfinished=True):
            if _turn(file) == quote(turn, safe=""):
                file.unlink(missing_ok=True)

    def _sweep(self, now: Micros) -> Micros | None:
        left = list[Micros]()
        for folder in self._folder.iterdir() if self._folder.exists() else ():
            for file in _files(folder, unfinished=True):
                if (due := int(file.name.partition("-")[0])) <= now:
                    file.unlink(missing_ok=True)
                else:
                    left.append(due)
        return min(left, default=None)


def _files(folder: Path, *, unfinished: bool = False) -> Iterator[Path]:
    """Recordings of one contact, by when they are due; whatever else lies there is left alone."""
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.name.partition("-")[0].isdecimal() and (unfinished or file.suffix != _UNFINISHED):
            yield file


def _turn(file: Path) -> str:
    return file.name.partition("-")[2].removesuffix(_UNFINISHED)


async def _on_disk(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        raise StoreError(
            f"A recording cannot be kept or deleted: {error.strerror}.",
            remedy="Check the folder store.recordings, its permissions and the space on its disk.",
        ) from error
