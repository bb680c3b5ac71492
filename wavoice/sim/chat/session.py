"""One chat: the production runtime, an emulated WhatsApp and a seeded shop, with every verb of a customer.

Nothing here draws. A screen listens to the journal and to facts, and calls the verbs; it needs no clock
and no runtime of its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from wavoice.runtime.adapters.clock import SystemClock, Uuid7Ids
from wavoice.runtime.adapters.decoder import SandboxedDecoder
from wavoice.runtime.build import Parts, Runtime, build
from wavoice.runtime.errors import UserInputError, WavoiceError
from wavoice.runtime.journal import Event
from wavoice.runtime.model import SECOND, Micros, PromptState
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Clock, Decoder, Ids, SpeechToText, TextToSpeech
from wavoice.runtime.settings import Settings
from wavoice.sim.background import Background
from wavoice.sim.chat.customers import CALLERS, Caller, enter, shop
from wavoice.sim.chat.facts import Fact, Notice
from wavoice.sim.chat.feed import Feed, Listener
from wavoice.sim.chat.http_log import HttpLog
from wavoice.sim.chat.line import SECRETS, chat_settings, connect
from wavoice.sim.chat.models import Models
from wavoice.sim.chat.screen import Draft, Screens
from wavoice.sim.chat.waveform import waveform
from wavoice.sim.clock import SkippingClock
from wavoice.sim.emulator.emulator import Emulator
from wavoice.sim.emulator.phone import Deliver, Phone
from wavoice.sim.rehearsal import Rehearsal, today_in
from wavoice.sim.world import World


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """What a chat is opened with."""

    settings: Settings
    """The user's; production in it is never contacted (`line.chat_settings`)."""
    store: Path
    """SQLite file of the rows; made if it is not there."""
    folder: Path = Path()
    """The project: where saved scenarios and fixtures go."""
    customer: str = CALLERS[0].key
    """Who holds the phone at the start."""
    clock: Clock | None = None
    """None: the system's."""
    ids: Ids | None = None
    ears: SpeechToText | None = None
    """Warm ears to hear with; None: those of the settings, loaded in the background."""
    voice: TextToSpeech | None = None
    """The same for the voice."""
    decoder: Decoder | None = None
    warm: bool = True
    """False: models are loaded when `ChatSession.models.start` is called."""


