"""The engine that fits a store: the settings choose the store, the store its engine."""

from __future__ import annotations

import asyncio

from wavoice.runtime import ports
from wavoice.runtime.adapters.embedded import EmbeddedEngine
from wavoice.runtime.adapters.store import drain_lock
from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.settings import Settings


def engine_for(settings: Settings, store: ports.Store, clock: ports.Clock) -> ports.Engine:
    """Return Procrastinate's for a store on PostgreSQL, and one in this process for a file."""
    return _engine(settings, store, clock, None)


def shared_engine_for(settings: Settings, store: ports.Store, clock: ports.Clock) -> ports.Engine:
    """The same where other processes may store messages in the file: it looks for those every second."""
    return _engine(settings, store, clock, SECOND)


def _engine(
    settings: Settings, store: ports.Store, clock: ports.Clock, look_every: Micros | None
) -> ports.Engine:
    if settings.store.url is not None:
        from wavoice.runtime.adapters.procrastinate_engine import (  # noqa: PLC0415 -- an extra
            Limits,
            ProcrastinateEngine,
            app_on,
        )
        from wavoice.runtime.adapters.store.postgres import PostgresStore  # noqa: PLC0415

        if isinstance(store, PostgresStore):
            limits = Limits(grace_seconds=settings.serve.grace_seconds)
            return ProcrastinateEngine(store, clock, app_on(store.url), limits)
    return EmbeddedEngine(store, clock, lambda: drain_lock(settings.store.path), look_every)


async def asleep() -> None:
    """In the place of a running engine, where other processes do the work."""
    await asyncio.Event().wait()
