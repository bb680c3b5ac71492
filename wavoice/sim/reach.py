"""How a rehearsal's bot and its emulated WhatsApp reach each other: in process, or over slow lines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import httpx
from starlette.types import ASGIApp

from wavoice.runtime.ports import Clock
from wavoice.runtime.settings import Settings
from wavoice.sim.emulator import defaults
from wavoice.sim.emulator.carrier import PROFILES, Carrier, FarApp, FarBot, Network
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.emulator.webhooks import WebhookClient

PATIENCE_SECONDS = 30.0
"""How long a call over a network may take; the profiles lose nothing, they only delay."""


@dataclass(frozen=True, slots=True)
class Wire:
    """What lies between bot and WhatsApp."""

    network: Network = "none"
    seed: int = 0
    """Of the delays."""
    limits: bool = True
    """Whether WhatsApp limits how many messages a second and to one customer it takes."""
    sockets: bool = False
    """Whether WhatsApp is reached over sockets also where nothing is far: by a bot in another process."""
    access_token: str = field(default=defaults.ACCESS_TOKEN, repr=False)
    app_secret: str = field(default=defaults.APP_SECRET, repr=False)

    def carrier(self, clock: Clock) -> Carrier | None:
        """The delays of this network; None where nothing is far."""
        profile = PROFILES[self.network]
        return None if profile is None else Carrier(profile, self.seed, clock)


@dataclass(frozen=True, slots=True)
class Reached:
    """WhatsApp as the bot reaches it."""

    client: httpx.AsyncClient
    graph: str
    """Scheme, host and port of the Graph API."""
    media: str
    """Of the media host."""

    def settings(self, base: Settings) -> Settings:
        """The settings of a bot that finds WhatsApp there."""
        return found_at(base, self.graph, self.media)


def found_at(base: Settings, graph: str, media: str) -> Settings:
    """The settings of a bot that finds WhatsApp at these two; each with scheme, host and port."""
    hosts = (media.partition("://")[2],)
    ours = base.whatsapp.model_copy(update={"graph_base_url": graph, "media_hosts": hosts})
    return base.model_copy(update={"whatsapp": ours})


def far_bot(bot: WebhookClient, carrier: Carrier | None) -> WebhookClient:
    """The bot, as far away as the carrier says."""
    return bot if carrier is None else FarBot(bot, carrier)


@asynccontextmanager
async def reach(
    emulator: Emulator, config: EmulatorConfig, carrier: Carrier | None, *, sockets: bool = False
) -> AsyncIterator[Reached]:
    """Reach the emulator of this config; with delays, or if wanted, over sockets of this machine.

    In process nothing streams. A file that is sent while it is made then travels while it is made, as it
    would in production.
    """
    async with AsyncExitStack() as stack:
        if carrier is None and not sockets:
            client = await stack.enter_async_context(emulator.client())
            yield Reached(client, config.graph_host, config.media_host)
            return
        from wavoice.sim.tcp import serve  # noqa: PLC0415 -- only a network needs a server

        apps: dict[str, ASGIApp] = {"graph": emulator.graph_app, "media": emulator.media_app}
        urls = {}
        for way, app in apps.items():
            far = app if carrier is None else FarApp(app, carrier, way)
            port = await stack.enter_async_context(serve(far, grace=1))
            urls[way] = f"http://127.0.0.1:{port}"
        emulator.serve_media_at(urls["media"])
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=PATIENCE_SECONDS))
        yield Reached(client, urls["graph"], urls["media"])
