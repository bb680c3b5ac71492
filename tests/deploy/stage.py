"""Where deploys are rehearsed: an emulated Meta, the real webhook, a target in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
from pydantic import SecretStr

from tests.deploy.scripted_target import ScriptedTarget
from tests.rehearsing import MONDAY
from wavoice.deploy.gate import Judged
from wavoice.deploy.meta import Meta
from wavoice.deploy.sequence import Report, deploy
from wavoice.deploy.steps import Step
from wavoice.deploy.work import Around, Person, Wishes
from wavoice.runtime.adapters.webhook import WebhookSecrets, webhook_app
from wavoice.runtime.model import Micros
from wavoice.runtime.settings import Settings
from wavoice.sim.clock import CountingIds, VirtualClock
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.emulator.wire import Business
from wavoice.sim.in_process import InProcess
from wavoice.sim.starting import begin

TOKEN = "EAAJcanaryTokenOfTheDeploy"
SECRET = "canary-app-secret-of-the-deploy"
WORD = "canary-verify-word-of-the-deploy"
URL = "https://127.0.0.1"
CALLBACK = f"{URL}/webhooks/whatsapp"
ADA = "ada@laptop"


class HurriedClock(VirtualClock):
    """Whoever waits finds that the moment has come."""

    async def wait(self, poke: object, until: Micros | None) -> None:
        if until is not None:
            self.advance_to(max(until, self.now()))


@dataclass(slots=True, repr=False)
class Stage:
    """All that takes part."""

    around: Around
    emulator: Emulator
    graph: httpx.AsyncClient
    """Reaches Graph and its media host."""
    target: ScriptedTarget
    folder: Path
    steps: list[Step]
    judged: list[Judged]
    """What the scenarios come to, one after the other; then they pass."""
    alive: set[int] = field(default_factory=set)

    async def deploy(self, **wishes: object) -> Report:
        self.steps.clear()
        return await deploy(self.around, Wishes(**wishes))  # type: ignore[arg-type]

    def with_deploy(self, **changes: object) -> None:
        """Set keys of `[deploy]`."""
        settings = self.around.settings
        changed = settings.deploy.model_copy(update=changes)
        self.around = replace(self.around, settings=settings.model_copy(update={"deploy": changed}))

    def with_whatsapp(self, **changes: object) -> None:
        settings = self.around.settings
        changed = settings.whatsapp.model_copy(update=changes)
        self.around = replace(self.around, settings=settings.model_copy(update={"whatsapp": changed}))

    async def callback(self) -> str | None:
        """Where Meta sends this number's messages."""
        return (await self.around.meta.number()).callback


def project(folder: Path) -> Settings:
    """The starter bot in a folder, with settings for a deploy."""
    begin(folder)
    file = folder / "wavoice.toml"
    file.write_text(
        file.read_text()
        + f"""
[whatsapp]
phone_number_id = "{Business().number}"
access_token = "file:{folder}/secrets/token"
app_secret = "file:{folder}/secrets/secret"
verify_token = "file:{folder}/secrets/word"
graph_base_url = "http://graph.wavoice.test"
media_hosts = ["media.wavoice.test"]

[deploy]
url = "{URL}"
watch_seconds = 6
"""
    )
    secrets = folder / "secrets"
    secrets.mkdir()
    for name, value in (("token", TOKEN), ("secret", SECRET), ("word", WORD)):
        (secrets / name).write_text(value)
    return Settings.load(file)


@dataclass(frozen=True, slots=True)
class Doorman:
    """All that the webhook needs of a bot to which nothing is sent but handshakes and empty bodies."""

    clock: VirtualClock

    @property
    def kit(self) -> Doorman:
        return self

    @property
    def intake(self) -> Doorman:
        return self

    async def take(self, updates: tuple[object, ...], *_: object) -> int:
        assert updates == ()
        return 0


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Stage]:
    settings, clock = project(folder), VirtualClock(MONDAY)
    doorman, secrets = Doorman(clock), WebhookSecrets((SecretStr(SECRET),), SecretStr(WORD))
    app = webhook_app(doorman, secrets)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=InProcess(app)) as outside:
        emulator = Emulator(EmulatorConfig(access_token=TOKEN, app_secret=SECRET), clock, outside)
        async with emulator.client() as graph:
            target, steps, judged, alive = ScriptedTarget(), list[Step](), list[Judged](), set[int]()

            async def judge(_: Settings) -> Judged:
                return judged.pop(0) if judged else Judged(passed=2, pending=0)

            around = Around(
                settings=settings,
                target=target,
                meta=Meta(settings.whatsapp, graph),
                http=outside,
                clock=HurriedClock(MONDAY),
                ids=CountingIds(),
                person=Person(ADA, 4242, alive.__contains__),
                report=steps.append,
                judge=judge,
            )
            yield Stage(around, emulator, graph, target, folder, steps, judged, alive)
        await emulator.close()
