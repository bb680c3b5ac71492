"""How long and how many: every limit of a send, at the limit and one beyond, counted in characters.

S-rows: docs/conformance.md.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.sim.emulator import bodies
from tests.sim.emulator.bodies import Body
from tests.sim.emulator.emulated_world import MESSAGES, World, says

EMOJI = "😀"
"""Four bytes in UTF-8, two units in UTF-16, one character."""


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.emulator.close()


async def refusal(world: World, body: Body) -> tuple[int, int, str]:
    """Status, code and details of the answer to a body that must be refused."""
    answer = await world.send(**body)
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["error_data"]["details"]


def titled(kind: str, text: str) -> Body:
    return bodies.buttons(
        "Yes", **{kind: {"type": "text", "text": text} if kind == "header" else {"text": text}}
    )


def named(where: str, text: str) -> Body:
    """A button with that id or title."""
    node = {"type": "reply", "reply": {"id": "1", "title": "Yes", where: text}}
    return bodies.interactive("button", {"buttons": [node]})


def in_row(where: str, text: str) -> Body:
    return bodies.listing([{"rows": [{"id": "1", "title": "One", where: text}]}])


def call(label: str) -> Body:
    return bodies.interactive("voice_call", {"name": "voice_call", "parameters": {"display_text": label}})


ACTIONS: dict[str, Body] = {
    "cta_url": {
        "name": "cta_url",
        "parameters": {"display_text": "Open", "url": "https://shop.wavoice.test"},
    },
    "flow": {
        "name": "flow",
        "parameters": {"flow_message_version": "3", "flow_id": "1", "flow_cta": "Book"},
    },
    "product": {"catalog_id": "7", "product_retailer_id": "p1"},
    "catalog_message": {"name": "catalog_message"},
    "location_request_message": {"name": "send_location"},
    "address_message": {"name": "address_message", "parameters": {"country": "IN"}},
    "contact_request": {"name": "request_contact_info"},
    "call_permission_request": {"name": "call_permission_request"},
    "voice_call": {"name": "voice_call"},
    "carousel": {"cards": [bodies.card(0), bodies.card(1)]},
}


def bodied(kind: str) -> Callable[[str], Body]:
    return lambda text: bodies.interactive(kind, ACTIONS[kind], body={"text": text})


TEXTS: list[tuple[str, Callable[[str], Body], int, str]] = [
    ("text", says, 4096, "text['body']"),
    (
        "reference",
        lambda text: {**says("x"), "biz_opaque_callback_data": text},
        512,
        "biz_opaque_callback_data",
    ),
    ("image", lambda text: bodies.media("image", caption=text), 1024, "image['caption']"),
    ("video", lambda text: bodies.media("video", caption=text), 1024, "video['caption']"),
    ("document", lambda text: bodies.media("document", caption=text), 1024, "document['caption']"),
    ("buttons", lambda text: bodies.buttons("Yes", body={"text": text}), 1024, "['body']['text']"),
    ("header", lambda text: titled("header", text), 60, "['header']['text']"),
    ("footer", lambda text: titled("footer", text), 60, "['footer']['text']"),
    ("button id", lambda text: named("id", text), 256, "['buttons'][0]['reply']['id']"),
    ("button title", lambda text: named("title", text), 20, "['buttons'][0]['reply']['title']"),
    ("list", lambda text: bodies.listing(body={"text": text}), 4096, "['body']['text']"),
    ("list button", lambda text: bodies.listing(button=text), 20, "['action']['button']"),
    (
        "list header",
        lambda text: bodies.listing(header={"type": "text", "text": text}),
        60,
        "['header']['text']",
    ),
    ("list footer", lambda text: bodies.listing(footer={"text": text}), 60, "['footer']['text']"),
    (
        "section",
        lambda text: bodies.listing([{"title": text, "rows": bodies.rows(1)}]),
        24,
        "['sections'][0]['title']",
    ),
    ("row id", lambda text: in_row("id", text), 200, "['rows'][0]['id']"),
    ("row title", lambda text: in_row("title", text), 24, "['rows'][0]['title']"),
    ("row description", lambda text: in_row("description", text), 72, "['rows'][0]['description']"),
    ("page label", bodies.page, 20, "['parameters']['display_text']"),
    ("call label", call, 20, "['parameters']['display_text']"),
    (
        "products",
        lambda text: bodies.products([bodies.section(1)], body={"text": text}),
        1024,
        "['body']['text']",
    ),
    (
        "product section",
        lambda text: bodies.products([bodies.section(1, title=text)]),
        24,
        "['sections'][0]['title']",
    ),
    (
        "card",
        lambda text: bodies.carousel(bodies.card(0), bodies.card(1, text=text)),
        160,
        "['cards'][1]['body']['text']",
    ),
    (
        "card label",
        lambda text: bodies.carousel(bodies.card(0, label=text), bodies.card(1)),
        20,
        "['display_text']",
    ),
    (
        "payment",
        lambda text: bodies.order(payment_configuration=text),
        60,
        "['parameters']['payment_configuration']",
    ),
    *((f"{kind} body", bodied(kind), 1024, "['body']['text']") for kind in ACTIONS),
]


@pytest.mark.conformance("S39")
class TestLengths:
    @pytest.mark.parametrize(
        ("build", "longest", "path"), [row[1:] for row in TEXTS], ids=[row[0] for row in TEXTS]
    )
    async def test_characters(
        self, world: World, build: Callable[[str], Body], longest: int, path: str
    ) -> None:
        """Emoji count as one each; the refusal names the field."""
        assert (await world.send(**build(EMOJI * longest))).status_code == 200
        status, code, details = await refusal(world, build(EMOJI * (longest + 1)))
        assert (status, code) == (400, 131009)
        assert details.endswith(f"{path} must be at most {longest} characters long")

    @pytest.mark.parametrize(
        ("body", "path"),
        [
            (says(""), "text['body']"),
            (named("title", ""), "['reply']['title']"),
            (named("id", ""), "['reply']['id']"),
            (bodies.buttons("Yes", body={"text": ""}), "['body']['text']"),
            (bodies.listing(button=""), "['action']['button']"),
            (in_row("id", ""), "['rows'][0]['id']"),
            (titled("footer", ""), "['footer']['text']"),
        ],
    )
    async def test_nothing_is_too_short(self, world: World, body: Body, path: str) -> None:
        status, code, details = await refusal(world, body)
        assert (status, code) == (400, 131009)
        assert details.endswith(f"{path} must be at least 1 character long")

    async def test_reference_of_an_order(self, world: World) -> None:
        """Thirty-five letters, digits, dots, dashes and underscores."""
        assert (await world.send(**bodies.order(reference_id="a" * 31 + "_.-9"))).status_code == 200
        for wrong in ("a" * 36, "with space", ""):
            _, code, details = await refusal(world, bodies.order(reference_id=wrong))
            assert (code, "['reference_id']" in details) == (131009, True)


def sections(*sizes: int) -> list[Body]:
    return [
        {"title": f"Part {number}", "rows": bodies.rows(size, start=100 * number)}
        for number, size in enumerate(sizes)
    ]


def shelves(*sizes: int) -> list[Body]:
    return [bodies.section(size, 100 * number) for number, size in enumerate(sizes)]


COUNTS: list[tuple[str, Body, Body, str]] = [
    ("buttons", bodies.buttons("1", "2", "3"), bodies.buttons("1", "2", "3", "4"), "1 to 3 buttons"),
    ("no buttons", bodies.buttons("1"), bodies.buttons(), "1 to 3 buttons"),
    ("rows", bodies.listing(sections(10)), bodies.listing(sections(11)), "at most 10 rows in all"),
    (
        "rows over all",
        bodies.listing(sections(5, 5)),
        bodies.listing(sections(6, 5)),
        "at most 10 rows in all",
    ),
    ("no rows", bodies.listing(sections(1)), bodies.listing(sections(0)), "['rows'] must hold at least 1"),
    (
        "sections",
        bodies.listing(sections(*[1] * 10)),
        bodies.listing(sections(*[1] * 11)),
        "['sections'] must hold at most 10",
    ),
    ("no sections", bodies.listing(sections(1)), bodies.listing([]), "['sections'] must hold at least 1"),
    ("products", bodies.products(shelves(30)), bodies.products(shelves(31)), "at most 30 products"),
    (
        "product sections",
        bodies.products(shelves(*[1] * 10)),
        bodies.products(shelves(*[1] * 11)),
        "['sections'] must hold at most 10",
    ),
    (
        "cards",
        bodies.carousel(*(bodies.card(n) for n in range(10))),
        bodies.carousel(*(bodies.card(n) for n in range(11))),
        "['cards']",
    ),
    (
        "one card",
        bodies.carousel(bodies.card(0), bodies.card(1)),
        bodies.carousel(bodies.card(0)),
        "['cards'] must hold at least 2",
    ),
    ("contacts", bodies.contacts(257), bodies.contacts(258), "contacts must hold at most 257"),
    (
        "line breaks of a card",
        bodies.carousel(bodies.card(0, text="a\nb\nc"), bodies.card(1)),
        bodies.carousel(bodies.card(0, text="a\nb\nc\nd"), bodies.card(1)),
        "at most 2 line breaks",
    ),
]


@pytest.mark.conformance("S39")
class TestCounts:
    @pytest.mark.parametrize(
        ("allowed", "refused", "told"), [row[1:] for row in COUNTS], ids=[row[0] for row in COUNTS]
    )
    async def test_items(self, world: World, allowed: Body, refused: Body, told: str) -> None:
        assert (await world.send(**allowed)).status_code == 200
        status, code, details = await refusal(world, refused)
        assert (status, code) == (400, 131009)
        assert told in details


@pytest.mark.conformance("S40")
class TestUnique:
    @pytest.mark.parametrize(
        ("body", "told"),
        [
            (bodies.buttons("Yes", "Yes"), "every title must be unique"),
            (
                bodies.interactive(
                    "button",
                    {"buttons": [{"type": "reply", "reply": {"id": "1", "title": t}} for t in ("Yes", "No")]},
                ),
                "every id must be unique",
            ),
            (bodies.listing([{"rows": bodies.rows(1) * 2}]), "every id must be unique"),
            (
                bodies.listing([{"title": t, "rows": bodies.rows(1)} for t in ("A", "B")]),
                "every id must be unique",
            ),
            (bodies.carousel(bodies.card(0), bodies.card(0)), "another card_index"),
        ],
    )
    async def test_twice_the_same(self, world: World, body: Body, told: str) -> None:
        status, code, details = await refusal(world, body)
        assert (status, code) == (400, 131009)
        assert told in details


INVALID: list[tuple[Body, int, str]] = [
    (bodies.media("image", id="1"), 131009, "either an id or a link"),
    ({"type": "audio", "audio": {"voice": True}}, 131008, "an id or a link"),
    (
        bodies.media("image") | {"image": {"link": "ftp://files.wavoice.test"}},
        131009,
        "image['link'] must be a URL",
    ),
    (bodies.listing([{"rows": bodies.rows(1)}, {"rows": bodies.rows(1, 5)}]), 131008, "title in each"),
    (bodies.listing(header={"type": "image", "image": {"link": bodies.LINK}}), 131009, "['header']['type']"),
    (bodies.buttons("Yes", header={"type": "image"}), 131008, "['header'] must have image"),
    (bodies.page(url="shop.wavoice.test"), 131009, "['url'] must be a URL"),
    (bodies.page(url="http://10.0.0.1/x"), 131009, "not an IP address"),
    (bodies.page(url="http://[::1]/x"), 131009, "not an IP address"),
    (bodies.flow(flow_name="book"), 131009, "either a flow_id or a flow_name"),
    (bodies.flow(flow_id=None), 131008, "a flow_id or a flow_name"),
    (bodies.flow(flow_message_version="2"), 131009, "['flow_message_version'] must be one of '3'"),
    (bodies.flow(mode="test"), 131009, "['mode'] must be one of"),
    (bodies.products([bodies.section(1)], header=None), 131009, "['header']"),
    (bodies.carousel(bodies.card(0), bodies.card(1, "video")), 131009, "the same header type"),
    (bodies.order(total_amount={"value": 299, "offset": 100}), 131009, "300 as total_amount"),
    (bodies.state("lost"), 131009, "['order']['status'] must be one of"),
    (bodies.place(latitude=91), 131009, "location['latitude'] must be at most 90"),
    (bodies.place(longitude="east"), 131009, "location['longitude']"),
    (
        {"type": "contacts", "contacts": [{"name": {}}]},
        131008,
        "contacts[0]['name']['formatted_name'] is required",
    ),
    (
        bodies.contacts() | {"contacts": [{"name": {"formatted_name": "A"}, "birthday": "1 May"}]},
        131009,
        "contacts[0]['birthday']",
    ),
    (
        {"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": ":-)"}},
        131009,
        "an emoji in emoji",
    ),
    (
        bodies.interactive("address_message", {"name": "address_message", "parameters": {"country": "US"}}),
        131009,
        "['country'] must be one of 'IN'",
    ),
    (bodies.interactive("location_request_message", {"name": "send_place"}), 131009, "['action']['name']"),
    (
        {"status": "read", "message_id": "wamid.x", "typing_indicator": {"type": "audio"}},
        131009,
        "typing_indicator",
    ),
    ({"status": "delivered", "message_id": "wamid.x"}, 131009, "status must be one of 'read'"),
    (says("x") | {"text": {"body": 7}}, 131009, "text['body'] must be a string"),
    (says("x") | {"context": {}}, 131008, "context['message_id'] is required"),
]


@pytest.mark.conformance("S39", "S41")
class TestValues:
    @pytest.mark.parametrize(("body", "code", "told"), INVALID)
    async def test_invalid(self, world: World, body: Body, code: int, told: str) -> None:
        status, found, details = await refusal(world, body)
        assert (status, found) == (400, code)
        assert told in details

    @pytest.mark.parametrize(
        ("bent", "told"),
        [
            (rb'"text":{"body":"\ud83d"}', "text['body'] must be a valid Unicode string"),
            (rb'"text":{"body":"x"},"context":{"message_id":"\udc00"}', "context['message_id']"),
        ],
    )
    async def test_half_a_character(self, world: World, bent: bytes, told: str) -> None:
        raw = b'{"messaging_product":"whatsapp","to":"15550100200","type":"text",' + bent + b"}"
        answer = await world.call("POST", MESSAGES, content=raw)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 131009)
        assert told in answer.json()["error"]["error_data"]["details"]

    async def test_sums_of_an_order(self, world: World) -> None:
        """Reduced prices count, and subtotal, tax, shipping and discount make the total."""
        assert (await world.send(**bodies.order())).status_code == 200
        whole = bodies.order()["interactive"]["action"]["parameters"]["order"]
        wrong = bodies.order(order=whole | {"subtotal": {"value": 400, "offset": 100}})
        _, code, details = await refusal(world, wrong)
        assert (code, "the sum of its items, 300, as subtotal" in details) == (131009, True)


KINDS = (
    "text",
    "image",
    "video",
    "document",
    "sticker",
    "audio",
    "location",
    "contacts",
    "reaction",
    "template",
)


@pytest.mark.conformance("S41")
class TestTypes:
    @pytest.mark.parametrize("kind", [*KINDS, "interactive"])
    async def test_type_without_its_object(self, world: World, kind: str) -> None:
        for body in ({"type": kind}, {"type": kind, kind: None}):
            assert (await refusal(world, body))[1:] == (
                131008,
                f"Param {kind} is required when type is '{kind}'",
            )

    @pytest.mark.parametrize("kind", [*KINDS, "interactive"])
    async def test_object_that_is_none(self, world: World, kind: str) -> None:
        _, code, details = await refusal(world, {"type": kind, kind: 7})
        assert code == 131009
        assert details.startswith(f"Param {kind} must be an ")

    async def test_unknown_types(self, world: World) -> None:
        _, code, details = await refusal(world, {"type": "hologram"})
        assert (code, "not 'hologram'" in details) == (131051, True)
        _, code, details = await refusal(world, {"type": "interactive", "interactive": {"type": "poll"}})
        assert (code, "interactive['type'] must be one of" in details) == (131009, True)
        _, code, details = await refusal(world, {"type": "interactive", "interactive": {}})
        assert (code, details) == (131008, "Param interactive['type'] is required")

    @pytest.mark.parametrize("kind", sorted(ACTIONS))
    async def test_interactive_without_action(self, world: World, kind: str) -> None:
        _, code, details = await refusal(
            world, {"type": "interactive", "interactive": {"type": kind, "body": bodies.ABOUT}}
        )
        assert (code, details) == (131008, "Param interactive['action'] is required")


class TestHostile:
    @pytest.mark.parametrize(
        ("bent", "code"),
        [
            (rb'"type":"\ud83d"', 131051),
            (rb'"type":["text"]', 131009),
            (rb'"type":"interactive","interactive":{"type":["list"]}', 131009),
            (rb'"type":"text","text":{"body":"x","\ud83d":1}', 131009),
            (rb'"text":{"body":"x"},"\ud83d":1', 131009),
            (rb'"type":"location","location":{"latitude":NaN,"longitude":1e999}', 131009),
            (rb'"text":{"body":"x"},"to":["15550100200"]', 131009),
            (rb'"status":{"read":1}', 131009),
        ],
    )
    async def test_is_refused_in_shape(self, world: World, bent: bytes, code: int) -> None:
        """Nothing that is valid JSON makes a 500."""
        raw = b'{"messaging_product":"whatsapp","to":"15550100200",' + bent + b"}"
        answer = await world.call("POST", MESSAGES, content=raw)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


class TestUnknownKeys:
    async def test_are_taken(self, world: World) -> None:
        """Meta mostly takes them; the emulator does, and names them in its log."""
        odd: dict[str, Any] = {**says("hi"), "colour": "red", "text": {"body": "hi", "font": 1}}
        with capture_logs() as logs:
            assert (await world.send(**odd)).status_code == 200
        assert [(one["event"], one["keys"]) for one in logs] == [
            ("emulator.unknown_keys", ("colour", "text['font']"))
        ]
        assert (await world.anna.hears(0)).text == "hi"
