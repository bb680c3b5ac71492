"""One process drains a store at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import AsyncFileLock

from wavoice.runtime.errors import StoreError

MEMORY = ":memory:"
"""Path of a store that lives and dies with this process."""

POLL_SECONDS = 0.25
"""How soon a waiting process notices that the draining one has ended."""


def lock_file(path: str | Path) -> str:
    """What the process that drains a store holds a lock on."""
    return f"{path}.drain.lock"


@asynccontextmanager
async def drain_lock(path: str | Path) -> AsyncIterator[None]:
    """Wait, without blocking the loop, until no other process drains this store; hold it meanwhile.

    The operating system releases the lock of a process that was killed. A store in memory has
    only this process and needs no lock. Raises `StoreError` if the lock file cannot be made.
    """
    if str(path) == MEMORY:
        yield
        return
    lock = AsyncFileLock(lock_file(path))
    try:
        held = await lock.acquire(poll_interval=POLL_SECONDS)
    except OSError as error:
        raise StoreError(
            f"{lock.lock_file} cannot be locked: {error}.", remedy="Check the folder and its permissions."
        ) from error
    async with held:
        yield
