"""Whom a business reaches: numbers however they are written, user ids, and whom it must not reach.

S-rows: docs/conformance.md.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.sim.emulator.emulated_world import World, says
from wavoice.sim.emulator.phone import Phone


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.emulator.close()


async def error(world: World, **body: Any) -> tuple[int, int]:
    answer = await world.send(**{**says("x"), **body})
    return answer.status_code, answer.json()["error"]["code"]


async def contact(world: World, **body: Any) -> dict[str, str]:
    answer = (await world.send(**{**says("x"), **body})).json()
    (found,) = answer["contacts"]
    assert dict(found) == found
    return dict(found)


@pytest.mark.conformance("S36")
class TestNumbers:
    @pytest.mark.parametrize(
        "to",
        [
            "+15550100200",
            "15550100200",
            "+1 555 010-0200",
            "+1 (555) 010-0200",
            "1-555-010-0200",
            "5550100200",
        ],
    )
    async def test_however_they_are_written(self, world: World, to: str) -> None:
        """Without `+` the business's own country code may be left out."""
        assert await contact(world, to=to) == {"input": to, "wa_id": "15550100200"}
        assert (await world.anna.hears(0)).text == "x"

    @pytest.mark.parametrize(
        ("to", "wa_id"),
        [
            ("+55 31 99999-1234", "553199991234"),
            ("+553199991234", "553199991234"),
            ("+5511999991234", "5511999991234"),
            ("+52 33 1234 5678", "5213312345678"),
            ("+5213312345678", "5213312345678"),
            ("+4915550100", "4915550100"),
        ],
    )
    async def test_ids_of_strangers(self, world: World, to: str, wa_id: str) -> None:
        """Brazil and Mexico: other digits than were given."""
        assert await contact(world, to=to) == {"input": to, "wa_id": wa_id}

    @pytest.mark.parametrize(
        ("known", "to"),
        [
            ("5531999991234", "+553199991234"),
            ("553199991234", "+5531999991234"),
            ("523312345678", "+5213312345678"),
            ("5213312345678", "+523312345678"),
        ],
    )
    async def test_both_forms_reach_the_same_handset(self, world: World, known: str, to: str) -> None:
        cris: Phone = world.emulator.phone("Cris", known, "BR.cris")
        await cris.says("oi")
        assert await contact(world, to=to) == {"input": to, "wa_id": known}
        assert (await cris.hears(0)).text == "x"

    @pytest.mark.parametrize("to", ["", "Anna", "+", "US.anna", "12", "1" * 18, "+1 555 010 02OO"])
    async def test_what_is_no_number(self, world: World, to: str) -> None:
        assert await error(world, to=to) == (400, 131009)

    async def test_answer(self, world: World) -> None:
        answers = [(await world.send(**says(str(turn)))).json() for turn in range(20)]
        wamids = [answer["messages"][0]["id"] for answer in answers]
        assert all(answer["messaging_product"] == "whatsapp" for answer in answers)
        assert len(set(wamids)) == 20
        assert all(base64.b64decode(one.removeprefix("wamid."), validate=True) for one in wamids)


@pytest.mark.conformance("S37")
class TestUserIds:
    async def test_answer_has_no_number(self, world: World) -> None:
        assert await contact(world, to=None, recipient="US.anna") == {
            "input": "US.anna",
            "user_id": "US.anna",
        }
        assert (await world.anna.hears(0)).text == "x"

    async def test_number_wins(self, world: World) -> None:
        world.emulator.phone("Ben", "15550100300", "US.ben")
        found = await contact(world, recipient="US.ben")
        assert found == {"input": "15550100200", "wa_id": "15550100200"}
        assert (await world.anna.hears(0)).text == "x"

    @pytest.mark.parametrize("recipient", ["US.nobody", "us.anna", "15550100200", "anna"])
    async def test_unknown(self, world: World, recipient: str) -> None:
        assert await error(world, to=None, recipient=recipient) == (400, 131009)

    async def test_neither(self, world: World) -> None:
        assert await error(world, to=None) == (400, 131008)


class TestForbidden:
    async def test_own_number(self, world: World) -> None:
        assert await error(world, to="+1 555 010 0100") == (400, 131021)

    async def test_list_of_a_test_number(self) -> None:
        world = World(allowed_recipients=frozenset({"15550100300"}))
        ben = world.emulator.phone("Ben", "15550100300", "US.ben")
        await ben.says("hi")
        assert await error(world) == (400, 131030)
        assert await error(world, to=None, recipient="US.anna") == (400, 131030)
        assert (await world.send(to="+15550100300", **says("x"))).status_code == 200
        await world.emulator.close()

    async def test_identity(self, world: World) -> None:
        """Refused only where the check is on and another identity is known."""
        assert (await world.send(recipient_identity_key_hash="k1", **says("x"))).status_code == 200
        world.anna.identity = "k2"
        assert await error(world, recipient_identity_key_hash="k1") == (400, 137000)
        assert (await world.send(recipient_identity_key_hash="k2", **says("x"))).status_code == 200
        assert (await world.send(**says("x"))).status_code == 200

    async def test_there_are_no_groups(self, world: World) -> None:
        assert await error(world, recipient_type="group", to="Y2FwaV9ncm91cA==") == (400, 100)


@pytest.mark.conformance("S54")
class TestReference:
    async def test_in_every_status_and_not_in_the_answer(self, world: World) -> None:
        reference = "r" * 512
        answer = await world.send(**says("x"), biz_opaque_callback_data=reference)
        assert reference not in answer.text
        await world.anna.hears(0)
        await world.anna.reads()
        await world.send(to="+15550100999", **says("x"), biz_opaque_callback_data="lost")
        await world.emulator.idle()
        assert [(one.status.value, one.reference) for one in world.bot.statuses] == [
            ("sent", reference),
            ("delivered", reference),
            ("read", reference),
            ("failed", "lost"),
        ]
        assert await error(world, biz_opaque_callback_data=reference + "r") == (400, 131009)
