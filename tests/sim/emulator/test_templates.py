"""Templates: submitted, reviewed, paused, sent; what Meta refuses and what it tells.

S-rows: docs/conformance.md.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from tests.sim.emulator import bodies
from tests.sim.emulator.bodies import Body, values
from tests.sim.emulator.emulated_world import START, World, says
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND, Button
from wavoice.sim.emulator.sending.content import Link
from wavoice.sim.emulator.templates.book import DAY, HOUR, TemplatesState
from wavoice.sim.emulator.wire import Business

WABA = Business().waba
EDGE = f"/v24.0/{WABA}/message_templates"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    made.bot.documented = True
    yield made
    await made.emulator.close()


def body_part(text: str = "Order {{1}} comes on {{2}}.", samples: int = 2) -> Body:
    return {"type": "BODY", "text": text, "example": {"body_text": [["x"] * samples]}}


def new(name: str = "moved", *parts: Body, **more: Any) -> Body:
    components = list(parts) or [body_part()]
    return {"name": name, "language": "en_US", "category": "UTILITY", "components": components, **more}


def with_buttons(*buttons: Body) -> Body:
    return new("moved", body_part("Hello.", 0), {"type": "BUTTONS", "buttons": list(buttons)})


def quick(text: str) -> Body:
    return {"type": "QUICK_REPLY", "text": text}


def url(text: str = "Track", address: str = "https://shop.wavoice.test/{{1}}") -> Body:
    return {"type": "URL", "text": text, "url": address, "example": ["42"]}


async def submit(world: World, body: object) -> httpx.Response:
    return await world.call("POST", EDGE, json=body)


async def made(world: World, body: object | None = None) -> str:
    answer = await submit(world, new() if body is None else body)
    assert answer.status_code == 200, answer.json()
    return str(answer.json()["id"])


def told(world: World, field: str = "message_template_status_update") -> list[dict[str, Any]]:
    """Values of the webhooks of a field."""
    changes = [change for entry in world.bot.entries for change in entry["changes"]]
    return [change["value"] for change in changes if change["field"] == field]


async def refused(world: World, body: Body) -> tuple[int, str]:
    answer = await world.send(**body)
    assert "error" in answer.json(), answer.json()
    error = answer.json()["error"]
    return error["code"], error["error_data"]["details"]


class TestSubmission:
    async def test_waits_for_review(self, world: World) -> None:
        answer = (await submit(world, new())).json()
        assert (answer["status"], answer["category"], answer["id"].isdigit()) == ("PENDING", "UTILITY", True)
        got = (await world.call("GET", f"/v24.0/{answer['id']}")).json()
        assert got == {
            "name": "moved",
            "parameter_format": "POSITIONAL",
            "components": [body_part()],
            "language": "en_US",
            "status": "PENDING",
            "category": "UTILITY",
            "id": answer["id"],
        }

    async def test_capitals_do_not_matter(self, world: World) -> None:
        part = {**body_part(), "type": "body"}
        await made(world, new("moved", part, category="utility", parameter_format="positional"))

    @pytest.mark.parametrize(
        ("build", "longest", "subcode"),
        [
            (lambda n: new("a" * n), 512, None),
            (
                lambda n: new(
                    "x", body_part("Hi.", 0), {"type": "HEADER", "format": "TEXT", "text": "😀" * n}
                ),
                60,
                2388040,
            ),
            (lambda n: new("x", body_part("😀" * n, 0)), 1024, 2388040),
            (lambda n: new("x", body_part("Hi.", 0), {"type": "FOOTER", "text": "😀" * n}), 60, 2388040),
            (lambda n: with_buttons(quick("😀" * n)), 25, 2388040),
            (lambda n: with_buttons(url(address="https://a.test/".ljust(n, "a"))), 2000, 2388040),
            (lambda n: with_buttons({"type": "COPY_CODE", "example": "A" * n}), 20, 2388040),
            (lambda n: with_buttons(*(quick(str(i)) for i in range(n))), 10, None),
            (lambda n: with_buttons(*(url(str(i)) for i in range(n))), 2, None),
        ],
        ids=["name", "header", "body", "footer", "label", "url", "coupon", "buttons", "urls"],
    )
    async def test_limits(
        self, world: World, build: Callable[[int], Body], longest: int, subcode: int | None
    ) -> None:
        error = (await submit(world, build(longest + 1))).json()["error"]
        assert (error["code"], error.get("error_subcode")) == (100, subcode)
        assert (await submit(world, build(longest))).status_code == 200

    @pytest.mark.parametrize(
        ("body", "subcode"),
        [
            (new("Moved"), None),
            (new("moved-1"), None),
            (new(language="english"), None),
            (new(category="NEWS"), None),
            ({"name": "x"}, None),
            ([], None),
            (new("x", {"type": "FOOTER", "text": "x"}), None),
            (new("x", body_part(), body_part()), None),
            (new("x", body_part("{{1}} is here", 1)), 2388299),
            (new("x", body_part("here is {{1}}", 1)), 2388299),
            (new("x", body_part("a {{2}} b {{1}} c")), 2388072),
            (new("x", body_part("a {{1}} b {{3}} c")), 2388072),
            (new("x", body_part("a {{1}} b", 0)), 2388072),
            (new("x", body_part("a {{name}} b", 1)), 2388072),
            (new("x", body_part("a {{Name}} b", 1), parameter_format="NAMED"), 2388072),
            (new("x", body_part("Hi.", 0), {"type": "FOOTER", "text": "by {{1}}!"}), 2388073),
            (new("x", body_part("Hi.", 0), {"type": "HEADER", "format": "SONG"}), 2388047),
            (
                new("x", body_part("Hi.", 0), {"type": "HEADER", "format": "TEXT", "text": "{{1}} {{2}}"}),
                2388047,
            ),
            (with_buttons(quick("A"), url(), quick("B")), None),
            (with_buttons(quick("A"), quick("A")), None),
            (with_buttons({"type": "URL", "text": "A"}), None),
            (with_buttons({"type": "URL", "text": "A", "url": "https://a.test/{{1}}"}), None),
            (with_buttons({**url(), "url": "https://a.test/{{1}}/x"}), None),
            (with_buttons({"type": "PHONE_NUMBER", "text": "A"}), None),
            (with_buttons({"type": "OTP"}), None),
        ],
    )
    async def test_what_is_refused(self, world: World, body: object, subcode: int | None) -> None:
        """Code 100, with Meta's subcode and words for people where it has them."""
        answer = await submit(world, body)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error.get("error_subcode")) == (400, 100, subcode)
        assert ("error_user_title" in error) is (subcode is not None)

    async def test_a_name_once_in_a_language(self, world: World) -> None:
        await made(world)
        assert (await submit(world, new())).json()["error"]["error_subcode"] == 2388024
        await made(world, new(language="de"))

    async def test_hundred_in_an_hour(self, world: World) -> None:
        for number in range(100):
            await made(world, new(f"t{number}"))
        world.clock.advance_to(START + HOUR - SECOND)
        answer = await submit(world, new("one_more"))
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 80007)
        assert answer.headers["Retry-After"] == "1"
        world.clock.advance_to(START + HOUR)
        await made(world, new("one_more"))

    async def test_250_in_an_account(self, world: World) -> None:
        for number in range(249):
            world.emulator.templates.add(f"t{number}", "en", "Hello.")
        assert (await submit(world, new())).json()["error"]["error_subcode"] == 2388019

    async def test_only_in_ones_own_account(self, world: World) -> None:
        answer = await world.call("POST", "/v24.0/999/message_templates", json=new())
        assert answer.json()["error"]["error_subcode"] == 33


