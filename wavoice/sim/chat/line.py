"""How bot, WhatsApp and shop reach each other in a chat: over HTTP in process, with everything on record."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
from pydantic import SecretStr
from starlette.types import ASGIApp

from wavoice.runtime.adapters.webhook import PATH
from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.runtime.settings import Settings, Store
from wavoice.sim.chat.http_log import HttpLog
from wavoice.sim.chat.screen import Screens
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.emulator.webhooks import Answer, WebhookClient
from wavoice.sim.emulator.wire.senders import senders
from wavoice.sim.in_process import InProcess, LateApp
from wavoice.sim.rehearsal import ACCESS_TOKEN, APP_SECRET, BOT_URL, VERIFY_TOKEN, rehearsal_settings
from wavoice.sim.scenario.notes import pause
from wavoice.sim.world import World

SECRETS = (ACCESS_TOKEN, APP_SECRET, VERIFY_TOKEN)
GRAPH_PATIENCE: Micros = 10 * SECOND
"""How long the bot waits for an answer of WhatsApp that never comes; as long as in production."""


def chat_settings(base: Settings, store: Path) -> Settings:
    """The user's settings with nobody's production in them: WhatsApp and shop are emulated, whatever the
    file says, its secrets are not read, and the rows lie at `store`. Ears and voice stay as configured.
    """
    ours = rehearsal_settings(base)
    token = {"access_token": SecretStr(ACCESS_TOKEN)}
    return ours.model_copy(
        update={
            "whatsapp": ours.whatsapp.model_copy(update=token),
            "bot": base.bot.model_copy(update={"code_secret": None}),
            "store": Store(path=store, recordings_hours=base.store.recordings_hours),
        }
    )


@dataclass(frozen=True, slots=True)
class Line:
    """Both sides, connected. `bot.app` is set once the runtime is there."""

    emulator: Emulator
    graph: httpx.AsyncClient
    shop: httpx.AsyncClient
    bot: LateApp


async def connect(
    stack: AsyncExitStack, clock: Clock, world: World, screens: Screens, log: HttpLog, seed: int
) -> Line:
    """Connect them until the stack is closed; ids of messages are those of `seed`."""
    config = EmulatorConfig(
        access_token=ACCESS_TOKEN, app_secret=APP_SECRET, webhook_url=f"{BOT_URL}{PATH}", seed=seed
    )
    late = LateApp()
    webhook = await stack.enter_async_context(httpx.AsyncClient(transport=log.watch(InProcess(late))))
    emulator = Emulator(config, clock, _Noticing(webhook, screens))

    async def patience() -> None:
        await pause(clock, GRAPH_PATIENCE)

    hosts: dict[str, ASGIApp] = {
        config.graph_host: emulator.graph_app,
        config.media_host: emulator.media_app,
        config.mirror_host: emulator.mirror_app,
    }
    mounts = {host: log.watch(InProcess(app, patience)) for host, app in hosts.items()}
    nowhere = httpx.MockTransport(_no_host)
    graph = await stack.enter_async_context(httpx.AsyncClient(transport=nowhere, mounts=mounts))
    # Who waits for an answer of the shop that never comes gives up by the runtime's own budgets.
    transport = log.watch(world.transport(asyncio.Event().wait))
    shop = await stack.enter_async_context(httpx.AsyncClient(transport=transport))
    return Line(emulator, graph, shop, late)


class _Noticing:
    """`WebhookClient` that tells the screens when the bot has acknowledged a customer's message."""

    def __init__(self, inner: WebhookClient, screens: Screens) -> None:
        self._inner, self._screens = inner, screens

    async def post(self, url: str, *, content: bytes, headers: Mapping[str, str]) -> Answer:
        answer = await self._inner.post(url, content=content, headers=headers)
        if answer.status_code == 200:
            for sender in senders(json.loads(content)):
                self._screens.acknowledged(sender.wamid)
        return answer

    async def get(self, url: str, *, headers: Mapping[str, str]) -> Answer:
        return await self._inner.get(url, headers=headers)


def _no_host(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError(f"there is no {request.url.host} on the emulated network", request=request)
