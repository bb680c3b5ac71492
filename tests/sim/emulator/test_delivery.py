"""How webhooks and sends go astray by order: late, overtaken, again; refused, lost and slow.

S-rows: docs/conformance.md.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.sim.emulator.emulated_world import MESSAGES, SECRET, START, TOKEN, World, opus, says
from wavoice.runtime.adapters.wire import parse, verify_signature
from wavoice.sim.emulator.network_faults import SLOW, NetworkFault
from wavoice.sim.emulator.phone import LATE
from wavoice.sim.tcp import serve


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    made.bot.documented = True
    yield made
    await made.emulator.close()


def heard(world: World) -> list[str]:
    """Ids of the customers' messages in the order in which the bot got them."""
    return [message.id for body in world.bot.bodies for message in parse(body).messages]


class TestLate:
    async def test_first_tried_later_with_the_time_of_its_sending(self, world: World) -> None:
        late = await world.anna.says("yes", deliver="late")
        await world.emulator.idle()
        assert (world.bot.bodies, world.clock.next_wake) == ([], START + LATE)
        world.clock.advance_to(START + LATE - 1)
        prompt = await world.anna.says("no wait")
        await world.emulator.idle()
        assert heard(world) == [prompt]
        world.clock.advance_to(START + LATE)
        await world.emulator.idle()
        assert heard(world) == [prompt, late]
        assert parse(world.bot.bodies[1]).messages[0].sent_at == START

    async def test_a_late_webhook_is_repeated_like_any_other(self, world: World) -> None:
        world.bot.answers = [500]
        late = await world.anna.says("yes", deliver="late")
        await world.emulator.idle()
        for _ in range(2):
            assert world.clock.next_wake is not None
            world.clock.advance_to(world.clock.next_wake)
            await world.emulator.idle()
        assert heard(world) == [late, late]
        assert world.clock.next_wake is None

    async def test_closing_ends_it(self, world: World) -> None:
        await world.anna.says("yes", deliver="late")
        await world.emulator.close()
        assert (world.bot.bodies, world.clock.next_wake) == ([], None)


class TestReordered:
    async def test_comes_just_after_the_next_of_the_same_customer(self, world: World) -> None:
        ben = world.emulator.phone("Ben", "15550100300", "US.ben")
        first = await world.anna.says("yes", deliver="reordered")
        other = await ben.says("hello")
        assert heard(world) == [other]
        second = await world.anna.records(opus())
        third = await world.anna.says("thanks")
        assert heard(world) == [other, second, first, third]

    @pytest.mark.conformance("S9")
    async def test_two_in_a_row_turn_round(self, world: World) -> None:
        """Each just after the next: the last comes first."""
        first = await world.anna.says("one", deliver="reordered")
        second = await world.anna.says("two", deliver="reordered")
        third = await world.anna.says("three", deliver="twice")
        assert heard(world) == [third, third, second, first]

    async def test_after_a_late_one_is_later_still(self, world: World) -> None:
        first = await world.anna.says("one", deliver="reordered")
        second = await world.anna.says("two", deliver="late")
        third = await world.anna.says("three")
        await world.emulator.idle()
        world.clock.advance_to(START + LATE)
        await world.emulator.idle()
        assert heard(world) == [third, second, first]

    async def test_flush_brings_what_waits(self, world: World) -> None:
        first = await world.anna.says("one", deliver="reordered")
        await world.emulator.idle()
        assert heard(world) == []
        await world.emulator.flush()
        await world.emulator.flush()
        assert heard(world) == [first]

    async def test_closing_does_not(self, world: World) -> None:
        await world.anna.says("one", deliver="reordered")
        await world.emulator.close()
        assert world.bot.bodies == []


