"""Opens a chat: runtime, emulated WhatsApp and shop on one SQLite file, models behind them."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from wavoice.runtime.adapters.clock import SystemClock, Uuid7Ids
from wavoice.runtime.adapters.decoder import SandboxedDecoder
from wavoice.runtime.build import Parts, build
from wavoice.runtime.ending import stop_task
from wavoice.runtime.journal import Committed
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Clock, Decoder, Ids, SpeechToText, TextToSpeech
from wavoice.runtime.settings import Settings
from wavoice.sim.background import Background
from wavoice.sim.chat.chatting import ChatSession
from wavoice.sim.chat.customers import CALLERS, Caller, enter, shop
from wavoice.sim.chat.facts import Notice
from wavoice.sim.chat.faults import FaultBoard
from wavoice.sim.chat.feed import Feed
from wavoice.sim.chat.handset_file import in_order, keep_handsets, read_handsets
from wavoice.sim.chat.http_log import HttpLog
from wavoice.sim.chat.line import SECRETS, Line, chat_settings, connect
from wavoice.sim.chat.models import Models
from wavoice.sim.chat.mouth import Mouth
from wavoice.sim.chat.reload import changes
from wavoice.sim.chat.screen import Screens
from wavoice.sim.chat.times import Timekeeper
from wavoice.sim.clock import SkippingClock
from wavoice.sim.rehearsal import today_in
from wavoice.sim.world import World

__all__ = ["Behind", "ChatOptions", "ChatSession", "open_chat"]


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
    watch: bool = True
    """Read the author's file anew whenever it changes, if the settings name one."""
    callers: tuple[Caller, ...] = CALLERS
    """Who can hold the phone."""
    handsets: Path | None = None
    """Where handsets and WhatsApp are kept between chats, see `handset_file`; None: they are new."""
    shop: Callable[[date, Clock], World] = shop
    """Makes the shop, given its today."""
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True)
class Behind:
    """What a chat consists of."""

    times: Timekeeper
    world: World
    settings: Settings
    folder: Path
    callers: Sequence[Caller]
    decoder: Decoder
    models: Models
    mouth: Mouth
    faults: FaultBoard
    feed: Feed
    screens: Screens
    before: int
    """Events of the journal that an earlier session left."""


@asynccontextmanager
async def open_chat(options: ChatOptions) -> AsyncIterator[ChatSession]:
    """Open everything but the models, which load in the background; leave the store whole at the end.

    Raises `StoreError` and `UserInputError` before anything is shown.
    """
    kept = None if options.handsets is None else read_handsets(options.handsets)
    clock = SkippingClock(options.clock or SystemClock())
    settings = chat_settings(options.settings, options.store)
    feed = Feed()
    async with AsyncExitStack() as stack:
        decoder = options.decoder or _decoder(stack, options.policy)
        screens = Screens(clock, decoder, feed.tell)
        models = Models(settings, clock, lambda line: feed.tell(Notice(clock.now(), line)))
        models.use(options.ears, options.voice)
        world = options.shop(today_in(settings.shop.zone, clock), clock)
        log = HttpLog(clock, feed.tell, SECRETS)
        ids = options.ids or Uuid7Ids()
        line = await connect(stack, clock, world, screens, log, _seed(ids))
        parts = _parts(options, models, decoder, line, clock)
        runtime = await stack.enter_async_context(build(settings, replace(parts, ids=ids, sink=feed)))
        line.bot.app = runtime.app
        world.declare(runtime.bot.kit.jobs)
        later, mouth = Background(clock), Mouth()
        # Closed in the opposite order: nothing new is scheduled, said or delivered while the runtime ends.
        for close in (line.emulator.close, mouth.close, models.close, screens.close, later.close):
            stack.push_async_callback(close)
        async with runtime.store.begin() as tx:
            past = await tx.journal.read()
        if kept is not None:
            line.emulator.import_(kept.world)
        # The shop is seeded anew with every run; what was written to it is in the journal.
        for done in (event.body for event in past if isinstance(event.body, Committed)):
            world.again(done.key, done.action, done.args)
        behind = Behind(
            times=Timekeeper(clock, runtime, line.emulator, screens, later),
            world=world,
            settings=settings,
            folder=options.folder,
            callers=options.callers,
            decoder=decoder,
            models=models,
            mouth=mouth,
            faults=FaultBoard(clock, world, line.emulator, models.faults, deque()),
            feed=feed,
            screens=screens,
            before=len(past),
        )
        session = ChatSession(behind)
        await _arrive(session)
        contacts = {one.bsuid: session.contacts[one.key] for one in session.customers}
        feed.begin_with(in_order(past, kept.facts(line.emulator, contacts) if kept else ()))
        await session.switch(options.customer)
        if options.handsets is not None:
            stack.push_async_callback(keep_handsets, session, options.handsets)
        if options.warm:
            models.start()
        if settings.bot.app is not None and options.watch:
            watching = asyncio.create_task(_reload_on_change(session))
            stack.push_async_callback(stop_task, watching)
        yield session


async def _reload_on_change(session: ChatSession) -> None:
    try:
        async for _ in changes(session.settings):
            session.notice(await session.reload())
    except ModuleNotFoundError as error:
        session.notice(
            f"Your file is read anew with /reload only: {error.name} is not installed. "
            'Install it with: pip install "wavoice-bot[sim]"'
        )


def _parts(options: ChatOptions, models: Models, decoder: Decoder, line: Line, clock: Clock) -> Parts:
    return Parts(
        ears=models.late_ears,
        voice=models.late_voice,
        decoder=decoder,
        clock=clock,
        graph=line.graph,
        shop=line.shop,
        policy=options.policy,
    )


def _seed(ids: Ids) -> int:
    """Of WhatsApp's ids: a store that is opened again must not meet those of an earlier session."""
    return int.from_bytes(hashlib.sha256(ids.new("s").encode()).digest()[:6], "big")


async def _arrive(session: ChatSession) -> None:
    """Connect every customer's handset, those of an earlier chat as they were."""
    there = {phone.person.bsuid: phone for phone in session.emulator.phones}
    for caller in session.customers:
        contact = await enter(session.runtime, session.settings, caller)
        wrote_at = session.clock.now() if caller.agreed else None
        phone = there.get(caller.bsuid) or session.emulator.phone(
            caller.name, caller.phone, caller.bsuid, caller.username, wrote_at=wrote_at
        )
        session.connect(caller, phone, contact)


def _decoder(stack: AsyncExitStack, policy: Policy) -> Decoder:
    decoder = SandboxedDecoder(policy)
    decoder.start()
    stack.push_async_callback(decoder.close)
    return decoder
