"""What customers send, kind by kind; the bot of these tests holds every body against its model.

S- and T-rows: docs/conformance.md.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.sim.emulator.emulated_world import TOKEN, World, opus, says
from wavoice.runtime.adapters.wire import parse
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import Form, Modality
from wavoice.sim.emulator.handset.sharing import MAX_INBOUND_BYTES
from wavoice.sim.emulator.phone import Ad, BasketItem, Forwarded
from wavoice.sim.emulator.samples import SILENT_NOTE, TINY_STICKER

BUSINESS = "15550100100"
LIST = {
    "type": "list",
    "body": {"text": "Which day?"},
    "action": {
        "button": "Days",
        "sections": [
            {
                "title": "This week",
                "rows": [
                    {"id": "thu", "title": "Thursday", "description": "9 to 12"},
                    {"id": "fri", "title": "Friday"},
                ],
            }
        ],
    },
}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World(window="off")
    made.bot.documented = True
    yield made
    await made.emulator.close()


def newest(world: World) -> dict[str, Any]:
    """The message of the newest webhook."""
    (message,) = world.bot.values[-1]["messages"]
    assert isinstance(message, dict)
    return message


async def sent(world: World, **body: Any) -> str:
    """The bot sends it; return the wamid once it is on the phone."""
    answer = await world.send(**body)
    assert answer.status_code == 200, answer.text
    await world.emulator.idle()
    return str(answer.json()["messages"][0]["id"])


async def interactive(world: World, **node: Any) -> str:
    return await sent(world, type="interactive", interactive=node)


class TestNotes:
    @pytest.mark.conformance("S17", "S20")
    async def test_a_voice_note(self, world: World) -> None:
        """S17: of the real bytes; S20: neither length nor size nor caption."""
        await world.anna.records(SILENT_NOTE)
        message = newest(world)
        audio = message["audio"]
        digest = base64.b64encode(hashlib.sha256(SILENT_NOTE).digest()).decode()
        assert message["type"] == "audio"
        assert set(audio) == {"id", "mime_type", "sha256", "url", "voice"}
        assert (audio["mime_type"], audio["sha256"]) == ("audio/ogg; codecs=opus", digest)
        assert audio["voice"] is True
        assert re.fullmatch(r"\d+", audio["id"])

    @pytest.mark.conformance("S18")
    @pytest.mark.parametrize(
        ("forwarded", "context"), [(True, {"forwarded": True}), ("often", {"frequently_forwarded": True})]
    )
    async def test_a_forwarded_note_is_a_file(
        self, world: World, forwarded: Forwarded, context: dict[str, bool]
    ) -> None:
        """S18."""
        await world.anna.records(opus(), forwarded=forwarded)
        assert newest(world)["audio"]["voice"] is False
        assert newest(world)["context"] == context
        assert parse(world.bot.bodies[-1]).messages[0].forwarded

    @pytest.mark.conformance("S19")
    @pytest.mark.parametrize("switch", [True, False])
    async def test_both_ways_to_the_bytes_work(self, switch: bool) -> None:
        """S19: by the webhook's URL where there is one, and by the id in any case."""
        world = World(audio_url=switch)
        await world.anna.records(SILENT_NOTE)
        audio = newest(world)["audio"]
        bearer = {"Authorization": f"Bearer {TOKEN}"}
        assert ("url" in audio) == switch
        by_id = (await world.call("GET", f"/v24.0/{audio['id']}")).json()["url"]
        for url in [audio["url"], by_id] if switch else [by_id]:
            assert (await world.http.get(url, headers=bearer)).content == SILENT_NOTE
        await world.emulator.close()


