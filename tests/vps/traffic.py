"""Customers who write at a steady rate, and what came of each of their messages."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wavoice.runtime.journal import Event
from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.shop import ShopCustomer, ShopOrder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    import httpx

    from wavoice.runtime.ports import Clock
    from wavoice.sim.emulator.emulator import Emulator
    from wavoice.sim.emulator.phone import Phone
    from wavoice.sim.world import World

RATE = 7
"""Messages a second: each brings three webhooks, its own and that its answer was sent and delivered."""
UNDER_WAY = 40
"""Messages that may wait for their 200: a machine that cannot keep the rate is slow, and does not drown."""
CUSTOMERS = 200
"""So many that nearly always one has nothing to wait for."""
CONNECTIONS = 16
QUESTION = "where is my order"


class Meta:
    """Reaches the bot with as many connections as there are; httpx's own queue gets slow when it is long."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._free = asyncio.Semaphore(CONNECTIONS)

    async def post(self, url: str, *, content: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """See `WebhookClient`."""
        async with self._free:
            return await self._http.post(url, content=content, headers=headers)

    async def get(self, url: str, *, headers: Mapping[str, str]) -> httpx.Response:
        """See `WebhookClient`."""
        return await self._http.get(url, headers=headers)


@dataclass(slots=True)
class Traffic:
    """Messages as they were sent."""

    clock: Clock
    phones: Sequence[Phone]
    sent: list[tuple[Phone, str]] = field(default_factory=list)
    """Who, and the wamid."""
    asked: Counter[str] = field(default_factory=Counter)
    """Questions by BSUID."""
    _sending: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def flows(self) -> AsyncIterator[None]:
        """Seven times a second a customer who has every answer asks where the order is, while it lasts."""
        over = asyncio.Event()
        running = asyncio.create_task(self._run(over))
        try:
            yield
        finally:
            over.set()
            await running

    async def _run(self, over: asyncio.Event) -> None:
        began, number, free = self.clock.now(), 0, asyncio.Semaphore(UNDER_WAY)
        while not over.is_set():
            await free.acquire()
            while (phone := self._next(number)) is None:
                await self.clock.wait(asyncio.Event(), self.clock.now() + SECOND // 10)
            task = asyncio.create_task(self._one(phone))
            task.add_done_callback(lambda _: free.release())
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
            number += 1
            await self.clock.wait(over, began + _due(number))
        await asyncio.gather(*self._sending)

    def _next(self, number: int) -> Phone | None:
        """Who asks next: whoever waits for an answer does not ask again, as a second question may be answered
        together with the first. None: all wait.
        """
        turned = (self.phones[(number + step) % len(self.phones)] for step in range(len(self.phones)))
        free = (each for each in turned if len(each.messages) >= self.asked[each.person.bsuid])
        if (chosen := next(free, None)) is not None:
            self.asked[chosen.person.bsuid] += 1
        return chosen

    async def _one(self, phone: Phone) -> None:
        self.sent.append((phone, await phone.says(QUESTION)))


def _due(number: int) -> Micros:
    return number * SECOND // RATE


def customers(emulator: Emulator, world: World, count: int = CUSTOMERS) -> list[Phone]:
    """Customers of the shop with one order each, and their phones."""
    like = world.orders["1842"]
    phones = []
    for number in range(count):
        digits, bsuid, key = f"9198124{number:05}", f"IN.2{number:019}", f"cus_t{number}"
        world.customers.append(ShopCustomer(key, "Sample Customer", bsuid=bsuid))
        order = str(50_000 + number)
        world.orders[order] = ShopOrder(
            order, key, like.day, like.address, "packed", like.items, like.payment
        )
        phones.append(emulator.phone("Sample Customer", digits, bsuid))
    return phones


def faults(traffic: Traffic, events: Sequence[Event]) -> Iterator[str]:
    """Messages that did not get exactly one turn and one reply, by the journal and by the handsets."""
    turns = Counter(event.body.message for event in events if event.kind == "received")
    turn_of = {event.body.message: event.where.turn for event in events if event.kind == "received"}
    replies = Counter(event.where.turn for event in events if event.kind == "replied")
    for _, wamid in traffic.sent:
        if turns[wamid] != 1:
            yield f"{wamid}: {turns[wamid]} turns"
        elif replies[turn_of[wamid]] != 1:
            yield f"{wamid}: {replies[turn_of[wamid]]} replies"
    for phone in traffic.phones:
        if len(phone.messages) != traffic.asked[phone.person.bsuid]:
            asked = traffic.asked[phone.person.bsuid]
            yield f"{phone.person.bsuid}: {asked} asked, {len(phone.messages)} answers"
