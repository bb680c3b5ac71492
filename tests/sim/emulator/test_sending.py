"""The emulated Graph API: what may be sent and uploaded, what becomes of it, and how it is refused.

S-rows: docs/conformance.md.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.sim.emulator.emulated_world import MESSAGES, NUMBER, TOKEN, World, opus, says
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    made.bot.documented = True
    yield made
    await made.emulator.close()


class TestStatuses:
    async def test_life_of_a_voice_note(self, world: World) -> None:
        """S51, S52, S54."""
        media = (await world.upload(opus(), "audio/ogg")).json()["id"]
        answer = await world.send(
            type="audio", audio={"id": media, "voice": True}, biz_opaque_callback_data="o_1"
        )
        wamid = answer.json()["messages"][0]["id"]
        await world.anna.hears(0)
        await world.anna.reads()
        await world.anna.plays()
        await world.anna.plays()
        await world.anna.reads()
        assert [(found.status.value, found.message, found.reference) for found in world.bot.statuses] == [
            (state, wamid, "o_1") for state in ("sent", "delivered", "read", "played")
        ]
        nodes = [value["statuses"][0] for value in world.bot.values]
        assert ["pricing" in node for node in nodes] == [True, True, False, False]
        assert {(node["recipient_id"], node["recipient_user_id"]) for node in nodes} == {
            ("15550100200", "US.anna")
        }
        assert all(value["contacts"][0]["user_id"] == "US.anna" for value in world.bot.values)
        assert not any("conversation" in node for node in nodes)

    async def test_statuses_of_one_message_do_not_overtake_each_other(self, world: World) -> None:
        """S51: read while `delivered` is still on its way."""
        await world.send(**says("hello"))
        world.bot.hold = "delivered"
        await world.anna.hears(0)
        reading = asyncio.create_task(world.anna.reads())
        await asyncio.wait([reading], timeout=0)
        assert [status.status.value for status in world.bot.statuses] == ["sent", "delivered"]
        world.bot.open.set()
        await reading
        assert [status.status.value for status in world.bot.statuses] == ["sent", "delivered", "read"]

    async def test_price_changes_in_october_2026(self) -> None:
        """S53."""
        october = 1_790_812_800 * SECOND
        for moment, kind in ((october - 1, "free_customer_service"), (october, "regular")):
            world = World(start=moment)
            await world.send(**says("hello"))
            await world.emulator.idle()
            pricing = world.bot.values[0]["statuses"][0]["pricing"]
            assert (pricing["type"], pricing["category"], pricing["pricing_model"]) == (
                kind,
                "service",
                "PMP",
            )

    async def test_wrong_container_fails_after_acceptance(self, world: World) -> None:
        """S49: 200 first, then `failed` with 131053, without contacts."""
        wamid = await world.speak(b"ID3" + bytes(100), "audio/mpeg")
        await world.emulator.idle()
        (status,) = world.bot.statuses
        assert (status.status.value, status.error_code, status.message) == ("failed", 131053, wamid)
        (value,) = world.bot.values
        assert "contacts" not in value
        assert "pricing" not in value["statuses"][0]
        assert "recipient_user_id" not in value["statuses"][0]
        assert world.anna.messages == []

    async def test_the_same_file_is_fine_as_audio(self, world: World) -> None:
        """S51: no `voice`, no `played`."""
        await world.speak(b"ID3" + bytes(100), "audio/mpeg", voice=False)
        assert (await world.anna.hears(0)).kind == "audio"
        with pytest.raises(UserInputError):
            await world.anna.plays()

    async def test_who_is_not_on_whatsapp_fails_later(self, world: World) -> None:
        answer = await world.send(to="+1 555 010-0999", **says("hello"))
        assert answer.json()["contacts"] == [{"input": "+1 555 010-0999", "wa_id": "15550100999"}]
        await world.emulator.idle()
        (status,) = world.bot.statuses
        assert (status.status.value, status.error_code) == ("failed", 131026)
        assert world.bot.values[0]["statuses"][0]["recipient_id"] == "15550100999"

    @pytest.mark.parametrize(("size", "icon"), [(512 * 1024, False), (512 * 1024 + 1, True)])
    async def test_large_notes_show_a_download_icon(self, world: World, size: int, icon: bool) -> None:
        """S50."""
        await world.speak(opus(size=size))
        message = await world.anna.hears(0)
        assert (message.kind, message.download_icon) == ("voice", icon)


class TestSending:
    async def test_answer_and_ids(self, world: World) -> None:
        """S36: every id new, and the same again for the same seed."""
        answers = []
        for turn in range(50):  # as many at once would be too many for one user
            answers.append((await world.send(**says(str(turn)))).json())
            world.clock.advance_to(world.clock.now() + 6 * SECOND)
        assert answers[0]["messaging_product"] == "whatsapp"
        assert answers[0]["contacts"] == [{"input": "15550100200", "wa_id": "15550100200"}]
        wamids = [answer["messages"][0]["id"] for answer in answers]
        assert len(set(wamids)) == 50
        assert all(base64.b64decode(wamid.removeprefix("wamid."), validate=True) for wamid in wamids)
        for seed, same in ((0, True), (1, False)):
            again = (await World(seed=seed).send(**says("0"))).json()["messages"][0]["id"]
            assert (again == wamids[0]) is same

    async def test_phone_number_wins_over_user_id(self, world: World) -> None:
        """S37."""
        world.emulator.phone("Ben", "15550100300", "US.ben")
        await world.send(recipient="US.ben", **says("for Anna"))
        assert (await world.anna.hears(0)).text == "for Anna"
        unknown = await world.send(to=None, recipient="US.nobody", **says("x"))
        assert (unknown.status_code, unknown.json()["error"]["code"]) == (400, 131009)

    async def test_errors_have_graphs_shape(self, world: World) -> None:
        """S38."""
        answer = await world.send(**says(""))
        error = answer.json()["error"]
        assert answer.status_code == 400
        assert error["message"] == "(#131009) Parameter value is not valid"
        assert (error["type"], error["code"]) == ("OAuthException", 131009)
        assert error["error_data"] == {
            "messaging_product": "whatsapp",
            "details": "Param text['body'] must be at least 1 character long",
        }
        assert error["fbtrace_id"]

    @pytest.mark.parametrize(
        ("allowed", "refused", "field"),
        [
            (says("ह" * 4096), says("ह" * 4097), "body"),
            (
                {**says("x"), "biz_opaque_callback_data": "r" * 512},
                {**says("x"), "biz_opaque_callback_data": "r" * 513},
                "biz_opaque_callback_data",
            ),
        ],
    )
    async def test_text_limits(
        self, world: World, allowed: dict[str, Any], refused: dict[str, Any], field: str
    ) -> None:
        """S39, S54: counted in characters."""
        assert (await world.send(**allowed)).status_code == 200
        answer = await world.send(**refused)
        assert answer.json()["error"]["code"] == 131009
        assert field in answer.json()["error"]["error_data"]["details"]

    @pytest.mark.parametrize(
        ("buttons", "text", "details"),
        [
            ([], "?", "1 to 3 buttons"),
            ([(str(i), str(i)) for i in range(4)], "?", "1 to 3 buttons"),
            ([("1", "t" * 21)], "?", "['buttons'][0]['reply']['title'] must be"),
            ([("1", "")], "?", "['buttons'][0]['reply']['title'] must be"),
            ([("i" * 257, "Yes")], "?", "['buttons'][0]['reply']['id'] must be"),
            ([("1", "Yes")], "b" * 1025, "['body']['text'] must be at most 1024"),
            ([("1", "Yes"), ("1", "No")], "?", "every id must be unique"),
            ([("1", "Yes"), ("2", "Yes")], "?", "every title must be unique"),
        ],
    )
    async def test_button_limits(
        self, world: World, buttons: list[tuple[str, str]], text: str, details: str
    ) -> None:
        """S39, S40."""
        widest = [("i" * 256, "t" * 20), ("2", "2"), ("3", "3")]
        assert (await world.ask(*widest, text="b" * 1024)).status_code == 200
        answer = await world.ask(*buttons, text=text)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 131009)
        assert details in answer.json()["error"]["error_data"]["details"]

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"type": "text"}, 131008),
            ({"type": "audio", "audio": {"voice": True}}, 131008),
            ({"type": "interactive", "interactive": {"type": "hologram"}}, 131009),
            ({"type": "hologram"}, 131051),
            ({**says("x"), "to": None}, 131008),
            ({**says("x"), "messaging_product": "sms"}, 100),
            ({"type": "audio", "audio": {"id": "1"}}, 100),
            ({"status": "read"}, 131008),
        ],
    )
    async def test_incomplete_or_unknown_requests(
        self, world: World, body: dict[str, Any], code: int
    ) -> None:
        """S41."""
        assert (await world.send(**body)).json()["error"]["code"] == code

    @pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"\xff"])
    async def test_bodies_that_are_no_json_object(self, world: World, raw: bytes) -> None:
        answer = await world.call("POST", MESSAGES, content=raw)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)

    @pytest.mark.parametrize(
        ("headers", "code"),
        [({}, 104), ({"Authorization": "Bearer EAAother"}, 190), ({"Authorization": f"Basic {TOKEN}"}, 104)],
    )
    async def test_token_is_checked_everywhere(
        self, world: World, headers: dict[str, str], code: int
    ) -> None:
        """S35, S60: also for the bytes of media."""
        await world.anna.records(opus())
        url = httpx.URL(world.bot.values[0]["messages"][0]["audio"]["url"])
        answers = [
            await world.call("POST", MESSAGES, headers=headers, json={}),
            await world.call("POST", f"/v24.0/{NUMBER}/media", headers=headers),
            await world.call("GET", f"/v24.0/{NUMBER}", headers=headers),
            await world.http.get(url, headers=headers),
        ]
        assert {(answer.status_code, answer.json()["error"]["code"]) for answer in answers} == {(401, code)}
        assert (await world.http.get(url, headers={"Authorization": f"Bearer {TOKEN}"})).content == opus()

    async def test_any_version_and_only_ones_own_number(self, world: World) -> None:
        """S35."""
        for version, status in (("v17.0", 200), ("v26.0", 200), ("v24", 400), ("24.0", 400)):
            assert (await world.call("GET", f"/{version}/{NUMBER}")).status_code == status
        other = await world.call("POST", "/v24.0/999/messages", json={})
        assert (other.json()["error"]["code"], other.json()["error"]["error_subcode"]) == (100, 33)