@pytest.mark.conformance("S21")
class TestShared:
    """S21: by the verbs; `test_shapes` compares every kind with collected webhooks, key by key."""

    async def test_text_image_video_document(self, world: World) -> None:
        await world.anna.says("Does it come in blue?")
        assert newest(world)["text"] == {"body": "Does it come in blue?"}
        media = {"id", "mime_type", "sha256", "url"}
        await world.anna.shares_image(caption="my door")
        assert newest(world)["image"].keys() == media | {"caption"}
        await world.anna.shares_video(caption="look")
        video = newest(world)["video"]
        assert (video.keys(), video["mime_type"]) == (media | {"caption"}, "video/mp4")
        await world.anna.shares_document("bill.pdf", "the bill", data=b"%PDF-1.4\n")
        document = newest(world)["document"]
        assert (document.keys(), document["filename"]) == (media | {"caption", "filename"}, "bill.pdf")

    @pytest.mark.parametrize("animated", [True, False])
    async def test_sticker(self, world: World, animated: bool) -> None:
        await world.anna.shares_sticker(animated=animated)
        sticker = newest(world)["sticker"]
        assert (sticker["mime_type"], sticker["animated"]) == ("image/webp", animated)
        got = await world.http.get(sticker["url"], headers={"Authorization": f"Bearer {TOKEN}"})
        assert got.content == TINY_STICKER

    async def test_location_in_answer_to_a_request(self, world: World) -> None:
        action = {"name": "send_location"}
        asked = await interactive(
            world, type="location_request_message", body={"text": "Where to?"}, action=action
        )
        await world.anna.shares_location(12.5, -0.25, "Home", "14 Lake Road", quotes=asked)
        assert newest(world)["context"] == {"from": BUSINESS, "id": asked}
        assert newest(world)["location"].keys() == {"latitude", "longitude", "name", "address"}

    async def test_contact_cards(self, world: World) -> None:
        card = {
            "name": {"formatted_name": "Ben Sample", "first_name": "Ben"},
            "phones": [{"phone": "+1 555 010 0300", "wa_id": "15550100300", "type": "CELL"}],
            "org": {"company": "Corner Shop"},
        }
        nameless = {"phones": [{"phone": "+1 555 010 0400"}], "origin": "other", "vcard": "BEGIN:VCARD"}
        await world.anna.shares_contacts(card, nameless)
        assert newest(world)["contacts"] == [card, nameless]


