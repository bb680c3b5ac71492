"""One chat: the production runtime, an emulated WhatsApp and a seeded shop, with every verb of a customer.

Nothing here draws. A screen listens to the journal and to facts, and calls the verbs; it needs no clock
and no runtime of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.journal import Event
from wavoice.runtime.lexicon import shipped
from wavoice.runtime.model import SECOND, Alias, Micros, PromptState
from wavoice.sim.chat.customers import Caller
from wavoice.sim.chat.facts import Fact, Notice
from wavoice.sim.chat.feed import Listener
from wavoice.sim.chat.screen import Draft
from wavoice.sim.chat.times import Act
from wavoice.sim.chat.waveform import waveform

if TYPE_CHECKING:
    from wavoice.runtime.build import Runtime
    from wavoice.runtime.settings import Settings
    from wavoice.sim.chat.faults import FaultBoard
    from wavoice.sim.chat.models import Models
    from wavoice.sim.chat.mouth import Manner, Mouth
    from wavoice.sim.chat.save import Saved
    from wavoice.sim.chat.session import Behind
    from wavoice.sim.clock import SkippingClock
    from wavoice.sim.emulator.emulator import Emulator
    from wavoice.sim.emulator.phone import Phone
    from wavoice.sim.world import World


SOON: Micros = 60 * SECOND
"""How far a chat that ends looks ahead."""


@dataclass(slots=True)
class ChatSession:
    """A conversation under way; made by `open_chat`.

    Verbs return once WhatsApp has taken what was said; what comes of it is told to the listeners. They
    raise `UserInputError` for what cannot be done, with the remedy, and then nothing was done.
    """

    behind: Behind
    """What it consists of."""
    _phones: dict[str, Phone] = field(default_factory=dict)
    _contacts: dict[str, str] = field(default_factory=dict)
    _customer: str = ""

    @property
    def clock(self) -> SkippingClock:
        """The time of this chat: the clock's, plus what was skipped."""
        return self.behind.times.clock

    @property
    def runtime(self) -> Runtime:
        """The bot."""
        return self.behind.times.runtime

    @property
    def emulator(self) -> Emulator:
        """WhatsApp."""
        return self.behind.times.emulator

    @property
    def world(self) -> World:
        """The shop."""
        return self.behind.world

    @property
    def models(self) -> Models:
        """Ears and voice, and how far they are loaded."""
        return self.behind.models

    @property
    def mouth(self) -> Mouth:
        """How typed lines become notes."""
        return self.behind.mouth

    @property
    def faults(self) -> FaultBoard:
        """What was made to go wrong."""
        return self.behind.faults

    @property
    def settings(self) -> Settings:
        """Those of this chat: nobody's production is in them."""
        return self.behind.settings

    @property
    def folder(self) -> Path:
        """The project."""
        return self.behind.folder

    @property
    def past(self) -> Sequence[Event | Fact]:
        """Everything so far, oldest first: also what an earlier session on this store left."""
        return self.behind.feed.past

    def listen(self, listener: Listener) -> None:
        """Call it with every journal event and fact from now on, in order, on the loop."""
        self.behind.feed.listen(listener)

    def notice(self, text: str) -> None:
        """Tell whoever holds the phone a line."""
        self.behind.feed.tell(Notice(self.clock.now(), text))

    @property
    def customers(self) -> Sequence[Caller]:
        """Who can hold the phone."""
        return self.behind.callers

    @property
    def customer(self) -> Caller:
        """Who holds it now."""
        return next(caller for caller in self.customers if caller.key == self._customer)

    @property
    def contact(self) -> str:
        """The runtime's id of who holds the phone."""
        return self._contacts[self._customer]

    @property
    def contacts(self) -> Mapping[str, str]:
        """The runtime's ids of all customers, by their keys."""
        return self._contacts

    @property
    def phone(self) -> Phone:
        """The handset of who holds the phone: what it shows, and verbs that this class does not have."""
        return self._phones[self._customer]

    async def text(self, words: str, *, quotes: str | None = None) -> str:
        """Send typed words; return the wamid."""
        if not words.strip():
            raise UserInputError("There is nothing to send.", remedy="Type something.")
        with self.behind.screens.sending(Draft("text", words, quotes)):
            return await self.phone.says(words, quotes, deliver=self.faults.next_delivery())

    async def note(self, ogg: bytes, *, quotes: str | None = None, said: str | None = None) -> str:
        """Send a voice note once the ears are loaded, or known to be missing; return the wamid."""
        phone, wave = self.phone, await waveform(self.behind.decoder, ogg)
        await self.models.ears.known.wait()
        with self.behind.screens.sending(Draft("voice", said or "", quotes, ogg, wave)):
            return await phone.records(ogg, quotes=quotes, deliver=self.faults.next_delivery())

    async def recorded(self, pcm: bytes, *, quotes: str | None = None) -> str:
        """Send a recording of the microphone (`sound.ports.Recording.pcm`), set in the chosen noise."""
        return await self.note(self.mouth.recorded(pcm), quotes=quotes)

    async def say(self, text: str, manner: Manner | None = None, *, quotes: str | None = None) -> str:
        """Let a voice say a line, and send that; None: as `language`, `voice` and `noise` were set."""
        ogg = await self.mouth.say(text, manner or self.mouth.manner)
        return await self.note(ogg, quotes=quotes, said=text)

    async def tap(self, wamid: str, button: str) -> str:
        """Tap a button by id or title, also of an old message; return the wamid."""
        found = [one for shown in self.phone.messages if shown.wamid == wamid for one in shown.buttons]
        title = next((one.title for one in found if button in (one.id, one.title)), button)
        with self.behind.screens.sending(Draft("button", title, wamid)):
            return await self.phone.taps(button, on=wamid, deliver=self.faults.next_delivery())

    async def react(self, wamid: str, emoji: str | None) -> str:
        """React to a message; None takes the reaction back. Returns the wamid of the reaction."""
        with self.behind.screens.sending(Draft("reaction", emoji or "", wamid)):
            return await self.phone.reacts(wamid, emoji, deliver=self.faults.next_delivery())

    async def edit(self, wamid: str, text: str) -> str:
        """Change an own text; return the wamid of the edit."""
        with self.behind.screens.sending(Draft("edit", text, wamid)):
            return await self.phone.edits(wamid, text, deliver=self.faults.next_delivery())

    async def unsend(self, wamid: str) -> str:
        """Take an own message back; return the wamid of that."""
        with self.behind.screens.sending(Draft("unsend", "", wamid)):
            return await self.phone.revokes(wamid, deliver=self.faults.next_delivery())

    async def play(self, wamid: str) -> None:
        """Report that a voice note of the bot was played; only the first time counts."""
        await self.phone.plays(wamid)

    async def switch(self, customer: str) -> None:
        """Hand the phone to another customer, by key; what waited in their chat is read."""
        if customer not in self._phones:
            remedy = f"Name one of {', '.join(self._phones)}."
            raise UserInputError(f"There is no customer {customer!r}.", remedy=remedy)
        if self._customer:
            self.phone.reach = PromptState.DELIVERED
        self._customer = customer
        self.phone.reach = PromptState.READ
        await self.phone.reads()

    async def language(self, code: str) -> None:
        """The language in which this customer is heard, and in which `say` speaks."""
        if code not in shipped():
            raise UserInputError(f"There are no words for {code!r}.", remedy="See: wavoice languages")
        await self.idle()  # a turn that is under way ends in the language in which it began
        store, number = self.runtime.store, self.settings.whatsapp.phone_number_id or ""
        alias = Alias(self.customer.phone, self.customer.bsuid)
        async with store.begin() as tx:
            found = await tx.contacts.find_or_add(self.settings.bot.tenant, number, alias, self.clock.now())
            taken = await tx.conversations.take(found.address)
            await tx.conversations.save(replace(taken, language=code))
        self.mouth.manner = replace(self.mouth.manner, language=code)

    def voice(self, name: str) -> str:
        """`off` and `on`: whether the bot speaks. Any other: the voice of `say`. Returns what holds now."""
        if name in ("off", "on"):
            self.models.late_voice.muted = name == "off"
            return "The bot answers in text." if name == "off" else "The bot speaks."
        if name not in self.mouth.voices():
            there = ", ".join(self.mouth.voices()) or "none: see wavoice doctor"
            raise UserInputError(f"There is no voice {name!r} on this machine.", remedy=f"There is {there}.")
        self.mouth.manner = replace(self.mouth.manner, voice=name)
        return f"/say speaks with {name}."

    def noise(self, kind: str, snr_db: float | None = None) -> None:
        """Surround the microphone and `say` with noise, so many dB below the speech; `none` for none."""
        self.mouth.manner = self.mouth.manner.in_noise(kind, snr_db)

    def fault(self, name: str, times: int = 1) -> None:
        """Let something go wrong; `faults.FAULTS` has the names."""
        self.faults.arm(name, times)

    async def advance(self, by: Micros) -> None:
        """Let that much time pass at once; what falls due on the way happens first, each at its moment."""
        await self.behind.times.advance(by)

    def after(self, delay: Micros, act: Act) -> None:
        """Do something once that much time of the clock has passed; a refusal becomes a `Notice`."""
        self.behind.times.after(delay, act, self.notice)

    async def idle(self) -> None:
        """Return when nothing is under way on either side before the clock moves."""
        await self.behind.times.idle()

    async def finish(self) -> None:
        """Let what is due within `SOON` happen, without the wait: settle windows, retries, `after`."""
        await self.behind.times.finish(SOON)

    async def reload(self) -> str:
        """Read the user's bot.py anew; return one line of what came of it."""
        from wavoice.sim.chat.reload import reload  # noqa: PLC0415

        told = reload(self.runtime, self.settings)
        self.world.declare(self.runtime.bot.kit.jobs)
        return told

    async def save(self, name: str) -> Saved:
        """Keep what this customer and the bot did in this session as a scenario, with its notes."""
        from wavoice.sim.chat.save import save  # noqa: PLC0415 -- scenarios and YAML, a tenth of a second

        return await save(self, name)

    def connect(self, caller: Caller, phone: Phone, contact: str) -> None:
        """Add a customer's handset; called by `open_chat`."""
        self._phones[caller.key], self._contacts[caller.key] = phone, contact
        self.behind.screens.add(phone, contact)
