"""What became of every webhook can be read, tried again, saved and gone on with.

S-rows: docs/conformance.md.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict

import httpx
import pytest

from tests.sim.emulator.emulated_world import START, TOKEN, WEEK, World, says
from wavoice.runtime.adapters.wire import parse
from wavoice.runtime.model import SECOND
from wavoice.sim.clock import VirtualClock
from wavoice.sim.emulator.chaos import Chaos
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.emulator.webhooks import WebhooksState


async def pass_until(world: World, end: int) -> None:
    await world.emulator.idle()
    while (due := world.clock.next_wake) is not None and due <= end:
        world.clock.advance_to(due)
        await world.emulator.idle()
    world.clock.advance_to(max(end, world.clock.now()))


@pytest.mark.conformance("S6")
class TestRedelivery:
    @pytest.mark.parametrize("status", [201, 202, 204, 301, 302, 400, 401, 404, 500, 503])
    async def test_any_other_status_than_200_is_tried_again(self, status: int) -> None:
        world = World()
        world.bot.answers = [status] * 3
        await world.anna.says("hello")
        await pass_until(world, START + 60 * SECOND)
        (delivery,) = world.emulator.deliveries
        assert [one.status for one in delivery.attempts] == [status] * 3 + [200]
        assert [one.at - START for one in delivery.attempts] == [0, SECOND, 3 * SECOND, 7 * SECOND]
        assert len({*world.bot.bodies}) == len({*world.bot.signatures}) == 1
        assert delivery.state == "delivered"

    async def test_so_is_a_timeout(self) -> None:
        """The client's patience is WhatsApp's: what it did not hear was not answered."""
        clock, seen = VirtualClock(START), []

        async def handler(request: httpx.Request) -> httpx.Response:
            seen.append(request.content)
            if len(seen) == 1:
                await clock.wait(asyncio.Event(), START + 5 * SECOND)
                raise httpx.ReadTimeout("", request=request)
            return httpx.Response(200)

        config = EmulatorConfig(access_token=TOKEN, app_secret="s", webhook_url="http://bot.test/")
        emulator = Emulator(config, clock, httpx.AsyncClient(transport=httpx.MockTransport(handler)))
        saying = asyncio.create_task(emulator.phone("Anna", "15550100200").says("hello"))
        while not seen:
            await asyncio.wait([saying], timeout=0)
        clock.advance_to(START + 5 * SECOND)
        await saying
        clock.advance_to(START + 6 * SECOND)
        await emulator.idle()
        (delivery,) = emulator.deliveries
        assert [(one.status, one.took) for one in delivery.attempts] == [(None, 5 * SECOND), (200, 0)]
        assert seen[0] == seen[1]
        await emulator.close()


@pytest.mark.conformance("S7")
async def test_the_log_shows_the_drop_after_a_week() -> None:
    world = World()
    world.bot.answers = [503] * 10_000
    await world.anna.says("hello")
    await pass_until(world, START + WEEK)
    (delivery,) = world.emulator.deliveries
    assert (delivery.state, delivery.body) == ("dropped", world.bot.bodies[0])
    assert world.emulator.dropped == (delivery.body,)
    gaps = [b.at - a.at for a, b in zip(delivery.attempts, delivery.attempts[1:], strict=False)]
    assert gaps == sorted(gaps)
    assert delivery.attempts[-1].at <= START + WEEK < delivery.attempts[-1].at + gaps[-1]
    await pass_until(world, START + 2 * WEEK)
    assert len(world.bot.bodies) == len(delivery.attempts)


class TestLog:
    async def test_it_says_what_kind_of_webhook_and_how_it_went(self) -> None:
        world = World()
        await world.anna.says("hello")
        (delivery,) = world.emulator.deliveries
        shown = asdict(delivery)
        assert json.loads(shown["body"])["object"] == "whatsapp_business_account"
        assert (shown["id"], shown["field"], shown["state"], shown["updates"]) == (
            "d1",
            "messages",
            "delivered",
            1,
        )
        assert shown["attempts"] == [
            {
                "number": 1,
                "app": "300000000000001",
                "at": START,
                "took": 0,
                "status": 200,
                "lost": False,
                "answer": "",
            }
        ]

    async def test_what_chaos_loses_is_a_try_without_an_answer(self) -> None:
        world = World(chaos=Chaos(1, drop=1.0))
        await world.anna.says("hello")
        await pass_until(world, START + SECOND)
        (delivery,) = world.emulator.deliveries
        assert [(one.lost, one.status) for one in delivery.attempts] == [(True, None), (False, 200)]

    async def test_one_is_tried_again_by_its_id(self) -> None:
        world = World()
        await world.anna.says("hello")
        world.bot.answers = [500]
        assert await world.emulator.retry("d1")
        assert not await world.emulator.retry("d2")
        (delivery,) = world.emulator.deliveries
        assert [one.status for one in delivery.attempts] == [200, 500]
        assert delivery.state == "delivered"
        assert world.bot.bodies[0] == world.bot.bodies[1]
        assert world.clock.next_wake is None

    async def test_only_the_newest_that_are_done_are_kept(self) -> None:
        world = World(delivery_log=3)
        world.bot.answers = [500]
        for number in range(6):
            await world.anna.says(str(number))
        assert [one.id for one in world.emulator.deliveries] == ["d1", "d4", "d5", "d6"]
        await pass_until(world, START + SECOND)
        assert [one.id for one in world.emulator.deliveries] == ["d1", "d5", "d6"]
        assert [parse(body).messages[0].text for body in world.emulator.posted] == ["0", "4", "5"]

    async def test_headers_of_a_try(self) -> None:
        """The older signature beside the newer; a client that reads either finds it right."""
        seen: list[httpx.Headers] = []

        def handler(request: httpx.Request) -> httpx.Response:
            seen.append(request.headers)
            return httpx.Response(200)

        config = EmulatorConfig(access_token=TOKEN, app_secret="key", webhook_url="http://bot.test/")
        emulator = Emulator(
            config, VirtualClock(START), httpx.AsyncClient(transport=httpx.MockTransport(handler))
        )
        await emulator.phone("Anna", "15550100200", "US.anna").says("hello")
        (headers,) = seen
        assert headers["content-type"] == "application/json"
        assert headers["user-agent"] == "facebookexternalua"
        assert headers["x-hub-signature"].startswith("sha1=")
        assert len(headers["x-hub-signature"]) == len("sha1=") + 40


class TestState:
    async def test_a_saved_world_goes_on_with_what_was_due(self) -> None:
        world, again = World(), World()
        world.bot.answers = [500] * 3
        await world.anna.says("refused")
        await pass_until(world, START + 3 * SECOND)
        kept = world.emulator._traffic.webhooks.state.model_dump_json()
        again.clock.advance_to(START + 3 * SECOND)
        again.emulator._traffic.webhooks.load(WebhooksState.model_validate_json(kept))
        assert again.emulator._traffic.webhooks.state.model_dump_json() == kept
        await pass_until(again, START + 10 * SECOND)
        assert again.bot.bodies == [world.bot.bodies[0]]
        assert again.bot.signatures == [world.bot.signatures[0]]
        (delivery,) = again.emulator.deliveries
        assert [one.at - START for one in delivery.attempts] == [0, SECOND, 3 * SECOND, 7 * SECOND]

    @pytest.mark.parametrize(
        "chaos",
        [
            Chaos(7, delay_from=5 * SECOND, delay=9 * SECOND, duplicate=1.0),
            Chaos(7, burst=10 * SECOND),
            Chaos(7, burst=10 * SECOND, batch=100, drop=0.5),
        ],
    )
    async def test_so_does_one_under_chaos_as_if_it_had_not_been_saved(self, chaos: Chaos) -> None:
        whole, saved, again = World(chaos=chaos), World(chaos=chaos), World(chaos=chaos)
        for world in (whole, saved):
            for number in range(5):
                await world.anna.says(str(number))
            await pass_until(world, START + 4 * SECOND)
        kept = saved.emulator._traffic.webhooks.state.model_dump_json()
        before = len(saved.bot.bodies)
        again.clock.advance_to(START + 4 * SECOND)
        again.emulator._traffic.webhooks.load(WebhooksState.model_validate_json(kept))
        for world in (whole, again):
            await pass_until(world, START + 60 * SECOND)
        assert again.bot.bodies == whole.bot.bodies[before:]
        assert again.emulator._traffic.webhooks.state == whole.emulator._traffic.webhooks.state
        for world in (whole, saved, again):
            await world.emulator.close()

    async def test_statuses_of_a_send_are_in_it(self) -> None:
        world = World(chaos=Chaos(1, delay_from=SECOND, delay=SECOND))
        await world.send(**says("hi"))
        await world.emulator.idle()
        state = world.emulator._traffic.webhooks.state
        assert [waiting.job.due for waiting in state.jobs] == [START + SECOND] * 2
        await world.emulator.close()
