"""What a serving bot lives in: WhatsApp and the shop on sockets of this process, and a door that finds it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.speech_server import KEY, SpeechServer
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.store.audit_rows import read_journal
from wavoice.runtime.adapters.webhook import PATH
from wavoice.runtime.audit.chain_check import Stored
from wavoice.runtime.build import Parts
from wavoice.runtime.chain import Head
from wavoice.runtime.model import Audio, Heard, Micros
from wavoice.runtime.ports import Hint
from wavoice.runtime.serving.process import Serving, Up, serve
from wavoice.runtime.settings import Settings, Shop, Store, WhatsApp
from wavoice.runtime.settings_serve import Serve
from wavoice.runtime.settings_systems import Tickets, Timeline
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.emulator.wire import Business
from wavoice.sim.rehearsal import ACCESS_TOKEN, APP_SECRET, UNLIMITED, VERIFY_TOKEN, today_in
from wavoice.sim.scripted import Line, ScriptedEars
from wavoice.sim.shop import ShopCustomer, ShopOrder
from wavoice.sim.tcp import serve as serve_app
from wavoice.sim.world import World

NOBODY = "http://127.0.0.1:1"
"""Where nothing listens."""


class Traffic:
    """Counts what passes between the bot and all others: moments that a slow machine reaches as well."""

    def __init__(self) -> None:
        self.passed = 0
        self._waiting: dict[asyncio.Future[None], int] = {}

    def tick(self) -> None:
        """One more request."""
        self.passed += 1
        for waiting, until in list(self._waiting.items()):
            if self.passed >= until and not waiting.done():
                waiting.set_result(None)

    async def more(self, count: int) -> None:
        """Wait for so many more."""
        if not count:
            return
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[waiting] = self.passed + count
        try:
            await waiting
        finally:
            del self._waiting[waiting]

    def counted(self, app: ASGIApp) -> ASGIApp:
        """The app, each of whose requests is counted."""

        async def counting(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                self.tick()
            await app(scope, receive, send)

        return counting


@dataclass(slots=True)
class Door:
    """Reaches whichever process answers for the bot now, as a reverse proxy would."""

    http: httpx.AsyncClient
    traffic: Traffic
    leads_to: str = NOBODY
    moved: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def lead_to(self, address: str) -> None:
        """Whoever stands before it from now on is answered there."""
        async with self.moved:
            self.leads_to = address
            self.moved.notify_all()

    async def elsewhere(self, than: str) -> None:
        """Wait until it leads to another address."""
        async with self.moved:
            await self.moved.wait_for(lambda: self.leads_to != than)

    async def post(self, url: str, *, content: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """Post these bytes. Raises `httpx.HTTPError` while nobody is there."""
        path = urlsplit(url).path
        answer = await self.http.post(f"{self.leads_to}{path}", content=content, headers=dict(headers))
        self.traffic.tick()
        return answer

    async def get(self, url: str, *, headers: Mapping[str, str]) -> httpx.Response:
        """Get this; not asked for here."""
        parts = urlsplit(url)
        return await self.http.get(f"{self.leads_to}{parts.path}?{parts.query}", headers=dict(headers))


class KnownNotes:
    """Ears that know every note by its length: one that is heard again after a crash says the same."""

    def __init__(self) -> None:
        self._words: dict[float, str] = {}

    def teach(self, note: Path, words: str) -> None:
        """Say what that note holds; no other may be about as long."""
        self._words[duration(note.read_bytes())] = words

    async def hear(self, audio: Audio, hint: Hint) -> Heard:
        """Return its words."""
        nearest = min(self._words, key=lambda seconds: abs(seconds - audio.seconds))
        return await ScriptedEars([Line(self._words[nearest])]).hear(audio, hint)


class Gate:
    """Before the shop: says that a request has come, and lets it through while it is open."""

    def __init__(self, app: ASGIApp) -> None:
        self._app, self.come, self.open = app, asyncio.Event(), asyncio.Event()
        self.open.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on."""
        if scope["type"] == "http":
            self.come.set()
            await self.open.wait()
        await self._app(scope, receive, send)

    def close(self) -> None:
        """Hold what comes from now on."""
        self.come.clear()
        self.open.clear()


