"""Whole turns over real TCP sockets: bot, Graph API, media host and shop each have a port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import httpx
from pydantic import SecretStr

from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.webhook import PATH
from wavoice.runtime.audio.sniff import is_ogg_opus
from wavoice.runtime.build import Parts, Runtime, build
from wavoice.runtime.model import Modality
from wavoice.runtime.policy import Policy
from wavoice.runtime.settings import Settings, Shop, Store, WhatsApp
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.emulator.wire import Business
from wavoice.sim.in_process import LateApp
from wavoice.sim.rehearsal import ACCESS_TOKEN, APP_SECRET, VERIFY_TOKEN, Customer, agree, today_in
from wavoice.sim.scripted import Line, ScriptedEars, ToneVoice
from wavoice.sim.tcp import serve
from wavoice.sim.world import World

NOTE = Path(__file__).parents[2] / "fixtures" / "audio" / "where_is_my_order__street_20db.ogg"
AT_ONCE = Policy(settle=MappingProxyType(dict.fromkeys(Modality, 0)))
"""Production's, without the chosen wait."""


@dataclass(frozen=True, slots=True, repr=False)
class Wired:
    runtime: Runtime
    emulator: Emulator
    phone: Phone
    world: World
    ears: ScriptedEars
    webhook_url: str


@asynccontextmanager
async def wired(folder: Path) -> AsyncIterator[Wired]:
    clock, customer, bot, ears = SystemClock(), Customer(), LateApp(), ScriptedEars()
    world = World.seeded(today_in("UTC", clock), customer.phone, customer.bsuid, clock=clock)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=10))
        webhook = f"http://127.0.0.1:{await stack.enter_async_context(serve(bot))}{PATH}"
        config = EmulatorConfig(access_token=ACCESS_TOKEN, app_secret=APP_SECRET, webhook_url=webhook)
        emulator = Emulator(config, clock, client)
        graph = await stack.enter_async_context(serve(emulator.graph_app))
        media = await stack.enter_async_context(serve(emulator.media_app))
        shop = await stack.enter_async_context(serve(world.app))
        emulator.serve_media_at(f"http://127.0.0.1:{media}")
        settings = Settings(
            whatsapp=WhatsApp(
                graph_base_url=f"http://127.0.0.1:{graph}",
                phone_number_id=Business().number,
                access_token=SecretStr(ACCESS_TOKEN),
                app_secret=SecretStr(APP_SECRET),
                verify_token=SecretStr(VERIFY_TOKEN),
                media_hosts=(f"127.0.0.1:{media}",),
            ),
            shop=Shop(base_url=f"http://127.0.0.1:{shop}"),
            store=Store(path=folder / "bot.sqlite"),
        )
        parts = Parts(ears=ears, voice=ToneVoice(), policy=AT_ONCE)
        runtime = await stack.enter_async_context(build(settings, parts))
        bot.app = runtime.app
        await agree(runtime, settings, customer)
        stack.push_async_callback(emulator.close)
        phone = emulator.phone(customer.name, customer.phone, customer.bsuid)
        yield Wired(runtime, emulator, phone, world, ears, webhook)


async def test_a_voice_note_in_and_a_voice_note_out(tmp_path: Path) -> None:
    async with wired(tmp_path) as at:
        at.ears.lines.append(Line("where is my order"))
        note = await at.phone.records(NOTE.read_bytes())
        reply = await at.phone.hears(0)
        await at.runtime.engine.idle()
        async with at.runtime.store.begin() as tx:
            events = await tx.journal.read()
    assert (reply.kind, reply.download_icon) == ("voice", False)
    assert at.phone.seen == [note]
    assert reply.media is not None
    assert is_ogg_opus(reply.media)
    told = next(event.body for event in events if event.kind == "replied")
    assert (told.form, told.messages) == ("voice", (reply.wamid,))
    assert told.text.startswith("Order 1842 is packed.")
    assert [event.body.how for event in events if event.kind == "turn_ended"] == ["answered"]


async def test_a_request_a_tap_and_one_write(tmp_path: Path) -> None:
    async with wired(tmp_path) as at:
        at.ears.lines.append(Line("please change the address to 14 Lake Road"))
        await at.phone.records(NOTE.read_bytes())
        await at.phone.hears(1)
        await at.phone.taps("Yes")
        done = await at.phone.hears(2)
    assert done.text == "Done: order 1842 now goes to 14 Lake Road."
    assert [(applied.action, dict(applied.args)) for applied in at.world.ledger] == [
        ("change_address", {"order": "1842", "address": "14 Lake Road"})
    ]


async def test_the_webhook_answers_only_whom_it_knows(tmp_path: Path) -> None:
    async with wired(tmp_path) as at, httpx.AsyncClient() as stranger:
        hello = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1158201444"}
        assert (await stranger.get(at.webhook_url, params=hello)).text == "1158201444"
        wrong = await stranger.get(at.webhook_url, params={**hello, "hub.verify_token": "guess"})
        unsigned = await stranger.post(at.webhook_url, content=b"{}")
        forged = await stranger.post(
            at.webhook_url, content=b"{}", headers={"x-hub-signature-256": "sha256=00"}
        )
    assert [answer.status_code for answer in (wrong, unsigned, forged)] == [403, 401, 401]
