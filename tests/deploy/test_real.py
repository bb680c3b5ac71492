"""The whole sequence with real processes: while customers write, a release, a broken one, and back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from tests.deploy.local_target import LocalTarget
from tests.serving.street import Door, Street, street
from tests.speech_server import KEY
from wavoice.deploy.canary import NOTE
from wavoice.deploy.check import check
from wavoice.deploy.gate import judge
from wavoice.deploy.meta import Meta
from wavoice.deploy.opened import channel_of
from wavoice.deploy.sequence import Report, deploy
from wavoice.deploy.status import status
from wavoice.deploy.steps import Step
from wavoice.deploy.verbs import rollback
from wavoice.deploy.work import Around, Person, Wishes
from wavoice.runtime.adapters.clock import SystemClock, Uuid7Ids
from wavoice.runtime.adapters.store.audit_rows import read_journal
from wavoice.runtime.settings import Settings
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.emulator.wire import Business
from wavoice.sim.rehearsal import ACCESS_TOKEN, APP_SECRET, VERIFY_TOKEN
from wavoice.sim.starting import begin
from wavoice.sim.tcp import serve

BURST = 4
"""Customers who write whenever a step has ended, while the next one is taken."""


class Proxy:
    """The bot's public address, as a reverse proxy has it."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def __call__(self, scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        kept = {
            name: value for name, value in request.headers.items() if name not in ("host", "content-length")
        }
        url = f"{self._door.leads_to}{request.url.path}?{request.url.query}"
        try:
            answer = await self._door.http.request(
                request.method, url, content=await request.body(), headers=kept
            )
        except httpx.HTTPError:
            await Response(status_code=502)(scope, receive, send)
            return
        await Response(answer.content, answer.status_code)(scope, receive, send)


def project(folder: Path, at: Street, url: str) -> Settings:
    begin(folder)
    secrets = folder / "secrets"
    secrets.mkdir()
    for name, value in (
        ("token", ACCESS_TOKEN),
        ("secret", APP_SECRET),
        ("word", VERIFY_TOKEN),
        ("key", KEY),
    ):
        (secrets / name).write_text(value)
    file = folder / "wavoice.toml"
    told = file.read_text().replace("[shop]\n", f'[shop]\nbase_url = "{at.shop}"\n')
    file.write_text(
        told
        + f"""
[whatsapp]
phone_number_id = "{Business().number}"
graph_base_url = "{at.graph}"
media_hosts = ["{at.media.partition("://")[2]}"]
access_token = "file:{secrets}/token"
app_secret = "file:{secrets}/secret"
verify_token = "file:{secrets}/word"

[ears]
backend = "openai"
base_url = "{at.speech}"
api_key = "file:{secrets}/key"
fallback = {{ backend = "none" }}

[voice]
backend = "none"

[serve]
min_free_mb = 0

[deploy]
url = "{url}"
canary_words = ["gift", "gold"]
ready_seconds = 110
watch_seconds = 1
"""
    )
    return Settings.load(file)


@dataclass(slots=True)
class Place:
    """A bot, where it is deployed, and its customers."""

    around: Around
    target: LocalTarget
    at: Street
    steps: list[Step]
    ended: asyncio.Queue[bool]
    """True for every step that has ended."""
    wrote: list[Phone] = field(default_factory=list)

    async def deploy(self, **wishes: object) -> Report:
        self.steps.clear()
        return await deploy(self.around, Wishes(**wishes))  # type: ignore[arg-type]

    def change(self, settings: Settings) -> None:
        self.around = replace(self.around, settings=settings)

    def told(self) -> str:
        return "\n".join(f"{step.name} {step.outcome} {step.told} {step.findings}" for step in self.steps)

    @asynccontextmanager
    async def customers(self) -> AsyncIterator[None]:
        """Some write whenever a step has ended, each once, until the context ends."""

        async def write() -> None:
            while await self.ended.get():
                for _ in range(BURST):
                    phone = self.at.customer()
                    self.wrote.append(phone)
                    await phone.says("where is my order")

        writing = asyncio.create_task(write())
        try:
            yield
        finally:
            self.ended.put_nowait(False)
            await writing


