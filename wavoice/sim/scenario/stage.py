"""The stage of one scenario: runtime, emulator, shop and handsets on one virtual clock.

Nothing here is a second implementation of anything: the runtime is the one that `build` makes, and a
crash leaves behind only what its store had committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from wavoice.runtime.actions.registry import Jobs
from wavoice.runtime.adapters.webhook import PATH
from wavoice.runtime.author.app import App
from wavoice.runtime.build import Parts, Runtime, build
from wavoice.runtime.consent import FIRST_CONTACT
from wavoice.runtime.interpret.llm import Consultant
from wavoice.runtime.journal import Event
from wavoice.runtime.model import (
    SECOND,
    Address,
    Alias,
    Consent,
    ConsentRecord,
    ConsentStatus,
    Micros,
    Offered,
)
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import (
    Clock,
    Decoder,
    Engine,
    Ids,
    SpeechToText,
    Store,
    TextToSpeech,
    UnitOfWork,
)
from wavoice.runtime.settings import JobSettings, Settings, Shop, WhatsApp
from wavoice.sim.clock import CountingIds, VirtualClock
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.in_process import InProcessPoster
from wavoice.sim.rehearsal import (
    ACCESS_TOKEN,
    APP_SECRET,
    BOT_URL,
    SAMPLE_FAQ,
    Ear,
    rehearsal_settings,
    today_in,
)
from wavoice.sim.scenario.again import open_store
from wavoice.sim.scenario.cast import name_of, numbers_of, shop_of
from wavoice.sim.scenario.format import Step
from wavoice.sim.scenario.given import ConsentSpec, Given, WorldSpec
from wavoice.sim.scenario.notes import Faults, NoteEars, ScriptedDecoder, ScriptedVoice, pause
from wavoice.sim.scenario.numbers import policy_with
from wavoice.sim.scenario.scene import Person
from wavoice.sim.shop.handlers.money import PAY_PAGE
from wavoice.sim.virtual_loop import VirtualLoop
from wavoice.sim.world import World

GRAPH_PATIENCE: Micros = 10 * SECOND
"""Time-out of the Graph client that `build` makes."""


class Crashed(BaseException):
    """The process dies here. Nothing that handles errors may outlive it, so it is none."""


@dataclass(frozen=True, slots=True)
class Models:
    """Who hears and speaks; None: the script does."""

    ears: SpeechToText | None = None
    voice: TextToSpeech | None = None
    decoder: Decoder | None = None
    app: App | None = None
    """The bot's jobs; None: the sample bot's."""
    consultant: Consultant | None = None
    """The LLM that is asked last; None: nobody."""
    recorder: Callable[[Step, Path], Awaitable[bytes]] | None = None
    """Makes the bytes of a note that stands in a file; None: a scripted note."""
    store: Callable[[Ids, VirtualLoop], AbstractAsyncContextManager[Store]] | None = None
    """Where the rows of a scenario live; None: in memory."""
    engine: Callable[[Settings, Store, Clock], Engine] | None = None
    """Who wakes the store up; None: whoever fits the settings."""


@dataclass(slots=True)
class _KillSwitch:
    """`ports.Failpoints` that end this runtime, and the store and door that notice it."""

    armed: str | None = None
    down: bool = False

    def reach(self, name: str) -> None:
        """Die if this is the place."""
        if name == self.armed:
            self.armed, self.down = None, True
        if self.down:
            raise Crashed(name)


@dataclass(slots=True)
class MortalStore:
    """The store as a process that may be dead sees it: a dead one writes nothing more."""

    inner: Store
    switch: _KillSwitch

    def begin(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """See `ports.Store`."""
        if self.switch.down:
            raise Crashed
        return self.inner.begin()

    async def close(self) -> None:
        """See `ports.Store`."""
        await self.inner.close()


@dataclass(slots=True)
class _Door:
    """The bot's address: whoever knocks reaches the runtime that is up, or no answer."""

    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.app is None:
            return
        try:
            await self.app(scope, receive, send)
        except Crashed:
            self.app = None


