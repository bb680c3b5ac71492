"""What the settings name, opened beside whoever else uses it: store, recordings, key of the hashes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wavoice.runtime.adapters.recordings import Recordings
from wavoice.runtime.adapters.store import opening
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.keyed import Keyed
from wavoice.runtime.ports import Ids, Media, Store
from wavoice.runtime.settings import Settings, resolve_secret


@asynccontextmanager
async def open_store(settings: Settings, ids: Ids) -> AsyncIterator[Store]:
    """Open the store of the settings; none is made. Raises `UserInputError` and `StoreError`."""
    path = settings.store.path
    if settings.store.url is None and not path.is_file():
        raise UserInputError(
            f"There is no store {path}.", remedy="Run it where the bot runs, or set store.path."
        )
    store = await opening.open_store(settings.store, ids)
    try:
        yield store
    finally:
        await store.close()


def recordings_of(settings: Settings) -> Media:
    """Where customers' recordings lie."""
    return Recordings(settings.store.recordings or settings.store.path.with_suffix(".recordings"))


def keyed_of(settings: Settings) -> Keyed:
    """What hashes the names of who is erased. Raises `ConfigError` for a secret that is not there."""
    own = settings.privacy.key
    if own is not None:
        return Keyed(resolve_secret(own).get_secret_value().encode())
    return Keyed.derived_from(resolve_secret(settings.whatsapp.app_secret).get_secret_value())
