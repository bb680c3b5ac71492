"""Errors of WhatsApp by rule: which sends they meet, at once or later, and until when.

S-rows: docs/conformance.md.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sim.emulator.emulated_world import World, says
from wavoice.runtime.errors import UserInputError
from wavoice.sim.emulator.error_codes import CODES
from wavoice.sim.emulator.error_rules import ErrorRulesState


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.emulator.close()


async def outcomes(world: World, count: int, **body: str) -> list[int]:
    """Send so many texts; return the code of each refusal, 0 for what was accepted."""
    found = []
    for number in range(count):
        answer = await world.send(**{**says(str(number)), **body})
        found.append(answer.json().get("error", {}).get("code", 0))
    await world.emulator.idle()
    return found


@pytest.mark.conformance("S55")
class TestS55:
    @pytest.mark.parametrize(
        ("code", "wire", "status"),
        [
            (131026, 131026, 400), (131049, 131049, 400), (131056, 131056, 400), (368, 368, 403),
            (190, 190, 401), (500, 131000, 500), (130429, 130429, 400), (131047, 131047, 400), (2, 2, 503),
        ],
    )  # fmt: skip
    async def test_the_next_send_meets_any_code(
        self, world: World, code: int, wire: int, status: int
    ) -> None:
        world.emulator.rules.add(code)
        answer = await world.send(**says("hi"))
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (status, wire)
        assert error["message"].startswith(f"(#{wire}) ")
        assert error["fbtrace_id"]
        assert await outcomes(world, 1) == [0]
        assert [shown.text for shown in world.anna.messages] == ["0"]

    async def test_every_code_of_the_reference_can_be_met(self, world: World) -> None:
        for code, known in CODES.items():
            world.emulator.rules.add(code)
            answer = await world.send(**says("hi"))
            assert (answer.status_code, answer.json()["error"]["code"]) == (known.status, code)
        assert world.anna.messages == []

    async def test_the_next_few(self, world: World) -> None:
        world.emulator.rules.add(131056, n=3)
        assert await outcomes(world, 5) == [131056] * 3 + [0, 0]
        assert world.emulator.rules.rules == ()

    async def test_every_third_until_it_is_taken_back(self, world: World) -> None:
        rule = world.emulator.rules.add(131049, when="every", n=3)
        assert await outcomes(world, 7) == [0, 0, 131049, 0, 0, 131049, 0]
        assert world.emulator.rules.clear(rule.id) == 1
        assert await outcomes(world, 3) == [0, 0, 0]

    async def test_every_second_twice(self, world: World) -> None:
        world.emulator.rules.add(131049, when="every", n=2, times=2)
        assert await outcomes(world, 8) == [0, 131049, 0, 131049, 0, 0, 0, 0]

    async def test_only_one_user_by_number_or_id(self, world: World) -> None:
        world.emulator.phone("Ben", "15550100300", "US.ben")
        world.emulator.rules.add(131026, user="US.ben", n=2)
        world.emulator.rules.add(368, user="+15550100200")
        assert await outcomes(world, 1, to="15550100300") == [131026]
        assert await outcomes(world, 2) == [368, 0]
        assert await outcomes(world, 2, to="15550100300") == [131026, 0]

    async def test_only_one_type(self, world: World) -> None:
        world.emulator.rules.add(131000, kind="interactive")
        assert await outcomes(world, 2) == [0, 0]
        assert (await world.ask(("y", "Yes"))).json()["error"]["code"] == 131000

    async def test_later_as_a_failed_status(self, world: World) -> None:
        world.emulator.rules.add(131049, mode="async", details="Withheld.")
        answer = await world.send(**says("hi"), biz_opaque_callback_data="o_1/0")
        assert answer.status_code == 200
        await world.emulator.idle()
        (status,) = world.bot.values[0]["statuses"]
        assert (status["id"], status["status"]) == (answer.json()["messages"][0]["id"], "failed")
        assert status["errors"][0]["code"] == 131049
        assert status["errors"][0]["error_data"] == {"details": "Withheld."}
        assert status["biz_opaque_callback_data"] == "o_1/0"
        assert (len(world.bot.bodies), world.anna.messages) == (1, [])

    async def test_never_random(self) -> None:
        """Two runs of the same rules are the same."""
        runs = []
        for _ in range(2):
            world = World()
            world.emulator.rules.add(131026, when="every", n=2)
            world.emulator.rules.add(368, when="every", n=3)
            runs.append(await outcomes(world, 12))
            await world.emulator.close()
        assert runs[0] == runs[1]
        assert {*runs[0]} == {0, 131026, 368}


async def test_malformed_sends_and_receipts_use_none_up(world: World) -> None:
    world.emulator.rules.add(131026)
    assert (await world.send(**says(""))).json()["error"]["code"] == 131009
    assert await outcomes(world, 1) == [131026]


async def test_an_expired_token_can_be_played(world: World) -> None:
    world.emulator.rules.add(190, subcode=463)
    error = (await world.send(**says("hi"))).json()["error"]
    assert (error["code"], error["error_subcode"]) == (190, 463)


async def test_an_unknown_code_names_the_nearest(world: World) -> None:
    with pytest.raises(UserInputError, match="no error 131027") as caught:
        world.emulator.rules.add(131027)
    assert "131026" in (caught.value.remedy or "")
    with pytest.raises(UserInputError, match="at least once"):
        world.emulator.rules.add(131026, n=0)


async def test_all_can_be_taken_back(world: World) -> None:
    for code in (131026, 368, 190):
        world.emulator.rules.add(code)
    assert [rule.code for rule in world.emulator.rules.rules] == [131026, 368, 190]
    assert (world.emulator.rules.clear("e9"), world.emulator.rules.clear()) == (0, 3)
    assert await outcomes(world, 1) == [0]


async def test_a_saved_rule_counts_on(world: World) -> None:
    world.emulator.rules.add(131026, when="every", n=3)
    await outcomes(world, 2)
    kept = world.emulator.rules.state.model_dump_json()
    again = World()
    again.emulator.rules.load(ErrorRulesState.model_validate_json(kept))
    assert await outcomes(again, 1) == [131026]
    assert again.emulator.rules.add(368).id == "e2"
    await again.emulator.close()
