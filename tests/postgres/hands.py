"""An engine over a real store, with hands instead of a bot: what is drained is written down, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

import pytest

from wavoice.runtime.adapters.clock import SystemClock, Uuid7Ids
from wavoice.runtime.adapters.embedded import EmbeddedEngine
from wavoice.runtime.adapters.store import SqliteStore, drain_lock
from wavoice.runtime.errors import FencedError
from wavoice.runtime.model import SECOND, Address, Alias, Inbound, Modality
from wavoice.runtime.ports import Engine, Store, UnitOfWork

NUMBERS = count(1)
PATIENCE = 30.0
"""Seconds after which something counts as stuck; never waited for when all is well."""
ENGINES = ["embedded", "procrastinate"]


def alias(name: str) -> Alias:
    return Alias(phone=str(4915100000000 + sum(map(ord, name)) * 1000 + len(name)), bsuid=None)


@dataclass
class Hands:
    """One process: a store, an engine on it, and a drain that notes what it took."""

    store: Store
    engine: Engine
    done: list[tuple[str, str]]
    """Whose message, and its text, in the order in which they were done; shared by all processes."""
    drains: list[str] = field(default_factory=list)
    fenced: int = 0
    before: Callable[[str], Awaitable[None]] | None = None
    """Called with the text of a message before it is done, outside any transaction."""
    moved: asyncio.Condition = field(default_factory=asyncio.Condition)
    _running: asyncio.Task[None] | None = None

    def start(self) -> None:
        self.engine.drains_with(self.drain)
        self._running = asyncio.create_task(self.engine.run())

    async def stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
            self._running = None

    async def drain(self, address: Address) -> None:
        """As the bot's: inbox first, each message under the epoch that was taken."""
        self.drains.append(address.contact)
        with suppress(FencedError):
            while await self._next(address):
                pass

    async def _next(self, address: Address) -> bool:
        now = SystemClock().now()
        async with self.store.begin() as tx:
            conversation = await tx.conversations.take(address)
            message = await tx.inbox.next(address, now)
            timer = None
            if message is None and not await tx.inbox.unread(address):
                timer = await tx.timers.due(address, now)
        if message is not None:
            if self.before is not None:
                await self.before(message.text or "")
            try:
                async with self.store.begin() as tx:
                    await tx.conversations.save(conversation)
                    await tx.inbox.done(message)
            except FencedError:
                self.fenced += 1
                raise
            await self._note((address.contact, message.text or ""))
        elif timer is not None:
            async with self.store.begin() as tx:
                await tx.timers.clear(timer.subject)
            await self._note((address.contact, f"timer {timer.subject}"))
        return message is not None or timer is not None

    async def _note(self, what: tuple[str, str]) -> None:
        async with self.moved:
            self.done.append(what)
            self.moved.notify_all()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for what this process does."""
        async with asyncio.timeout(PATIENCE), self.moved:
            await self.moved.wait_for(holds)

    async def stored(self, tx: UnitOfWork, name: str, text: str) -> Address:
        """Write a message of that customer, as a webhook does."""
        now = SystemClock().now()
        whose = (await tx.contacts.find_or_add("shop", "100", alias(name), now)).address
        number = next(NUMBERS)
        message = Inbound(
            id=f"wamid.{number}", turn=f"t_{number}", address=whose, alias=alias(name), seq=0,
            modality=Modality.TEXT, sent_at=now, received_at=now, text=text,
        )  # fmt: skip
        assert await tx.inbox.add(message, {}) is not None
        return whose

    async def receive(self, name: str, text: str, *, told: bool = True) -> Address:
        """The same in a transaction of its own; `told`: the engine is."""
        async with self.store.begin() as tx:
            address = await self.stored(tx, name, text)
            if told:
                await self.engine.nudge(address, tx)
        return address


Make = Callable[[], Awaitable[Hands]]


@asynccontextmanager
async def processes(kind: str, request: pytest.FixtureRequest) -> AsyncIterator[Make]:
    """Makes processes that share one database; ends all of them."""
    done: list[tuple[str, str]] = []
    made: list[Hands] = []
    clock = SystemClock()

    async def make() -> Hands:
        if kind == "procrastinate":
            from wavoice.runtime.adapters.procrastinate_engine import (  # noqa: PLC0415
                Limits,
                ProcrastinateEngine,
                app_on,
            )
            from wavoice.runtime.adapters.store.postgres import PostgresStore  # noqa: PLC0415

            url: str = request.getfixturevalue("url")
            on_postgresql = await PostgresStore.open(url, ids=Uuid7Ids(), connections=4)
            engine: Engine = ProcrastinateEngine(on_postgresql, clock, app_on(url), Limits(grace_seconds=0.2))
            store: Store = on_postgresql
        else:
            path = request.getfixturevalue("tmp_path") / "store.sqlite"
            store = await SqliteStore.open(path, ids=Uuid7Ids())
            engine = EmbeddedEngine(store, clock, lambda: drain_lock(path), look_every=SECOND // 20)
        hands = Hands(store, engine, done)
        made.append(hands)
        return hands

    try:
        yield make
    finally:
        for hands in made:
            await hands.stop()
            await hands.store.close()
