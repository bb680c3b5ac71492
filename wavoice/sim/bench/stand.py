"""A runtime on the bench: customers that ask where their order is, and the turn that answers each."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from itertools import count

from wavoice.runtime import journal
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.build import Parts
from wavoice.runtime.journal import Event
from wavoice.runtime.settings import Settings
from wavoice.sim.bench.notes import BenchNote
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.reach import Wire
from wavoice.sim.rehearsal import Customer, Rehearsal, agree, rehearse, today_in
from wavoice.sim.report import NoteResult, Reference, results
from wavoice.sim.shop import ShopCustomer, ShopOrder
from wavoice.sim.world import World

PATIENCE_SECONDS = 120.0
"""How long a turn may take before it counts as missing."""
_NUMBERS = 9000
_STRIDE = 7919
"""Coprime to `_NUMBERS`: order numbers of four digits that repeat only after 9,000 customers."""


class Reply(StrEnum):
    """What the customer gets back."""

    SPOKEN = "spoken"
    """Words that hold an order number which was never said before."""
    CACHED = "cached"
    """Spoken words, all of which were said before."""
    TEXT = "text"


class Course:
    """A sink that tells when the turn of a message has ended; what was told is forgotten."""

    def __init__(self) -> None:
        self._events: defaultdict[str, list[Event]] = defaultdict(list)
        self._turns: dict[str, str] = {}
        self._changed = asyncio.Event()

    def write(self, event: Event) -> None:
        """Note an event that is durable now."""
        self._events[event.where.turn].append(event)
        if isinstance(event.body, journal.Received):
            self._turns[event.body.message] = event.where.turn
        if isinstance(event.body, journal.TurnEnded):
            self._changed.set()
            self._changed = asyncio.Event()

    async def ended(self, message: str) -> Sequence[Event]:
        """Return the journal of that message's turn once it has ended."""
        while not self._over(message):
            await self._changed.wait()
        return self._events.pop(self._turns.pop(message))

    def _over(self, message: str) -> bool:
        events = self._events.get(self._turns.get(message, ""), ())
        return any(isinstance(event.body, journal.TurnEnded) for event in events)


@dataclass(frozen=True, slots=True)
class Asker:
    """A customer with an order of their own."""

    record: ShopCustomer
    order: ShopOrder
    phone: Phone


@dataclass(slots=True)
class Crowd:
    """Makes customers of a world, each with an order number that nobody else has."""

    world: World
    numbers: count[int] = field(default_factory=count)

    def next(self, like: ShopOrder | None = None) -> tuple[Customer, ShopCustomer, ShopOrder]:
        """Enter the next customer and order into the world; `like`: an order that has left, once more."""
        n = next(self.numbers)
        who = Customer(f"Customer {n}", f"91981{n:07d}", f"IN.{10**12 + n}")
        record = ShopCustomer(f"cus_bench_{n}", who.name, who.phone, who.bsuid)
        order = self._order(n, record) if like is None else replace(like, customer=record.id)
        self.world.customers.append(record)
        self.world.orders[order.id] = order
        return who, record, order

    def _order(self, n: int, record: ShopCustomer) -> ShopOrder:
        number = str(1000 + n * _STRIDE % _NUMBERS)
        day = today_in("UTC", SystemClock()) + timedelta(days=1 + n % 6)
        return ShopOrder(number, record.id, day, "12 Hill Road", "packed", ("Rice 5 kg",))

    def leave(self, record: ShopCustomer, order: ShopOrder) -> None:
        """Forget them: the shop looks through all its records for every question."""
        self.world.customers.remove(record)
        del self.world.orders[order.id]


@dataclass(frozen=True, slots=True)
class Stand:
    """One runtime, ready to be asked."""

    rehearsal: Rehearsal
    settings: Settings
    course: Course
    crowd: Crowd

    async def asker(self, *, by_voice: bool = True, like: ShopOrder | None = None) -> Asker:
        """Connect a customer; `by_voice`: one that has agreed to be answered by voice.

        `like`: the order of one who has left: what is said of it was said before.
        """
        who, record, order = self.crowd.next(like)
        on = self.rehearsal
        phone = on.emulator.phone(who.name, who.phone, who.bsuid, wrote_at=on.clock.now())
        await agree(on.runtime, self.settings, who, by_voice=by_voice)
        return Asker(record, order, phone)

    async def ask(self, asker: Asker, note: BenchNote) -> NoteResult:
        """Send the note; return its turn once it has ended. Raises `TimeoutError` after two minutes."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            message = await asker.phone.records(note.ogg)
            events = await self.course.ended(message)
        return results(events, [Reference(note.name, note.name, message)])[0]

    async def rest(self) -> None:
        """Return when nothing is under way: statuses of this turn are no load of the next."""
        await self.rehearsal.idle()

    def leave(self, asker: Asker) -> None:
        """The customer will not ask again."""
        self.crowd.leave(asker.record, asker.order)


@asynccontextmanager
async def open_stand(
    settings: Settings, parts: Parts | None = None, wire: Wire | None = None
) -> AsyncIterator[Stand]:
    """A runtime as `build` makes it of these settings, over the emulator; its store is what they name.

    Real time, and WhatsApp's limits off: one customer may ask many times. `parts`: what a test brings.
    """
    course, clock = Course(), SystemClock()
    world = World(clock=clock)
    parts = replace(parts or Parts(), sink=course)
    wire = replace(wire or Wire(), limits=False)
    async with rehearse(settings, parts, clock, world=world, wire=wire) as rehearsal:
        yield Stand(rehearsal, settings, course, Crowd(world))


def trouble(result: NoteResult, reply: Reply) -> str | None:
    """Why this turn is not the turn that is measured; None if it is."""
    wanted = "text" if reply is Reply.TEXT else "voice"
    if result.outcome != "answered" or result.reply_kind is None:
        return f"the turn ended {result.outcome}"
    if result.intent != "track_order":
        return f"it was read as {result.intent}"
    if result.reply_kind != wanted:
        return f"the reply was {result.reply_kind}, not {wanted}"
    return None
