"""`wavoice serve` in this process: what it answers, how it ends, and who comes next."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.hostile.payloads import NUMBER, encode, sign, value, webhook
from tests.rehearsing import warm_decoder
from tests.serving.street import Served, Street, served, street
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.adapters.webhook import PATH
from wavoice.runtime.build import Parts
from wavoice.runtime.model import SECOND
from wavoice.runtime.settings_serve import Serve
from wavoice.sim.rehearsal import APP_SECRET
from wavoice.sim.scripted import ScriptedEars

WHERE = "where is my order"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Street]:
    async with street(tmp_path) as at:
        yield at


def parts() -> Parts:
    return Parts(ears=ScriptedEars(), speaks=False, decoder=warm_decoder())


async def answered(on: Served, to: Street) -> str:
    """A new customer asks where the order is; return what the bot says."""
    to.door.leads_to = on.up.public
    phone = to.customer()
    await phone.says(WHERE)
    return (await phone.hears(0)).text or ""


def events(to: Street, kind: str) -> list[str]:
    """Turns of the journal's events of that kind."""
    return [one.record.turn for one in to.journal()[0] if one.record.kind == kind]


async def test_a_webhook_is_answered_and_the_end_is_clean(town: Street) -> None:
    async with served(town.settings(), parts()) as on:
        assert "order 2000" in (await answered(on, town)).casefold()
        alive = await on.http.get(f"{on.up.public}/healthz")
        assert (alive.status_code, alive.json()["status"]) == (200, "ok")
        status, checks = await on.ready()
        assert (status, {name: check["ok"] for name, check in checks.items()}) == (
            200,
            dict.fromkeys(("database", "account", "models", "disk", "engine"), True),
        )
        await on.ends()
        with pytest.raises(httpx.ConnectError):
            await on.http.get(f"{on.up.public}/healthz")
    assert len(events(town, "turn_ended")) == 1


async def test_the_public_door_leads_to_the_webhook_and_to_nothing_else(town: Street) -> None:
    async with served(town.settings(), parts()) as on:
        statuses = {
            path: (await on.http.get(f"{on.up.public}{path}")).status_code
            for path in (PATH, "/healthz", "/readyz", "/metrics", "/")
        }
        assert statuses == {PATH: 403, "/healthz": 200, "/readyz": 404, "/metrics": 404, "/": 404}


async def test_a_disk_without_room_is_not_ready(town: Street) -> None:
    full = Serve(port=0, admin_port=0, min_free_mb=10**9)
    async with served(town.settings(serve=full), parts()) as on:
        status, checks = await on.ready()
        assert (status, checks["disk"]["ok"], checks["database"]["ok"]) == (503, False, True)
        assert "serve.min_free_mb" in str(checks["disk"]["told"])


async def test_a_turn_under_way_is_finished_before_the_end(town: Street) -> None:
    async with served(town.settings(), parts()) as on:
        town.gate.close()
        town.door.leads_to = on.up.public
        phone = town.customer()
        await phone.says(WHERE)
        await town.gate.come.wait()
        on.stop.set()
        status, checks = await on.ready()
        assert (status, checks["engine"]["told"]) == (503, "ended: messages are stored and not answered")
        town.gate.open.set()
        await on.task
    assert [message.text is not None for message in phone.messages] == [True]
    assert len(events(town, "turn_ended")) == 1


async def test_a_turn_that_takes_longer_is_done_by_the_next_process(town: Street) -> None:
    hasty = town.settings(serve=Serve(port=0, admin_port=0, min_free_mb=0, grace_seconds=0))
    async with served(hasty, parts()) as on:
        town.gate.close()
        town.door.leads_to = on.up.public
        phone = town.customer()
        await phone.says(WHERE)
        await town.gate.come.wait()
        await on.ends()
    assert events(town, "turn_ended") == []
    town.gate.open.set()
    async with served(town.settings(), parts()):
        await phone.hears(0)
    assert len(events(town, "received")) == len(events(town, "turn_ended")) == 1


async def test_the_second_process_stores_waits_and_takes_over(town: Street) -> None:
    """Blue and green on one file: what green stores is answered by blue, and by green once blue has ended."""
    async with served(town.settings(), parts()) as blue, served(town.settings(), parts()) as green:
        status, checks = await green.ready()
        assert (status, checks["engine"]["told"]) == (
            200,
            "another process drains this store; waiting for it to end",
        )
        assert "order 2000" in (await answered(green, town)).casefold()
        await blue.ends()
        assert "order 2001" in (await answered(green, town)).casefold()
        assert (await green.ready())[1]["engine"]["told"] == "draining"
    assert len(events(town, "received")) == len(events(town, "turn_ended")) == 2


async def test_every_number_answers_from_itself(town: Street) -> None:
    """Two business numbers in one process: replies leave from the one that was written to."""
    second = "100000000000002"
    asked: list[tuple[str, str]] = []

    async def graph(request: httpx.Request) -> httpx.Response:
        number = request.url.path.split("/")[2]
        body = json.loads(request.content) if request.content else {}
        if "recipient_type" in body:
            asked.append((number, body["to"]))
            return httpx.Response(200, json={"messages": [{"id": f"wamid.{len(asked)}"}]})
        return httpx.Response(200, json={"success": True})

    whatsapp = town.settings().whatsapp.model_copy(update={"further_number_ids": (second,)})
    digits = [town.customer().person.phone for _ in range(3)]
    async with httpx.AsyncClient(transport=httpx.MockTransport(graph)) as client:
        both = replace(parts(), graph=client)
        async with served(town.settings(whatsapp=whatsapp), both) as on:
            for number, who in zip((second, NUMBER, "9"), digits, strict=True):
                body = encode(asks(number, str(who)))
                headers = {"X-Hub-Signature-256": sign(body, APP_SECRET)}
                assert (await on.http.post(f"{on.up.public}{PATH}", content=body, headers=headers)).is_success
            await on.up.runtime.engine.idle()
    assert sorted(asked) == [(NUMBER, f"+{digits[1]}"), (second, f"+{digits[0]}")]


def asks(number: str, digits: str) -> dict[str, object]:
    """A webhook of now: that customer asks that number where the order is."""
    sent = {"id": f"wamid.of.{digits}", "timestamp": str(SystemClock().now() // SECOND)}
    text = {"type": "text", "from": digits, "text": {"body": WHERE}}
    return webhook(value(metadata={"phone_number_id": number}, messages=[text | sent]))
