"""Customers who do not know that the bot is killed: each talks on, and notes what was due."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.serving.street import Street
from wavoice.sim.emulator.handset.message import PhoneMessage
from wavoice.sim.emulator.phone import Phone

NOTES = Path(__file__).parents[2] / "fixtures" / "audio"
SPOKEN = NOTES / "move_with_pauses__street_20db.ogg"
SPOKEN_WORDS = "move my delivery to Friday"
DONE, NOT_DONE = "Done", "I could not do that"
UNCHANGED = "nothing changed"
"""A yes that became too old before it was carried out."""
FRIDAY = 4


@dataclass(slots=True)
class Customer:
    """One handset, and what its owner asked for."""

    at: Street
    phone: Phone
    order: str
    chance: random.Random
    speaks: bool = True
    """Sometimes; there are ears that know the note."""
    asked: list[str] = field(default_factory=list)
    """Days to which the order was to be moved."""
    done: int = 0
    """How often it was told that this is done."""
    sent: list[str] = field(default_factory=list)
    """wamids of what was sent, in this order, each after the answer to the one before."""
    handed_over: bool = False
    """To a person: as asked, or after a turn was killed three times, or a write unknown for a minute."""
    _heard: int = 0
    _parts: set[str | None] = field(default_factory=set)

    async def _next(self) -> PhoneMessage:
        """The next message that is no repetition: after a kill a reply may come twice."""
        while True:
            message = await self.phone.hears(self._heard)
            self._heard += 1
            part = self.at.emulator.sent(message.wamid).request.reference
            if part not in self._parts:
                self._parts.add(part)
                return message

    async def moves(self) -> None:
        """Have the order moved: say it, be asked, tap yes, be told what became of it."""
        day = "Tuesday" if self.at.world.orders[self.order].day.weekday() == FRIDAY else "Friday"
        if self.speaks and day == "Friday" and self.chance.random() < 0.3:
            self.sent.append(await self.phone.records(SPOKEN.read_bytes()))
        else:
            self.sent.append(await self.phone.says(f"please move order {self.order} to {day}"))
        self.asked.append(day)
        while True:
            message = await self._next()
            text = message.text or ""
            if message.buttons:  # asked, or asked once more because something went wrong in between
                self.sent.append(await self.phone.taps("Yes", on=message.wamid))
            elif text.startswith(DONE):
                self.done += 1
                return
            elif "colleague" in text:
                self.handed_over = True
                return
            elif text.startswith(NOT_DONE) or "again" in text or UNCHANGED in text:
                return

    async def wants_a_person(self) -> None:
        """Be handed over; the bot is silent from then on."""
        self.sent.append(await self.phone.says("I want to talk to a person"))
        self.handed_over = True
        await self._next()


@dataclass(slots=True)
class Crowd:
    """So many customers at once, until they are told to come to an end."""

    at: Street
    seed: int
    size: int
    speak: bool = True
    all: list[Customer] = field(default_factory=list)
    _over: bool = False
    _talking: list[asyncio.Task[None]] = field(default_factory=list)

    def begin(self) -> None:
        """Let them talk."""
        self._talking = [asyncio.create_task(self._talk(number)) for number in range(self.size)]

    async def end(self) -> None:
        """Begin nothing new, and wait until everybody has had the last answer."""
        self._over = True
        await asyncio.gather(*self._talking)

    def waits(self) -> str:
        """Who still waits, and what they were told last."""
        waiting = [one for one in self.all if not one.handed_over]
        return "\n".join(
            f"order {one.order}: {one.sent[-1:]} {[message.text for message in one.phone.messages[-3:]]}"
            for one in waiting
        )

    def leave(self) -> None:
        """Hang up at once."""
        for task in self._talking:
            task.cancel()

    @property
    def trouble(self) -> BaseException | None:
        """What went wrong with a customer, if anything has."""
        ended = (task for task in self._talking if task.done() and not task.cancelled())
        return next((error for task in ended if (error := task.exception())), None)

    def _new(self) -> Customer:
        phone, number = self.at.customer(), len(self.at.phones) - 1
        one = Customer(self.at, phone, str(2000 + number), random.Random(f"{self.seed}/{number}"), self.speak)
        self.all.append(one)
        return one

    async def _talk(self, place: int) -> None:
        """One customer in four is handed over after two jobs, and another one comes."""
        while not self._over:
            one = self._new()
            leaves = place % 4 == 0
            while not (self._over or one.handed_over or (leaves and one.done >= 2)):
                await one.moves()
            if leaves and not one.handed_over:
                await one.wants_a_person()
