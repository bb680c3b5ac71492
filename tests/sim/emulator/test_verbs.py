"""What customers and staff do on their phones beyond speaking, as the bot meets it.

S-rows: docs/conformance.md.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import av
import pytest

from tests.sim.emulator.emulated_world import MESSAGES, NUMBER, START, TOKEN, World, opus, says
from wavoice.runtime.adapters.wire import parse
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND, Modality, PromptState
from wavoice.sim.emulator.media import TINY_JPEG


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    made.bot.documented = True
    yield made
    await made.emulator.close()


def newest(world: World) -> dict[str, Any]:
    """The message of the newest webhook, without what every message has."""
    (message,) = world.bot.values[-1]["messages"]
    return {key: value for key, value in message.items() if key not in {"from", "from_user_id", "timestamp"}}


async def tell(world: World, text: str = "Sure?") -> str:
    """The bot says something; return the wamid once it is on the phone."""
    wamid = str((await world.send(**says(text))).json()["messages"][0]["id"])
    await world.emulator.idle()
    return wamid


def seen_by_bot(world: World) -> list[tuple[str, str]]:
    return [(status.message, status.status.value) for status in world.bot.statuses]


class TestReactions:
    @pytest.mark.parametrize(
        ("emoji", "node"),
        [("👍", {"emoji": "👍"}), ("", {"emoji": ""}), (None, {})],
        ids=["added", "removed by an empty string", "removed by an absent key"],
    )
    async def test_reaction(self, world: World, emoji: str | None, node: dict[str, str]) -> None:
        """S25."""
        asked = await tell(world)
        wamid = await world.anna.reacts(asked, emoji)
        assert newest(world) == {"id": wamid, "type": "reaction", "reaction": {"message_id": asked, **node}}
        assert parse(world.bot.bodies[-1]).messages[0].modality is Modality.OTHER

    async def test_own_messages_can_be_reacted_to(self, world: World) -> None:
        own = await world.anna.says("hello")
        await world.anna.reacts(own, "❤️")
        assert newest(world)["reaction"]["message_id"] == own

    async def test_only_what_the_phone_shows(self, world: World) -> None:
        world.anna.reach = PromptState.SENT
        with pytest.raises(UserInputError, match=r"no message .* to react to on Anna's phone"):
            await world.anna.reacts(await tell(world), "👍")


class TestCorrections:
    async def test_edit(self, world: World) -> None:
        """S30."""
        own = await world.anna.says("Friday")
        world.clock.advance_to(START + 5 * SECOND)
        wamid = await world.anna.edits(own, "Saturday")
        edit = {"original_message_id": own, "message": {"type": "text", "text": {"body": "Saturday"}}}
        assert newest(world) == {"id": wamid, "type": "edit", "edit": edit}
        assert world.bot.values[-1]["messages"][0]["timestamp"] == str(START // SECOND + 5)
        assert parse(world.bot.bodies[-1]).messages[0].modality is Modality.TEXT

    async def test_revoke(self, world: World) -> None:
        """S30."""
        own = await world.anna.records(opus())
        wamid = await world.anna.revokes(own)
        assert newest(world) == {"id": wamid, "type": "revoke", "revoke": {"original_message_id": own}}

    async def test_only_own_messages_that_still_stand(self, world: World) -> None:
        theirs, note = await tell(world), await world.anna.records(opus())
        text = await world.anna.says("yes")
        gone = await world.anna.revokes(text)
        for wamid in (theirs, note, text, gone):
            with pytest.raises(UserInputError, match="no own text"):
                await world.anna.edits(wamid, "no")
        for wamid in (theirs, text, gone):
            with pytest.raises(UserInputError, match="no own message"):
                await world.anna.revokes(wamid)

    async def test_a_correction_can_be_marked_read(self, world: World) -> None:
        """S42: whatever came with a wamid."""
        own = await world.anna.says("Friday")
        edit = await world.anna.edits(own, "Saturday")
        receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": edit}
        answer = await world.call("POST", MESSAGES, json=receipt)
        assert answer.json() == {"success": True}
        assert world.anna.seen == [own, edit]


class TestSharing:
    async def test_image(self, world: World) -> None:
        """S21: media keys and a caption; the bytes are a picture, and can be fetched."""
        asked = await tell(world)
        wamid = await world.anna.shares_image(caption="my door", quotes=asked)
        message = newest(world)
        image = message["image"]
        url, media = image.pop("url"), image.pop("id")
        digest = base64.b64encode(hashlib.sha256(TINY_JPEG).digest()).decode()
        assert image == {"mime_type": "image/jpeg", "sha256": digest, "caption": "my door"}
        assert (message["id"], message["type"]) == (wamid, "image")
        assert message["context"] == {"from": "15550100100", "id": asked}
        got = await world.http.get(url, headers={"Authorization": f"Bearer {TOKEN}"})
        assert (got.content, got.headers["Content-Type"]) == (TINY_JPEG, "image/jpeg")
        assert (await world.call("GET", f"/v24.0/{media}")).json()["file_size"] == len(TINY_JPEG)

    async def test_the_standard_image_is_a_jpeg(self) -> None:
        with av.open(io.BytesIO(TINY_JPEG), "r") as picture:
            (frame,) = picture.decode(video=0)
        assert (picture.format.name, frame.width, frame.height) == ("jpeg_pipe", 1, 1)

    @pytest.mark.parametrize(
        ("filename", "mime"),
        [
            ("bill.pdf", "application/pdf"),
            ("NOTE.TXT", "text/plain"),
            ("odd.xyz", "application/octet-stream"),
            ("pdf", "application/pdf"),
        ],
    )
    async def test_document(self, world: World, filename: str, mime: str) -> None:
        """S21."""
        await world.anna.shares_document(filename)
        document = newest(world)["document"]
        assert (document["filename"], document["mime_type"]) == (filename, mime)
        assert document["id"].isdigit()
        assert "caption" not in document
        assert "voice" not in document

    async def test_location(self, world: World) -> None:
        """S21: absent keys, never null."""
        wamid = await world.anna.shares_location(12.5, -0.25)
        place = {"latitude": 12.5, "longitude": -0.25}
        assert newest(world) == {"id": wamid, "type": "location", "location": place}
        await world.anna.shares_location(12.5, -0.25, "Home", "14 Lake Road", quotes=wamid)
        assert newest(world)["location"] == {**place, "name": "Home", "address": "14 Lake Road"}
        assert newest(world)["context"]["id"] == wamid

    async def test_forwarded_text(self, world: World) -> None:
        """S26."""
        asked = await tell(world)
        await world.anna.says("yes", quotes=asked, forwarded=True)
        assert newest(world)["context"] == {"from": "15550100100", "id": asked, "forwarded": True}
        assert parse(world.bot.bodies[-1]).messages[0].forwarded

    async def test_media_urls_are_a_switch(self) -> None:
        """S19: for every kind of file."""
        world = World(audio_url=False)
        await world.anna.shares_image()
        assert "url" not in newest(world)["image"]


class TestReach:
    async def test_failed(self, world: World) -> None:
        """Accepted first, 131026 later, nothing on the phone."""
        world.anna.reach = PromptState.FAILED
        wamid = await tell(world)
        assert seen_by_bot(world) == [(wamid, "failed")]
        assert world.bot.statuses[0].error_code == 131026
        assert "contacts" not in world.bot.values[0]
        assert world.anna.messages == []
        world.anna.reach = PromptState.DELIVERED
        await world.emulator.idle()
        assert world.anna.messages == []

    async def test_a_handset_that_is_off_gets_all_when_it_is_on_again(self, world: World) -> None:
        world.anna.reach = PromptState.SENT
        first, second = await tell(world, "one"), await tell(world, "two")
        assert seen_by_bot(world) == [(first, "sent"), (second, "sent")]
        assert world.anna.messages == []
        await world.anna.reads()
        world.clock.advance_to(START + 60 * SECOND)
        world.anna.reach = PromptState.DELIVERED
        third = str((await world.send(**says("three"))).json()["messages"][0]["id"])
        await world.emulator.idle()
        assert [(shown.text, shown.at) for shown in world.anna.messages] == [
            ("one", START + 60 * SECOND),
            ("two", START + 60 * SECOND),
            ("three", START + 60 * SECOND),
        ]
        of = {
            wamid: [state for about, state in seen_by_bot(world) if about == wamid]
            for wamid in (first, third)
        }
        assert of == {first: ["sent", "delivered"], third: ["sent", "delivered"]}
        await world.anna.reads()
        assert [state for _, state in seen_by_bot(world)[-3:]] == ["read"] * 3

    async def test_off_and_on_and_off_again(self, world: World) -> None:
        world.anna.reach = PromptState.SENT
        await tell(world)
        world.anna.reach = PromptState.READ
        world.anna.reach = PromptState.SENT
        await world.emulator.idle()
        assert world.anna.messages == []
        world.anna.reach = PromptState.READ
        await world.emulator.idle()
        assert [state for _, state in seen_by_bot(world)] == ["sent", "delivered", "read"]

    @pytest.mark.parametrize(
        ("reach", "of_text", "of_note"),
        [
            (PromptState.READ, ["sent", "delivered", "read"], ["sent", "delivered", "read"]),
            (PromptState.PLAYED, ["sent", "delivered", "read"], ["sent", "delivered", "read", "played"]),
        ],
    )
    async def test_read_and_played_at_once(
        self, world: World, reach: PromptState, of_text: list[str], of_note: list[str]
    ) -> None:
        """S51; what was read or played already is not reported again."""
        world.anna.reach = reach
        text = await tell(world)
        note = await world.speak(opus())
        await world.emulator.idle()
        assert seen_by_bot(world) == [(text, state) for state in of_text] + [
            (note, state) for state in of_note
        ]
        assert [shown.kind for shown in world.anna.messages] == ["text", "voice"]
        await world.anna.reads()
        await world.anna.plays()
        played = [state for _, state in seen_by_bot(world)].count("played")
        assert (len(seen_by_bot(world)), played) == (7, 1)

    async def test_no_message_gets_as_far_as_queued(self, world: World) -> None:
        with pytest.raises(UserInputError, match="'queued'"):
            world.anna.reach = PromptState.QUEUED


class TestStaff:
    async def test_a_person_answers(self, world: World) -> None:
        """The customer sees a message as any other; the bot an echo, and no status."""
        wamid = await world.emulator.staff_says(world.anna, "I'll call you 😀")
        await world.emulator.idle()
        (body,) = world.bot.bodies
        (change,) = json.loads(body)["entry"][0]["changes"]
        assert change["field"] == "smb_message_echoes"
        assert change["value"] == {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550100100", "phone_number_id": NUMBER},
            "contacts": [{"profile": {"name": "Anna"}, "user_id": "US.anna", "wa_id": "15550100200"}],
            "message_echoes": [
                {
                    "from": "15550100100",
                    "to": "15550100200",
                    "to_user_id": "US.anna",
                    "id": wamid,
                    "timestamp": str(START // SECOND),
                    "type": "text",
                    "text": {"body": "I'll call you 😀"},
                }
            ],
        }
        (shown,) = world.anna.messages
        assert (shown.wamid, shown.kind, shown.text) == (wamid, "text", "I'll call you 😀")

    async def test_it_can_be_quoted_reacted_to_and_read(self, world: World) -> None:
        wamid = await world.emulator.staff_says(world.anna, "Better?")
        await world.anna.reads()
        await world.anna.says("yes", quotes=wamid)
        assert newest(world)["context"] == {"from": "15550100100", "id": wamid}
        await world.anna.reacts(wamid, "👍")
        assert world.bot.statuses == []

    async def test_a_hidden_phone_stays_hidden(self, world: World) -> None:
        """S32."""
        ben = world.emulator.phone("Ben", None, "US.ben", "@ben")
        await world.emulator.staff_says(ben, "hi")
        (echo,) = world.bot.values[0]["message_echoes"]
        assert "to" not in echo
        assert echo["to_user_id"] == "US.ben"

    async def test_it_waits_for_a_handset_that_is_off(self, world: World) -> None:
        world.anna.reach = PromptState.SENT
        await world.emulator.staff_says(world.anna, "hi")
        assert (len(world.bot.bodies), world.anna.messages) == (1, [])
        world.anna.reach = PromptState.DELIVERED
        await world.emulator.idle()
        assert [shown.text for shown in world.anna.messages] == ["hi"]