@dataclass(slots=True)
class ChatSession:
    """A conversation under way. Verbs return once WhatsApp has taken what was said; what comes of it is
    told to the listeners. Verbs raise `UserInputError` for what cannot be done, with the remedy.
    """

    clock: SkippingClock
    runtime: Runtime
    emulator: Emulator
    world: World
    models: Models
    settings: Settings
    options: ChatOptions
    _feed: Feed
    _screens: Screens
    _decoder: Decoder
    _later: Background
    _phones: dict[str, Phone] = field(default_factory=dict)
    _contacts: dict[str, str] = field(default_factory=dict)
    _customer: str = CALLERS[0].key
    _deliver: deque[Deliver] = field(default_factory=deque)

    @property
    def past(self) -> Sequence[Event | Fact]:
        """Everything so far, oldest first: also what an earlier session on this store left."""
        return self._feed.past

    def listen(self, listener: Listener) -> None:
        """Call it with every journal event and fact from now on, in order, on the loop."""
        self._feed.listen(listener)

    def notice(self, text: str) -> None:
        """Tell whoever holds the phone a line."""
        self._feed.tell(Notice(self.clock.now(), text))

    @property
    def customers(self) -> Sequence[Caller]:
        """Who can hold the phone."""
        return CALLERS

    @property
    def customer(self) -> Caller:
        """Who holds it now."""
        return next(caller for caller in CALLERS if caller.key == self._customer)

    @property
    def contact(self) -> str:
        """The runtime's id of who holds the phone."""
        return self._contacts[self._customer]

    @property
    def contacts(self) -> dict[str, str]:
        """The runtime's ids of all customers, by their keys."""
        return dict(self._contacts)

    @property
    def phone(self) -> Phone:
        """The handset of who holds the phone: what it shows, and verbs that this class does not have."""
        return self._phones[self._customer]

    async def text(self, words: str, *, quotes: str | None = None) -> str:
        """Send typed words; return the wamid."""
        if not words.strip():
            raise UserInputError("There is nothing to send.", remedy="Type something.")
        with self._screens.sending(Draft("text", words, quotes)):
            return await self.phone.says(words, quotes, deliver=self._next_delivery())

    async def note(self, ogg: bytes, *, quotes: str | None = None, said: str | None = None) -> str:
        """Send a voice note once the ears are loaded, or known to be missing; return the wamid."""
        wave = await waveform(self._decoder, ogg)
        await self.models.ears.known.wait()
        with self._screens.sending(Draft("voice", said or "", quotes, ogg, wave)):
            return await self.phone.records(ogg, quotes=quotes, deliver=self._next_delivery())

    async def tap(self, wamid: str, button: str) -> str:
        """Tap a button by its id, also of an old message; return the wamid."""
        found = [one for shown in self.phone.messages if shown.wamid == wamid for one in shown.buttons]
        title = next((one.title for one in found if button in (one.id, one.title)), button)
        with self._screens.sending(Draft("button", title, wamid)):
            return await self.phone.taps(button, on=wamid, deliver=self._next_delivery())

    async def react(self, wamid: str, emoji: str | None) -> str:
        """React to a message; None takes the reaction back. Returns the wamid of the reaction."""
        with self._screens.sending(Draft("reaction", emoji or "", wamid)):
            return await self.phone.reacts(wamid, emoji, deliver=self._next_delivery())

    async def edit(self, wamid: str, text: str) -> str:
        """Change an own text; return the wamid of the edit."""
        with self._screens.sending(Draft("edit", text, wamid)):
            return await self.phone.edits(wamid, text, deliver=self._next_delivery())

    async def unsend(self, wamid: str) -> str:
        """Take an own message back; return the wamid of that."""
        with self._screens.sending(Draft("unsend", "", wamid)):
            return await self.phone.revokes(wamid, deliver=self._next_delivery())

    async def play(self, wamid: str) -> None:
        """Report that a voice note of the bot was played; only the first time counts."""
        await self.phone.plays(wamid)

    async def switch(self, customer: str) -> None:
        """Hand the phone to another customer; their chat is opened, and what waited there is read."""
        if customer not in self._phones:
            known = ", ".join(self._phones)
            raise UserInputError(f"There is no customer {customer!r}.", remedy=f"Name one of {known}.")
        self.phone.reach = PromptState.DELIVERED
        self._customer = customer
        self.phone.reach = PromptState.READ
        await self.phone.reads()

    async def advance(self, by: Micros) -> None:
        """Let that much time pass at once; what falls due on the way happens first, each at its moment."""
        end = self.clock.now() + by
        await self.idle()
        while (due := await self._next_due()) is not None and due < end:
            now = self.clock.now()
            # What is due and was left alone (a contact rests after trouble) gets its second.
            self.clock.skip_to(due if due > now else min(end, now + SECOND))
            await self.idle()
        self.clock.skip_to(end)
        await self.idle()

    def after(self, delay: Micros, act: Callable[[], Awaitable[object]]) -> None:
        """Do something once that much time of the clock has passed; a refusal becomes a `Notice`."""

        async def work() -> None:
            try:
                await act()
            except WavoiceError as error:
                self.notice(str(error))

        self._later.later(delay, work)

    async def idle(self) -> None:
        """Return when nothing is under way on either side before the clock moves."""
        await self._rehearsal.idle()
        await self._screens.idle()

    async def _next_due(self) -> Micros | None:
        dues = (await self._rehearsal.next_due(), self.emulator.next_due, self._later.next_due)
        return min((due for due in dues if due is not None), default=None)

    @property
    def _rehearsal(self) -> Rehearsal:
        return Rehearsal(self.runtime, self.emulator, self.phone, self.world, self.clock)

    def _next_delivery(self) -> Deliver:
        return self._deliver.popleft() if self._deliver else "once"

    async def arrive(self) -> None:
        """Connect every customer's handset; called once, by `open_chat`."""
        for caller in CALLERS:
            contact = await enter(self.runtime, self.settings, caller)
            wrote_at = self.clock.now() if caller.agreed else None
            phone = self.emulator.phone(
                caller.name, caller.phone, caller.bsuid, caller.username, wrote_at=wrote_at
            )
            self._phones[caller.key], self._contacts[caller.key] = phone, contact
            self._screens.add(phone, contact)
        self._customer = self.options.customer
        await self.switch(self._customer)


@asynccontextmanager
async def open_chat(options: ChatOptions) -> AsyncIterator[ChatSession]:
    """Open everything but the models, which load in the background; leave the store whole at the end.

    Raises `StoreError` and `ConfigError` before anything is shown.
    """
    clock = SkippingClock(options.clock or SystemClock())
    settings = chat_settings(options.settings, options.store)
    feed = Feed()
    async with AsyncExitStack() as stack:
        decoder = options.decoder or _decoder(stack)
        screens = Screens(clock, decoder, feed.tell)
        models = Models(settings, clock, lambda line: feed.tell(Notice(clock.now(), line)))
        models.use(options.ears, options.voice)
        world = shop(today_in(settings.shop.zone, clock), clock)
        log = HttpLog(clock, feed.tell, SECRETS)
        line = await connect(stack, clock, world, screens, log, seed=0)
        parts = Parts(
            ears=models.late_ears,
            voice=models.late_voice,
            decoder=decoder,
            clock=clock,
            ids=options.ids or Uuid7Ids(),
            graph=line.graph,
            shop=line.shop,
            sink=feed,
        )
        runtime = await stack.enter_async_context(build(settings, parts))
        line.bot.app = runtime.app
        later = Background(clock)
        stack.push_async_callback(line.emulator.close)
        stack.push_async_callback(models.close)
        stack.push_async_callback(screens.close)
        stack.push_async_callback(later.close)
        session = ChatSession(
            clock, runtime, line.emulator, world, models, settings, options, feed, screens, decoder, later
        )
        async with runtime.store.begin() as tx:
            feed.begin_with(await tx.journal.read())
        await session.arrive()
        if options.warm:
            models.start()
        yield session


def _decoder(stack: AsyncExitStack) -> Decoder:
    decoder = SandboxedDecoder(Policy())
    decoder.start()
    stack.push_async_callback(decoder.close)
    return decoder
