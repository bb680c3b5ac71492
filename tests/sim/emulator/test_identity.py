"""Who a customer is to the business: four shapes, numbers that hide, moves, keys, usernames.

S-rows: docs/conformance.md. Rules: business-scoped user id pages (2026).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.sim.emulator.emulated_world import NUMBER, START, World, says
from wavoice.runtime.adapters.wire import parse
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND, Micros, PromptState

DAY: Micros = 24 * 3600 * SECOND
ANNA = "15550100200"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World(window="off")
    made.bot.documented = True
    yield made
    await made.emulator.close()


def newest(world: World, key: str = "messages") -> dict[str, Any]:
    (item,) = world.bot.values[-1][key]
    assert isinstance(item, dict)
    return item


def contact(world: World) -> dict[str, Any]:
    return newest(world, "contacts")


def names(node: dict[str, Any]) -> dict[str, Any]:
    """What a node says of the customer."""
    told = {"wa_id", "user_id", "parent_user_id", "from", "from_user_id", "from_parent_user_id"}
    told |= {"recipient_id", "recipient_user_id", "recipient_parent_user_id"}
    return {key: value for key, value in node.items() if key in told}


async def send(world: World, **to: str) -> None:
    address = {"to": None} | to
    answer = await world.send(**address, **says("hello"))
    assert answer.status_code == 200, answer.text
    await world.emulator.idle()


@pytest.mark.conformance("S32")
class TestShapes:
    @pytest.mark.conformance("S51")
    @pytest.mark.parametrize(
        ("digits", "username", "parent"),
        [
            (ANNA, None, None),
            (ANNA, "@anna", None),
            (None, "@anna", None),
            (ANNA, None, "US.ENT.anna"),
            (None, "@anna", "US.ENT.anna"),
        ],
        ids=["phone", "phone and username", "username only", "enterprise", "enterprise without phone"],
    )
    async def test_keys_are_omitted_in_messages_and_statuses(
        self, world: World, digits: str | None, username: str | None, parent: str | None
    ) -> None:
        """S32: absent keys, never empty or null, in all that names the customer."""
        phone = world.emulator.phone("Ben", digits and "15550100300", "US.ben", username, parent)
        await phone.says("hello")
        known = {"wa_id": "15550100300"} if digits else {}
        sender = {"from": "15550100300"} if digits else {}
        enterprise = {"parent_user_id": parent} if parent else {}
        profile = {"name": "Ben"} | ({"username": username} if username else {})
        assert contact(world) == {"profile": profile, "user_id": "US.ben", **known, **enterprise}
        assert names(newest(world)) == {
            "from_user_id": "US.ben",
            **sender,
            **({"from_parent_user_id": parent} if parent else {}),
        }
        phone.reach = PromptState.READ
        await send(world, recipient="US.ben")
        sent, *_, read = world.bot.values[1:]
        for value, shown in ((sent, {"name": "Ben"}), (read, profile)):
            (about,), (status,) = value["contacts"], value["statuses"]
            assert about == {"profile": shown, "user_id": "US.ben", **known, **enterprise}
            assert names(status) == {
                "recipient_user_id": "US.ben",
                **({"recipient_id": "15550100300"} if digits else {}),
                **({"recipient_parent_user_id": parent} if parent else {}),
            }
        assert b"null" not in b"".join(world.bot.bodies)

    async def test_quotes_and_echoes_too(self, world: World) -> None:
        ben = world.emulator.phone("Ben", None, "US.ben", "@ben", "US.ENT.ben")
        own = await ben.says("hello")
        await ben.says("again", quotes=own)
        assert newest(world)["context"] == {"from_user_id": "US.ben", "id": own}
        await world.emulator.staff_says(ben, "hi")
        echo = newest(world, "message_echoes")
        assert (echo["to_user_id"], echo["to_parent_user_id"]) == ("US.ben", "US.ENT.ben")
        assert "to" not in echo


class TestHiding:
    @pytest.mark.conformance("S33")
    async def test_after_30_silent_days_the_number_hides(self) -> None:
        """S33: per business number, on the clock in use, to the microsecond."""
        world = World(contact_book=False, window="off")
        await world.anna.says("hello")
        world.anna.takes_username("@anna")
        world.clock.advance_to(START + 30 * DAY - 1)
        await world.emulator.trigger("message.text", world.anna)
        assert newest(world)["from"] == ANNA
        world.clock.advance_to(START + 30 * DAY)
        await world.anna.says("still there?")
        assert contact(world) == {
            "profile": {"name": "Anna", "username": "@anna"},
            "user_id": "US.anna",
        }
        assert names(newest(world)) == {"from_user_id": "US.anna"}
        assert parse(world.bot.bodies[-1]).messages[0].alias.bsuid == "US.anna"
        await world.emulator.close()

    @pytest.mark.conformance("S33")
    async def test_who_stands_in_the_contact_book_does_not_hide(self, world: World) -> None:
        await world.anna.says("hello")
        world.anna.takes_username("@anna")
        world.clock.advance_to(START + 400 * DAY)
        await world.anna.says("still there?")
        assert newest(world)["from"] == ANNA

    @pytest.mark.conformance("S33")
    async def test_struck_from_the_contact_book(self, world: World) -> None:
        """The 30 days run on; a later exchange by phone enters the book again."""
        await world.anna.says("hello")
        world.anna.takes_username("@anna")
        path = f"/v24.0/{NUMBER}/contact_book?messaging_product=whatsapp&bsuid=US.anna"
        answers = [(await world.call("DELETE", path)).json() for _ in range(2)]
        done = {"messaging_product": "whatsapp", "success": True}
        assert answers == [{**done, "deleted": True}, {**done, "deleted": False}]
        world.clock.advance_to(START + 29 * DAY)
        await world.emulator.trigger("message.text", world.anna)
        assert newest(world)["from"] == ANNA
        world.clock.advance_to(START + 30 * DAY)
        await world.anna.says("hidden")
        assert "from" not in newest(world)
        await send(world, to=ANNA)
        await world.anna.says("shown")
        assert newest(world)["from"] == ANNA
        world.clock.advance_to(START + 300 * DAY)
        await world.anna.says("in the book again")
        assert newest(world)["from"] == ANNA

    @pytest.mark.parametrize(
        "query",
        ["bsuid=US.anna", "messaging_product=whatsapp", "messaging_product=whatsapp&bsuid=US.ENT.anna"],
    )
    async def test_the_contact_book_wants_a_user_id(self, world: World, query: str) -> None:
        answer = await world.call("DELETE", f"/v24.0/{NUMBER}/contact_book?{query}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)

    async def test_without_a_username_nothing_hides(self, world: World) -> None:
        world.clock.advance_to(START + 400 * DAY)
        await world.anna.says("hello")
        assert newest(world)["from"] == ANNA

    async def test_what_was_sent_by_phone_is_reported_by_phone(self) -> None:
        """The business knows the number then: `wa_id` and `recipient_id` are always there."""
        world = World(contact_book=False, window="off")
        world.anna.takes_username("@anna")
        world.clock.advance_to(START + 31 * DAY)
        await send(world, recipient="US.anna")
        assert names(newest(world, "statuses")) == {"recipient_user_id": "US.anna"}
        await send(world, to=ANNA)
        assert newest(world, "statuses")["recipient_id"] == contact(world)["wa_id"] == ANNA
        await world.emulator.close()

    async def test_a_shared_number_is_known(self, world: World) -> None:
        ben = world.emulator.phone("Ben", "15550100300", "US.ben", "@ben")
        world.clock.advance_to(START + 31 * DAY)
        await ben.says("hello")
        assert "from" not in newest(world)
        action = {"name": "request_contact_info"}
        request = {"type": "contact_request", "body": {"text": "Your number?"}, "action": action}
        await world.send(to=None, recipient="US.ben", type="interactive", interactive=request)
        await world.emulator.idle()
        await ben.shares_own_number()
        (card,) = newest(world)["contacts"]
        assert (card["origin"], card["phones"][0]["wa_id"]) == ("contact_request", "15550100300")
        assert newest(world)["context"]["id"] == ben.messages[-1].wamid
        assert newest(world)["from"] == "15550100300"

    async def test_usernames_are_checked(self, world: World) -> None:
        for wrong in ("anna", "@an", "@Anna", ""):
            with pytest.raises(UserInputError, match="is no username"):
                world.anna.takes_username(wrong)
        world.anna.takes_username("@anna.b")
        await world.anna.says("hello")
        assert contact(world)["profile"]["username"] == "@anna.b"
        assert contact(world)["user_id"] == "US.anna"
        world.anna.takes_username(None)
        await world.anna.says("hello")
        assert "username" not in contact(world)["profile"]


class TestMoves:
    @pytest.mark.conformance("S29")
    async def test_a_number_that_may_be_told(self, world: World) -> None:
        """S29: no contacts; the new number and the new user id; plus the field `user_id_update`."""
        await world.anna.says("hello")
        wamid = await world.anna.changes_number("15550100299")
        system, update = world.bot.values[-2:]
        new = world.anna.person.bsuid
        assert new != "US.anna"
        assert "contacts" not in system
        assert system["messages"] == [
            {
                "from": ANNA,
                "from_user_id": "US.anna",
                "id": wamid,
                "timestamp": str(START // SECOND),
                "type": "system",
                "system": {
                    "body": f"User Anna changed from {ANNA} to 15550100299",
                    "wa_id": "15550100299",
                    "user_id": new,
                    "type": "user_changed_number",
                },
            }
        ]
        (item,) = update["user_id_update"]
        assert item["user_id"] == {"previous": "US.anna", "current": new}
        assert (item["wa_id"], item["timestamp"]) == ("15550100299", str(START // SECOND))
        await world.anna.says("it's me")
        assert names(newest(world)) == {"from": "15550100299", "from_user_id": new}
        batch = parse(world.bot.bodies[-3])
        assert batch.messages[0].becomes is not None
        assert batch.messages[0].becomes.bsuid == new

    @pytest.mark.conformance("S29")
    async def test_a_number_that_stays_hidden(self, world: World) -> None:
        """S29: only the user ids are told."""
        ben = world.emulator.phone("Ben", "447700900000", "GB.ben", "@ben", "GB.ENT.ben")
        world.clock.advance_to(START + 30 * DAY)
        await ben.changes_number("447700900001")
        system, update = world.bot.values[-2:]
        (message,) = system["messages"]
        new = ben.person
        assert new.bsuid.startswith("GB.")
        assert new.parent_bsuid is not None
        assert message["system"] == {
            "body": f"User Ben changed from GB.ben to {new.bsuid}",
            "user_id": new.bsuid,
            "parent_user_id": new.parent_bsuid,
            "type": "user_changed_user_id",
        }
        assert "447700900001" not in str(world.bot.bodies)
        parents = {"previous": "GB.ENT.ben", "current": new.parent_bsuid}
        assert update["user_id_update"][0]["parent_user_id"] == parents
        assert "contacts" not in system

    @pytest.mark.conformance("S29")
    async def test_as_it_was_before_user_ids(self, world: World) -> None:
        await world.anna.changes_number("15550100299", before_user_ids=True)
        (value,) = world.bot.values
        assert set(value) == {"messaging_product", "metadata", "messages"}
        assert "from_user_id" not in newest(world)
        assert newest(world)["system"] == {
            "body": f"User Anna changed from {ANNA} to 15550100299",
            "wa_id": "15550100299",
            "type": "user_changed_number",
        }

    async def test_the_old_addresses_reach_nobody(self, world: World) -> None:
        await world.anna.changes_number("15550100299")
        answer = await world.send(to=None, recipient="US.anna", **says("hello"))
        assert answer.status_code == 400
        await send(world, to=ANNA)
        assert newest(world, "statuses")["errors"][0]["code"] == 131026
        await send(world, to="15550100299")
        assert [message.text for message in world.anna.messages] == ["hello"]

    async def test_another_key(self, world: World) -> None:
        """The one system message with contacts; from then on the key stands beside every message."""
        wamid = await world.anna.changes_key("a1b2c3")
        message = newest(world)
        assert (message["id"], message["system"]["type"]) == (wamid, "customer_identity_changed")
        assert message["identity"]["hash"] == "a1b2c3"
        assert contact(world)["user_id"] == "US.anna"
        await world.anna.says("hello")
        assert contact(world)["identity_key_hash"] == "a1b2c3"

    async def test_marketing_wishes(self, world: World) -> None:
        """S12: the one timestamp that is a number."""
        for wish in ("stop", "resume", "signup"):
            await world.anna.wants_marketing(wish)
            item = newest(world, "user_preferences")
            assert (item["value"], item["timestamp"]) == (wish, START // SECOND)


class TestBusinessUsername:
    async def test_taken_shown_and_given_back(self, world: World) -> None:
        path = f"/v24.0/{NUMBER}/username"
        assert (await world.call("GET", path)).json() == {}
        answer = await world.call("POST", path, json={"username": "cornershop"})
        assert answer.json() == {"success": True, "status": "approved"}
        assert (await world.call("GET", path)).json() == {"username": "cornershop", "status": "approved"}
        assert (await world.call("DELETE", path)).json() == {"success": True}
        assert (await world.call("GET", path)).json() == {}
        assert [value["status"] for value in world.bot.values] == ["approved", "deleted"]

    async def test_suggestions_are_usernames(self, world: World) -> None:
        answer = (await world.call("GET", f"/v24.0/{NUMBER}/username_suggestions")).json()
        ((name, *_),) = (item["username_suggestions"] for item in answer["data"])
        taken = await world.call("POST", f"/v24.0/{NUMBER}/username", json={"username": name})
        assert taken.status_code == 200

    @pytest.mark.parametrize("code", [147001, 147002, 147003, 147004, 147005])
    async def test_refusals(self, code: int) -> None:
        world = World(usernames={"cornershop": code})
        path = f"/v24.0/{NUMBER}/username"
        answer = await world.call("POST", path, json={"username": "cornershop"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)
        forced = {"username": "cornershop", "transfer_action": "force_transfer"}
        assert (await world.call("POST", path, json=forced)).is_success == (code == 147005)
        await world.emulator.close()

    @pytest.mark.parametrize("username", ["ab", "www.shop", "Shop", "a..b", "123", ".shop", "x" * 36])
    async def test_what_is_no_username(self, world: World, username: str) -> None:
        answer = await world.call("POST", f"/v24.0/{NUMBER}/username", json={"username": username})
        assert answer.json()["error"]["code"] == 147001

    async def test_what_is_no_request(self, world: World) -> None:
        for content in (b"", b"[]", b"{}"):
            answer = await world.call("POST", f"/v24.0/{NUMBER}/username", content=content)
            assert answer.json()["error"]["code"] == 100
