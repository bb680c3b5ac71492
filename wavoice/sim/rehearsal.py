"""Both sides of the phone in one process: the production runtime, an emulated WhatsApp, a seeded shop.

Only what `build` takes as parts differs from production: the clock, the store's path, and who
answers HTTP.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from pydantic import SecretStr

from wavoice.runtime.adapters.webhook import PATH
from wavoice.runtime.build import Parts, Runtime, build
from wavoice.runtime.consent import FIRST_CONTACT
from wavoice.runtime.journal import Event
from wavoice.runtime.model import SECOND, Alias, Consent, ConsentRecord, ConsentStatus, Micros
from wavoice.runtime.ports import Clock
from wavoice.runtime.settings import Settings, Shop, Store, WhatsApp
from wavoice.runtime.settings_systems import Tickets, Timeline
from wavoice.sim.emulator import defaults
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.emulator.wire import Business
from wavoice.sim.in_process import InProcess, LateApp
from wavoice.sim.reach import Wire, far_bot, reach
from wavoice.sim.shop.handlers.money import PAY_PAGE
from wavoice.sim.world import World

ACCESS_TOKEN = defaults.ACCESS_TOKEN
APP_SECRET = defaults.APP_SECRET
VERIFY_TOKEN = defaults.VERIFY_TOKEN
BOT_URL = "http://bot.wavoice.test"
SHOP_URL = "http://shop.wavoice.test"
DESK_URL = f"{SHOP_URL}/desk"
TIMELINE_URL = f"{SHOP_URL}/timeline"
SAMPLE_FAQ = Path(str(files("wavoice.sim") / "starter" / "faq.toml"))
"""The sample shop's own answers."""
UNLIMITED = 1_000_000
"""Messages a second that are as good as no limit."""


@dataclass(slots=True)
class Ear:
    """A sink that keeps the journal of this process in memory."""

    events: list[Event] = field(default_factory=list)

    def write(self, event: Event) -> None:
        """Keep it."""
        self.events.append(event)


@dataclass(frozen=True, slots=True)
class Customer:
    """Who holds the phone."""

    name: str = "Sample Customer"
    phone: str = "919812300001"
    bsuid: str = "IN.13491208655302741918"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Everything that takes part, ready to speak to."""

    runtime: Runtime
    emulator: Emulator
    phone: Phone
    world: World
    clock: Clock

    async def idle(self) -> None:
        """Return when nothing is under way on either side before the clock moves."""
        while True:
            await self.emulator.idle()
            await self.runtime.engine.idle()
            await self.emulator.idle()
            async with self.runtime.store.begin() as tx:
                if not await tx.conversations.with_work(self.clock.now()):
                    return

    async def next_due(self) -> Micros | None:
        """When the runtime wants to be woken next."""
        async with self.runtime.store.begin() as tx:
            return await tx.timers.next_due()

    async def journal(self) -> Sequence[Event]:
        """The journal at rest."""
        async with self.runtime.store.begin() as tx:
            return await tx.journal.read()


def today_in(zone: str, clock: Clock) -> date:
    """The shop's today."""
    return datetime.fromtimestamp(clock.now() / SECOND, UTC).astimezone(ZoneInfo(zone)).date()


def rehearsal_settings(base: Settings | None = None, store: str = ":memory:") -> Settings:
    """Settings of a runtime that speaks to the emulator; a token set by the user stays the user's."""
    base = base or Settings()
    ours = base.whatsapp
    named = ours.model_fields_set
    whatsapp = WhatsApp(
        graph_base_url="http://graph.wavoice.test",
        graph_version=ours.graph_version,
        phone_number_id=Business().number,
        access_token=ours.access_token if "access_token" in named else SecretStr(ACCESS_TOKEN),
        app_secret=SecretStr(APP_SECRET),
        verify_token=SecretStr(VERIFY_TOKEN),
        media_hosts=("media.wavoice.test",),
    )
    shop = Shop(
        name=base.shop.name,
        base_url=SHOP_URL,
        zone=base.shop.zone,
        faq=_faq(base),
        pay_pages=(*base.shop.pay_pages, PAY_PAGE),
    )
    how = base.runtime.model_copy(update={"rehearsal": True})
    beside = {"tickets": Tickets(base_url=DESK_URL), "timeline": Timeline(base_url=TIMELINE_URL)}
    ours_too = {**beside, "store": Store(path=Path(store)), "runtime": how}
    return base.model_copy(update={"whatsapp": whatsapp, "shop": shop, **ours_too})


def _faq(base: Settings) -> Path | None:
    """The owner's file; that of the sample shop where nobody has set anything up."""
    if base.shop.faq is not None:
        return base.config.parent.absolute() / base.shop.faq
    return None if base.config.is_file() else SAMPLE_FAQ


@asynccontextmanager
async def rehearse(
    settings: Settings,
    parts: Parts,
    clock: Clock,
    customer: Customer | None = None,
    world: World | None = None,
    wire: Wire | None = None,
) -> AsyncIterator[Rehearsal]:
    """Connect runtime, emulator and shop over HTTP in process; the customer agrees to voice replies.

    `wire`: what lies between runtime and emulator; nothing, unless it says so.
    """
    wire = wire or Wire()
    customer = customer or Customer()
    world = world or World.seeded(
        today_in(settings.shop.zone, clock), customer.phone, customer.bsuid, clock=clock
    )
    late = LateApp()
    config, carrier = emulator_config(wire), wire.carrier(clock)
    async with (
        httpx.AsyncClient(transport=InProcess(late)) as webhook,
        httpx.AsyncClient(transport=world.transport()) as shop,
    ):
        emulator = Emulator(config, clock, far_bot(webhook, carrier))
        async with reach(emulator, config, carrier, sockets=wire.sockets) as whatsapp:
            parts = replace(parts, graph=whatsapp.client, shop=shop, clock=clock)
            async with build(whatsapp.settings(settings), parts) as runtime:
                late.app = runtime.app
                world.declare(runtime.bot.kit.jobs)
                phone = emulator.phone(customer.name, customer.phone, customer.bsuid, wrote_at=clock.now())
                await agree(runtime, settings, customer)
                try:
                    yield Rehearsal(runtime, emulator, phone, world, clock)
                finally:
                    await emulator.close()


def emulator_config(wire: Wire) -> EmulatorConfig:
    """An emulator that knows the bot of a rehearsal."""
    config = EmulatorConfig(
        access_token=wire.access_token, app_secret=wire.app_secret, webhook_url=f"{BOT_URL}{PATH}"
    )
    return config if wire.limits else replace(config, pair_rate=False, throughput=UNLIMITED)


async def agree(runtime: Runtime, settings: Settings, customer: Customer, *, by_voice: bool = True) -> None:
    """Enter that a sample customer has been told, and what it has agreed to; `by_voice`: to voice replies."""
    number = settings.whatsapp.phone_number_id or ""
    now = runtime.bot.kit.clock.now()
    async with runtime.store.begin() as tx:
        alias = Alias(customer.phone, customer.bsuid)
        conversation = await tx.contacts.find_or_add(settings.bot.tenant, number, alias, now)
        at, told = conversation.address, ConsentStatus.SHOWN
        await tx.consents.add(ConsentRecord(at, Consent.MESSAGES, told, now, FIRST_CONTACT))
        agreed = (Consent.MESSAGES, Consent.VOICE_REPLIES, Consent.VOICE_DATA)
        for purpose in (each for each in agreed if by_voice or each is not Consent.VOICE_REPLIES):
            await tx.consents.add(ConsentRecord(at, purpose, ConsentStatus.GRANTED, now, "sample shop"))
