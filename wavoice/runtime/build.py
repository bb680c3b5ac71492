"""The composition root: settings to a running bot. With its parts (build_*.py) it knows all adapters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from starlette.applications import Starlette

from wavoice.runtime import ports
from wavoice.runtime.actions import Mode
from wavoice.runtime.actions.registry import Jobs
from wavoice.runtime.adapters import failpoints
from wavoice.runtime.adapters.clock import SystemClock, Uuid7Ids
from wavoice.runtime.adapters.consultant import open_consultant
from wavoice.runtime.adapters.decoder import SandboxedDecoder
from wavoice.runtime.adapters.engines import asleep, engine_for, shared_engine_for
from wavoice.runtime.adapters.graph import GraphClient
from wavoice.runtime.adapters.graph_numbers import NotOurs, clients
from wavoice.runtime.adapters.recordings import Recordings
from wavoice.runtime.adapters.sentences import open_interpreter
from wavoice.runtime.adapters.store.lock import MEMORY
from wavoice.runtime.adapters.store.opening import open_store
from wavoice.runtime.adapters.webhook import WebhookSecrets, webhook_app
from wavoice.runtime.author.app import App
from wavoice.runtime.author.load import load_app
from wavoice.runtime.bot import Bot
from wavoice.runtime.build_mcp import desk_for
from wavoice.runtime.build_speech import ears_for, voice_for
from wavoice.runtime.build_systems import (
    around_of,
    closed,
    graph_settings,
    http_client,
    media_client,
    orders_for,
    tickets_for,
    timeline_for,
    with_payments,
)
from wavoice.runtime.catalogue import Catalogue
from wavoice.runtime.codes import Codes
from wavoice.runtime.ending import stop_task
from wavoice.runtime.faq import Faq
from wavoice.runtime.faq_file import read_faq
from wavoice.runtime.foresee import always
from wavoice.runtime.interpret.llm import Consultant
from wavoice.runtime.journal import Event, Sink
from wavoice.runtime.kit import Kit, Shelf
from wavoice.runtime.lanes import Lanes
from wavoice.runtime.mcp.calls import Tools
from wavoice.runtime.model import Stage, Template
from wavoice.runtime.operating.opened import keyed_of
from wavoice.runtime.originals import sweep
from wavoice.runtime.policy import HOUR, Policy
from wavoice.runtime.replies import english
from wavoice.runtime.settings import Settings, resolve_secret
from wavoice.runtime.settings_money import rules_of
from wavoice.runtime.speaking import prepare
from wavoice.runtime.token import Admission
from wavoice.runtime.tongues import Tongues


class Quiet:
    """A sink for nobody: the journal is in the store."""

    def write(self, event: Event) -> None:
        """Take the event and let it go."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a caller may bring instead of the default adapter; None takes the default."""

    ears: ports.SpeechToText | None = None
    voice: ports.TextToSpeech | None = None
    speaks: bool = True
    """False: replies are text, no voice is looked for."""
    decoder: ports.Decoder | None = None
    interpreter: ports.Interpreter | None = None
    consultant: Consultant | None = None
    """Asked last; closed by whoever made it."""
    clock: ports.Clock | None = None
    ids: ports.Ids | None = None
    graph: httpx.AsyncClient | None = None
    """Reaches the Graph API and its media host; closed by whoever made it."""
    shop: httpx.AsyncClient | None = None
    """Reaches the shop and its ticket system; closed by whoever made it."""
    sink: Sink | None = None
    store: ports.Store | None = None
    """Opened and closed by the caller: it outlives this runtime."""
    engine: Callable[[Settings, ports.Store, ports.Clock], ports.Engine] | None = None
    """Makes the engine for the store; None: the one that fits the settings."""
    drains: bool = True
    """False: what arrives is stored, and other processes on the same PostgreSQL do the work."""
    failpoints: ports.Failpoints | None = None
    policy: Policy = field(default_factory=Policy)
    media: ports.Media | None = None
    until: Stage | None = None
    """End each turn once this stage is done."""
    tools: Tools | None = None
    """Calls tools of MCP servers; closed by whoever made it."""
    app: App | None = None
    """The bot's jobs; None: those that `settings.bot.app` names."""
    shared: bool = False
    """Other processes may store messages in the same file: look for those every second."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """A bot that is ready: its webhook app, its engine, its store."""

    bot: Bot
    app: Starlette
    engine: ports.Engine
    store: ports.Store
    channel: GraphClient
    settings: Settings
    channels: Mapping[str, GraphClient]
    """By business number."""
    running: asyncio.Task[None]
    """The engine; done before the end of the context only if it failed."""

    async def finish(self) -> None:
        """Begin no further turn, and return when those under way have ended; what is left is in the store."""
        self.bot.ending = True
        await self.engine.finish()

    def reload(self, app: App) -> None:
        """Put the jobs of another app in the place of those before, for every turn that begins from now on.

        Nothing that is pending is lost: a question about a job that is gone is held, and says so when it is
        answered; a write under way is looked up to its end. Raises `ConfigError`, and changes nothing, if
        the settings name a job that the app has not.
        """
        self.bot.kit.shelf.jobs = _jobs(app, self.settings)


@asynccontextmanager
async def build(settings: Settings, parts: Parts | None = None) -> AsyncIterator[Runtime]:
    """Open everything, drain in the background while in use, and close everything at the end.

    Raises `ConfigError`, `StoreError` and `MissingModelError` before anything is served.
    """
    parts = parts or Parts()
    parts = replace(parts, policy=_policy(settings, parts.policy))
    clock, ids = parts.clock or SystemClock(), parts.ids or Uuid7Ids()
    async with AsyncExitStack() as stack:
        store = parts.store
        if store is None:
            store = await open_store(settings.store, ids)
            stack.push_async_callback(store.close)
        graph_http = parts.graph or await http_client(stack)
        shop_http = parts.shop or await http_client(stack)
        graph = graph_settings(settings, parts.policy)
        media_http = None if parts.graph else await media_client(graph, stack)
        channels = clients(graph, settings.whatsapp.further_number_ids, graph_http, clock, media_http)
        make_engine = parts.engine or (shared_engine_for if parts.shared else engine_for)
        engine = make_engine(settings, store, clock)
        decoder = parts.decoder
        if decoder is None:
            sandboxed = SandboxedDecoder(parts.policy)
            sandboxed.start()
            stack.push_async_callback(sandboxed.close)
            decoder = sandboxed
        admission = Admission(clock.now)
        around = around_of(settings, shop_http, parts.policy, admission, clock)
        shop = orders_for(settings, around, stack)
        orders = with_payments(shop, settings, around, stack)
        desk = desk_for(settings, parts.tools, store, clock, ids, stack)
        kit = Kit(
            store=store,
            channel=NotOurs(),
            channels=channels,
            orders=orders,
            records=shop if isinstance(shop, ports.Records) else None,
            rules=rules_of(settings.delivery, settings.money),
            admission=admission,
            ears=parts.ears or ears_for(settings, parts.policy, clock, stack),
            voice=_voice(settings, parts, clock, stack),
            decoder=decoder,
            interpreter=parts.interpreter or open_interpreter(settings)[0],
            consultant=parts.consultant or closed(open_consultant(settings.understanding.llm, clock), stack),
            clock=clock,
            ids=ids,
            zone=ZoneInfo(settings.shop.zone),
            failpoints=parts.failpoints or failpoints.from_environment(),
            sink=parts.sink or Quiet(),
            codes=_codes(settings),
            keyed=keyed_of(settings),
            policy=parts.policy,
            catalogue=Catalogue(settings.catalogue.words, settings.catalogue.pronunciations),
            tongues=Tongues(settings.bot.language, settings.bot.voice_languages),
            first_contact=_first_contact(settings),
            template=_template(settings),
            tickets=tickets_for(settings, around, stack),
            timeline=timeline_for(settings, shop_http, parts.policy),
            people=settings.people.known(),
            media=_media(settings, parts),
            until=parts.until,
            lanes=Lanes(parts.policy),
            sequential=settings.runtime.sequential,
            shelf=Shelf(_jobs(parts.app or load_app(settings, desk), settings)),
        )
        await _warm(kit, parts)
        bot = Bot(kit, settings.bot.tenant, frozenset(channels), engine.nudge)
        engine.drains_with(bot.drain)
        running = asyncio.create_task(engine.run() if parts.drains else asleep())
        stack.push_async_callback(stop_task, running)
        if _lasts(settings, parts):
            sweeping = asyncio.create_task(sweep(kit, settings.bot.tenant))
            stack.push_async_callback(stop_task, sweeping)
        app, first = webhook_app(bot, _secrets(settings)), channels[graph.number]
        yield Runtime(bot, app, engine, store, first, settings, channels, running)


def _jobs(app: App, settings: Settings) -> Jobs:
    jobs = app.jobs.rehearsed() if settings.runtime.rehearsal else app.jobs
    faq = read_faq(_beside(settings, settings.shop.faq)) if settings.shop.faq is not None else Faq()
    return jobs.with_faq(faq).with_modes({name: Mode(job.mode) for name, job in settings.jobs.items()})


def _beside(settings: Settings, file: Path) -> Path:
    """A relative path starts at the folder of the settings file."""
    return settings.config.parent / file


def _policy(settings: Settings, policy: Policy) -> Policy:
    """The policy with the limits that the owner has set."""
    one, all_of_them = settings.bot.voice_minutes, settings.bot.tenant_voice_minutes
    hours = settings.store.recordings_hours
    limited = replace(
        settings.privacy.within(settings.money.within(policy)),
        contact_voice_minutes=policy.contact_voice_minutes if one is None else one,
        tenant_voice_minutes=policy.tenant_voice_minutes if all_of_them is None else all_of_them,
        keep_recordings=policy.keep_recordings if hours is None else hours * HOUR,
        pay_pages=(*policy.pay_pages, *settings.shop.pay_pages),
    )
    return policy if limited == policy else limited  # whoever shares one knows it by its identity


def _first_contact(settings: Settings) -> str:
    words = settings.bot.first_contact
    return english.FIRST_CONTACT if words is None else words.strip()


def _template(settings: Settings) -> Template | None:
    name = settings.whatsapp.template_outside_window
    return None if name is None else Template(name, settings.whatsapp.template_language)


def _lasts(settings: Settings, parts: Parts) -> bool:
    """The store is ours, and a file: what is in it and beside it is ours to delete when it is due."""
    return parts.store is None and str(settings.store.path) != MEMORY


def _media(settings: Settings, parts: Parts) -> ports.Media | None:
    """Where nothing else outlives the process, or policy wants none kept, recordings are not kept either."""
    if parts.media is not None or not _lasts(settings, parts) or not parts.policy.keep_recordings:
        return parts.media
    return Recordings(settings.store.recordings or settings.store.path.with_suffix(".recordings"))


def _voice(
    settings: Settings, parts: Parts, clock: ports.Clock, stack: AsyncExitStack
) -> ports.TextToSpeech | None:
    if parts.voice is not None or not parts.speaks:
        return parts.voice
    return voice_for(settings, parts.policy, clock, stack)


async def _warm(kit: Kit, parts: Parts) -> None:
    """Nobody waits for weights to load; whoever brought ears or a voice has warmed them."""
    ears: object = kit.ears if parts.ears is None else None
    voice: object = kit.voice if parts.voice is None else None
    await asyncio.gather(*(each.warm() for each in (ears, voice) if isinstance(each, ports.Warms)))
    prepare(kit, always(kit.local(kit.clock.now()).date()))


def _codes(settings: Settings) -> Codes:
    """Not a secret made at the start: a question that was asked before a restart keeps its code."""
    own = settings.bot.code_secret
    if own is not None:
        return Codes(resolve_secret(own).get_secret_value().encode())
    return Codes.derived_from(resolve_secret(settings.whatsapp.app_secret).get_secret_value())


def _secrets(settings: Settings) -> WebhookSecrets:
    whatsapp = settings.whatsapp
    secrets = [secret for secret in (whatsapp.app_secret, whatsapp.app_secret_old) if secret is not None]
    return WebhookSecrets(
        app_secrets=tuple(resolve_secret(secret) for secret in secrets),
        verify_token=resolve_secret(whatsapp.verify_token),
    )
