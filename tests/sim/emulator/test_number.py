"""The business number over the Graph API: registration, what Graph tells of it, its profile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.sim.emulator.emulated_world import NUMBER, START, World, says
from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.emulator.wire import Business

HOUR: Micros = 3600 * SECOND
NODE = f"/v24.0/{NUMBER}"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World(registered=False, pin="123456")
    yield made
    await made.emulator.close()


async def register(world: World, pin: object = "123456") -> httpx.Response:
    return await world.call("POST", f"{NODE}/register", json={"messaging_product": "whatsapp", "pin": pin})


def code(answer: httpx.Response) -> int:
    """0 for a success."""
    return 0 if answer.status_code == 200 else int(answer.json()["error"]["code"])


async def fields(world: World, names: str) -> dict[str, Any]:
    answer = await world.call("GET", NODE, params={"fields": names})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.conformance("S48")
class TestRegistration:
    async def test_only_a_registered_number_sends(self, world: World) -> None:
        refused = await world.send(**says("hello"))
        assert (refused.status_code, code(refused)) == (400, 133010)
        assert (await register(world)).json() == {"success": True}
        assert code(await world.send(**says("hello"))) == 0
        assert (await world.call("POST", f"{NODE}/deregister")).json() == {"success": True}
        assert code(await world.send(**says("hello"))) == 133010

    async def test_the_wrong_pin(self, world: World) -> None:
        assert code(await register(world, "654321")) == 133005
        assert code(await world.send(**says("hello"))) == 133010
        for malformed in ("12345", "1234567", "abcdef", 123456, None):
            assert code(await register(world, malformed)) == 100

    async def test_a_number_without_a_pin_gets_this_one(self) -> None:
        world = World(registered=False)
        assert code(await register(world, "111111")) == 0
        assert code(await register(world, "222222")) == 133005

    async def test_the_pin_can_be_changed(self, world: World) -> None:
        assert (await world.call("POST", NODE, json={"pin": "222222"})).json() == {"success": True}
        assert code(await register(world)) == 133005
        assert code(await register(world, "222222")) == 0
        assert code(await world.call("POST", NODE, json={"pin": "2"})) == 100
        assert code(await world.call("POST", NODE, json={})) == 100

    async def test_the_11th_in_72_hours(self, world: World) -> None:
        """Failed ones and deregistrations count too."""
        assert code(await register(world, "654321")) == 133005
        for _ in range(4):
            assert code(await register(world)) == 0
            assert code(await world.call("POST", f"{NODE}/deregister")) == 0
        assert code(await register(world)) == 0
        assert code(await register(world)) == 133016
        assert code(await world.call("POST", f"{NODE}/deregister")) == 133016
        world.clock.advance_to(START + 72 * HOUR - 1)
        assert code(await register(world)) == 133016
        world.clock.advance_to(START + 72 * HOUR)
        assert code(await register(world)) == 0


class TestNode:
    async def test_what_graph_tells(self, world: World) -> None:
        names = "display_phone_number,verified_name,status,code_verification_status,quality_rating,throughput"
        assert await fields(world, names) == {
            "id": NUMBER,
            "display_phone_number": "+15550100100",
            "verified_name": "Corner Shop",
            "status": "DISCONNECTED",
            "code_verification_status": "VERIFIED",
            "quality_rating": "GREEN",
            "throughput": {"level": "STANDARD"},
        }
        await register(world)
        assert (await fields(world, "status"))["status"] == "CONNECTED"
        assert set((await world.call("GET", NODE)).json()) == {
            "id",
            "display_phone_number",
            "verified_name",
            "quality_rating",
        }

    async def test_health_and_limits(self, world: World) -> None:
        health = (await fields(world, "health_status"))["health_status"]
        assert health["can_send_message"] == "BLOCKED"
        assert [entity["entity_type"] for entity in health["entities"]] == ["PHONE_NUMBER", "WABA"]
        await register(world)
        world.emulator.number.can_send_message = "LIMITED"
        world.emulator.number.messaging_limit = "TIER_2K"
        world.emulator.number.quality_rating = "YELLOW"
        told = await fields(world, "health_status,whatsapp_business_manager_messaging_limit,quality_rating")
        assert told["health_status"]["can_send_message"] == "LIMITED"
        assert told["whatsapp_business_manager_messaging_limit"] == "TIER_2K"
        assert told["quality_rating"] == "YELLOW"

    async def test_an_upgraded_number(self) -> None:
        assert (await fields(World(throughput=1000), "throughput"))["throughput"] == {"level": "HIGH"}

    async def test_a_field_that_is_not_there(self, world: World) -> None:
        answer = await world.call("GET", NODE, params={"fields": "display_phone_number,colour"})
        assert (answer.status_code, code(answer)) == (400, 100)
        assert "nonexisting field (colour)" in answer.json()["error"]["error_data"]["details"]

    async def test_numbers_of_the_account(self, world: World) -> None:
        answer = await world.call("GET", f"/v24.0/{Business().waba}/phone_numbers")
        assert [number["id"] for number in answer.json()["data"]] == [NUMBER]


class TestProfile:
    async def test_is_kept_field_by_field(self, world: World) -> None:
        path = f"{NODE}/whatsapp_business_profile"
        ours = {"messaging_product": "whatsapp"}
        for change in ({"about": "Rice & tea", "websites": ["https://shop.test"]}, {"vertical": "RETAIL"}):
            assert (await world.call("POST", path, json={**ours, **change})).json() == {"success": True}
        answer = await world.call("GET", path, params={"fields": "about,vertical,websites,email"})
        assert answer.json() == {
            "data": [{"about": "Rice & tea", "vertical": "RETAIL", "websites": ["https://shop.test"], **ours}]
        }

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"about": ""}, "about"),
            ({"about": "a" * 140}, "about"),
            ({"description": "d" * 513}, "description"),
            ({"websites": ["https://a.test"] * 3}, "websites"),
            ({"vertical": "PIRACY"}, "vertical"),
            ({"messaging_product": "sms"}, "messaging_product"),
        ],
    )
    async def test_limits(self, world: World, wrong: dict[str, Any], field: str) -> None:
        path = f"{NODE}/whatsapp_business_profile"
        answer = await world.call("POST", path, json={"messaging_product": "whatsapp", **wrong})
        assert code(answer) == 100
        assert field in answer.json()["error"]["error_data"]["details"]
