"""`wavoice sim`: one process, one world, three ports: Graph API, media host, control API.

A fourth port is the other host to which the media fault `redirect` leads.

Media and control have ports of their own, so that a bot's token never reaches them by accident, and a
bot that sends its token to any host it is shown is found out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.errors import UserInputError
from wavoice.sim.clock import SkippingClock
from wavoice.sim.emulator import defaults
from wavoice.sim.emulator.callbacks import is_web_address
from wavoice.sim.emulator.carrier import PROFILES, Carrier, FarApp, FarBot, Network
from wavoice.sim.emulator.chaos import Chaos
from wavoice.sim.emulator.control.app import control_app, every_call, is_local
from wavoice.sim.emulator.control.voice import NoteSource
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.emulator.late_client import LateClient
from wavoice.sim.emulator.links import Internet
from wavoice.sim.emulator.live import Live
from wavoice.sim.emulator.live_log import Line, LiveLog
from wavoice.sim.emulator.subscriptions import FIELDS
from wavoice.sim.emulator.tokens import Token
from wavoice.sim.emulator.webhooks import WebhookClient
from wavoice.sim.emulator.wire import Business
from wavoice.sim.tcp import serve

PATIENCE = 10.0
"""Seconds that a bot has to answer a webhook. WhatsApp publishes no number."""
GRACE = 1
"""Seconds that calls under way have at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimOptions:
    """What `wavoice sim` can be told."""

    host: str = "127.0.0.1"
    port: int = 8080
    """Of the Graph API; 0 takes a free one, here and below."""
    media_port: int = 8081
    control_port: int = 8082
    allow_remote: bool = False
    """Without it only addresses of this machine are listened on."""
    webhook: str | None = None
    """Where the bot is; None: it registers over the Graph API."""
    access_token: str = field(default=defaults.ACCESS_TOKEN, repr=False)
    app_secret: str = field(default=defaults.APP_SECRET, repr=False)
    verify_token: str = field(default=defaults.VERIFY_TOKEN, repr=False)
    control_token: str | None = field(default=None, repr=False)
    """What calls of the control API have to bring; None: nothing, on this machine."""
    chaos: Chaos | None = None
    network: Network = "none"
    seed: int = 0
    world: Path | None = None
    """A world to begin with."""
    fixtures: Path = Path("fixtures/audio")
    """Where the control API finds notes by name."""


@dataclass(frozen=True, slots=True)
class Running:
    """A simulator that is up."""

    live: Live
    graph: str
    """Address of the Graph API, without a version."""
    media: str
    control: str
    business: Business
    app_id: str


@asynccontextmanager
async def simulate(options: SimOptions, show: Callable[[Line], None] | None = None) -> AsyncIterator[Running]:
    """Run a simulator while the context lasts; `show` gets a line for everything that passes.

    Raises `UserInputError` for a remote host that is not secured, for a webhook or host that is none, and
    for a world that cannot be read; `PortInUseError`.
    """
    _check_host(options)
    if options.webhook is not None and not is_web_address(options.webhook):
        raise UserInputError(
            f"{options.webhook} is no URL of a webhook.", remedy="Write it as in http://127.0.0.1:8000/hook."
        )
    clock = SkippingClock(SystemClock())
    log = None if show is None else LiveLog(clock, show)
    profile = PROFILES[options.network]
    carrier = None if profile is None else Carrier(profile, options.seed, clock)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(LateClient(PATIENCE))
        bot: WebhookClient = client if carrier is None else FarBot(client, carrier)
        bot = bot if log is None else log.bot(bot)
        world = _World(options, clock, bot, client)
        live = Live(world.make, clock)
        calls = every_call(live, NoteSource(options.fixtures, options.seed))
        control = control_app(calls, options.control_token)
        apps = {"graph": live.graph_app, "media": live.media_app, "mirror": live.mirror_app}
        seen = {way: _seen(app, way, carrier, log) for way, app in apps.items()} | {"control": control}
        ports = {"graph": options.port, "media": options.media_port, "control": options.control_port}
        urls = {}
        for way, app in seen.items():
            option = f"--{way}-port" if way != "graph" else "--port"
            server = serve(app, options.host, ports.get(way, 0), option=option, grace=GRACE)
            urls[way] = _url(options.host, await stack.enter_async_context(server))
        world.hosts = {"media_host": urls["media"], "mirror_host": urls["mirror"]}
        await world.begin(live)
        stack.push_async_callback(live.close)
        config = world.config
        client.begin()  # once the caller has said that all is up
        yield Running(live, urls["graph"], urls["media"], urls["control"], config.business, config.app_id)


class _World:
    """Makes the emulators of one simulator."""

    def __init__(
        self, options: SimOptions, clock: SkippingClock, bot: WebhookClient, internet: Internet
    ) -> None:
        self._options = options
        self._internet = internet
        self.config = EmulatorConfig(
            access_token=options.access_token,
            app_secret=options.app_secret,
            webhook_url=options.webhook,
            seed=options.seed,
            chaos=options.chaos,
            local_links=is_local(options.host),
        )
        self.hosts: dict[str, Any] = {}
        """Where media are served, once that is known."""
        self._clock = clock
        self._bot = bot

    def make(self) -> Emulator:
        return Emulator(replace(self.config, **self.hosts), self._clock, self._bot, self._internet)

    async def begin(self, live: Live) -> None:
        """Begin with the world of the options, or an empty one, now that the ports are known."""
        if self._options.world is None:
            await live.reset()
            return
        await live.load(_read(self._options.world))
        self._overrule(live.emulator)

    def _overrule(self, emulator: Emulator) -> None:
        """What was said at the start holds, whatever the world says: secrets and the webhook."""
        options, config, apps = self._options, self.config, emulator.subscriptions
        emulator.tokens.add(Token(value=options.access_token, app=config.app_id))
        app = apps.app(config.app_id)
        if app is not None:
            apps.change(app, secret=options.app_secret)
            if options.webhook is not None:
                apps.change(app, callback_url=options.webhook, fields=FIELDS, installed=True)
        if options.chaos is not None:
            emulator.chaos = options.chaos


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UserInputError(f"{file} cannot be read: {error.strerror}.") from error


def _seen(app: ASGIApp, way: str, carrier: Carrier | None, log: LiveLog | None) -> ASGIApp:
    far = app if carrier is None else FarApp(app, carrier, way)
    return far if log is None else log.app(far, way)


def _check_host(options: SimOptions) -> None:
    if is_local(options.host):
        return
    if not options.allow_remote:
        raise UserInputError(
            f"{options.host} can be reached from other machines.",
            remedy="Add --allow-remote and --control-token if that is meant.",
        )
    if options.control_token is None:
        raise UserInputError(
            "Whoever reaches the control API commands the simulator.",
            remedy="Choose a --control-token, e.g. env:SIM_TOKEN.",
        )


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def read_network(name: str) -> Network:
    """Return the network of that name. Raises `UserInputError`."""
    for known in PROFILES:
        if name == known:
            return known
    raise UserInputError(f"There is no network {name!r}.", remedy=f"Use one of: {', '.join(PROFILES)}.")
