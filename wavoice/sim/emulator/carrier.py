"""How long things travel between the bot and WhatsApp: `--network wifi` or `mobile`, really waited.

A crossing is one message in one direction: a webhook, its answer, a Graph call, its answer, a piece of
a file. It takes a latency and its size over the bandwidth; sometimes the radio is gone for a moment.
The numbers are chosen by us for a phone's home network and a phone on the move, not measured. Each kind
of crossing draws from its own seeded row, so that more of one does not move another.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.sim.emulator.webhooks import Answer, WebhookClient

CHUNK = 16 * 1024
"""Bytes of a file that travel at once."""

Network = Literal["none", "wifi", "mobile"]


@dataclass(frozen=True, slots=True)
class Profile:
    """A network."""

    median: Micros
    """Median latency of one crossing."""
    spread: float
    """Sigma of the log-normal latencies: 68 % lie between median / e^spread and median * e^spread."""
    bandwidth: int
    """Bits a second."""
    stall: float
    """Probability that the radio is gone at a crossing."""
    stall_from: Micros
    """Then for at least so long, evenly up to `stall_to`."""
    stall_to: Micros

    def crossing(self, size: int, chance: random.Random) -> Micros:
        """How long a message of that many bytes takes."""
        latency = self.median * math.exp(self.spread * chance.gauss(0, 1))
        away = chance.random() < self.stall
        gone = chance.uniform(self.stall_from, self.stall_to) if away else 0
        return round(latency + gone + self.transfer(size))

    def transfer(self, size: int) -> Micros:
        """How long that many bytes take once they flow."""
        return round(8 * size * SECOND / self.bandwidth)


_MILLI = SECOND // 1000

PROFILES: Mapping[Network, Profile | None] = {
    "none": None,
    "wifi": Profile(8 * _MILLI, 0.5, 30_000_000, 0.002, 100 * _MILLI, 400 * _MILLI),
    "mobile": Profile(60 * _MILLI, 0.6, 4_000_000, 0.02, 500 * _MILLI, 3000 * _MILLI),
}


class Carrier:
    """Delays of one profile; waits on the given clock."""

    def __init__(self, profile: Profile, seed: int, clock: Clock) -> None:
        self._profile = profile
        self._clock = clock
        self._seed = seed
        self._rows: dict[str, itertools.count[int]] = {}

    async def crossing(self, kind: str, size: int) -> None:
        """Wait until a message of that kind and size has arrived."""
        number = next(self._rows.setdefault(kind, itertools.count()))
        # A string seed is hashed with SHA-512, the same on every machine.
        chance = random.Random(f"{self._seed}/{kind}/{number}")  # noqa: S311 -- nothing secret
        await self._wait(self._profile.crossing(size, chance))

    async def transfer(self, size: int) -> None:
        """Wait while that many bytes flow."""
        await self._wait(self._profile.transfer(size))

    async def _wait(self, time: Micros) -> None:
        await self._clock.wait(asyncio.Event(), self._clock.now() + time)


class FarApp:
    """An ASGI app at the other end of a network."""

    def __init__(self, app: ASGIApp, carrier: Carrier, kind: str) -> None:
        self._app = app
        self._carrier = carrier
        self._kind = kind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request: it takes its time to come, and its answer to go."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def coming() -> Message:
            message = await receive()
            if message["type"] == "http.request":
                await self._carrier.transfer(len(message.get("body", b"")))
            return message

        async def going(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._carrier.crossing(f"{self._kind} answer", 0)
            if message["type"] != "http.response.body":
                await send(message)
                return
            body, more = message.get("body", b""), message.get("more_body", False)
            for start in range(0, max(1, len(body)), CHUNK):
                part = body[start : start + CHUNK]
                await self._carrier.transfer(len(part))
                last = start + CHUNK >= len(body)
                await send({"type": message["type"], "body": part, "more_body": more or not last})

        await self._carrier.crossing(self._kind, 0)
        await self._app(scope, coming, going)


class FarBot:
    """Reaches a bot over a network; `webhooks.WebhookClient`."""

    def __init__(self, client: WebhookClient, carrier: Carrier) -> None:
        self._client = client
        self._carrier = carrier

    async def post(self, url: str, *, content: bytes, headers: Mapping[str, str]) -> Answer:
        """Post these bytes once they have travelled; return the answer once it has."""
        await self._carrier.crossing("webhook", len(content))
        answer = await self._client.post(url, content=content, headers=headers)
        await self._carrier.crossing("webhook answer", 0)
        return answer

    async def get(self, url: str, *, headers: Mapping[str, str]) -> Answer:
        """Get this once the call has travelled; return the answer once it has."""
        await self._carrier.crossing("webhook", 0)
        answer = await self._client.get(url, headers=headers)
        await self._carrier.crossing("webhook answer", 0)
        return answer