@dataclass(slots=True)
class Stage:
    """Everything that takes part in one scenario."""

    clock: VirtualClock
    loop: VirtualLoop
    emulator: Emulator
    world: World
    faults: Faults
    policy: Policy
    settings: Settings
    parts: Parts
    zone: str
    people: dict[str, Person] = field(default_factory=dict)
    ear: Ear = field(default_factory=Ear)
    restarts: int = 0
    _switch: _KillSwitch = field(default_factory=_KillSwitch)
    _door: _Door = field(default_factory=_Door)
    _runtime: Runtime | None = None
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def events(self) -> list[Event]:
        """The journal so far."""
        return self.ear.events

    @property
    def today(self) -> date:
        """The shop's today."""
        return today_in(self.zone, self.clock)

    async def start(self) -> Runtime:
        """Start the runtime on what the store holds."""
        self._switch = _KillSwitch()
        store = self.parts.store
        if store is None:
            raise ValueError("a stage brings its own store")
        parts = replace(self.parts, failpoints=self._switch, store=MortalStore(store, self._switch))
        runtime = await self._running.enter_async_context(build(self.settings, parts))
        self._door.app, self._runtime = runtime.app, runtime
        self.world.declare(runtime.bot.kit.jobs)
        return runtime

    @property
    def jobs(self) -> Jobs:
        """What the bot that is up can do. Raises `ValueError` if none is."""
        if self._runtime is None:
            raise ValueError("no bot is up")
        return self._runtime.bot.kit.jobs

    @property
    def number(self) -> str:
        """Id of the business number."""
        return self.settings.whatsapp.phone_number_id or ""

    async def release(self, person: Person) -> None:
        """Let the shop's own system give the bot a chat back."""
        if self._runtime is None:
            raise ValueError("nobody is there to take a chat back")
        await self._runtime.bot.release(Address(self.settings.bot.tenant, self.number, person.contact))

    async def offer(self, to: Alias, offered: Offered) -> None:
        """Let the shop's own system raise a question."""
        number = self.settings.whatsapp.phone_number_id
        if self._runtime is None or number is None:
            raise ValueError("nobody is there to take an offer")
        await self._runtime.bot.offer(number, to, offered)

    async def restart(self) -> None:
        """Kill the runtime and start it again on the same store."""
        self.restarts += 1
        self._switch.down = True
        self._door.app = None
        await self._running.aclose()
        self._running = AsyncExitStack()
        await self.start()

    @property
    def armed(self) -> str | None:
        """The failpoint at which the runtime is still to die."""
        return self._switch.armed

    def arm(self, failpoint: str) -> None:
        """Let the runtime die when it next reaches that point."""
        self._switch.armed = failpoint

    async def advance(self, until: Micros) -> None:
        """Let time pass up to `until`, stopping at every moment that somebody waits for."""
        while True:
            due = await self.settle()
            if due is None or due > until:
                break
            await self.jump(due)
        await self.jump(until)

    async def jump(self, moment: Micros) -> None:
        """Move the clock to a moment before which nothing is due; one that has passed is reached."""
        self.clock.advance_to(max(moment, self.clock.now()))

    def sending(self, step: Step) -> AbstractContextManager[object]:  # noqa: ARG002
        """Nobody looks at what is sent."""
        return nullcontext()

    async def settle(self, limit: Micros | None = None) -> Micros | None:  # noqa: ARG002 -- always exact
        """Return when nothing more happens before the clock moves, with when it has to move next."""
        due = await self.loop.quiet()
        while self._switch.down:
            await self.restart()
            due = await self.loop.quiet()
        return due

    async def close(self) -> None:
        """End everything."""
        await self._running.aclose()
        await self.emulator.close()


