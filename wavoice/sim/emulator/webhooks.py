"""Delivers webhooks as WhatsApp does: signed, at least once, repeated until answered with 200."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import httpx

from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.background import Background
from wavoice.sim.emulator.chaos import UNHARMED, Chaos, Fate
from wavoice.sim.emulator.wire import encode, sign

FIRST_GAP: Micros = SECOND
LONGEST_GAP: Micros = 6 * 3600 * SECOND
GIVE_UP_AFTER: Micros = 7 * 24 * 3600 * SECOND
"""Published; the gaps are not, only that they grow."""


@dataclass(frozen=True, slots=True)
class Hook:
    """Where webhooks go, what signs them, and how reliable the way is."""

    url: str
    app_secret: str = field(repr=False)
    chaos: Chaos | None = None


class Answer(Protocol):
    """What a webhook was answered with."""

    @property
    def status_code(self) -> int:
        """HTTP status."""
        ...


class WebhookClient(Protocol):
    """Reaches the bot: an `httpx.AsyncClient`, or something lighter in process."""

    async def post(self, url: str, *, content: bytes, headers: Mapping[str, str]) -> Answer:
        """Post exactly these bytes, follow no redirect. Raises `httpx.HTTPError` without an answer."""
        ...


class Webhooks:
    """One callback URL. Time-outs are those of the given client."""

    def __init__(self, hook: Hook, http: WebhookClient, clock: Clock, background: Background) -> None:
        self._hook = hook
        self._http = http
        self._clock = clock
        self._background = background
        self._numbers = itertools.count()
        self._posted: dict[bytes, None] = {}
        self.dropped: list[bytes] = []
        """Bodies given up after a week, oldest first."""

    @property
    def posted(self) -> tuple[bytes, ...]:
        """Every body that was tried, in the order of its first try."""
        return tuple(self._posted)

    async def post(self, payload: Mapping[str, Any], *, surely: bool = False) -> None:
        """Return after the first try; if it was not answered with 200, repeat in the background.

        Chaos may hold it back: then this returns at once. `surely` keeps chaos away.
        """
        body, chaos = encode(payload), self._hook.chaos
        fate = UNHARMED if surely or chaos is None else chaos.fate(next(self._numbers))
        if fate.held:
            self._background.later(fate.held, partial(self._suffer, body, fate))
        else:
            await self._suffer(body, fate)

    async def again(self, body: bytes) -> None:
        """Send exactly these bytes once, whatever the answer."""
        await self._try(body)

    async def _suffer(self, body: bytes, fate: Fate) -> None:
        await self._deliver(body, lost=fate.lost)
        if fate.again:
            self._background.later(fate.again, partial(self._deliver, body))
        elif fate.again is not None:
            await self._deliver(body)

    async def _deliver(self, body: bytes, *, lost: bool = False) -> None:
        self._posted.setdefault(body)
        if lost or not await self._try(body):
            self._background.start(self._repeat(body))

    async def _repeat(self, body: bytes) -> None:
        end = self._clock.now() + GIVE_UP_AFTER
        gap = FIRST_GAP
        while self._clock.now() + gap <= end:
            await self._background.park(self._clock.now() + gap)
            if await self._try(body):
                return
            gap = min(2 * gap, LONGEST_GAP)
        self.dropped.append(body)

    async def _try(self, body: bytes) -> bool:
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": sign(body, self._hook.app_secret),
        }
        try:
            response = await self._http.post(self._hook.url, content=body, headers=headers)
        except httpx.HTTPError:
            return False  # no answer is one of the answers that are not 200
        return response.status_code == httpx.codes.OK
