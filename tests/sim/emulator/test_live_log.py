"""The lines of `wavoice sim`: what passed, in a few words."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.sim.emulator.emulated_world import START, TOKEN, World, says
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.emulator.events import EVENTS
from wavoice.sim.emulator.live_log import Line, LiveLog, describe_call, describe_webhook
from wavoice.sim.emulator.trigger import compose


async def test_webhooks_and_calls_are_told_with_their_answers() -> None:
    lines: list[Line] = []
    world = World()
    log = LiveLog(world.clock, lines.append)
    http = httpx.AsyncClient(transport=httpx.ASGITransport(world.bot.app))
    config = EmulatorConfig(access_token=TOKEN, app_secret="s", webhook_url="http://bot/hook")
    emulator = Emulator(config, world.clock, log.bot(http))
    graph = httpx.AsyncClient(transport=httpx.ASGITransport(log.app(emulator.graph_app, "graph")))
    anna = emulator.phone("Anna", "15550100200", "US.anna")
    world.bot.answers = [500]
    await anna.says("hi")
    await graph.post(
        f"http://graph/v24.0/{config.business.number}/messages",
        json={"messaging_product": "whatsapp", "to": "15550100200", **says("hello")},
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    await graph.get("http://graph/v24.0/1")
    await emulator.idle()
    await emulator.close()
    told = [(line.way, line.what, line.status, line.ok) for line in lines]
    call = f'POST /v24.0/{config.business.number}/messages text "hello" to 15550100200'
    assert told[0] == ("webhook", 'text "hi" from 15550100200', 500, False)
    assert ("graph", call, 200, True) in told
    assert ("graph", "GET /v24.0/1", 401, False) in told
    assert ("webhook", "delivered for 15550100200", 200, True) in told
    assert str(lines[0]).endswith('webhook text "hi" from 15550100200  500  0 ms')
    assert lines[0].at == START


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_event_has_a_line(event: str) -> None:
    line = describe_webhook(json.dumps(compose(event, (), None)).encode())
    assert line
    assert line != "not a webhook of WhatsApp"
    assert "\n" not in line


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"status": "read", "message_id": "x"}, "read"),
        ({"status": "read", "message_id": "x", "typing_indicator": {"type": "text"}}, "read, typing"),
        (
            {"messaging_product": "whatsapp", "recipient": "US.1", **says("x" * 99)},
            f'text "{"x" * 60}…" to US.1',
        ),
        ([1], ""),
    ],
)
def test_calls_in_a_few_words(body: Any, said: str) -> None:
    assert describe_call(json.dumps(body).encode()) == said


def test_what_is_no_json_is_no_error() -> None:
    assert describe_call(b"{broken") == ""
    assert describe_webhook(b'{"entry": "?"') == "not a webhook of WhatsApp"
