"""What a place must be able to do so that releases can go there.

A target knows machines and processes. It knows nothing of Meta, of scenarios, nor of the order of steps: that
is `sequence.py`'s. All methods may be called again after a crash: what is done already is done again without
harm, or not at all. They raise `TargetError`, which names the host and a remedy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from wavoice.deploy.release import Release


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a preflight looked at."""

    name: str
    """A word, such as `disk`, `clock` or `systemd`."""
    ok: bool
    told: str
    """What was found, in a few words."""
    remedy: str = ""
    """What to do about it; empty if all is well."""
    needed: bool = True
    """False: a deploy goes on without it, and says so."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock."""

    who: str
    """User and machine, `ada@laptop`."""
    since: str
    """UTC, ISO 8601, to the second."""
    why: str
    """Id of the deploy, or what `wavoice deploy lock` was told."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command of a release came to."""

    code: int
    out: str
    """Standard output, whole: commands that are run so print little."""
    err: str
    """The last 4 kB of standard error."""


@dataclass(frozen=True, slots=True)
class Health:
    """What a process of a release says of itself on its admin port."""

    ready: bool
    """`/readyz` said 200."""
    checks: Mapping[str, str] = field(default_factory=dict)
    """Its checks by name, in words: `{"database": "ok", "models": "loading"}`."""
    metrics: str = ""
    """`/metrics` as it is; empty if there is none."""
    ended: bool = False
    """It has no process, and nobody will start one: waiting is of no use."""
    restarts: int = 0
    """How often it has ended and was started again since `start`."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Which releases a target has."""

    live: str | None
    """Id of the release that gets the webhooks; None: none."""
    running: tuple[str, ...] = ()
    """Ids of those that have a process, the live one included."""
    kept: tuple[str, ...] = ()
    """Ids of all that could be started without being shipped, oldest first."""


class Place(Protocol):
    """A machine, or a folder: who is there, what it lacks, and what is noted there."""

    @property
    def host(self) -> str:
        """How it is called in results and errors, e.g. `bot@shop.example.com`."""
        ...

    async def preflight(self) -> Sequence[Finding]:
        """Look at everything that this target needs before anything is changed: reach, system, Python, disk,
        clock, ports, where the bot's name leads. Changes nothing.
        """
        ...

    async def lock(self, holder: Holder) -> Holder | None:
        """Take the lock, in one step that only one can win; return who has it if somebody else has."""
        ...

    async def holder(self) -> Holder | None:
        """Who has the lock; None: nobody."""
        ...

    async def unlock(self) -> None:
        """Give the lock back, whoever took it; nothing if it is free."""
        ...

    async def read(self, name: str) -> str | None:
        """A note of that name, e.g. `deploy.json`, as it was written; None: there is none."""
        ...

    async def write(self, name: str, text: str) -> None:
        """Replace a note as a whole: a reader sees the earlier or the later one."""
        ...

    async def append(self, name: str, line: str) -> None:
        """Add a line to a note; it is on the disk when this returns."""
        ...


class Releases(Protocol):
    """Releases on a target, and their processes. `release` is `Release.id`."""

    async def pack(self, folder: Path) -> str:
        """Put into the folder what this target needs besides the author's files (wheels for its Python and
        platform); it is hashed afterwards. Return in words what that was. Nothing on the target changes.
        """
        ...

    async def ship(self, release: Release) -> str:
        """Bring files and credentials over, check every hash there, and make it ready to be started. What
        is there already is not sent again.
        """
        ...

    async def run(self, release: str, arguments: Sequence[str], *, given: str = "") -> Ran:
        """Run `wavoice ARGUMENTS` of that release there: with its settings, its credentials and the store
        of production, as the user that serves. `given` is its standard input. A code other than 0 is an
        answer, not an error.
        """
        ...

    async def start(self, release: str) -> str:
        """Start `wavoice serve` of that release beside the live one, on ports of its own; it gets no
        webhooks. Does not wait until it is ready.
        """
        ...

    async def health(self, release: str) -> Health:
        """Ask the process of that release once. One that does not answer is not ready, and is no error."""
        ...

    async def switch(self, release: str) -> str:
        """Let webhooks go to that release from now on; requests under way end where they began. Return in
        words; when this returns, no new request reaches another release.
        """
        ...

    async def stop(self, release: str, grace_seconds: float) -> str:
        """End its process: it has `grace_seconds` to finish what it has begun, then it is killed, and the
        words say so. Its files and logs stay.
        """
        ...

    async def prune(self, keep: int) -> Sequence[str]:
        """Delete the oldest releases but `keep`, never the live one nor one with a process; return them."""
        ...


class Target(Place, Releases, Protocol):
    """Where a bot lives."""

    async def standing(self) -> Standing:
        """Which releases are there, as it is now and not as it was noted."""
        ...

    async def logs(self, release: str, lines: int) -> Sequence[str]:
        """The last lines that its processes logged, oldest first, those of ended processes included."""
        ...