class TestTaps:
    @pytest.mark.conformance("S22")
    async def test_a_button_and_a_row_name_what_was_asked(self, world: World) -> None:
        """S22: `context.id` is the question, `context.from` the business number."""
        asked = str((await world.ask(("yes", "Yes"), ("no", "No"))).json()["messages"][0]["id"])
        await world.emulator.idle()
        await world.anna.taps("Yes")
        assert newest(world)["interactive"] == {
            "type": "button_reply",
            "button_reply": {"id": "yes", "title": "Yes"},
        }
        assert newest(world)["context"] == {"from": BUSINESS, "id": asked}
        listed = await interactive(world, **LIST)
        for choice, reply in [
            ("Thursday", {"id": "thu", "title": "Thursday", "description": "9 to 12"}),
            ("fri", {"id": "fri", "title": "Friday"}),
        ]:
            await world.anna.taps(choice)
            assert newest(world)["interactive"] == {"type": "list_reply", "list_reply": reply}
            assert newest(world)["context"] == {"from": BUSINESS, "id": listed}
            read = parse(world.bot.bodies[-1]).messages[0]
            assert (read.modality, read.button, read.quotes) == (Modality.BUTTON, reply["id"], listed)

    @pytest.mark.conformance("S24")
    async def test_an_older_question_can_be_tapped(self, world: World) -> None:
        """S24, the emulator's side: by an id that only it has, or by naming the message."""
        first = await interactive(world, **LIST)
        second = await interactive(world, **LIST)
        await world.anna.taps("Friday")
        assert newest(world)["context"]["id"] == second
        await world.anna.taps("Friday", on=first)
        assert newest(world)["context"]["id"] == first

    @pytest.mark.conformance("T31")
    async def test_a_flow_comes_back_as_text(self, world: World) -> None:
        """T31: `response_json` is a string, and holds the token of the flow."""
        parameters = {
            "flow_message_version": "3",
            "flow_id": "6627390910605886",
            "flow_cta": "Rate us",
            "flow_token": "turn-7",
            "flow_action": "navigate",
            "flow_action_payload": {"screen": "RATE"},
        }
        action = {"name": "flow", "parameters": parameters}
        asked = await interactive(world, type="flow", body={"text": "How was it?"}, action=action)
        await world.anna.fills_in({"rating": "4"})
        reply = newest(world)["interactive"]["nfm_reply"]
        assert (reply["name"], reply["body"]) == ("flow", "Sent")
        assert json.loads(reply["response_json"]) == {"flow_token": "turn-7", "rating": "4"}
        assert newest(world)["context"] == {"from": BUSINESS, "id": asked}

    @pytest.mark.conformance("T31")
    async def test_prices_of_an_order_are_numbers(self, world: World) -> None:
        """T31."""
        await world.anna.orders(BasketItem("tea", 2, 3.5), BasketItem("cup", item_price=7), text="as a gift")
        assert newest(world)["order"] == {
            "catalog_id": "194836987003835",
            "text": "as a gift",
            "product_items": [
                {"product_retailer_id": "tea", "quantity": 2, "item_price": 3.5, "currency": "USD"},
                {"product_retailer_id": "cup", "quantity": 1, "item_price": 7, "currency": "USD"},
            ],
        }
        assert "context" not in newest(world)

    async def test_an_order_names_the_product_that_was_shown(self, world: World) -> None:
        action = {"catalog_id": "4711001", "product_retailer_id": "tea"}
        shown = await interactive(world, type="product", body={"text": "Tea?"}, action=action)
        await world.anna.orders(BasketItem("tea"))
        assert newest(world)["order"]["catalog_id"] == "4711001"
        assert newest(world)["context"]["id"] == shown

    @pytest.mark.parametrize("accept", [True, False])
    async def test_calls_are_allowed_or_refused(self, world: World, accept: bool) -> None:
        action = {"name": "call_permission_request"}
        await interactive(world, type="call_permission_request", action=action, body={"text": "May we call?"})
        await world.anna.answers_call_request(accept=accept)
        reply = newest(world)["interactive"]["call_permission_reply"]
        assert reply["response"] == ("accept" if accept else "reject")
        assert ("expiration_timestamp" in reply) == accept

    async def test_there_is_nothing_to_answer(self, world: World) -> None:
        with pytest.raises(UserInputError, match="no flow or address form on Anna's phone"):
            await world.anna.fills_in({})
        with pytest.raises(UserInputError, match="no request for the number"):
            await world.anna.shares_own_number()
        with pytest.raises(UserInputError, match="no request for calls"):
            await world.anna.answers_call_request(accept=True)


class TestContext:
    @pytest.mark.conformance("S26")
    @pytest.mark.parametrize(
        ("forwarded", "mark"), [(True, "forwarded"), ("often", "frequently_forwarded"), (False, None)]
    )
    async def test_replies_and_forwards_merge(
        self, world: World, forwarded: Forwarded, mark: str | None
    ) -> None:
        """S26: of text, notes and pictures."""
        asked = await sent(world, **says("Sure?"))
        verbs = [
            world.anna.says("yes", quotes=asked, forwarded=forwarded),
            world.anna.records(opus(), quotes=asked, forwarded=forwarded),
            world.anna.shares_image(quotes=asked, forwarded=forwarded),
        ]
        for verb in verbs:
            await verb
            expected = {"from": BUSINESS, "id": asked} | ({mark: True} if mark else {})
            assert newest(world)["context"] == expected
        assert parse(world.bot.bodies[-1]).messages[0].forwarded == bool(mark)

    async def test_a_product_of_the_catalogue(self, world: World) -> None:
        await world.anna.asks_about("tea", "Is it still available?")
        context = newest(world)["context"]
        assert context["from"] == BUSINESS
        assert context["referred_product"]["product_retailer_id"] == "tea"

    @pytest.mark.conformance("T27")
    async def test_an_ad_is_told_once(self, world: World) -> None:
        """T27: with a click id; without for an ad in WhatsApp Status."""
        world.anna.comes_from(Ad(greeting="Hi!"))
        await world.anna.records(opus())
        referral = newest(world)["referral"]
        assert referral["ctwa_clid"] == Ad().click_id
        assert referral["welcome_message"] == {"text": "Hi!"}
        assert (referral["source_type"], referral["media_type"]) == ("ad", "image")
        await world.anna.says("and more")
        assert "referral" not in newest(world)
        world.anna.comes_from(Ad(click_id=None, source_type="post", media="video"))
        await world.anna.says("from Status")
        referral = newest(world)["referral"]
        assert not {"ctwa_clid", "image_url", "welcome_message"} & referral.keys()
        assert referral.keys() >= {"video_url", "thumbnail_url"}