class TestPosted:
    async def test_every_body_once_in_the_order_of_first_tries(self, world: World) -> None:
        """Also those that were not answered with 200, and those of statuses and staff."""
        world.bot.answers = [500]
        await world.anna.says("one", deliver="late")
        await world.anna.says("two", deliver="twice")
        await world.send(**says("hello"))
        await world.emulator.idle()
        await world.emulator.staff_says(world.anna, "hi")
        world.clock.advance_to(START + LATE)
        await world.emulator.idle()
        posted = world.emulator.posted
        assert len(posted) == len({*world.bot.bodies}) == 5
        assert posted == tuple(dict.fromkeys(world.bot.bodies))
        assert parse(posted[-1]).messages[0].text == "one"

    async def test_redelivery_by_order_is_one_signed_try(self, world: World) -> None:
        await world.anna.says("hello")
        (body,) = world.emulator.posted
        world.bot.answers = [500]
        await world.emulator.redeliver(body)
        assert world.bot.bodies == [body, body]
        assert verify_signature(body, world.bot.signatures[1], [SECRET.encode()])
        await world.emulator.idle()
        assert world.clock.next_wake is None
        assert world.emulator.posted == (body,)


async def outcome(world: World) -> str:
    """Send a text; say what the business sees."""
    try:
        answer = await world.send(**says("hello"))
    except httpx.HTTPError as error:
        return type(error).__name__
    return f"{answer.status_code} {answer.json().get('error', {}).get('code', '')}".strip()


class TestFaults:
    @pytest.mark.parametrize(
        ("does", "seen", "arrives"),
        [
            ("fail", "500 131000", False),
            ("refuse", "400 131047", False),
            ("timeout", "ReadTimeout", False),
            ("lost_response", "RemoteProtocolError", True),
        ],
    )
    @pytest.mark.conformance("S56")
    async def test_what_the_business_and_the_customer_see(
        self, world: World, does: NetworkFault, seen: str, arrives: bool
    ) -> None:
        """S55, S56: used as often as told, then all is well."""
        world.emulator.fault(does, times=2)
        assert [await outcome(world) for _ in range(3)] == [seen, seen, "200"]
        await world.emulator.idle()
        assert len(world.anna.messages) == (3 if arrives else 1)
        assert len(world.bot.statuses) == 2 * len(world.anna.messages)

    @pytest.mark.conformance("S57")
    async def test_a_slow_answer_comes_after_the_message(self, world: World) -> None:
        """S57: the statuses overtake the answer."""
        world.emulator.fault("slow")
        sending = asyncio.create_task(world.send(**says("hello")))
        shown = await world.anna.hears(0)
        await world.emulator.idle()
        assert (sending.done(), world.clock.next_wake) == (False, START + SLOW)
        assert [status.message for status in world.bot.statuses] == [shown.wamid] * 2
        world.clock.advance_to(START + SLOW)
        assert (await sending).json()["messages"] == [{"id": shown.wamid}]

    async def test_used_in_the_order_of_scripting(self, world: World) -> None:
        world.emulator.fault("refuse")
        world.emulator.fault("fail")
        assert [await outcome(world) for _ in range(3)] == ["400 131047", "500 131000", "200"]

    async def test_receipts_and_malformed_sends_use_none_up(self, world: World) -> None:
        wamid = await world.anna.says("hello")
        world.emulator.fault("fail")
        receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        assert (await world.call("POST", MESSAGES, json=receipt)).status_code == 200
        assert (await world.send(**says(""))).json()["error"]["code"] == 131009
        assert await outcome(world) == "500 131000"

    async def test_a_refusal_has_graphs_shape(self, world: World) -> None:
        """S38."""
        world.emulator.fault("refuse")
        error = (await world.send(**says("hello"))).json()["error"]
        assert (error["message"], error["type"]) == ("(#131047) Re-engagement message", "OAuthException")
        assert error["fbtrace_id"]

    async def test_faults_look_the_same_over_tcp(self, world: World) -> None:
        async with serve(world.emulator.graph_app) as port, httpx.AsyncClient() as http:
            faults: dict[NetworkFault, type[Exception]] = {
                "lost_response": httpx.RemoteProtocolError,
                "timeout": httpx.ReadTimeout,
            }
            for does, seen in faults.items():
                world.emulator.fault(does)
                with pytest.raises(seen):
                    await http.post(
                        f"http://127.0.0.1:{port}{MESSAGES}",
                        json={"messaging_product": "whatsapp", "to": "15550100200", **says(does)},
                        headers={"Authorization": f"Bearer {TOKEN}"},
                        timeout=0.2,
                    )
        await world.emulator.idle()
        assert [shown.text for shown in world.anna.messages] == ["lost_response"]
