"""Webhooks that come all at once, merged, and around the answer to a send.

S-rows: docs/conformance.md. The runtime's side is in tests/chaos_schedules.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.sim.emulator.emulated_world import SECRET, START, World, opus, says
from wavoice.runtime.adapters.wire import parse, verify_signature
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND
from wavoice.sim.emulator.batches import MOST_BYTES, MOST_UPDATES, merge
from wavoice.sim.emulator.chaos import BATCH_WAIT, Chaos
from wavoice.sim.emulator.network_faults import PATIENCE
from wavoice.sim.emulator.wire import encode


@asynccontextmanager
async def under(**chaos: Any) -> AsyncIterator[World]:
    world = World(chaos=Chaos(7, **chaos))
    yield world
    await world.emulator.close()


async def let(world: World, micros: int) -> None:
    """Let that much time pass, stopping wherever something is due."""
    end = world.clock.now() + micros
    await world.emulator.idle()
    while (due := world.clock.next_wake) is not None and due <= end:
        world.clock.advance_to(due)
        await world.emulator.idle()
    world.clock.advance_to(end)


async def end(world: World, sending: asyncio.Task[httpx.Response]) -> httpx.Response:
    """Let time pass until a call is answered."""
    while not sending.done():
        await asyncio.wait([sending], timeout=0)
        if (due := world.clock.next_wake) is not None and not sending.done():
            world.clock.advance_to(due)
    return await sending


def heard(world: World) -> list[str]:
    return [message.text or "" for body in world.bot.bodies for message in parse(body).messages]


class TestBurst:
    async def test_all_are_held_and_come_at_once(self) -> None:
        async with under(burst=10 * SECOND) as world:
            for number in range(5):
                await world.anna.says(str(number))
                await let(world, SECOND)
            await let(world, 5 * SECOND - 1)
            assert world.bot.bodies == []
            await let(world, 1)
            assert heard(world) == [str(number) for number in range(5)]
            assert {one.attempts[0].at for one in world.emulator.deliveries} == {START + 10 * SECOND}

    async def test_none_waits_for_anothers_answer(self) -> None:
        async with under(burst=SECOND) as world:
            for number in range(3):
                await world.anna.says(str(number))
            world.bot.open.clear()
            world.clock.advance_to(START + SECOND)
            idle = asyncio.create_task(world.emulator.idle())
            while len(world.bot.bodies) < 3:
                await asyncio.wait([idle], timeout=0)
            assert not idle.done()
            world.bot.open.set()
            await idle

    async def test_the_next_burst_opens_with_the_next_webhook(self) -> None:
        async with under(burst=2 * SECOND) as world:
            await world.anna.says("one")
            await let(world, 7 * SECOND)
            await world.anna.says("two")
            await let(world, 2 * SECOND)
            assert [one.attempts[0].at - START for one in world.emulator.deliveries] == [
                2 * SECOND,
                9 * SECOND,
            ]


@pytest.mark.conformance("S10")
class TestBatch:
    async def test_what_comes_within_a_second_is_one_signed_post(self) -> None:
        async with under(batch=MOST_UPDATES) as world:
            ben = world.emulator.phone("Ben", "15550100300", "US.ben")
            for number in range(10):
                await (world.anna, ben)[number % 2].says(str(number))
            await world.anna.records(opus())
            await world.send(**says("hi"))
            await let(world, BATCH_WAIT)
            (body,) = world.bot.bodies
            assert verify_signature(body, world.bot.signatures[0], [SECRET.encode()])
            batch = parse(body)
            assert [message.text for message in batch.messages[:10]] == [str(number) for number in range(10)]
            assert [message.alias.bsuid for message in batch.messages[:2]] == ["US.anna", "US.ben"]
            assert len(batch.messages) == 11
            assert [status.status.value for status in batch.statuses] == ["sent", "delivered"]
            (delivery,) = world.emulator.deliveries
            assert (delivery.updates, delivery.state) == (13, "delivered")

    async def test_over_entries_changes_and_lists(self) -> None:
        """All three shapes occur, and between them nothing is lost."""
        shapes: Counter[str] = Counter()
        async with under(batch=50) as world:
            for number in range(200):
                await world.anna.says(str(number))
            await let(world, BATCH_WAIT)
            for body in world.bot.bodies:
                entries = json.loads(body)["entry"]
                changes = [change for entry in entries for change in entry["changes"]]
                shapes["entries"] += len(entries) > 1
                shapes["changes"] += any(len(entry["changes"]) > 1 for entry in entries)
                shapes["lists"] += any(len(change["value"]["messages"]) > 1 for change in changes)
                assert all(len(change["value"]["contacts"]) == 1 for change in changes)
            assert {*shapes.values()} == {4}
            assert sorted(heard(world), key=int) == [str(number) for number in range(200)]

    @pytest.mark.parametrize("most", [2, 7, MOST_UPDATES])
    async def test_never_more_than_told(self, most: int) -> None:
        async with under(batch=most) as world:
            for number in range(1003):
                await world.anna.says(str(number))
            await let(world, BATCH_WAIT)
            sizes = [len(parse(body).messages) for body in world.bot.bodies]
            assert sum(sizes) == 1003
            assert max(sizes) == most
            assert len(sizes) == -(-1003 // most)

    def test_never_more_than_three_megabytes(self) -> None:
        one = encode(
            {
                "object": "x",
                "entry": [{"id": "1", "changes": [{"field": "f", "value": {"x": "y" * 700_000}}]}],
            }
        )
        merged = list(merge([one] * 9, MOST_UPDATES, "seed"))
        assert [count for _, count in merged] == [4, 4, 1]
        assert max(len(body) for body, _ in merged) <= MOST_BYTES

    async def test_a_batch_that_is_refused_comes_again_byte_for_byte(self) -> None:
        async with under(batch=10) as world:
            world.bot.answers = [500]
            for number in range(3):
                await world.anna.says(str(number))
            await let(world, 5 * SECOND)
            first, again = world.bot.bodies
            assert first == again
            assert heard(world)[:3] == ["0", "1", "2"]

    async def test_within_a_burst_for_as_long(self) -> None:
        async with under(batch=10, burst=30 * SECOND) as world:
            await world.anna.says("one")
            await let(world, 20 * SECOND)
            await world.anna.says("two")
            await let(world, 10 * SECOND)
            assert len(world.bot.bodies) == 1
            assert heard(world) == ["one", "two"]

    def test_more_than_meta_merges_is_refused(self) -> None:
        with pytest.raises(UserInputError, match="batch is 1001"):
            Chaos(0, batch=1001)


class TestAnswers:
    @pytest.mark.conformance("S57")
    async def test_statuses_before_the_answer(self) -> None:
        """Both are with the bot before its call returns, although chaos holds all other webhooks back."""
        async with under(status_before_response=1.0, delay=10 * SECOND, delay_from=10 * SECOND) as world:
            sending = asyncio.create_task(world.send(**says("hi")))
            await world.anna.hears(0)
            await world.emulator.idle()
            assert [status.status.value for status in world.bot.statuses] == ["sent", "delivered"]
            assert not sending.done()
            assert (await end(world, sending)).json()["messages"][0]["id"] == world.bot.statuses[0].message

    async def test_a_bot_that_cannot_take_them_is_answered_in_the_end(self) -> None:
        async with under(status_before_response=1.0) as world:
            world.bot.open.clear()
            sending = asyncio.create_task(world.send(**says("hi")))
            answer = await end(world, sending)
            assert answer.status_code == 200
            assert START + PATIENCE < world.clock.now() < START + 2 * PATIENCE
            world.bot.open.set()

    @pytest.mark.conformance("S56")
    async def test_lost_answers_to_accepted_messages(self) -> None:
        async with under(lost_response=1.0) as world:
            with pytest.raises(httpx.RemoteProtocolError):
                await world.send(**says("hi"), biz_opaque_callback_data="o_1/0")
            await world.emulator.idle()
            assert [shown.text for shown in world.anna.messages] == ["hi"]
            assert [status.reference for status in world.bot.statuses] == ["o_1/0", "o_1/0"]

    async def test_seeded_and_drawn_apart_from_webhooks(self) -> None:
        """More of one fault does not move another."""
        one, other = Chaos(3, lost_response=0.3), Chaos(3, lost_response=0.3, duplicate=1.0, batch=9, burst=1)
        lost = [one.answer(number).lost for number in range(200)]
        assert lost == [other.answer(number).lost for number in range(200)]
        assert 30 < sum(lost) < 90
        assert lost != [Chaos(4, lost_response=0.3).answer(number).lost for number in range(200)]

    async def test_refused_sends_draw_nothing(self) -> None:
        async with under(lost_response=1.0) as world:
            assert (await world.send(**says(""))).status_code == 400
            assert world.emulator.deliveries == ()


def test_a_delay_has_a_shortest_and_a_longest() -> None:
    fates = [Chaos(5, delay_from=SECOND, delay=3 * SECOND).fate(number).held for number in range(200)]
    assert SECOND <= min(fates) < 1.2 * SECOND
    assert 2.8 * SECOND < max(fates) <= 3 * SECOND
    with pytest.raises(UserInputError, match="shortest"):
        Chaos(5, delay_from=2, delay=1)
