"""What `/readyz` says: whether this process can take messages now, and why not."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wavoice.runtime.adapters.fallback import FallbackEars
from wavoice.runtime.adapters.store.lock import MEMORY
from wavoice.runtime.build import Runtime
from wavoice.runtime.errors import StoreError
from wavoice.runtime.ports import EngineState
from wavoice.runtime.serving.standing import Standing, standing_of
from wavoice.runtime.settings import Settings

PATIENCE: Final = 2.0
"""Seconds after which a database that has not begun a transaction is called stuck."""
MEGABYTE: Final = 1_000_000

_ENGINE: Final = {
    EngineState.WAITING: (True, "another process drains this store; waiting for it to end"),
    EngineState.DRAINING: (True, "draining"),
    EngineState.ENDED: (False, "ended: messages are stored and not answered"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    ok: bool
    told: str
    """What was found, without a personal value or a secret."""


@dataclass(slots=True)
class Health:
    """Looks at this process; knows of no runtime while that is still being opened."""

    settings: Settings
    runtime: Runtime | None = None
    draining: bool = False
    """The process was told to end."""
    standing: Standing = field(default_factory=Standing)
    """As it was last read."""
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def checks(self) -> dict[str, Check]:
        """Look at database, models, disk and engine; takes at most `PATIENCE` and a little."""
        runtime = self.runtime
        if runtime is None:
            opening = Check(False, "opening")
            unknown = dict.fromkeys(("database", "models", "engine", "account"), opening)
            return {**unknown, "disk": self._disk()}
        database = await self._database(runtime)
        return {
            "database": database,
            "account": Check(True, self.standing.told) if database.ok else Check(True, "not known"),
            "models": _models(runtime),
            "disk": self._disk(),
            "engine": Check(*_ENGINE[runtime.engine.state]),
        }

    async def look(self) -> Standing:
        """How the bot stands, as far as the database tells."""
        if self.runtime is not None:
            await self._database(self.runtime)
        return self.standing

    async def report(self) -> tuple[bool, dict[str, object]]:
        """Whether messages may be sent here, and the body of the answer."""
        checks = await self.checks()
        ready = not self.draining and all(check.ok for check in checks.values())
        told = {name: {"ok": check.ok, "told": check.told} for name, check in checks.items()}
        return ready, {"ready": ready, "draining": self.draining, "checks": told}

    async def _database(self, runtime: Runtime) -> Check:
        try:
            async with asyncio.timeout(PATIENCE), self._asking:
                self.standing = await standing_of(runtime.store, runtime.settings.bot.tenant)
        except StoreError as error:
            return Check(False, error.message)
        except TimeoutError:
            return Check(False, f"no transaction began within {PATIENCE:g} s")
        return Check(True, "ok")

    def _disk(self) -> Check:
        path = self.settings.store.path
        if self.settings.store.url is not None:
            return Check(True, "the store is on another machine")
        if str(path) == MEMORY:
            return Check(True, "the store is in memory")
        return free_space(path, self.settings.serve.min_free_mb)


def free_space(path: Path, at_least_mb: int) -> Check:
    """Whether the disk on which that file lies has room."""
    try:
        free = shutil.disk_usage(path.absolute().parent).free // MEGABYTE
    except OSError as error:
        return Check(False, f"the folder of the store cannot be looked at: {error.strerror}")
    if free < at_least_mb:
        return Check(False, f"{free} MB are free, less than serve.min_free_mb = {at_least_mb}")
    return Check(True, f"{free} MB free")


def _models(runtime: Runtime) -> Check:
    ears, voice = runtime.bot.kit.ears, runtime.bot.kit.voice
    spoken = "replies in writing only" if voice is None else "replies by voice"
    resting = ears.resting() if isinstance(ears, FallbackEars) else ()
    if isinstance(ears, FallbackEars) and len(resting) == ears.count:
        return Check(False, f"no backend hears: {', '.join(resting)} failed too often")
    hears = f"hears without {', '.join(resting)}" if resting else "hears"
    return Check(True, f"{hears}, {spoken}")
