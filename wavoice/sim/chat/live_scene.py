"""The stage of a script that somebody watches: a chat on the live clock, in the place of virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import cast

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.journal import Event
from wavoice.runtime.model import Address, Alias, Micros, Offered
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Clock
from wavoice.sim.chat.chatting import ChatSession
from wavoice.sim.chat.facts import Fact, SentKind
from wavoice.sim.chat.screen import Draft
from wavoice.sim.emulator.emulator import Emulator
from wavoice.sim.emulator.media_faults import MediaFault
from wavoice.sim.rehearsal import today_in
from wavoice.sim.scenario.format import Step
from wavoice.sim.scenario.notes import Faults
from wavoice.sim.scenario.scene import Person
from wavoice.sim.world import World

_KINDS: Mapping[str, SentKind] = {
    "note": "voice",
    "button": "button",
    "reaction": "reaction",
    "edit": "edit",
    "revoke": "unsend",
}


class LiveScene:
    """`scene.Scene` on the clock that runs: what is done takes its time, pauses are shortened."""

    def __init__(self, chat: ChatSession, zone: str, ears: Faults, patience: Micros) -> None:
        """`ears`: what is to go wrong with them. `patience`: so much of a pause is waited for."""
        self._chat, self._ears, self._patience = chat, ears, patience
        self._events: list[Event] = []
        self.zone = zone
        phones = {phone.person.bsuid: phone for phone in chat.emulator.phones}
        self.people = {
            caller.key: Person(caller.key, phones[caller.bsuid], chat.contacts[caller.key])
            for caller in chat.customers
        }
        chat.listen(self._take)

    def _take(self, news: Event | Fact) -> None:
        if isinstance(news, Event):
            self._events.append(news)

    @property
    def clock(self) -> Clock:
        """The chat's."""
        return self._chat.clock

    @property
    def emulator(self) -> Emulator:
        """WhatsApp."""
        return self._chat.emulator

    @property
    def world(self) -> World:
        """The shop."""
        return self._chat.world

    @property
    def policy(self) -> Policy:
        """The bot's."""
        return self._chat.runtime.bot.kit.policy

    @property
    def faults(self) -> LiveScene:
        """Itself: it knows who is to fail."""
        return self

    @property
    def events(self) -> Sequence[Event]:
        """The journal of this run."""
        return self._events

    @property
    def today(self) -> date:
        """The shop's today."""
        return today_in(self.zone, self.clock)

    @property
    def armed(self) -> str | None:
        """A chat does not crash."""
        return None

    def add(self, system: str, does: str, times: int) -> None:
        """Let ears, voice or files fail."""
        match system:
            case "media":
                fault = {"fail": "gone", "garbage": "truncate"}[does]
                self.emulator.media_fault(cast("MediaFault", fault), times)
            case "ears":
                self._ears.add(system, does, times)
            case _:
                self._chat.models.faults.add(system, does, times)

    @contextmanager
    def sending(self, step: Step) -> Iterator[None]:
        """What is sent is shown as the step says it; the sound of a note is added when it is made."""
        said = step.text or step.button or step.edit or step.document or step.location or step.reaction
        words = "" if said == "removed" else said or (step.image if isinstance(step.image, str) else "")
        with self._chat.behind.screens.sending(Draft(_KINDS.get(step.action, "text"), words or "")):
            yield

    async def advance(self, until: Micros) -> None:
        """See `scene.Scene`."""
        while True:
            due = await self.settle(until)
            if due is None or due > until:
                break
            await self.jump(due)
        await self.jump(until)

    async def settle(self, limit: Micros | None = None) -> Micros | None:
        """See `scene.Scene`; what is under way takes real time, and is left alone when the limit comes."""
        idle = asyncio.create_task(self._chat.idle())
        if limit is not None:
            poke = asyncio.Event()
            idle.add_done_callback(lambda _: poke.set())
            await self.clock.wait(poke, limit)
            if not idle.done():
                idle.cancel()
                await asyncio.gather(idle, return_exceptions=True)
                return limit + 1
        await idle
        return await self._chat.behind.times.next_due()

    async def jump(self, moment: Micros) -> None:
        """See `scene.Scene`; the end of the pause is waited for."""
        clock = self._chat.clock
        clock.skip_to(moment - self._patience)
        await clock.wait(asyncio.Event(), moment)

    @property
    def number(self) -> str:
        """Id of the business number."""
        return self._chat.settings.whatsapp.phone_number_id or ""

    async def offer(self, to: Alias, offered: Offered) -> None:
        """See `scene.Scene`."""
        await self._chat.runtime.bot.offer(self.number, to, offered)

    async def release(self, person: Person) -> None:
        """See `scene.Scene`."""
        tenant = self._chat.settings.bot.tenant
        await self._chat.runtime.bot.release(Address(tenant, self.number, person.contact))

    async def restart(self) -> None:
        """Raise `UserInputError`: a chat is one process."""
        raise UserInputError("A chat cannot crash and go on.", remedy="Run it with: wavoice test")

    def arm(self, failpoint: str) -> None:
        """The same."""
        raise UserInputError(f"A chat cannot crash at {failpoint}.", remedy="Run it with: wavoice test")
