"""Calls of every shape to the Graph API and to the control API: refused in words, never an accident."""

from __future__ import annotations

import copy
import json
from typing import Any

import httpx
import pytest

from tests.sim.emulator.callback_world import APP_TOKEN, NUMBER, SUBSCRIPTIONS, VERIFY, Developer, code
from tests.sim.emulator.emulated_world import TOKEN, says
from tests.sim.emulator.test_control import desk
from wavoice.sim.emulator.live_log import Line, LiveLog, describe_call, describe_webhook

DEEP = b'{"a":' * 100_000
FORM = {
    "object": "whatsapp_business_account",
    "callback_url": "https://app.example/hook",
    "verify_token": VERIFY,
    "fields": "messages",
}
ODD = [
    {"entry": 5},
    {"entry": ["x"]},
    {"entry": [{"changes": 5}]},
    {"entry": [{"id": "1", "changes": []}]},
    {"entry": [{"changes": [{"field": "messages", "value": 5}]}]},
    {"entry": [{"id": "1", "changes": [{"field": "messages", "value": {"messages": [5]}}]}]},
    {"entry": [{"id": "1", "changes": [{"field": "messages", "value": {"messages": [{"type": ["q"]}]}}]}]},
    {"entry": [{"id": "1", "changes": [{"field": ["messages"], "value": {"statuses": [{"errors": 5}]}}]}]},
    {"entry": [{"id": "1", "changes": [{"field": "messages", "value": {"messages": 5}}]}]},
    {},
]


class TestGraph:
    @pytest.mark.parametrize("kind", ["data", "json"])
    async def test_the_token_may_stand_in_the_body(self, kind: str) -> None:
        world = Developer()
        given: Any = {kind: {**FORM, "access_token": APP_TOKEN}}
        answer = await world.call("POST", SUBSCRIPTIONS, None, **given)
        wrong = await world.call("POST", SUBSCRIPTIONS, None, data={**FORM, "access_token": "guess"})
        shown = await world.call("GET", SUBSCRIPTIONS, APP_TOKEN)
        await world.emulator.close()
        assert (answer.status_code, answer.json()) == (200, {"success": True})
        assert shown.json()["data"][0]["callback_url"] == FORM["callback_url"]
        assert code(wrong) == (401, 190, None)

    @pytest.mark.parametrize(
        ("method", "path", "content", "said"),
        [
            ("POST", f"/v24.0/{NUMBER}/messages", {"content": DEEP}, (400, 100, None)),
            ("POST", "/v24.0/200000000000001/message_templates", {"content": DEEP}, (400, 100, None)),
            ("POST", f"/v24.0/{NUMBER}", {"content": DEEP}, (400, 100, None)),
            ("DELETE", f"/v24.0/{NUMBER}/messages", {}, (400, 100, 33)),
            ("GET", "/", {}, (400, 2500, None)),
            ("GET", "/v24.0/a/b/c/d", {}, (400, 2500, None)),
        ],
    )
    async def test_every_refusal_is_an_error_of_graph(
        self, method: str, path: str, content: dict[str, Any], said: tuple[int, int, int | None]
    ) -> None:
        world = Developer()
        answer = await world.call(method, path, **content)
        await world.emulator.close()
        assert code(answer) == said

    async def test_a_file_without_its_boundary(self) -> None:
        world = Developer()
        answer = await world.http.post(
            f"http://graph.wavoice.test/v24.0/{NUMBER}/media",
            content=b"x",
            headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "multipart/form-data"},
        )
        await world.emulator.close()
        assert code(answer) == (400, 100, None)

    @pytest.mark.parametrize("url", ["http://[::1", "ftp://app.example/hook", "http://", "app.example"])
    async def test_a_callback_that_is_no_address(self, url: str) -> None:
        world = Developer()
        answer = await world.subscribe(callback_url=url)
        await world.emulator.close()
        assert code(answer) == (400, 100, None)


class TestLog:
    @pytest.mark.parametrize("payload", ODD)
    def test_a_line_for_whatever_is_posted(self, payload: dict[str, Any]) -> None:
        assert describe_webhook(json.dumps(payload).encode())

    @pytest.mark.parametrize("kind", [["x"], {"a": 1}, 5, None])
    def test_a_line_for_whatever_is_sent(self, kind: object) -> None:
        call = {"messaging_product": "whatsapp", "to": "1", "type": kind}
        assert describe_call(json.dumps(call).encode()).endswith("to 1")

    def test_bodies_too_deep_have_none(self) -> None:
        assert describe_call(DEEP[: 200 * 1024]) == ""

    async def test_no_secret_is_in_a_line(self) -> None:
        lines: list[Line] = []
        world = Developer(app_secret="key-of-signatures")
        app = LiveLog(world.clock, lines.append).app(world.emulator.graph_app, "graph")
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://graph") as graph:
            await graph.post(SUBSCRIPTIONS, data={**FORM, "access_token": APP_TOKEN})
            await graph.post(SUBSCRIPTIONS, params={**FORM, "access_token": APP_TOKEN})
            await graph.get(f"/v24.0/{NUMBER}", headers={"Authorization": f"Bearer {TOKEN}"})
        await world.emulator.close()
        told = "\n".join(map(str, lines))
        assert len(lines) == 3
        assert not any(secret in told for secret in (TOKEN, "key-of-signatures", VERIFY))


