"""How much a number may send: to one user, and in one second."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.sim.emulator.emulated_world import MESSAGES, START, World, says
from wavoice.runtime.model import SECOND, Micros

SIX_SECONDS: Micros = 6 * SECOND


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.emulator.close()


def code(answer: httpx.Response) -> int:
    """0 for a success."""
    return 0 if answer.status_code == 200 else int(answer.json()["error"]["code"])


@pytest.mark.conformance("S46")
class TestPairRate:
    async def test_the_46th_message_in_six_seconds(self, world: World) -> None:
        """Spread over the six seconds or not; another user is unaffected."""
        world.emulator.phone("Ben", "15550100300", "US.ben", wrote_at=START)
        codes = []
        for turn in range(46):
            world.clock.advance_to(START + turn * SIX_SECONDS // 50)
            codes.append(code(await world.send(**says(str(turn)))))
        assert codes == [0] * 45 + [131056]
        assert code(await world.send(to="15550100300", **says("hello"))) == 0

    async def test_recovers_by_one_in_six_seconds(self, world: World) -> None:
        for turn in range(45):
            await world.send(**says(str(turn)))
        for turn in range(1, 4):
            world.clock.advance_to(START + turn * SIX_SECONDS - 1)
            assert code(await world.send(**says("early"))) == 131056
            world.clock.advance_to(START + turn * SIX_SECONDS)
            assert code(await world.send(**says("in time"))) == 0
            assert code(await world.send(**says("one too many"))) == 131056

    async def test_all_of_it_is_back_after_four_and_a_half_minutes(self, world: World) -> None:
        for turn in range(45):
            await world.send(**says(str(turn)))
        world.clock.advance_to(START + 45 * SIX_SECONDS)
        assert [code(await world.send(**says("again"))) for _ in range(46)] == [0] * 45 + [131056]

    async def test_receipts_and_typing_do_not_count(self, world: World) -> None:
        wamid = await world.anna.says("hello")
        receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        for typing in ({}, {"typing_indicator": {"type": "text"}}):
            for _ in range(45):
                assert (await world.call("POST", MESSAGES, json={**receipt, **typing})).status_code == 200
        assert [code(await world.send(**says("x"))) for _ in range(46)] == [0] * 45 + [131056]

    async def test_no_limit_by_switch(self) -> None:
        world = World(pair_rate=False)
        assert {code(await world.send(**says("x"))) for _ in range(60)} == {0}


@pytest.mark.conformance("T47")
class TestThroughput:
    async def test_the_81st_message_in_a_second(self) -> None:
        """In and out together; the next second is free again."""
        world = World(pair_rate=False)
        for _ in range(40):
            await world.anna.says("in")
        codes = [code(await world.send(**says("out"))) for _ in range(41)]
        assert codes == [0] * 40 + [130429]
        world.clock.advance_to(START + SECOND - 1)
        assert code(await world.send(**says("out"))) == 130429
        world.clock.advance_to(START + SECOND)
        assert [code(await world.send(**says("out"))) for _ in range(81)] == [0] * 80 + [130429]

    @pytest.mark.parametrize("most", [20, 150])
    async def test_other_numbers_have_other_limits(self, most: int) -> None:
        world = World(pair_rate=False, throughput=most)
        codes = [code(await world.send(**says("out"))) for _ in range(most + 1)]
        assert codes == [0] * most + [130429]

    async def test_what_is_refused_does_not_count(self) -> None:
        world = World(pair_rate=False, throughput=20)
        for _ in range(30):
            assert code(await world.send(to=None, recipient="US.nobody", **says("x"))) == 131009
        assert code(await world.send(**says("x"))) == 0