class TestUnsupported:
    @pytest.mark.conformance("S28")
    @pytest.mark.parametrize("kind", ["poll_creation", "edit", None])
    async def test_what_the_api_lacks(self, world: World, kind: str | None) -> None:
        """S28: 131051, and the type where WhatsApp tells it."""
        await world.anna.shares_what_is_unsupported(kind)
        message = newest(world)
        assert (message["type"], message["errors"][0]["code"]) == ("unsupported", 131051)
        assert message.get("unsupported") == (None if kind is None else {"type": kind})

    @pytest.mark.conformance("S28")
    async def test_what_is_too_large(self, world: World) -> None:
        """S28: 131052, by declaration."""
        await world.anna.shares_too_large("video")
        message = newest(world)
        assert (message["type"], message["errors"][0]["code"]) == ("unsupported", 131052)
        assert "video" not in message

    @pytest.mark.conformance("S28")
    async def test_the_limit_is_on_the_bytes(self, world: World) -> None:
        """S28: such a file is never kept, so its zeros take up no memory."""
        await world.anna.shares_video(bytes(MAX_INBOUND_BYTES + 1))
        assert newest(world)["errors"][0]["code"] == 131052
        assert newest(world)["unsupported"] == {"type": "video"}

    async def test_any_type_can_be_sent(self, world: World) -> None:
        """S16, the emulator's side: a type that nobody has documented."""
        world.bot.documented = False
        await world.anna.send({"type": "hologram", "hologram": {"depth": 3}}, {}, "once")
        assert newest(world)["hologram"] == {"depth": 3}
        assert parse(world.bot.bodies[-1]).messages[0].type == "hologram"


class TestCorrections:
    @pytest.mark.conformance("S25")
    @pytest.mark.parametrize(("emoji", "node"), [("👍", {"emoji": "👍"}), ("", {"emoji": ""}), (None, {})])
    async def test_reactions(self, world: World, emoji: str | None, node: dict[str, str]) -> None:
        """S25: added, and removed in both forms."""
        asked = await sent(world, **says("Sure?"))
        await world.anna.reacts(asked, emoji)
        assert newest(world)["reaction"] == {"message_id": asked, **node}
        form = parse(world.bot.bodies[-1]).messages[0].form
        assert form is (Form.REACTION if emoji else Form.REACTION_REMOVED)

    @pytest.mark.conformance("T30")
    async def test_edit_and_revoke_of_what_was_processed(self, world: World) -> None:
        """T30: the bot has answered and read it before."""
        own = await world.anna.says("Friday")
        receipt = {"messaging_product": "whatsapp", "status": "read", "message_id": own}
        assert (await world.send(to=None, **receipt)).json() == {"success": True}
        await sent(world, **says("Friday it is."), context={"message_id": own})
        await world.anna.edits(own, "Saturday")
        edit = {"original_message_id": own, "message": {"type": "text", "text": {"body": "Saturday"}}}
        assert newest(world)["edit"] == edit
        assert parse(world.bot.bodies[-1]).messages[0].form is Form.EDIT
        await world.anna.revokes(own)
        assert newest(world)["revoke"] == {"original_message_id": own}
        assert parse(world.bot.bodies[-1]).messages[0].form is Form.REVOKE