@dataclass(slots=True)
class Street:
    """WhatsApp, the shop and its customers."""

    emulator: Emulator
    world: World
    traffic: Traffic
    door: Door
    gate: Gate
    graph: str
    media: str
    shop: str
    speech: str
    ears: KnownNotes
    store: Path
    phones: list[Phone] = field(default_factory=list)

    def customer(self) -> Phone:
        """One more customer, with an order of their own that comes the day after tomorrow."""
        number = len(self.phones)
        digits, bsuid, order = f"9198124{number:05d}", f"IN.{10**12 + number}", str(2000 + number)
        known = ShopCustomer(f"cus_{number}", f"Customer {number}", digits, bsuid)
        day = today_in("UTC", SystemClock()) + timedelta(days=2)
        self.world.customers.append(known)
        self.world.orders[order] = ShopOrder(order, known.id, day, "12 Hill Road", "packed", ("Rice 5 kg",))
        phone = self.emulator.phone(known.name, digits, bsuid)
        self.phones.append(phone)
        return phone

    def settings(self, **sections: object) -> Settings:
        """Of a bot in this street that speaks to nobody else."""
        whatsapp = WhatsApp(
            graph_base_url=self.graph,
            phone_number_id=Business().number,
            access_token=SecretStr(ACCESS_TOKEN),
            app_secret=SecretStr(APP_SECRET),
            verify_token=SecretStr(VERIFY_TOKEN),
            media_hosts=(urlsplit(self.media).netloc,),
        )
        ours = {
            "whatsapp": whatsapp,
            "shop": Shop(base_url=self.shop),
            "tickets": Tickets(base_url=f"{self.shop}/desk"),
            "timeline": Timeline(base_url=f"{self.shop}/timeline"),
            "store": Store(path=self.store),
            "serve": Serve(port=0, admin_port=0, min_free_mb=0),
        }
        return Settings.model_validate({**ours, **sections})

    def variables(self) -> dict[str, str]:
        """The same for a process of its own."""
        return {
            "WAVOICE_WHATSAPP__GRAPH_BASE_URL": self.graph,
            "WAVOICE_WHATSAPP__PHONE_NUMBER_ID": Business().number,
            "WAVOICE_WHATSAPP__ACCESS_TOKEN": ACCESS_TOKEN,
            "WAVOICE_WHATSAPP__APP_SECRET": APP_SECRET,
            "WAVOICE_WHATSAPP__VERIFY_TOKEN": VERIFY_TOKEN,
            "WAVOICE_WHATSAPP__MEDIA_HOSTS": urlsplit(self.media).netloc,
            "WAVOICE_SHOP__BASE_URL": self.shop,
            "WAVOICE_TICKETS__BASE_URL": f"{self.shop}/desk",
            "WAVOICE_TIMELINE__BASE_URL": f"{self.shop}/timeline",
            "WAVOICE_STORE__PATH": str(self.store),
            "WAVOICE_EARS__BACKEND": "openai",
            "WAVOICE_EARS__BASE_URL": self.speech,
            "WAVOICE_EARS__API_KEY": KEY,
            "WAVOICE_EARS__FALLBACK__BACKEND": "none",
            "WAVOICE_VOICE__BACKEND": "none",
            "WAVOICE_SERVE__MIN_FREE_MB": "0",
        }

    def journal(self) -> tuple[list[Stored], Head | None]:
        """As it lies in the file."""
        return read_journal(self.store)

    def count(self, query: str) -> int:
        """What a query of one number says of the store."""
        with closing(sqlite3.connect(f"{self.store.resolve().as_uri()}?mode=ro", uri=True)) as database:
            return int(database.execute(query).fetchone()[0])

    def stored_at(self, group: str) -> Micros:
        """When that reply was stored."""
        return self.count(f"SELECT created_at FROM outbox WHERE id = '{group}'")

    def damage(self) -> str | None:
        """What the database says is wrong with itself; None: it is whole."""
        with closing(sqlite3.connect(f"{self.store.resolve().as_uri()}?mode=ro", uri=True)) as database:
            said = str(database.execute("PRAGMA integrity_check").fetchone()[0])
        return None if said == "ok" else said


def duration(ogg: bytes) -> float:
    """Seconds of an Opus file, by the position in its last page (RFC 7845, section 4)."""
    last = ogg.rindex(b"OggS")
    return int.from_bytes(ogg[last + 6 : last + 14], "little") / 48_000


@asynccontextmanager
async def street(folder: Path) -> AsyncIterator[Street]:
    """Open WhatsApp and the shop; they close at the end, whoever still speaks to them."""
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        traffic = Traffic()
        door = Door(await stack.enter_async_context(httpx.AsyncClient(timeout=10)), traffic)
        config = EmulatorConfig(
            access_token=ACCESS_TOKEN,
            app_secret=APP_SECRET,
            webhook_url=f"http://bot.wavoice.test{PATH}",
            pair_rate=False,
            throughput=UNLIMITED,
        )
        emulator, world = Emulator(config, clock, door), World(clock=clock)
        gate = Gate(world.app)
        ports = [
            await stack.enter_async_context(serve_app(traffic.counted(app), grace=1))
            for app in (emulator.graph_app, emulator.media_app, gate)
        ]
        graph, media, shop = (f"http://127.0.0.1:{port}" for port in ports)
        emulator.serve_media_at(media)
        stack.push_async_callback(emulator.close)
        stack.callback(gate.open.set)
        ears = KnownNotes()
        speech = await stack.enter_async_context(SpeechServer(ears=ears).served())
        store = folder / "bot.sqlite"
        yield Street(emulator, world, traffic, door, gate, graph, media, shop, speech, ears, store)


@dataclass(frozen=True, slots=True)
class Served:
    """A serving bot in this process."""

    up: Up
    stop: asyncio.Event
    task: asyncio.Task[None]
    http: httpx.AsyncClient

    async def ready(self) -> tuple[int, dict[str, dict[str, object]]]:
        """Status and checks of `/readyz`."""
        answer = await self.http.get(f"{self.up.admin}/readyz")
        return answer.status_code, answer.json()["checks"]

    async def ends(self) -> None:
        """Tell it to end, and wait until it has."""
        self.stop.set()
        await self.task


@asynccontextmanager
async def served(settings: Settings, parts: Parts) -> AsyncIterator[Served]:
    """`wavoice serve` without its command; ended with the context, if it still runs then."""
    stop, up = asyncio.Event(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(Serving(settings, up.set_result, parts), stop))
    try:
        await asyncio.wait({task, up}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        async with httpx.AsyncClient(timeout=10) as http:
            yield Served(await up, stop, task, http)
    finally:
        stop.set()
        await asyncio.wait({task})
    await task