@asynccontextmanager
async def open_stage(
    given: Given, world: WorldSpec | None, names: Sequence[str], models: Models, loop: VirtualLoop
) -> AsyncIterator[Stage]:
    """Build the stage for `given`; `names` are all who appear in the scenario, its contact first."""
    clock = loop.clock
    loop.set_exception_handler(_all_but_crashes)
    shop = shop_of(given, world, names, clock)
    door, faults, ids = _Door(), Faults(), CountingIds()
    config = EmulatorConfig(
        access_token=ACCESS_TOKEN,
        app_secret=APP_SECRET,
        webhook_url=f"{BOT_URL}{PATH}",
        chaos=given.chaos.chaos() if given.chaos else None,
    )
    async with AsyncExitStack() as stack:
        emulator = Emulator(config, clock, InProcessPoster(door))
        # Who waits for an answer that never comes waits as long as in production.
        graph = await stack.enter_async_context(emulator.client(lambda: pause(clock, GRAPH_PATIENCE)))
        forever = shop.transport(asyncio.Event().wait)
        orders = await stack.enter_async_context(httpx.AsyncClient(transport=forever))
        opening = _in_memory(ids) if models.store is None else models.store(ids, loop)
        store = await stack.enter_async_context(opening)
        policy = policy_with(given.policy)
        policy = replace(policy, pay_pages=(*policy.pay_pages, PAY_PAGE))
        ear = Ear()
        parts = Parts(
            ears=models.ears or NoteEars(clock, faults),
            voice=models.voice or ScriptedVoice(faults),
            decoder=models.decoder or ScriptedDecoder(faults),
            clock=clock,
            ids=ids,
            graph=graph,
            shop=orders,
            sink=ear,
            store=store,
            engine=models.engine,
            policy=policy,
            app=models.app or App(),
            consultant=models.consultant,
        )
        stage = Stage(
            clock, loop, emulator, shop, faults, policy, _settings_of(given), parts, given.zone,
            ear=ear, _door=door,
        )  # fmt: skip
        stack.push_async_callback(stage.close)
        await stage.start()
        for name in names:
            stage.people[name] = await _arrive(stage, given, world, name, store)
        yield stage


@asynccontextmanager
async def _in_memory(ids: Ids) -> AsyncIterator[Store]:
    store = open_store(ids)
    try:
        yield store
    finally:
        await store.close()


def _all_but_crashes(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A task that died in a crash was meant to; nobody waits for it."""
    if not isinstance(context.get("exception"), Crashed):
        loop.default_exception_handler(context)


async def _arrive(stage: Stage, given: Given, world: WorldSpec | None, name: str, store: Store) -> Person:
    """Connect a handset, and enter what its owner has agreed to."""
    digits, bsuid = numbers_of(name, given.contact)
    now = stage.clock.now()
    # Who was told of the bot has written to it: the service window is open when the scenario begins.
    wrote_at = now if given.consent.told else None
    phone = stage.emulator.phone(name_of(world, name), digits, bsuid, wrote_at=wrote_at)
    tenant, number = stage.settings.bot.tenant, stage.settings.whatsapp.phone_number_id or ""
    async with store.begin() as tx:
        conversation = await tx.contacts.find_or_add(tenant, number, Alias(digits, bsuid), now)
        for purpose, status, source in agreed(given.consent):
            record = ConsentRecord(conversation.address, purpose, status, now, source)
            await tx.consents.add(record)
        if given.language != conversation.language:
            taken = await tx.conversations.take(conversation.address)
            await tx.conversations.save(replace(taken, language=given.language))
    return Person(name, phone, conversation.address.contact)


def agreed(consent: ConsentSpec) -> Iterator[tuple[Consent, ConsentStatus, str]]:
    """What a customer was told and has agreed to before the first step, each with its source."""
    if consent.told:
        yield Consent.MESSAGES, ConsentStatus.SHOWN, FIRST_CONTACT
    for purpose in Consent:
        given = getattr(consent, purpose)
        if given is not None:
            yield purpose, ConsentStatus.GRANTED if given else ConsentStatus.WITHDRAWN, "scenario"


def _settings_of(given: Given) -> Settings:
    settings = _settings(given.zone)
    if given.jobs:
        modes = {name: JobSettings(mode=mode) for name, mode in given.jobs.items()}
        settings = settings.model_copy(update={"jobs": modes})
    return settings.model_copy(update={"people": given.people.people()}) if given.people else settings


@cache
def _settings(zone: str) -> Settings:
    """Settings of nobody: what a scenario comes to does not depend on who runs it."""
    shop = Shop(zone=zone, faq=SAMPLE_FAQ)
    return rehearsal_settings(Settings.model_construct(whatsapp=WhatsApp(), shop=shop))