@asynccontextmanager
async def place(folder: Path) -> AsyncIterator[Place]:
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(street(folder))
        note = folder / "canary.ogg"
        note.write_bytes((Path(__file__).parents[2] / "wavoice" / "sim" / NOTE).read_bytes())
        at.ears.teach(note, "Hello, please gift wrap my order in gold paper.")
        port = await stack.enter_async_context(serve(Proxy(at.door), grace=1))
        settings = project(folder / "bot", at, f"http://127.0.0.1:{port}")
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=20))
        (folder / "target").mkdir()
        target = LocalTarget(folder / "target", at.door, http)
        stack.push_async_callback(target.close)
        steps, ended = list[Step](), asyncio.Queue[bool]()

        def report(step: Step) -> None:
            steps.append(step)
            ended.put_nowait(True)

        around = Around(
            settings=settings,
            target=target,
            meta=Meta(settings.whatsapp, http),
            http=http,
            clock=SystemClock(),
            ids=Uuid7Ids(),
            person=Person("ada@laptop", 1, lambda _: False),
            report=report,
            judge=judge,
        )
        yield Place(around, target, at, steps, ended)


async def live(here: Place) -> Report:
    """Deploy for the first time, through every step."""
    first = await here.deploy()
    assert first.ok, here.told()
    told = {step.name: step.told for step in here.steps}
    assert told["gate"] == "2 scenarios passed"
    assert "answered in writing" in told["canary"]
    assert "Meta asked http://127.0.0.1" in told["webhook"]
    return first


@pytest.mark.bulk(seconds=30)
async def test_a_bot_goes_live_and_answers(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        first = await live(here)
        phone = here.at.customer()
        await phone.says("where is my order")
        assert "2000" in ((await phone.hears(0)).text or "")
        found = await status(here.around)
        assert (found.ok, found.standing.live) == (True, first.release)
        settings, clock = here.around.settings, here.around.clock
        channel = channel_of(settings, here.around.http, clock)
        checked = await check(settings, here.around.meta, channel, here.around.http, clock)
        assert [each for each in checked if not each.ok] == []


@pytest.mark.long
async def test_a_release_a_broken_one_and_back_while_customers_write(tmp_path: Path) -> None:
    async with place(tmp_path) as here:
        first = await live(here)
        async with here.customers():
            code = here.around.settings.config.parent / "bot.py"
            code.write_text(code.read_text() + "\n# another release\n")
            second = await here.deploy(skip_gate="a comment")
            assert second.ok, here.told()
            here.change(deaf(here.around.settings))
            broken = await here.deploy(skip_gate="it is broken, and must be found out later")
            assert broken.failed_at == "health", here.told()
            assert "its process has ended" in here.told()
            assert "127.0.0.1:1 did not answer" in here.told()
            assert (await here.target.standing()).live == second.release
            back = await rollback(here.around)
            assert (back.ok, back.release) == (True, first.release)
        await everybody_is_answered(here)
        await here.target.close()
        assert len(here.wrote) > 30 * BURST, "customers wrote all the while"
        assert Counter(len(phone.messages) for phone in here.wrote) == {1: len(here.wrote)}
        assert Counter(turns(here).values()) == {1: len(here.wrote)}


def deaf(settings: Settings) -> Settings:
    """The same bot, whose ears are nowhere."""
    text = settings.config.read_text()
    line = next(line for line in text.splitlines() if line.startswith("base_url") and line.endswith('/v1"'))
    settings.config.write_text(text.replace(line, 'base_url = "http://127.0.0.1:1/v1"'))
    return Settings.load(settings.config)


async def everybody_is_answered(here: Place) -> None:
    """Every customer has got an answer."""
    async with asyncio.timeout(60):
        for phone in here.wrote:
            await phone.hears(0)


def turns(here: Place) -> Counter[str]:
    """How many turns ended, by contact."""
    stored, _ = read_journal(here.target.store)
    return Counter(each.record.contact for each in stored if each.record.kind == "turn_ended")