class TestControl:
    async def test_whatever_is_injected_is_posted_as_it_is(self) -> None:
        async with desk() as at:
            for payload in ODD:
                assert (await at("POST", "/inject", json={"payload": payload}))["payload"] == payload
            log = await at("GET", "/webhooks")
        states = {one["state"] for one in log["webhooks"]}
        assert [one["payload"] for one in log["webhooks"]] == ODD
        assert states <= {"delivered", "unsubscribed"}

    async def test_and_alone_where_others_are_merged(self) -> None:
        async with desk() as at:
            await at("PUT", "/chaos", json={"chaos": "seed=1,batch=10"})
            await at("POST", "/users/Anna/texts", json={"text": "one"})
            for payload in ODD:
                await at("POST", "/inject", json={"payload": payload})
            await at("POST", "/users/Anna/texts", json={"text": "two"})
            await at("POST", "/clock/advance", json={"by": "1h"})
            log = await at("GET", "/webhooks")
        assert {one["state"] for one in log["webhooks"]} == {"delivered"}
        assert [one["payload"] for one in log["webhooks"] if one["payload"] in ODD[:5]] == ODD[:5]

    async def test_a_user_who_wrote_an_hour_ago_may_be_answered(self) -> None:
        async with desk() as at:
            await at("POST", "/users", json={"name": "Bea", "phone": "15550100201", "wrote": "1h"})
            await at("POST", "/users", json={"name": "Cy", "phone": "15550100202", "wrote": "25h"})
            for digits in ("15550100201", "15550100202"):
                assert (await at.send(**says("hello"), to=digits)).status_code == 200
            await at.live.emulator.idle()
            heard = [len((await at("GET", f"/users/{name}/messages"))["messages"]) for name in ("Bea", "Cy")]
        failed = [status for status in at.bot.statuses if status.status.value == "failed"]
        assert heard == [1, 0]
        assert [status.error_code for status in failed] == [131047]

    async def test_the_answer_of_the_bot_is_shown(self) -> None:
        async with desk() as at:
            at.bot.answers = [503]
            done = await at("POST", "/inject", json={"event": "message.text", "user": "Anna"})
        assert [attempt["status"] for attempt in done["attempts"]] == [503]
        assert isinstance(done["attempts"][0]["answer"], str)

    async def test_a_name_with_a_slash_is_found_by_its_phone(self) -> None:
        async with desk() as at:
            await at("POST", "/users", json={"name": "A/B ?#", "phone": "15550100201"})
            assert (await at("GET", "/users/15550100201"))["name"] == "A/B ?#"

    @pytest.mark.parametrize(
        ("status", "method", "path", "body", "said"),
        [
            (409, "POST", "/users/Anna/number", {"phone": "15550100209"}, "15550100209 is somebody else's"),
            (400, "POST", "/users", {"name": "X", "phone": "١٢٣٤٥٦"}, "body phone: String should match"),
            (400, "POST", "/faults", {"does": "fail", "times": 10**10}, "body times: Input should be less"),
            (400, "POST", "/media-faults", {"does": "fail", "times": 10**10}, "body times: Input should be"),
            (400, "POST", "/clock/advance", {"by": "99999999d"}, "The clock would go beyond the year 9999."),
            (400, "PUT", "/world", {"version": 1, "at": 10**19}, "That is no world: "),
            (
                400,
                "POST",
                "/inject",
                {"event": "message.text", "overrides": ["timestamp:=NaN"]},
                "The override",
            ),
        ],
    )
    async def test_refusals(
        self, status: int, method: str, path: str, body: dict[str, Any], said: str
    ) -> None:
        async with desk() as at:
            await at("POST", "/users", json={"name": "Bea", "phone": "15550100209"})
            message, remedy = await at.refused(status, method, path, json=body)
            assert (await at("GET", "/clock"))["iso"].startswith("20")
        assert message.startswith(said)
        assert remedy

    async def test_an_empty_file_is_no_note(self) -> None:
        async with desk() as at:
            said = await at.refused(
                400, "POST", "/users/Anna/notes", content=b"", headers={"Content-Type": "audio/ogg"}
            )
        assert said == ("The file is empty.", "Is there such a file? Send its bytes.")

    async def test_an_origin_that_cannot_be_read_is_a_stranger(self) -> None:
        async with desk() as at:
            await at.refused(403, "POST", "/reset", headers={"Origin": "http://[::1"})

    @pytest.mark.parametrize("damage", ["job", "id", "time"])
    async def test_a_damaged_world_changes_nothing(self, damage: str) -> None:
        async with desk() as at:
            at.bot.answers = [503]
            await at("POST", "/users/Anna/texts", json={"text": "hi"})
            world = (await at.raw("GET", "/world")).json()
            broken = copy.deepcopy(world)
            broken["at"] += 10**12
            if damage == "job":
                broken["webhooks"]["jobs"][0]["delivery"] = "d99"
            elif damage == "id":
                broken["webhooks"]["deliveries"][0]["id"] = "zz"
            else:
                broken["at"] = 10**19
            message, _ = await at.refused(400, "PUT", "/world", json=broken)
            again = (await at.raw("GET", "/world")).json()
        assert message.startswith(("The parts of that world do not fit together", "That is no world: at"))
        assert again == world
