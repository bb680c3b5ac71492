"""wavoice's own runtime against `wavoice sim` in another process: nothing but addresses is shared."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from types import MappingProxyType

import httpx
from pydantic import SecretStr

from tests.cli.commands import NOTES
from tests.sim.emulator.simulator import simulator
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.webhook import PATH
from wavoice.runtime.build import Parts, build
from wavoice.runtime.model import Modality
from wavoice.runtime.policy import Policy
from wavoice.runtime.settings import Settings, Shop, Store, WhatsApp
from wavoice.sim.rehearsal import Customer, agree, today_in
from wavoice.sim.scripted import Line, ScriptedEars, ToneVoice
from wavoice.sim.tcp import serve
from wavoice.sim.world import World

AT_ONCE = Policy(settle=MappingProxyType(dict.fromkeys(Modality, 0)))


async def test_a_request_a_tap_and_one_write(tmp_path: Path) -> None:
    clock, customer, ears = SystemClock(), Customer(), ScriptedEars()
    world = World.seeded(today_in("UTC", clock), customer.phone, customer.bsuid, clock=clock)
    async with AsyncExitStack() as stack:
        sim = await stack.enter_async_context(simulator(tmp_path, "--fixtures", str(NOTES)))
        shop = await stack.enter_async_context(serve(world.app))
        told = sim.told
        settings = Settings(
            whatsapp=WhatsApp(
                graph_base_url=told["graph"],
                phone_number_id=told["phone_number_id"],
                access_token=SecretStr(told["access_token"]),
                app_secret=SecretStr(told["app_secret"]),
                verify_token=SecretStr(told["verify_token"]),
                media_hosts=(told["media"].removeprefix("http://"),),
            ),
            shop=Shop(base_url=f"http://127.0.0.1:{shop}"),
            store=Store(path=tmp_path / "bot.sqlite"),
        )
        parts = Parts(ears=ears, voice=ToneVoice(), policy=AT_ONCE)
        runtime = await stack.enter_async_context(build(settings, parts))
        bot = await stack.enter_async_context(serve(runtime.app))
        await agree(runtime, settings, customer)
        await register(told, f"http://127.0.0.1:{bot}{PATH}")
        await sim("POST", "/users", json={"name": "Asha", "phone": customer.phone, "bsuid": customer.bsuid})
        ears.lines.append(Line("please change the address to 14 Lake Road"))
        await sim("POST", "/users/Asha/notes", json={"fixture": "where_is_my_order__street_20db"})
        # Words and question are two messages, in the order in which WhatsApp takes them.
        await sim("GET", "/users/Asha/messages", params={"after": 1, "wait": "60s"})
        asked = await sim("GET", "/users/Asha/messages")
        shown = await sim("GET", "/users/Asha")
        await sim("POST", "/users/Asha/taps", json={"choice": "Yes"})
        done = await sim("GET", "/users/Asha/messages", params={"after": asked["next"], "wait": "60s"})
    assert {message["kind"] for message in asked["messages"]} == {"voice", "buttons"}
    assert len(shown["blue_ticks"]) == 1
    assert done["messages"][0]["text"] == "Done: order 1842 now goes to 14 Lake Road."
    assert [dict(applied.args) for applied in world.ledger] == [{"order": "1842", "address": "14 Lake Road"}]


async def register(told: dict[str, str], hook: str) -> None:
    """As anybody registers a webhook: the app subscribes, then it listens to the account."""
    app = f"{told['graph']}/v24.0/{told['app_id']}/subscriptions"
    wanted = {
        "object": "whatsapp_business_account",
        "callback_url": hook,
        "verify_token": told["verify_token"],
        "fields": "messages",
        "access_token": f"{told['app_id']}|{told['app_secret']}",
    }
    account = f"{told['graph']}/v24.0/{told['waba_id']}/subscribed_apps"
    token = {"Authorization": f"Bearer {told['access_token']}"}
    async with httpx.AsyncClient(timeout=60) as http:
        (await http.post(app, params=wanted)).raise_for_status()
        (await http.post(account, headers=token)).raise_for_status()
