"""How many notes are worked on at a time, and who waits: what cannot be worked on yet is not held.

Messages wait in the store, which is as long as it has to be. Of the notes among them a few are
downloaded at a time, then short and long ones go on in lanes of their own, first come, first served: a
five-minute note is 19 MB of samples, and twenty of them must neither fill the memory nor stand before a
note of two seconds. A long note that finds its lane full lets go of its bytes, and is fetched again when
its turn comes.

Turns are begun a few at a time, too: in a flood, or while nothing is heard, what has begun keeps the one
event loop from what is always first, the answer to WhatsApp's webhooks. Notes and all else wait apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from wavoice.runtime.policy import Policy


@dataclass(slots=True)
class Lanes:
    """The notes of one process."""

    policy: Policy = field(default_factory=Policy)
    inside: int = 0
    """Notes that are being opened or heard."""
    downloading: asyncio.Semaphore = field(init=False)
    """Held while a note is fetched."""
    _short: asyncio.Semaphore = field(init=False)
    _long: asyncio.Semaphore = field(init=False)
    _notes: asyncio.Semaphore = field(init=False)
    _others: asyncio.Semaphore = field(init=False)
    _begun: dict[str, asyncio.Semaphore] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.downloading = asyncio.Semaphore(self.policy.downloads_at_once)
        self._short = asyncio.Semaphore(self.policy.short_notes_at_once)
        self._long = asyncio.Semaphore(self.policy.long_notes_at_once)
        self._notes = asyncio.Semaphore(self.policy.notes_begun_at_once)
        self._others = asyncio.Semaphore(self.policy.turns_at_once)

    async def admit(self, turn: str, *, note: bool) -> None:
        """Wait until this turn may begin. Whoever is admitted calls `leave`."""
        place = self._notes if note else self._others
        await place.acquire()
        self._begun[turn] = place

    def leave(self, turn: str) -> None:
        """The turn has ended, or its note is being heard, or waits without its bytes. Again is harmless."""
        place = self._begun.pop(turn, None)
        if place is not None:
            place.release()

    def must_wait(self, size: int) -> bool:
        """True if a note of so many bytes is a long one whose lane is full."""
        return self._lane(size) is self._long and self._long.locked()

    @asynccontextmanager
    async def hearing(self, size: int) -> AsyncIterator[None]:
        """Held while a note of so many bytes is opened and heard."""
        async with self._lane(size):
            self.inside += 1
            try:
                yield
            finally:
                self.inside -= 1

    def _lane(self, size: int) -> asyncio.Semaphore:
        return self._short if size <= self.policy.short_note_bytes else self._long
