"""Forty times kill -9 at a named point: after a restart everything acknowledged is finished, once."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx
import pytest

from tests.kill_child import live
from tests.pooled import forks
from wavoice.runtime.adapters.clock import SystemClock, Uuid7Ids
from wavoice.runtime.adapters.failpoints import VARIABLE
from wavoice.runtime.adapters.store import SqliteStore
from wavoice.runtime.adapters.store.audit_rows import read_journal
from wavoice.runtime.adapters.webhook import PATH
from wavoice.runtime.audit import audit
from wavoice.runtime.journal import Event
from wavoice.runtime.model import Alias, Consent, ConsentRecord, ConsentStatus
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.emulator.wire import Business
from wavoice.sim.rehearsal import ACCESS_TOKEN, APP_SECRET, VERIFY_TOKEN, Customer, today_in
from wavoice.sim.tcp import serve
from wavoice.sim.world import World

AUDIO = Path(__file__).parents[2] / "fixtures" / "audio"
MOVE = AUDIO / "reschedule_friday__street_10db.ogg"
ADDRESS = AUDIO / "change_address__wind_10db.ogg"
YES = AUDIO / "yes_go_ahead__street_10db.ogg"
NO_WAIT = AUDIO / "no_wait__street_10db.ogg"
WORDS = {
    MOVE: "move my delivery to Friday",
    ADDRESS: "change the address to 14 Lake Road",
    YES: "yes",
    NO_WAIT: "no wait",
}
AT_ONCE = 4
PATIENCE = 90.0
"""Seconds after which a dialogue counts as stuck; never waited for when all is well."""

TWO_NOTES = [
    *(f"{name}:{n}" for name in ("receiving", "received", "fetched", "turn_decided", "turn_kept", "replied")
      for n in (1, 2)),
    "part_sent:1", "effect_intended:1", "effect_written:1", "effect_known:1", "outcome_kept:1",
]  # fmt: skip
VETO = ["received:3", "fetched:3", "turn_decided:3", "turn_kept:3", "part_sent:2", "replied:2"]
KILLS = [
    *((MOVE, point) for point in TWO_NOTES),
    *((ADDRESS, point) for point in TWO_NOTES),
    *((NO_WAIT, point) for point in VETO),
]


# The emulator's tries to reach a bot that was just killed are cut off in mid-connect at the end of a
# dialogue; anyio leaves such a socket to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@dataclass(repr=False)
class Stage:
    """Emulator, shop and customer outlive the bot."""

    emulator: Emulator
    world: World
    phone: Phone
    environment: dict[str, str]
    store: Path

    async def start(self, failpoint: str = "") -> ForkServerProcess:
        context = forks()
        told, ready = context.Pipe(duplex=False)
        with told, ready:
            process = context.Process(target=live, args=({**self.environment, VARIABLE: failpoint}, ready))
            await asyncio.to_thread(process.start)
            ready.close()  # or nobody would notice that it died before
            assert await asyncio.to_thread(told.recv_bytes) == b"ready"
        return process

    async def journal(self) -> list[Event]:
        store = await SqliteStore.open(self.store, ids=Uuid7Ids())
        try:
            async with store.begin() as tx:
                return list(await tx.journal.read())
        finally:
            await store.close()


# Below the ports that systems hand out by themselves: a bot is started again on the port of the one that
# was killed, and nobody else may be given it in between. Each process of the tests has a hundred of its own.
PORTS = itertools.count(20_000 + os.getpid() % 100 * 100)


def free_port() -> int:
    for port in PORTS:
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("there is always another port")


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    clock, customer, port = SystemClock(), Customer(), free_port()
    world = World.seeded(today_in("UTC", clock), customer.phone, customer.bsuid, clock=clock)
    async with AsyncExitStack() as stack:
        webhook = await stack.enter_async_context(httpx.AsyncClient(timeout=10))
        config = EmulatorConfig(
            access_token=ACCESS_TOKEN, app_secret=APP_SECRET, webhook_url=f"http://127.0.0.1:{port}{PATH}"
        )
        emulator = Emulator(config, clock, webhook)
        graph = await stack.enter_async_context(serve(emulator.graph_app))
        media = await stack.enter_async_context(serve(emulator.media_app))
        shop = await stack.enter_async_context(serve(world.app))
        emulator.serve_media_at(f"http://127.0.0.1:{media}")
        store = folder / "bot.sqlite"
        environment = {
            **os.environ,
            "WAVOICE_WHATSAPP__GRAPH_BASE_URL": f"http://127.0.0.1:{graph}",
            "WAVOICE_WHATSAPP__PHONE_NUMBER_ID": Business().number,
            "WAVOICE_WHATSAPP__ACCESS_TOKEN": ACCESS_TOKEN,
            "WAVOICE_WHATSAPP__APP_SECRET": APP_SECRET,
            "WAVOICE_WHATSAPP__VERIFY_TOKEN": VERIFY_TOKEN,
            "WAVOICE_WHATSAPP__MEDIA_HOSTS": f"127.0.0.1:{media}",
            "WAVOICE_SHOP__BASE_URL": f"http://127.0.0.1:{shop}",
            "WAVOICE_STORE__PATH": str(store),
            "KILL_PORT": str(port),
            "KILL_LINES": json.dumps({path.stat().st_size: words for path, words in WORDS.items()}),
        }
        await agree(store, customer)
        phone = emulator.phone(customer.name, customer.phone, customer.bsuid)
        stack.push_async_callback(emulator.close)
        yield Stage(emulator, world, phone, environment, store)


async def agree(path: Path, customer: Customer) -> None:
    clock = SystemClock()
    store = await SqliteStore.open(path, ids=Uuid7Ids())
    async with store.begin() as tx:
        alias = Alias(customer.phone, customer.bsuid)
        conversation = await tx.contacts.find_or_add("default", Business().number, alias, clock.now())
        record = ConsentRecord(
            conversation.address, Consent.VOICE_REPLIES, ConsentStatus.GRANTED, clock.now(), "test"
        )
        await tx.consents.add(record)
    await store.close()


async def dialogue(at: Stage, request: Path) -> None:
    """Say it, hear the question, say yes to it; for a veto, take it back at once.

    The yes quotes the question: it was recorded before (D38 would ask again).
    """
    await at.phone.records((MOVE if request is NO_WAIT else request).read_bytes())
    question = await at.phone.hears(0)
    await at.phone.records(YES.read_bytes(), quotes=question.wamid)
    if request is NO_WAIT:
        await at.phone.records(NO_WAIT.read_bytes())


async def finished(at: Stage, turns: int) -> list[Event]:
    """Wait until every turn has ended; the phone or the store tells, whichever moves first."""
    while True:
        events = await at.journal()
        ended = {event.where.turn for event in events if event.kind == "turn_ended"}
        begun = {event.where.turn for event in events if event.kind == "received"}
        if len(begun) == turns and begun <= ended:
            return events
        heard = len(at.phone.messages)
        waiting = asyncio.ensure_future(at.phone.hears(heard))
        await asyncio.wait([waiting], timeout=0.2)
        waiting.cancel()


async def kill_at(request: Path, failpoint: str, folder: Path) -> str | None:
    """Run one dialogue, let the bot die at `failpoint`, start it again; return what is wrong."""
    async with stage(folder) as at:
        process = await at.start(failpoint)
        talking = asyncio.ensure_future(dialogue(at, request))
        try:
            await asyncio.to_thread(process.join, PATIENCE)
            if process.exitcode != -signal.SIGKILL:
                return f"{failpoint}: died of something else"
            process = await at.start()
            await asyncio.wait_for(talking, PATIENCE)
            events = await asyncio.wait_for(finished(at, 3 if request is NO_WAIT else 2), PATIENCE)
        except TimeoutError:
            return f"{failpoint}: stuck; journal: {[event.kind for event in await at.journal()]}"
        finally:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)
            process.kill()
            await asyncio.to_thread(process.join)
        return verdict(at, request, failpoint, events)


def verdict(at: Stage, request: Path, failpoint: str, events: list[Event]) -> str | None:
    expected = 0 if request is NO_WAIT else 1
    committed = sum(event.kind == "committed" for event in events)
    done = [event for event in events if event.kind == "replied" and event.body.text.startswith("Done")]
    if (len(at.world.ledger), committed, len(done)) != (expected, expected, expected):
        return f"{failpoint}: {len(at.world.ledger)} writes, {committed} committed, {len(done)} told"
    if request is NO_WAIT and not any(event.kind == "held" for event in events):
        return f"{failpoint}: the veto did not hold"
    report = audit(*read_journal(at.store))
    if not report.ok or (report.effects, report.proved) != (expected, expected):
        return f"{failpoint}: not proved: {report.breaks} {report.violations}"
    return None


@pytest.mark.bulk(seconds=140)
@pytest.mark.timeout(900)
async def test_forty_kills(tmp_path: Path) -> None:
    assert len(KILLS) == 40
    free = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, request: Path, failpoint: str) -> str | None:
        folder = tmp_path / str(number)
        folder.mkdir()
        async with free:
            return await kill_at(request, failpoint, folder)

    wrong = await asyncio.gather(*(one(n, *kill) for n, kill in enumerate(KILLS)))
    assert [problem for problem in wrong if problem] == []


@pytest.mark.parametrize(
    ("request_note", "failpoint"),
    [(MOVE, "effect_written:1"), pytest.param(NO_WAIT, "received:3", marks=pytest.mark.bulk)],
)
async def test_a_kill(request_note: Path, failpoint: str, tmp_path: Path) -> None:
    """Two of the forty, in every run: mid-write, and with a veto stored but not acknowledged."""
    assert await kill_at(request_note, failpoint, tmp_path) is None