class TestReading:
    async def test_pages(self, world: World) -> None:
        for number in range(6):
            await made(world, new(f"t{number}"))
        seen: list[str] = []
        first = (await world.call("GET", EDGE, params={"limit": "3", "fields": "name"})).json()
        while True:
            seen += [one["name"] for one in first["data"]]
            assert all(set(one) == {"name", "id"} for one in first["data"])
            if "next" not in first["paging"]:
                break

            following = httpx.URL(first["paging"]["next"])
            assert following.params["after"] == first["paging"]["cursors"]["after"]
            first = (await world.call("GET", following.raw_path.decode())).json()
        assert seen == ["hello_world", *(f"t{number}" for number in range(6))]

    @pytest.mark.parametrize(
        ("params", "names"),
        [
            ({}, ["hello_world", "moved"]),
            ({"status": "pending"}, ["moved"]),
            ({"name": "hello_world"}, ["hello_world"]),
            ({"category": "MARKETING"}, []),
            ({"language": "en_US"}, ["hello_world", "moved"]),
        ],
    )
    async def test_filters(self, world: World, params: dict[str, str], names: list[str]) -> None:
        await made(world)
        answer = (await world.call("GET", EDGE, params=params)).json()
        assert [one["name"] for one in answer["data"]] == names

    async def test_all_that_clients_ask_for(self, world: World) -> None:
        """Fields that none has here are absent; quality is dated; counts are of all pages."""
        await made(world, new(message_send_ttl_seconds=60))
        fields = "name,quality_score,message_send_ttl_seconds,correct_category,library_template_name"
        summary = "total_count,message_template_count,message_template_limit,are_translations_complete"
        params = {"fields": fields, "name": "moved", "summary": summary}
        answer = (await world.call("GET", EDGE, params=params)).json()
        (template,) = answer["data"]
        assert template["quality_score"] == {"score": "UNKNOWN", "date": START // SECOND}
        assert template["message_send_ttl_seconds"] == 60
        assert set(template) == {"name", "quality_score", "message_send_ttl_seconds", "id"}
        assert list(answer["summary"].values()) == [1, 2, 250, True]

    @pytest.mark.parametrize(
        "params", [{"limit": "0"}, {"limit": "x"}, {"fields": "colour"}, {"after": "###"}]
    )
    async def test_what_is_refused(self, world: World, params: dict[str, str]) -> None:
        assert (await world.call("GET", EDGE, params=params)).status_code == 400


class TestReview:
    async def test_approved(self, world: World) -> None:
        template = await made(world)
        await world.emulator.templates.approve(template)
        assert told(world) == [
            {
                "event": "APPROVED",
                "message_template_id": int(template),
                "message_template_name": "moved",
                "message_template_language": "en_US",
                "reason": "NONE",
                "message_template_category": "UTILITY",
            }
        ]
        (entry,) = world.bot.entries
        assert (entry["id"], entry["time"]) == (WABA, START // SECOND)

    async def test_rejected(self, world: World) -> None:
        template = await made(world)
        await world.emulator.templates.reject(template, advice="Parameters next to each other.")
        await world.emulator.templates.reject(template, "TAG_CONTENT_MISMATCH")
        first, second = told(world)
        assert (first["event"], first["reason"]) == ("REJECTED", "INVALID_FORMAT")
        assert first["rejection_info"]["reason"] == "Parameters next to each other."
        assert (second["reason"], "rejection_info" in second) == ("TAG_CONTENT_MISMATCH", False)
        got = (
            await world.call("GET", f"/v24.0/{template}", params={"fields": "status,rejected_reason"})
        ).json()
        assert got == {"status": "REJECTED", "rejected_reason": "TAG_CONTENT_MISMATCH", "id": template}

    async def test_unknown_ids(self, world: World) -> None:
        with pytest.raises(UserInputError, match="hello_world"):
            await world.emulator.templates.approve("7")
        assert (await world.call("POST", "/v24.0/7/unpause")).json()["error"]["error_subcode"] == 33


class TestPauses:
    async def test_three_hours_then_six_then_never(self, world: World) -> None:
        templates = world.emulator.templates
        template = templates.add("sale", "en", "Sale!")
        moment = START
        for hours, title in ((3, "FIRST_PAUSE"), (6, "SECOND_PAUSE")):
            await templates.pause(template.id)
            assert told(world)[-1]["event"] == "PAUSED"
            assert told(world)[-1]["other_info"]["title"] == title
            world.clock.advance_to(moment + hours * HOUR - 1)
            await world.emulator.idle()
            assert (await refused(world, bodies.template("sale", "en")))[0] == 132015
            moment += hours * HOUR
            world.clock.advance_to(moment)
            await world.emulator.idle()
            assert told(world)[-1]["other_info"]["title"] == "UNPAUSE"
            assert (await world.send(**bodies.template("sale", "en"))).status_code == 200
        await templates.pause(template.id)
        assert told(world)[-1]["event"] == "DISABLED"
        assert told(world)[-1]["disable_info"] == {"disable_date": str(moment // SECOND)}
        assert (await refused(world, bodies.template("sale", "en")))[0] == 132016

    async def test_ended_early(self, world: World) -> None:
        """By hand over the Graph API; the old end of the pause does not end the next one."""
        templates = world.emulator.templates
        template = templates.add("sale", "en", "Sale!")
        await templates.pause(template.id)
        assert (await world.call("POST", f"/v24.0/{template.id}/unpause")).json() == {"success": True}
        assert (await world.send(**bodies.template("sale", "en"))).status_code == 200
        await templates.pause(template.id)
        world.clock.advance_to(START + 3 * HOUR)
        await world.emulator.idle()
        assert templates.book.get(template.id).status == "PAUSED"

    async def test_bad_quality_pauses(self, world: World) -> None:
        templates = world.emulator.templates
        template = templates.add("sale", "en", "Sale!", category="MARKETING")
        await templates.rate(template.id, "YELLOW")
        await templates.rate(template.id, "RED")
        assert [
            (one["previous_quality_score"], one["new_quality_score"]) for one in told(world, QUALITY)
        ] == [
            ("UNKNOWN", "YELLOW"),
            ("YELLOW", "RED"),
        ]
        assert told(world)[-1]["event"] == "PAUSED"

    async def test_survives(self, world: World) -> None:
        """State out and in again: the pause ends when it was due."""
        templates = world.emulator.templates
        template = templates.add("sale", "en", "Sale!")
        await templates.pause(template.id)
        kept = templates.state.model_dump_json()
        other = World(start=START + HOUR)
        other.emulator.templates.load(TemplatesState.model_validate_json(kept))
        assert other.emulator.templates.state.model_dump_json() == kept
        other.clock.advance_to(START + 3 * HOUR)
        await other.emulator.idle()
        assert other.emulator.templates.book.get(template.id).status == "APPROVED"
        await other.emulator.close()


QUALITY = "message_template_quality_update"


class TestChanges:
    async def test_category(self, world: World) -> None:
        template = world.emulator.templates.add("sale", "en", "Sale!")
        await world.emulator.templates.recategorise(template.id, "MARKETING")
        (value,) = told(world, "template_category_update")
        assert (value["previous_category"], value["new_category"]) == ("UTILITY", "MARKETING")
        got = await world.call(
            "GET", f"/v24.0/{template.id}", params={"fields": "category,previous_category"}
        )
        assert got.json() == {"category": "MARKETING", "previous_category": "UTILITY", "id": template.id}

    async def test_edit(self, world: World) -> None:
        """New words, and a new review; the category of an approved one stays."""
        template = world.emulator.templates.add("sale", "en", "Sale!")
        path = f"/v24.0/{template.id}"
        change = {"components": [body_part("Sale until {{1}}, hurry!", 1)]}
        category = await world.call("POST", path, json={"category": "MARKETING"})
        assert category.json()["error"]["code"] == 100
        assert (await world.call("POST", path, json=change)).json() == {"success": True}
        await world.emulator.idle()
        (value,) = told(world, "message_template_components_update")
        assert value["message_template_element"] == "Sale until {{1}}, hurry!"
        assert (await refused(world, bodies.template("sale", "en")))[0] == 132001
        again = await world.call("POST", path, json=change)
        assert again.json()["error"]["code"] == 100

    async def test_edits_are_counted(self, world: World) -> None:
        """Once a day, ten times in thirty days."""
        template = world.emulator.templates.add("sale", "en", "Sale!")
        change = {"components": [body_part("Sale now!", 0)]}
        for day in range(12):
            world.clock.advance_to(START + day * DAY)
            answer = await world.call("POST", f"/v24.0/{template.id}", json=change)
            assert answer.status_code == (200 if day < 10 else 400)
            await world.emulator.templates.approve(template.id)
            assert (await world.call("POST", f"/v24.0/{template.id}", json=change)).status_code == 400

    async def test_delete(self, world: World) -> None:
        """By name in all languages, or one by its id; an approved name rests for thirty days."""
        english, german = (world.emulator.templates.add("sale", code, "Sale!") for code in ("en", "de"))
        params = {"name": "sale", "hsm_id": german.id}
        assert (await world.call("DELETE", EDGE, params=params)).json() == {"success": True}
        assert world.emulator.templates.book.has(english.id)
        assert (await world.call("DELETE", EDGE, params={"name": "sale"})).json() == {"success": True}
        await world.emulator.idle()
        assert [(one["event"], one["reason"]) for one in told(world)] == [("DELETED", None)] * 2
        assert (await world.call("DELETE", EDGE, params={"name": "sale"})).json()["error"][
            "error_subcode"
        ] == 33
        assert (await world.call("DELETE", EDGE)).json()["error"]["code"] == 100
        assert (await submit(world, new("sale"))).json()["error"]["error_subcode"] == 2388023
        world.clock.advance_to(START + 30 * DAY)
        await made(world, new("sale"))

    async def test_disabled_ones_stay(self, world: World) -> None:
        template = world.emulator.templates.add("sale", "en", "Sale!")
        await world.emulator.templates.disable(template.id)
        assert (await world.call("DELETE", EDGE, params={"name": "sale"})).status_code == 400


TRACK: dict[str, Any] = {
    "category": "UTILITY",
    "components": [
        {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
        {"type": "FOOTER", "text": "Corner Shop"},
        {
            "type": "BUTTONS",
            "buttons": [
                quick("Thanks"),
                url(),
                {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "15550100100"},
            ],
        },
    ],
}


def track(*changes: Body, header: Body | None = None) -> Body:
    standard = [header or values("header", "42"), values("body", "Anna", "Friday")]
    button = {
        "type": "button",
        "sub_type": "url",
        "index": 1,
        "parameters": [{"type": "text", "text": "42"}],
    }
    return bodies.template("track", "en", *standard, *(changes or (button,)))


class TestSends:
    @pytest.fixture(autouse=True)
    def templates(self, world: World) -> None:
        templates = world.emulator.templates
        templates.add("track", "en", "Dear {{1}}, it comes on {{2}}.", **TRACK)
        templates.add("named", "en", "Dear {{who}}, on {{day}}.", parameter_format="NAMED")
        templates.add(
            "photo", "en", "See it.", components=[{"type": "HEADER", "format": "IMAGE"}], category="MARKETING"
        )
        templates.add(
            "coupon",
            "en",
            "Save!",
            components=[{"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "A"}]}],
        )

    async def test_what_the_handset_shows(self, world: World) -> None:
        answer = await world.send(**track())
        assert answer.json()["messages"][0]["message_status"] == "accepted"
        message = await world.anna.hears(0)
        assert (message.header, message.text, message.footer) == (
            "Order 42",
            "Dear Anna, it comes on Friday.",
            "Corner Shop",
        )
        assert message.buttons == (Button("Thanks", "Thanks"),)
        assert message.links == (
            Link("url", "Track", "https://shop.wavoice.test/42"),
            Link("phone_number", "Call", "15550100100"),
        )

    async def test_amounts_and_dates(self, world: World) -> None:
        parameters = [
            {"type": "currency", "currency": {"fallback_value": "$5", "code": "USD", "amount_1000": 5000}},
            {"type": "date_time", "date_time": {"fallback_value": "May 1"}},
        ]
        body = {"type": "body", "parameters": parameters}
        sent = track()
        sent["template"]["components"][1] = body
        await world.send(**sent)
        assert (await world.anna.hears(0)).text == "Dear $5, it comes on May 1."

    async def test_named(self, world: World) -> None:
        """In any order."""
        parameters = [
            {"type": "text", "parameter_name": "day", "text": "Friday"},
            {"type": "text", "parameter_name": "who", "text": "Anna"},
        ]
        await world.send(**bodies.template("named", "en", {"type": "body", "parameters": parameters}))
        assert (await world.anna.hears(0)).text == "Dear Anna, on Friday."

    async def test_file_above(self, world: World) -> None:
        header = {"type": "header", "parameters": [{"type": "image", "image": {"link": bodies.LINK}}]}
        await world.send(**bodies.template("photo", "en", header))
        assert (await world.anna.hears(0)).link == bodies.LINK
        missing = {"type": "header", "parameters": [{"type": "image", "image": {"id": "404"}}]}
        assert (await refused(world, bodies.template("photo", "en", missing)))[0] == 100

    async def test_code_to_copy(self, world: World) -> None:
        button = {
            "type": "button",
            "sub_type": "copy_code",
            "index": "0",
            "parameters": [{"type": "coupon_code", "coupon_code": "SAVE10"}],
        }
        await world.send(**bodies.template("coupon", "en", button))
        assert (await world.anna.hears(0)).links == (Link("copy_code", "Copy code", "SAVE10"),)

    @pytest.mark.parametrize(
        ("body", "code", "details"),
        [
            (bodies.template("nothing", "en"), 132001, "template name (nothing) does not exist in en"),
            (bodies.template("track", "de"), 132001, "template name (track) does not exist in de"),
            (
                bodies.template("track", "en", values("header", "42"), values("body", "Anna")),
                132000,
                "body: number of localizable_params (1) does not match the expected number of params (2)",
            ),
            (
                bodies.template("track", "en", values("body", "Anna", "Friday")),
                132000,
                "header: number of localizable_params (0) does not match the expected number of params (1)",
            ),
            (bodies.template("hello_world", "en_US", values("header", "x")), 132000, "(1) does not match"),
            (bodies.template("named", "en", values("body", "Anna", "Friday")), 132018, "name is missing"),
            (
                bodies.template("track", "en", values("header", "42"), values("body", "An\nna", "Friday")),
                132018,
                "cannot have new-line",
            ),
            (
                bodies.template("track", "en", values("header", "42"), values("body", "A     B", "Friday")),
                132018,
                "4 consecutive spaces",
            ),
            (
                bodies.template("track", "en", values("header", "42"), values("body", "A", "\x07")),
                132007,
                "control",
            ),
            (
                bodies.template("track", "en", values("header", "42"), values("body", "A", "")),
                132008,
                "empty",
            ),
            (
                bodies.template("track", "en", values("header", "42"), values("body", "😀" * 1010, "x")),
                132005,
                "at most 1024",
            ),
            (track(header=values("header", "4" * 55)), 132005, "at most 60"),
            (
                track(header={"type": "header", "parameters": [{"type": "image", "image": {"link": "x"}}]}),
                132012,
                "expected TEXT, received IMAGE",
            ),
            (bodies.template("photo", "en"), 132012, "expected IMAGE, received UNKNOWN"),
            (bodies.template("photo", "en", values("header", "x")), 132012, "expected IMAGE, received TEXT"),
            (
                bodies.template("track", "en", values("header", "42"), values("body", "A", "B")),
                131008,
                "Button at index 1 of type Url requires a parameter",
            ),
            (bodies.template("coupon", "en"), 131008, "CopyCode requires a parameter"),
            (track({"type": "button", "sub_type": "url", "index": 7}), 132018, "no button at index 7"),
            (track({"type": "button", "sub_type": "url"}), 131008, "index is required"),
            (
                track({"type": "button", "sub_type": "url", "index": 0}),
                132012,
                "of type QUICK_REPLY, not URL",
            ),
        ],
    )
    async def test_what_does_not_fit(self, world: World, body: Body, code: int, details: str) -> None:
        found, told = await refused(world, body)
        assert (found, details in told) == (code, True), told

    async def test_missing_ones_are_404(self, world: World) -> None:
        assert (await world.send(**bodies.template("nothing", "en"))).status_code == 404

    async def test_policy(self, world: World) -> None:
        template = world.emulator.templates.add("odd", "en", "Odd.")
        world.emulator.templates.forbid(template.id)
        assert (await refused(world, bodies.template("odd", "en")))[0] == 132007

    async def test_only_approved_ones(self, world: World) -> None:
        template = await made(world, new("late", body_part("Late.", 0)))
        for change in (None, world.emulator.templates.reject):
            if change is not None:
                await change(template)
            assert (await refused(world, bodies.template("late", "en_US")))[0] == 132001
        await world.emulator.templates.approve(template)
        assert (await world.send(**bodies.template("late", "en_US"))).status_code == 200


@pytest.mark.conformance("S45")
class TestOutsideTheWindow:
    async def test_only_an_approved_one_that_fits(self) -> None:
        """Where other messages are refused (131047): the right name, language and count, and APPROVED."""
        world = World(window="sync")
        world.emulator.templates.add("visit", "en", "Your visit is on {{1}}, see you!")
        waiting = await made(world, new("late", body_part("Late.", 0)))
        world.clock.advance_to(START + DAY + SECOND)
        fits = values("body", "Friday")
        assert (await refused(world, says("x")))[0] == 131047
        for body, code in (
            (bodies.template("visit", "de", fits), 132001),
            (bodies.template("visits", "en", fits), 132001),
            (bodies.template("late", "en_US"), 132001),
            (bodies.template("visit", "en"), 132000),
            (bodies.template("visit", "en", values("body", "Friday", "noon")), 132000),
        ):
            assert (await refused(world, body))[0] == code
        assert (await world.send(**bodies.template("visit", "en", fits))).status_code == 200
        await world.emulator.templates.approve(waiting)
        assert (await world.send(**bodies.template("late", "en_US"))).status_code == 200
        await world.emulator.idle()
        assert [one.text for one in world.anna.messages] == ["Your visit is on Friday, see you!", "Late."]
        await world.emulator.close()


class TestCodes:
    async def test_to_numbers_only(self, world: World) -> None:
        """Codes have WhatsApp's own words, and cannot go to a user id."""
        parts: list[Body] = [
            {"type": "BODY", "add_security_recommendation": True},
            {"type": "FOOTER", "code_expiration_minutes": 10},
            {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
        ]
        template = await made(world, {**new("code", *parts), "category": "AUTHENTICATION"})
        await world.emulator.templates.approve(template)
        button = {
            "type": "button",
            "sub_type": "url",
            "index": "0",
            "parameters": [{"type": "text", "text": "1234"}],
        }
        body = bodies.template("code", "en_US", values("body", "1234"), button)
        assert (await world.send(**body)).status_code == 200
        message = await world.anna.hears(0)
        assert message.text == "*1234* is your verification code. For your security, do not share this code."
        assert message.footer == "This code expires in 10 minutes."
        assert message.links == (Link("otp", "Copy code", "1234"),)
        assert (await refused(world, {**body, "to": None, "recipient": "US.anna"}))[0] == 131062
        assert (await world.send(**bodies.template(), to=None, recipient="US.anna")).status_code == 200
