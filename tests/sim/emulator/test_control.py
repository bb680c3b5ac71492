"""The control API in process: what it does, and what it says when it cannot."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.commands import NOTES
from tests.sim.emulator.emulated_world import SECRET, START, TOKEN, Bot, says
from wavoice.runtime.model import SECOND
from wavoice.sim.clock import SkippingClock, VirtualClock
from wavoice.sim.emulator.control.app import control_app, every_call
from wavoice.sim.emulator.control.voice import NoteSource
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.emulator.live import Live
from wavoice.sim.emulator.wire import Business

NOTE = "where_is_my_order__street_20db"
NUMBER = Business().number


@dataclass(frozen=True, slots=True, repr=False)
class Desk:
    """A world without real time, its bot, and the control API in front of it."""

    live: Live
    bot: Bot
    http: httpx.AsyncClient
    graph: httpx.AsyncClient

    async def __call__(self, method: str, path: str, **content: Any) -> Any:
        """Return the JSON of a 200."""
        answer = await self.raw(method, path, **content)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def raw(self, method: str, path: str, **content: Any) -> httpx.Response:
        return await self.http.request(method, f"http://127.0.0.1/control/v1{path}", **content)

    async def refused(self, status: int, method: str, path: str, **content: Any) -> tuple[str, str]:
        """Return what a refusal says, and its remedy."""
        answer = await self.raw(method, path, **content)
        assert answer.status_code == status, answer.text
        error = answer.json()["error"]
        return error["message"], error["remedy"]

    async def send(self, **body: Any) -> httpx.Response:
        return await self.graph.post(
            f"http://graph/v24.0/{NUMBER}/messages",
            json={"messaging_product": "whatsapp", "to": "15550100200", **body},
            headers={"Authorization": f"Bearer {TOKEN}"},
        )


@asynccontextmanager
async def desk(**config: Any) -> AsyncIterator[Desk]:
    """Anna is there; time moves only by the API."""
    bot, clock = Bot(), SkippingClock(VirtualClock(START))
    webhook = httpx.AsyncClient(transport=httpx.ASGITransport(bot.app))
    standard = {"access_token": TOKEN, "app_secret": SECRET, "webhook_url": "http://bot.wavoice.test/hook"}
    live = Live(lambda: Emulator(EmulatorConfig(**{**standard, **config}), clock, webhook), clock)
    app = control_app(every_call(live, NoteSource(NOTES, seed=0)), None)
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app)) as http,
        httpx.AsyncClient(transport=httpx.ASGITransport(live.graph_app)) as graph,
    ):
        at = Desk(live, bot, http, graph)
        await at("POST", "/users", json={"name": "Anna", "phone": "15550100200", "bsuid": "US.anna"})
        yield at
        await live.close()


class TestUsers:
    async def test_the_identity_shapes(self) -> None:
        async with desk() as at:
            hidden = await at("POST", "/users", json={"name": "Hidden", "username": "@hidden"})
            named = await at(
                "POST", "/users", json={"name": "Named", "phone": "15550100201", "username": "@named"}
            )
            for name in ("Anna", "Hidden", "Named"):
                await at("POST", f"/users/{name}/texts", json={"text": "hi"})
        people = [value["contacts"][0] for value in at.bot.values]
        assert [("wa_id" in one, "username" in one["profile"]) for one in people] == [
            (True, False),
            (False, True),
            (True, True),
        ]
        assert (hidden["phone"], named["phone"]) == (None, "15550100201")
        assert ["from" in value["messages"][0] for value in at.bot.values] == [True, False, True]

    async def test_found_by_name_bsuid_or_phone(self) -> None:
        async with desk() as at:
            found = [await at("GET", f"/users/{key}") for key in ("Anna", "US.anna", "15550100200")]
        assert [user["name"] for user in found] == ["Anna"] * 3

    async def test_a_phone_that_is_off_and_on_again(self) -> None:
        async with desk() as at:
            await at("PATCH", "/users/Anna", json={"reach": "sent"})
            await at("POST", "/users/Anna/texts", json={"text": "hi"})
            await at.send(**says("hello"))
            nothing = await at("GET", "/users/Anna/messages")
            await at("PATCH", "/users/Anna", json={"reach": "read"})
            shown = await at("GET", "/users/Anna/messages", params={"wait": "10s"})
            await at.live.emulator.idle()
        assert nothing == {"messages": [], "next": 0}
        assert [message["text"] for message in shown["messages"]] == ["hello"]
        assert [status.status.value for status in at.bot.statuses] == ["sent", "delivered", "read"]

    async def test_a_long_poll_ends_with_the_message_or_with_nothing(self) -> None:
        async with desk() as at:
            await at("POST", "/users/Anna/texts", json={"text": "hi"})
            poll = asyncio.create_task(at("GET", "/users/Anna/messages", params={"wait": "60s"}))
            await at.send(**says("hello"))
            came = await poll
            nothing = await at("GET", "/users/Anna/messages", params={"after": 1, "wait": "1ms"})
        assert ([message["text"] for message in came["messages"]], came["next"]) == (["hello"], 1)
        assert nothing == {"messages": [], "next": 1}


class TestActs:
    async def test_every_kind_reaches_the_bot(self) -> None:
        async with desk() as at:
            ogg = base64.b64encode((NOTES / f"{NOTE}.ogg").read_bytes()).decode()
            first = await at("POST", "/users/Anna/texts", json={"text": "hi"})
            await at("POST", "/users/Anna/notes", json={"fixture": NOTE})
            await at("POST", "/users/Anna/notes", json={"data": ogg, "forwarded": True})
            await at("POST", "/users/Anna/images", json={"caption": "see"})
            await at("POST", "/users/Anna/documents", json={"filename": "bill.pdf"})
            await at("POST", "/users/Anna/locations", json={"latitude": 12.5, "longitude": -7})
            await at("POST", "/users/Anna/reactions", json={"message": first["wamid"], "emoji": "👍"})
            await at("POST", "/users/Anna/edits", json={"message": first["wamid"], "text": "hello"})
            await at("POST", "/users/Anna/revocations", json={"message": first["wamid"]})
        messages = [value["messages"][0] for value in at.bot.values]
        kinds = ["text", "audio", "audio", "image", "document", "location", "reaction", "edit", "revoke"]
        assert [message["type"] for message in messages] == kinds
        assert [messages[1]["audio"]["voice"], messages[2]["audio"]["voice"]] == [True, False]

    async def test_a_tap_names_the_message_that_shows_the_button(self) -> None:
        async with desk() as at:
            await at("POST", "/users/Anna/texts", json={"text": "hi"})
            nodes = [{"type": "reply", "reply": {"id": "y", "title": "Yes"}}]
            interactive = {"type": "button", "body": {"text": "Sure?"}, "action": {"buttons": nodes}}
            for _ in range(2):
                await at.send(type="interactive", interactive=interactive)
            await at.live.emulator.idle()
            shown = (await at("GET", "/users/Anna/messages"))["messages"]
            await at("POST", "/users/Anna/taps", json={"choice": "Yes", "on": shown[0]["wamid"]})
        assert shown[0]["buttons"] == [{"id": "y", "title": "Yes"}]
        assert at.bot.values[-1]["messages"][0]["context"]["id"] == shown[0]["wamid"]

    async def test_delivery_twice_late_and_reordered(self) -> None:
        async with desk() as at:
            await at("POST", "/users/Anna/texts", json={"text": "twice", "deliver": "twice"})
            await at("POST", "/users/Anna/texts", json={"text": "late", "deliver": "late"})
            await at("POST", "/users/Anna/texts", json={"text": "second", "deliver": "reordered"})
            await at("POST", "/users/Anna/texts", json={"text": "first"})
            await at("POST", "/clock/advance", json={"by": "10s"})
        bodies = [value["messages"][0]["text"]["body"] for value in at.bot.values]
        assert bodies == ["twice", "twice", "first", "second", "late"]


class TestOwners:
    async def test_a_number_changes_and_the_bsuid_with_it(self) -> None:
        async with desk() as at:
            after = await at("POST", "/users/Anna/number", json={"phone": "15550100299"})
            await at("POST", "/users/Anna/texts", json={"text": "hi"})
        fields = [json.loads(body)["entry"][0]["changes"][0]["field"] for body in at.bot.bodies]
        assert after["phone"] == "15550100299"
        assert after["bsuid"] != "US.anna"
        assert fields == ["messages", "user_id_update", "messages"]
        assert at.bot.values[0]["messages"][0]["type"] == "system"
        assert at.bot.values[2]["messages"][0]["from_user_id"] == after["bsuid"]

    async def test_a_username_a_key_and_wishes(self) -> None:
        async with desk() as at:
            named = await at("PATCH", "/users/Anna", json={"username": "@anna"})
            await at("POST", "/users/Anna/identity-key", json={"identity_key_hash": "k2"})
            await at("POST", "/users/Anna/marketing", json={"wish": "stop"})
            said, _ = await at.refused(400, "PATCH", "/users/Anna", json={"username": "anna"})
        assert named["username"] == "@anna"
        assert at.bot.values[0]["messages"][0]["type"] == "system"
        assert at.bot.values[1]["user_preferences"][0]["value"] == "stop"
        assert said == "'anna' is no username."

    async def test_rarer_kinds_reach_the_bot(self) -> None:
        card = {"name": {"formatted_name": "Ben", "first_name": "Ben"}, "phones": [{"phone": "+1 555 0100"}]}
        async with desk() as at:
            await at("POST", "/users/Anna/ad", json={"click_id": False})
            await at("POST", "/users/Anna/videos", json={"caption": "see"})
            await at("POST", "/users/Anna/stickers", json={"animated": True})
            await at("POST", "/users/Anna/contacts", json={"cards": [card]})
            await at("POST", "/users/Anna/orders", json={"items": [{"product_retailer_id": "p1"}]})
            await at("POST", "/users/Anna/product-questions", json={"product": "p1", "text": "red?"})
            await at("POST", "/users/Anna/unsupported", json={"kind": "poll_creation"})
            await at("POST", "/users/Anna/unsupported", json={"too_large": True})
            said, _ = await at.refused(400, "POST", "/users/Anna/forms", json={"answers": {"a": 1}})
        messages = [value["messages"][0] for value in at.bot.values]
        kinds = ["video", "sticker", "contacts", "order", "text", "unsupported", "unsupported"]
        assert [message["type"] for message in messages] == kinds
        assert "ctwa_clid" not in messages[0]["referral"]
        assert [message["errors"][0]["code"] for message in messages[-2:]] == [131051, 131052]
        assert said.startswith("There is no flow")


class TestTemplates:
    async def test_a_template_lives(self) -> None:
        async with desk() as at:
            made = await at("POST", "/templates", json={"name": "ready", "body": "Order {{1}} is ready"})
            paused = await at("POST", "/templates/ready/pause")
            await at("POST", "/clock/advance", json={"by": "4h"})
            back = (await at("GET", "/templates"))["templates"][-1]
            rejected = await at("POST", f"/templates/{made['id']}/reject", json={"advice": "Say less"})
            said, _ = await at.refused(404, "POST", "/templates/gone/approve")
            bad, _ = await at.refused(400, "POST", "/templates", json={"name": "x", "body": "{{1}}"})
        assert [one["status"] for one in (made, paused, back, rejected)] == [
            "APPROVED",
            "PAUSED",
            "APPROVED",
            "REJECTED",
        ]
        assert [value["event"] for value in at.bot.values] == ["PAUSED", "APPROVED", "REJECTED"]
        assert said == "There is no template 'gone'."
        assert "Leading or trailing parameters not allowed: " in bad


class TestWebhooks:
    async def test_the_log_shows_every_try_and_redelivers_the_same_bytes(self) -> None:
        async with desk() as at:
            at.bot.answers = [500, 500]
            await at("POST", "/users/Anna/texts", json={"text": "hi"})
            await at("POST", "/clock/advance", json={"by": "1min"})
            log = await at("GET", "/webhooks")
            again = await at("POST", f"/webhooks/{log['next']}/redeliver")
            later = await at("GET", "/webhooks", params={"after": log["next"]})
        (only,) = log["webhooks"]
        assert [attempt["status"] for attempt in only["attempts"]] == [500, 500, 200]
        assert [attempt["at"] - START for attempt in only["attempts"]] == [0, SECOND, 3 * SECOND]
        assert (only["state"], only["payload"]) == (
            "delivered",
            {**only["payload"], "object": "whatsapp_business_account"},
        )
        assert len(again["attempts"]) == 4
        assert len(set(at.bot.bodies)) == 1
        assert later["webhooks"] == []

    async def test_events_and_payloads_can_be_injected(self) -> None:
        async with desk() as at:
            names = {event["name"] for event in (await at("GET", "/events"))["events"]}
            at.bot.documented = False  # one of them is none of Meta's
            told = await at("POST", "/inject", json={"event": "message.text", "overrides": ["text.body=Hey"]})
            own = {"object": "whatsapp_business_account", "entry": []}
            entry = {"id": "1", "changes": [{"field": "novelty", "value": {"x": 1}}]}
            unknown = await at("POST", "/inject", json={"payload": {**own, "entry": [entry]}})
        assert len(names) >= 40
        assert [attempt["status"] for attempt in told["attempts"]] == [200]
        assert at.bot.values[0]["messages"][0]["text"]["body"] == "Hey"
        assert at.bot.values[0]["messages"][0]["from"] == "15550100200"
        assert unknown["payload"]["entry"] == [entry]

    async def test_rules_faults_and_chaos(self) -> None:
        async with desk() as at:
            await at("POST", "/users/Anna/texts", json={"text": "hi"})
            rule = await at("POST", "/rules", json={"code": 131026, "when": "every", "n": 2})
            first, second = await at.send(**says("a")), await at.send(**says("b"))
            listed = await at("GET", "/rules")
            await at("DELETE", f"/rules/{rule['id']}")
            await at("POST", "/faults", json={"does": "fail"})
            failed = await at.send(**says("c"))
            await at.live.emulator.idle()
            await at("PUT", "/chaos", json={"chaos": "seed=1,duplicate=1"})
            await at("POST", "/users/Anna/texts", json={"text": "again"})
            shown = await at("GET", "/chaos")
            await at("PUT", "/chaos", json={"chaos": None})
        assert [answer.status_code for answer in (first, second, failed)] == [200, 400, 500]
        assert [one["struck"] for one in listed["rules"]] == [1]
        assert (shown["chaos"]["seed"], shown["chaos"]["duplicate"]) == (1, 1.0)
        assert at.bot.bodies[-1] == at.bot.bodies[-2]


class TestTime:
    async def test_a_week_passes_in_its_order(self) -> None:
        """Each redelivery happens at its own moment of the jump, and the last one is given up."""
        async with desk() as at:
            at.bot.answers = [500] * 100
            await at("POST", "/users/Anna/texts", json={"text": "hi"})
            after = await at("POST", "/clock/advance", json={"by": "8d"})
            (webhook,) = (await at("GET", "/webhooks"))["webhooks"]
        times = [attempt["at"] for attempt in webhook["attempts"]]
        gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
        assert webhook["state"] == "dropped"
        assert gaps == sorted(gaps)
        assert times[-1] <= START + 7 * 86_400 * SECOND
        assert after == {"now": START + 8 * 86_400 * SECOND, "iso": after["iso"]}

    async def test_a_world_is_taken_out_and_put_back(self) -> None:
        async with desk() as at:
            await at("POST", "/users/Anna/texts", json={"text": "hi"})
            await at.send(**says("hello"))
            saved = await at.raw("GET", "/world")
            await at("POST", "/reset")
            await at("PUT", "/world", content=saved.content, headers={"Content-Type": "application/json"})
            shown = await at("GET", "/users/Anna/messages")
            again = await at.raw("GET", "/world")
            said, _ = await at.refused(400, "PUT", "/world", json={"version": 1, "at": "never"})
        assert [message["text"] for message in shown["messages"]] == ["hello"]
        assert again.content == saved.content
        assert said.startswith("That is no world: at: ")

    async def test_reset_makes_an_empty_world(self) -> None:
        async with desk() as at:
            await at("POST", "/reset")
            assert (await at("GET", "/users"))["users"] == []
            assert (await at.send(**says("hi"))).status_code == 200  # its number is on no WhatsApp now
            await at.live.emulator.idle()
        assert [status.status.value for status in at.bot.statuses] == ["failed"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("status", "method", "path", "json", "said", "remedy"),
        [
            (404, "GET", "/users/Bob", None, "There is no user 'Bob'.", "Known users: Anna."),
            (404, "GET", "/nowhere", None, "There is no /control/v1/nowhere.", "GET /control/v1 lists"),
            (405, "DELETE", "/users", None, "/control/v1/users does not take DELETE.", "GET /control/v1"),
            (409, "POST", "/users", {"name": "Anna"}, "There is a user 'Anna' already.", "Choose another"),
            (400, "POST", "/users", {"nom": "Ann"}, "body name: Field required.", "GET /control/v1"),
            (400, "POST", "/users/Anna/texts", {"text": "x", "loud": 1}, "body loud: Extra inputs", ""),
            (400, "POST", "/users/Anna/taps", {"choice": "Yes"}, "There is no button 'Yes'", "Wait for"),
            (400, "POST", "/users/Anna/notes", {}, "A note has no sound.", "Give exactly one of"),
            (404, "POST", "/users/Anna/notes", {"fixture": "gone"}, "There is no fixture 'gone'", "`wavoice"),
            (400, "POST", "/users/Anna/notes", {"fixture": "../x"}, "body fixture: String should", ""),
            (400, "POST", "/clock/advance", {"by": "1 fortnight"}, "body by: '1 fortnight' is not a", ""),
            (400, "POST", "/clock/advance", {"by": "-1h"}, "body by: -1h lies in the past.", ""),
            (
                404,
                "POST",
                "/webhooks/7/redeliver",
                None,
                "There is no webhook 7.",
                "GET /control/v1/webhooks",
            ),
            (400, "GET", "/webhooks/x", None, "{number}: Input should be a valid integer", ""),
            (400, "POST", "/inject", {}, "Nothing to inject is named.", "Give either"),
            (400, "POST", "/inject", {"event": "message.txt"}, "There is no event", "The nearest is"),
            (400, "POST", "/rules", {"code": 7}, "WhatsApp has no error 7.", "Did you mean"),
            (404, "DELETE", "/rules/e9", None, "There is no rule 'e9'.", "GET /control/v1/rules"),
            (400, "PUT", "/chaos", {"chaos": "duplicate=1"}, "Chaos without a seed", "Write a seed"),
            (404, "GET", "/users/Anna/messages/0/media", None, "There is no file in message 0", "GET"),
        ],
    )
    async def test_every_refusal_says_what_to_do(
        self, status: int, method: str, path: str, json: object, said: str, remedy: str
    ) -> None:
        async with desk() as at:
            message, do = await at.refused(status, method, path, **({} if json is None else {"json": json}))
        assert message.startswith(said)
        assert do.startswith(remedy)
        assert do

    async def test_a_page_in_a_browser_cannot_command_it(self) -> None:
        async with desk() as at:
            form = await at.refused(
                415, "POST", "/users", content=b"a=1", headers={"Content-Type": "text/plain"}
            )
            named = await at.raw("POST", "/reset", headers={"Host": "rebound.example"})
            foreign = await at.raw("POST", "/reset", headers={"Origin": "https://evil.example"})
            own = await at.raw("POST", "/reset", headers={"Origin": "http://localhost:3000"})
        assert form[0] == "A body of type text/plain is not understood."
        assert [answer.status_code for answer in (named, foreign, own)] == [403, 403, 200]

    async def test_with_a_token_nobody_calls_without_it(self) -> None:
        async with desk() as at:
            app = control_app(every_call(at.live, NoteSource(Path(), 0)), "s3cret")
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://far") as far:
                bare = await far.get("/control/v1/users")
                wrong = await far.get("/control/v1/users", headers={"Authorization": f"Bearer {TOKEN}"})
                right = await far.get("/control/v1/users", headers={"Authorization": "Bearer s3cret"})
        assert [answer.status_code for answer in (bare, wrong, right)] == [401, 401, 200]


async def test_the_listing_names_every_call() -> None:
    async with desk() as at:
        told = await at("GET", "")
    paths = {(call["method"], call["path"]) for call in told["calls"]}
    assert ("POST", "/control/v1/users/{user}/notes") in paths
    assert all(call["about"] for call in told["calls"])
