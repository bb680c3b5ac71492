"""What the customer sees of every kind of message, and what tapping it brings.

S-rows: docs/conformance.md.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.sim.emulator import bodies
from tests.sim.emulator.bodies import LINK, Body
from tests.sim.emulator.emulated_world import MESSAGES, START, World, opus, says
from wavoice.runtime.model import SECOND, Button, PromptState
from wavoice.sim.emulator.handset.message import PhoneMessage
from wavoice.sim.emulator.moments import LASTS
from wavoice.sim.emulator.sending.content import Link, Row


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.emulator.close()


async def shown(world: World, body: Body) -> PhoneMessage:
    """Send it and return what the handset shows."""
    answer = await world.send(**body)
    assert answer.status_code == 200, answer.json()
    return await world.anna.hears(len(world.anna.messages))


HEADER = {"type": "text", "text": "Hello"}
FOOTER = {"text": "Bye"}
SHOP = "https://shop.wavoice.test"

SHOWN: list[tuple[Body, dict[str, Any]]] = [
    (says("hi"), {"kind": "text", "text": "hi"}),
    (bodies.media("image", caption="Look"), {"kind": "image", "text": "Look", "link": LINK}),
    (bodies.media("video", caption="Look"), {"kind": "video", "text": "Look", "link": LINK}),
    (bodies.media("document", filename="a.pdf"), {"kind": "document", "filename": "a.pdf", "link": LINK}),
    (bodies.media("sticker"), {"kind": "sticker", "link": LINK}),
    (bodies.place(), {"kind": "location", "text": "Shop"}),
    (bodies.contacts(2), {"kind": "contacts", "text": "Name 0, Name 1"}),
    (
        bodies.buttons("Yes", "No", header=HEADER, footer=FOOTER),
        {
            "kind": "buttons",
            "text": "Which one?",
            "header": "Hello",
            "footer": "Bye",
            "buttons": (Button("b0", "Yes"), Button("b1", "No")),
        },
    ),
    (
        bodies.buttons("Yes", header={"type": "document", "document": {"link": LINK, "filename": "a.pdf"}}),
        {"kind": "buttons", "link": LINK, "filename": "a.pdf"},
    ),
    (
        bodies.listing([{"title": "Fruit", "rows": [{"id": "1", "title": "Apple", "description": "red"}]}]),
        {"kind": "list", "menu": "Choose", "rows": (Row("1", "Apple", "red", "Fruit"),)},
    ),
    (bodies.page(), {"kind": "cta_url", "links": (Link("url", "Open", SHOP),)}),
    (bodies.flow(), {"kind": "flow", "links": (Link("flow", "Book", "1"),)}),
    (
        bodies.interactive("product", {"catalog_id": "7", "product_retailer_id": "p1"}),
        {"kind": "product", "text": "Which one?", "links": (Link("product", "View", "p1"),)},
    ),
    (
        bodies.products([bodies.section(1)]),
        {"kind": "product_list", "header": "Ours", "rows": (Row("p0", "p0", None, "Fruit"),)},
    ),
    (
        bodies.interactive("catalog_message", {"name": "catalog_message"}),
        {"kind": "catalog_message", "links": (Link("catalog", "View catalog"),)},
    ),
    (
        bodies.interactive("location_request_message", {"name": "send_location"}),
        {"kind": "location_request_message", "links": (Link("send_location", "Send location"),)},
    ),
    (
        bodies.interactive("address_message", {"name": "address_message", "parameters": {"country": "IN"}}),
        {"kind": "address_message", "text": "Which one?"},
    ),
    (
        bodies.order(),
        {"kind": "order_details", "links": (Link("review_and_pay", "Review and pay", "order-1"),)},
    ),
    (bodies.state(), {"kind": "order_status", "links": (Link("review_order", "Review order", "order-1"),)}),
    (
        bodies.interactive("contact_request", {"name": "request_contact_info"}),
        {"kind": "contact_request", "links": (Link("request_contact_info", "Share phone number"),)},
    ),
    (
        bodies.interactive("request_contact_info", {"name": "request_contact_info"}),
        {"kind": "contact_request"},
    ),
    (
        bodies.interactive("call_permission_request", {"name": "call_permission_request"}),
        {"kind": "call_permission_request", "text": "Which one?"},
    ),
    (
        bodies.interactive("voice_call", {"name": "voice_call"}),
        {"kind": "voice_call", "links": (Link("voice_call", "Call Now"),)},
    ),
    (
        bodies.carousel(bodies.card(1, label="Second"), bodies.card(0, label="First")),
        {"kind": "carousel", "links": (Link("url", "First", SHOP), Link("url", "Second", SHOP))},
    ),
    (bodies.template(), {"kind": "template", "text": "Welcome and congratulations!!"}),
]


class TestEveryKind:
    @pytest.mark.parametrize(
        ("body", "fields"), SHOWN, ids=[f"{n}-{fields['kind']}" for n, (_, fields) in enumerate(SHOWN)]
    )
    async def test_kind(self, world: World, body: Body, fields: dict[str, Any]) -> None:
        message = await shown(world, body)
        assert {name: getattr(message, name) for name in fields} == fields
        assert message.node == body.get(body["type"], body) or message.kind == "contacts"

    async def test_uploaded_file(self, world: World) -> None:
        kept = (await world.upload(opus(), "audio/ogg")).json()["id"]
        message = await shown(world, {"type": "audio", "audio": {"id": kept}})
        assert (message.kind, message.media) == ("audio", opus())
        assert (message.mime_type or "").startswith("audio/ogg")

    async def test_files_of_parts_must_exist(self, world: World) -> None:
        header = {"type": "image", "image": {"id": "404"}}
        card = bodies.card(1)
        card["header"] = header
        for body in (bodies.buttons("Yes", header=header), bodies.carousel(bodies.card(0), card)):
            error = (await world.send(**body)).json()["error"]
            assert (error["code"], error["error_subcode"]) == (100, 33)


class TestReactions:
    async def test_on_a_message_of_the_customer(self, world: World) -> None:
        own = await world.anna.says("hello")
        for emoji in ("👍", ""):
            message = await shown(
                world, {"type": "reaction", "reaction": {"message_id": own, "emoji": emoji}}
            )
            assert (message.kind, message.about, message.text) == ("reaction", own, emoji)

    @pytest.mark.parametrize("reach", [PromptState.DELIVERED, PromptState.READ])
    async def test_are_reported_as_sent_and_no_further(self, world: World, reach: PromptState) -> None:
        """Cloud API, "Reaction messages": neither delivered nor read follows, nor when the chat is opened."""
        own = await world.anna.says("hello")
        world.anna.reach = reach
        await shown(world, {"type": "reaction", "reaction": {"message_id": own, "emoji": "👍"}})
        await world.anna.reads()
        await world.emulator.idle()
        assert [status.status for status in world.bot.statuses] == [PromptState.SENT]

    async def test_fail_later(self, world: World) -> None:
        """Unknown, another's, the business's own, a reaction, deleted, too old: 200, then 131009."""
        ben = world.emulator.phone("Ben", "15550100300", "US.ben")
        mine = (await world.send(**says("hello"))).json()["messages"][0]["id"]
        await world.emulator.idle()
        old = await world.anna.says("long ago")
        gone = await world.anna.says("oops")
        await world.anna.revokes(gone)
        wrong = ["wamid.unknown", await ben.says("hi"), mine, await world.anna.reacts(mine, "👍"), gone]
        for about in wrong:
            assert await self.becomes(world, about) == ("failed", 131009)
        world.clock.advance_to(START + LASTS - 1)
        await world.anna.says("still here")  # opens the service window again
        assert (await self.becomes(world, old))[0] == "sent"
        world.clock.advance_to(START + LASTS)
        await world.anna.says("here again")
        assert await self.becomes(world, old) == ("failed", 131009)

    async def becomes(self, world: World, about: str) -> tuple[str, int | None]:
        """The last status of a reaction to that message, and its error."""
        answer = await world.send(type="reaction", reaction={"message_id": about, "emoji": "👍"})
        assert answer.status_code == 200
        await world.emulator.idle()
        status = world.bot.statuses[-1]
        assert status.message == answer.json()["messages"][0]["id"]
        return status.status.value, status.error_code


class TestAnswers:
    async def test_a_bubble_shows_what_is_answered(self, world: World) -> None:
        own = await world.anna.says("hello")
        reply = {"context": {"message_id": own}}
        assert (await shown(world, says("yes?") | reply)).quotes == own
        assert (await shown(world, bodies.buttons("Yes") | reply)).quotes == own

    async def test_no_bubble(self, world: World) -> None:
        """Not in reactions and templates, nor for what is unknown or older than thirty days."""
        own = await world.anna.says("hello")
        reply = {"context": {"message_id": own}}
        reaction = {"type": "reaction", "reaction": {"message_id": own, "emoji": "👍"}}
        for body in (
            reaction | reply,
            bodies.template() | reply,
            says("x") | {"context": {"message_id": "wamid.x"}},
        ):
            assert (await shown(world, body)).quotes is None
        world.clock.advance_to(START + LASTS)
        await world.anna.says("here again")
        assert (await shown(world, says("yes?") | reply)).quotes is None


@pytest.mark.conformance("S23")
class TestQuickReplies:
    @pytest.fixture
    def buttons(self, world: World) -> None:
        replies = [{"type": "QUICK_REPLY", "text": "Confirm"}, {"type": "QUICK_REPLY", "text": "Move it"}]
        world.emulator.templates.add(
            "visit", "en", "Your visit is tomorrow.", components=[{"type": "BUTTONS", "buttons": replies}]
        )

    @pytest.mark.usefixtures("buttons")
    async def test_payload_as_sent_and_label_as_text(self, world: World) -> None:
        payload = {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "1",
            "parameters": [{"type": "payload", "payload": "move:42"}],
        }
        message = await shown(world, bodies.template("visit", "en", payload))
        assert message.buttons == (Button("Confirm", "Confirm"), Button("move:42", "Move it"))
        await world.anna.taps("Move it")
        (tap,) = world.bot.values[-1]["messages"]
        assert (tap["type"], tap["button"]) == ("button", {"payload": "move:42", "text": "Move it"})
        assert tap["context"] == {"from": "15550100100", "id": message.wamid}
        await world.anna.taps("Confirm")
        assert world.bot.values[-1]["messages"][0]["button"] == {"payload": "Confirm", "text": "Confirm"}


@pytest.mark.conformance("S42")
class TestReceipts:
    async def receipt(self, world: World, wamid: str, **more: Any) -> dict[str, Any]:
        body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid, **more}
        answer: dict[str, Any] = (await world.call("POST", MESSAGES, json=body)).json()
        return answer

    async def test_marks_earlier_ones_too(self, world: World) -> None:
        said = [await world.anna.says(str(number)) for number in range(4)]
        webhooks = len(world.bot.bodies)
        assert await self.receipt(world, said[2]) == {"success": True}
        assert world.anna.seen == said[:3]
        assert await self.receipt(world, said[1]) == {"success": True}
        assert world.anna.seen == said[:3]
        assert await self.receipt(world, said[3]) == {"success": True}
        assert world.anna.seen == said
        await world.emulator.idle()
        assert len(world.bot.bodies) == webhooks

    async def test_unknown_messages(self, world: World) -> None:
        """Also one's own, and those of more than thirty days ago."""
        mine = (await world.send(**says("hi"))).json()["messages"][0]["id"]
        own = await world.anna.says("hello")
        for wamid in ("wamid.unknown", mine):
            assert (await self.receipt(world, wamid))["error"]["code"] == 131009
        world.clock.advance_to(START + LASTS)
        assert (await self.receipt(world, own))["error"]["code"] == 131009
        assert world.anna.seen == []

    @pytest.mark.conformance("S43")
    async def test_typing(self, world: World) -> None:
        """Until the reply, or 25 seconds; it implies read."""
        own = await world.anna.says("hello")
        typing = {"typing_indicator": {"type": "text"}}
        assert await self.receipt(world, own, **typing) == {"success": True}
        assert (world.anna.seen, world.anna.typing) == ([own], True)
        typed = []
        for moment in (START + 25 * SECOND - 1, START + 25 * SECOND):
            world.clock.advance_to(moment)
            typed.append(world.anna.typing)
        assert typed == [True, False]
        await self.receipt(world, own, **typing)
        assert (await shown(world, says("here I am"))).typing
        assert (world.anna.messages[-1].typing, world.anna.typing) == (True, False)

    async def test_the_handset_that_is_off_shows_it_later(self, world: World) -> None:
        world.anna.reach = PromptState.SENT
        await world.send(**bodies.media("image") | {"image": {"link": LINK}})
        await world.emulator.idle()
        assert world.anna.messages == []
        world.anna.reach = PromptState.DELIVERED
        assert (await world.anna.hears(0)).link == LINK
