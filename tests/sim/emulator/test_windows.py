"""When the business may write: the service window, and free hours after an ad."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.sim.emulator.emulated_world import START, World, opus, says
from wavoice.runtime.model import SECOND, Micros

HOUR: Micros = 3600 * SECOND
DAY: Micros = 24 * HOUR
REFERRAL = {"source_url": "https://fb.me/ad", "source_id": "1", "source_type": "ad", "headline": "Rice"}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.emulator.close()


async def outcome(world: World) -> list[tuple[str, int | None]]:
    """Send a text to Anna; return the statuses that follow."""
    before = len(world.bot.statuses)
    answer = await world.send(**says("hello"))
    assert answer.status_code == 200
    await world.emulator.idle()
    return [(status.status.value, status.error_code) for status in world.bot.statuses[before:]]


@pytest.mark.conformance("S44")
class TestServiceWindow:
    async def test_closes_after_24_hours_and_opens_with_a_message(self, world: World) -> None:
        """Refused as Meta usually does: 200 with a wamid, then `failed`."""
        world.clock.advance_to(START + DAY - SECOND)
        assert await outcome(world) == [("sent", None), ("delivered", None)]
        world.clock.advance_to(START + DAY + SECOND)
        assert await outcome(world) == [("failed", 131047)]
        assert len(world.anna.messages) == 1
        await world.anna.says("hello?")
        assert await outcome(world) == [("sent", None), ("delivered", None)]
        world.clock.advance_to(START + 2 * DAY + SECOND - 1)
        assert await outcome(world) == [("sent", None), ("delivered", None)]
        world.clock.advance_to(START + 2 * DAY + SECOND)
        assert await outcome(world) == [("failed", 131047)]

    async def test_refused_at_once_by_switch(self) -> None:
        world = World(window="sync")
        world.clock.advance_to(START + DAY - SECOND)
        assert (await world.send(**says("hello"))).status_code == 200
        world.clock.advance_to(START + DAY + SECOND)
        answer = await world.send(**says("hello"))
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 131047)
        await world.emulator.idle()
        assert [status.status.value for status in world.bot.statuses] == ["sent", "delivered"]
        await world.anna.says("hello?")
        assert (await world.send(**says("hello"))).status_code == 200

    async def test_a_call_opens_it_though_nobody_answers(self, world: World) -> None:
        world.clock.advance_to(START + DAY + SECOND)
        call = await world.anna.calls()
        told = [value["calls"][0] for value in world.bot.values]
        assert [(node["id"], node["event"], node["from"]) for node in told] == [
            (call, "connect", "15550100200"),
            (call, "terminate", "15550100200"),
        ]
        assert await outcome(world) == [("sent", None), ("delivered", None)]
        world.clock.advance_to(START + 2 * DAY + SECOND)
        assert await outcome(world) == [("failed", 131047)]

    async def test_nothing_but_a_message_or_a_call_opens_it(self, world: World) -> None:
        """No status, no receipt of either side, no message of the business, no news of the customer."""
        own = await world.anna.says("hello")
        await world.send(**says("hello"))
        await world.emulator.idle()
        world.clock.advance_to(START + DAY)
        await world.anna.reads()
        receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": own}
        assert (await world.send(to=None, **receipt)).json() == {"success": True}
        hello = {"name": "hello_world", "language": {"code": "en_US"}}
        assert (await world.send(type="template", template=hello)).status_code == 200
        await world.emulator.idle()
        await world.anna.wants_marketing("stop")
        await world.anna.changes_key("a1b2c3")
        await world.emulator.trigger("status.delivered", world.anna)
        await world.emulator.trigger("user.number_changed", world.anna)
        world.anna.takes_username("@anna")
        assert await outcome(world) == [("failed", 131047)]
        await world.anna.changes_number("15550100299")
        answer = await world.send(to="15550100299", **says("hello"))
        await world.emulator.idle()
        assert (answer.status_code, world.bot.statuses[-1].error_code) == (200, 131047)

    @pytest.mark.parametrize("kind", ["note", "picture", "reaction", "unsupported"])
    async def test_every_kind_of_message_opens_it(self, world: World, kind: str) -> None:
        """Reactions have a type and a wamid like all others; no page excepts them."""
        asked = (await world.send(**says("hello"))).json()["messages"][0]["id"]
        await world.emulator.idle()
        world.clock.advance_to(START + DAY)
        match kind:
            case "note":
                await world.anna.records(opus())
            case "picture":
                await world.anna.shares_image()
            case "reaction":
                await world.anna.reacts(asked, "👍")
            case _:
                await world.anna.shares_what_is_unsupported("poll_creation")
        assert await outcome(world) == [("sent", None), ("delivered", None)]

    async def test_every_user_has_their_own(self, world: World) -> None:
        ben = world.emulator.phone("Ben", "15550100300", "US.ben")
        await world.send(to="15550100300", **says("hello"))
        await world.emulator.idle()
        assert [status.error_code for status in world.bot.statuses] == [131047]
        await ben.says("hello")
        await world.send(to="15550100300", **says("hello"))
        await world.emulator.idle()
        assert (await ben.hears(0)).text == "hello"

    async def test_no_window_by_switch(self) -> None:
        world = World(window="off")
        world.clock.advance_to(START + 9 * DAY)
        assert await outcome(world) == [("sent", None), ("delivered", None)]


async def prices(world: World) -> list[dict[str, Any]]:
    """Send a text to Anna; return the prices that its statuses tell."""
    before = len(world.bot.bodies)
    await world.send(**says("hello"))
    await world.emulator.idle()
    nodes = [value["statuses"][0] for value in world.bot.values[before:]]
    return [node["pricing"] for node in nodes if "pricing" in node]


class TestFreeEntryPoint:
    async def test_an_answer_within_a_day_is_free_for_three(self, world: World) -> None:
        """72 hours from the answer; nothing of it is billable, and statuses tell of a conversation."""
        await world.anna.network.carry(world.anna, {**says("hi"), "referral": REFERRAL}, "once")
        world.clock.advance_to(START + DAY - SECOND)
        free = {
            "billable": False,
            "pricing_model": "PMP",
            "type": "free_entry_point",
            "category": "referral_conversion",
        }
        assert await prices(world) == [free, free]
        conversation = world.bot.values[-2]["statuses"][0]["conversation"]
        assert conversation["origin"] == {"type": "referral_conversion"}
        assert conversation["expiration_timestamp"] == str((START + 4 * DAY - SECOND) // SECOND)
        assert "expiration_timestamp" not in world.bot.values[-1]["statuses"][0]["conversation"]
        world.clock.advance_to(START + 4 * DAY - SECOND - 1)
        await world.anna.says("still there?")
        assert (await prices(world))[0] == free
        world.clock.advance_to(START + 4 * DAY - SECOND)
        assert (await prices(world))[0]["category"] == "service"

    async def test_an_answer_after_a_day_is_not(self, world: World) -> None:
        await world.anna.network.carry(world.anna, {**says("hi"), "referral": REFERRAL}, "once")
        world.clock.advance_to(START + DAY)
        await world.anna.says("hello?")
        assert (await prices(world))[0]["category"] == "service"
