"""Delivers webhooks as WhatsApp does: signed, at least once, repeated until answered with 200."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.background import Background
from wavoice.sim.wire import encode, sign

FIRST_GAP: Micros = SECOND
LONGEST_GAP: Micros = 6 * 3600 * SECOND
GIVE_UP_AFTER: Micros = 7 * 24 * 3600 * SECOND
"""Published; the gaps are not, only that they grow."""


class Webhooks:
    """One callback URL. Time-outs are those of the given client."""

    def __init__(
        self, url: str, app_secret: str, http: httpx.AsyncClient, clock: Clock, background: Background
    ) -> None:
        self._url = url
        self._app_secret = app_secret
        self._http = http
        self._clock = clock
        self._background = background
        self.dropped: list[bytes] = []
        """Bodies given up after a week, oldest first."""

    async def post(self, payload: Mapping[str, Any]) -> None:
        """Return after the first try; if it was not answered with 200, repeat in the background."""
        body = encode(payload)
        if not await self._try(body):
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
            "X-Hub-Signature-256": sign(body, self._app_secret),
        }
        try:
            response = await self._http.post(self._url, content=body, headers=headers, follow_redirects=False)
        except httpx.HTTPError:
            return False  # no answer is one of the answers that are not 200
        return response.status_code == httpx.codes.OK
