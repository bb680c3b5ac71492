"""Who gets webhooks: the handshake, fields, subscribed_apps, overrides, several apps.

S-rows: docs/conformance.md.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.rehearsing import desk
from tests.sim.emulator.callback_world import (
    APP,
    APP_TOKEN,
    NUMBER,
    SUBSCRIBED_APPS,
    SUBSCRIPTIONS,
    VERIFY,
    WABA,
    Developer,
    code,
)
from tests.sim.emulator.emulated_world import SECRET, START, TOKEN, says
from wavoice.runtime.adapters.webhook import PATH
from wavoice.runtime.adapters.wire import verify_signature
from wavoice.runtime.model import SECOND
from wavoice.sim.emulator.subscriptions import App
from wavoice.sim.emulator.tokens import Token
from wavoice.sim.rehearsal import APP_SECRET, BOT_URL, VERIFY_TOKEN

OTHER = App(id="300000000000002", name="analytics", secret="other-secret")
OTHER_TOKEN = f"{OTHER.id}|{OTHER.secret}"


@pytest.fixture
async def world() -> AsyncIterator[Developer]:
    made = Developer()
    yield made
    await made.emulator.close()


@pytest.mark.conformance("S1")
class TestHandshake:
    async def test_three_parameters_and_the_exact_challenge(self, world: Developer) -> None:
        answer = await world.subscribe()
        assert (answer.status_code, answer.json()) == (200, {"success": True})
        (asked,) = world.callbacks.asked
        query = dict(asked.url.params)
        assert query.pop("hub.challenge").isdigit()
        assert query == {"hub.mode": "subscribe", "hub.verify_token": VERIFY}
        assert (asked.method, asked.url.path, asked.url.host) == ("GET", "/hook", "app.example")

    async def test_a_query_of_the_callback_stays(self, world: Developer) -> None:
        await world.subscribe(callback_url="https://app.example/hook?tenant=7")
        assert world.callbacks.asked[0].url.params["tenant"] == "7"
        assert world.callbacks.asked[0].url.params["hub.mode"] == "subscribe"

    @pytest.mark.parametrize("kind", ["params", "data", "json"])
    async def test_query_form_and_json_are_all_taken(self, world: Developer, kind: str) -> None:
        given: dict[str, Any] = {
            "object": "whatsapp_business_account",
            "callback_url": "https://app.example/hook",
            "verify_token": VERIFY,
            "fields": ["messages", "calls"] if kind == "json" else "messages,calls",
        }
        answer = await world.call("POST", SUBSCRIPTIONS, APP_TOKEN, **{kind: given})
        assert answer.json() == {"success": True}
        (shown,) = (await world.call("GET", SUBSCRIPTIONS, APP_TOKEN)).json()["data"]
        assert shown == {
            "object": "whatsapp_business_account",
            "callback_url": "https://app.example/hook",
            "active": True,
            "fields": [{"name": "messages", "version": "v24.0"}, {"name": "calls", "version": "v24.0"}],
        }

    @pytest.mark.parametrize(
        "answer",
        [
            pytest.param(lambda asked: f'"{asked.url.params["hub.challenge"]}"', id="quoted"),
            pytest.param(lambda asked: asked.url.params["hub.challenge"] + "\n", id="newline"),
            pytest.param(lambda asked: "", id="empty"),
        ],
    )
    async def test_anything_but_the_bytes_of_the_challenge_is_refused(
        self, world: Developer, answer: Any
    ) -> None:
        world.callbacks.verify = lambda asked: httpx.Response(200, text=answer(asked))
        assert code(await world.subscribe()) == (400, 2200, None)
        assert (await world.call("GET", SUBSCRIPTIONS, APP_TOKEN)).json() == {"data": []}

    @pytest.mark.parametrize("status", [201, 204, 301, 404, 500])
    async def test_the_right_body_with_another_status_is_refused(self, world: Developer, status: int) -> None:
        world.callbacks.verify = lambda asked: httpx.Response(status, text=asked.url.params["hub.challenge"])
        refused = await world.subscribe()
        assert code(refused) == (400, 2200, None)
        assert str(status) in refused.json()["error"]["error_data"]["details"]

    async def test_nobody_there_is_refused(self, world: Developer) -> None:
        def down(asked: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("", request=asked)

        world.callbacks.verify = down
        assert code(await world.subscribe()) == (400, 2200, None)


@pytest.mark.conformance("S2")
async def test_a_wrong_verify_token_is_told_to_the_caller_and_nothing_is_delivered(world: Developer) -> None:
    await world.install()
    assert code(await world.subscribe(verify_token="guess")) == (400, 2200, None)
    await world.anna.says("hello")
    assert world.callbacks.posted == []
    assert [one.state for one in world.emulator.deliveries] == ["unsubscribed"]


@pytest.mark.conformance("S14")
class TestSubscribedApps:
    async def test_nothing_comes_before_it_and_nothing_after_its_end(self, world: Developer) -> None:
        await world.subscribe()
        await world.anna.says("too early")
        assert (await world.call("GET", SUBSCRIBED_APPS)).json() == {"data": []}
        assert (await world.install()).json() == {"success": True}
        (shown,) = (await world.call("GET", SUBSCRIBED_APPS)).json()["data"]
        assert shown["whatsapp_business_api_data"]["id"] == APP
        assert {*shown["whatsapp_business_api_data"]} == {"id", "name", "link"}
        await world.anna.says("hello")
        assert (await world.call("DELETE", SUBSCRIBED_APPS)).json() == {"success": True}
        assert (await world.call("GET", SUBSCRIBED_APPS)).json() == {"data": []}
        await world.anna.says("too late")
        assert world.callbacks.texts() == ["hello"]

    async def test_its_end_stops_redelivery_too(self, world: Developer) -> None:
        await world.subscribe()
        await world.install()
        world.callbacks.statuses["app.example"] = [500]
        await world.anna.says("hello")
        await world.call("DELETE", SUBSCRIBED_APPS)
        world.clock.advance_to(START + 10 * SECOND)
        await world.emulator.idle()
        assert len(world.callbacks.posted) == 1

    async def test_only_for_ones_own_account(self, world: Developer) -> None:
        assert code(await world.call("POST", "/v24.0/999/subscribed_apps")) == (400, 100, 33)

    async def test_statuses_wait_for_it_as_messages_do(self, world: Developer) -> None:
        await world.subscribe()
        body = {"messaging_product": "whatsapp", "to": "15550100200", **says("hi")}
        await world.call("POST", f"/v24.0/{NUMBER}/messages", json=body)
        await world.emulator.idle()
        assert world.callbacks.posted == []


@pytest.mark.conformance("S15")
class TestFields:
    async def test_only_subscribed_fields_are_delivered(self, world: Developer) -> None:
        await world.subscribe(fields="smb_message_echoes,account_update")
        await world.install()
        await world.anna.says("hello")
        await world.emulator.staff_says(world.anna, "hi")
        fields = [
            json.loads(one.content)["entry"][0]["changes"][0]["field"] for one in world.callbacks.posted
        ]
        assert fields == ["smb_message_echoes"]

    async def test_a_later_call_replaces_them_and_delete_takes_some_back(self, world: Developer) -> None:
        await world.subscribe(fields="smb_message_echoes")
        await world.subscribe(fields="messages,calls")
        await world.install()
        await world.anna.says("one")
        gone = {"object": "whatsapp_business_account", "fields": "messages"}
        await world.call("DELETE", SUBSCRIPTIONS, APP_TOKEN, params=gone)
        await world.anna.says("two")
        assert world.callbacks.texts() == ["one"]
        (shown,) = (await world.call("GET", SUBSCRIPTIONS, APP_TOKEN)).json()["data"]
        assert [one["name"] for one in shown["fields"]] == ["calls"]
        await world.call("DELETE", SUBSCRIPTIONS, APP_TOKEN)
        assert (await world.call("GET", SUBSCRIPTIONS, APP_TOKEN)).json() == {"data": []}

    async def test_an_unknown_field_is_refused_before_the_handshake(self, world: Developer) -> None:
        refused = await world.subscribe(fields="messages,mesages")
        assert code(refused) == (400, 100, None)
        assert "mesages" in refused.json()["error"]["error_data"]["details"]
        assert world.callbacks.asked == []


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"object": "page"}, "object"),
        ({"callback_url": "hook"}, "callback_url"),
        ({"callback_url": "https://app.example/" + "x" * 200}, "200"),
        ({"verify_token": ""}, "verify_token"),
    ],
)
async def test_a_malformed_subscription_names_the_parameter(
    world: Developer, changed: dict[str, str], named: str
) -> None:
    refused = await world.subscribe(**changed)
    assert code(refused) == (400, 100, None)
    assert named in refused.json()["error"]["error_data"]["details"]


@pytest.mark.conformance("T13")
class TestOverrides:
    async def test_precedence_is_number_account_app_and_for_messages_only(self, world: Developer) -> None:
        await world.subscribe(fields="messages,smb_message_echoes")
        await world.install()
        await self._everything(world)
        account = {"override_callback_uri": "https://account.example/", "verify_token": VERIFY}
        assert (await world.install(**account)).status_code == 200
        await self._everything(world)
        number = {"override_callback_uri": "https://number.example/", "verify_token": VERIFY}
        assert (await self._configure(world, number)).json() == {"success": True}
        await self._everything(world)
        assert world.callbacks.hosts() == [
            *("app.example", "app.example"),
            *("account.example", "app.example"),
            *("number.example", "app.example"),
        ]
        assert await self._shown(world, NUMBER) == {
            "phone_number": "https://number.example/",
            "whatsapp_business_account": "https://account.example/",
            "application": "https://app.example/hook",
        }
        assert "phone_number" not in await self._shown(world, WABA)
        (shown,) = (await world.call("GET", SUBSCRIBED_APPS)).json()["data"]
        assert shown["override_callback_uri"] == "https://account.example/"

    async def test_an_empty_one_takes_it_back(self, world: Developer) -> None:
        await world.subscribe()
        await world.install()
        override = {"override_callback_uri": "https://number.example/", "verify_token": VERIFY}
        await self._configure(world, override)
        await self._configure(world, {"override_callback_uri": ""})
        await world.install(override_callback_uri="https://account.example/", verify_token=VERIFY)
        await world.install()
        await world.anna.says("hello")
        assert world.callbacks.hosts() == ["app.example"]

    async def test_it_is_verified_like_any_callback(self, world: Developer) -> None:
        await world.subscribe()
        await world.install()
        wrong = {"override_callback_uri": "https://number.example/", "verify_token": "guess"}
        assert code(await self._configure(world, wrong)) == (400, 2200, None)
        assert code(await world.install(**wrong)) == (400, 2200, None)
        await world.anna.says("hello")
        assert world.callbacks.hosts() == ["app.example"]

    async def test_it_needs_an_app_that_listens_but_none_that_has_a_callback(self, world: Developer) -> None:
        override = {"override_callback_uri": "https://staging.example/", "verify_token": VERIFY}
        assert code(await self._configure(world, override)) == (400, 100, None)
        await world.install()
        await self._configure(world, override)
        await world.anna.says("hello")
        await world.emulator.staff_says(world.anna, "hi")
        assert world.callbacks.hosts() == ["staging.example"]

    async def _everything(self, world: Developer) -> None:
        await world.anna.says("hello")
        await world.emulator.staff_says(world.anna, "hi")

    async def _configure(self, world: Developer, wanted: dict[str, str]) -> httpx.Response:
        return await world.call("POST", f"/v24.0/{NUMBER}", json={"webhook_configuration": wanted})

    async def _shown(self, world: Developer, node: str) -> dict[str, str]:
        answer = await world.call("GET", f"/v24.0/{node}?fields=webhook_configuration")
        shown: dict[str, str] = answer.json()["webhook_configuration"]
        return shown


class TestSeveralApps:
    async def test_each_gets_the_same_bytes_under_its_own_secret(self) -> None:
        world = await self._two()
        await world.anna.says("hello")
        ours, theirs = world.callbacks.posted
        assert ours.content == theirs.content
        assert verify_signature(ours.content, ours.headers["X-Hub-Signature-256"], [SECRET.encode()])
        assert verify_signature(theirs.content, theirs.headers["X-Hub-Signature-256"], [b"other-secret"])

    @pytest.mark.conformance("S6")
    async def test_a_retry_goes_to_all_also_to_those_that_had_answered(self) -> None:
        world = await self._two()
        world.callbacks.statuses["other.example"] = [500]
        await world.anna.says("hello")
        world.clock.advance_to(START + SECOND)
        await world.emulator.idle()
        assert world.callbacks.hosts() == ["app.example", "other.example"] * 2
        assert world.clock.next_wake is None

    async def _two(self) -> Developer:
        world = Developer(OTHER.model_copy())
        world.emulator.tokens.add(Token(value="theirs", app=OTHER.id))
        await world.subscribe()
        await world.install()
        path = f"/v24.0/{OTHER.id}/subscriptions"
        await world.subscribe(OTHER_TOKEN, path, callback_url="https://other.example/hook")
        await world.install("theirs")
        return world


@pytest.mark.conformance("S1", "S2")
async def test_the_runtimes_own_endpoint_passes_the_handshake() -> None:
    async with desk() as opened, opened.rehearsal.emulator.client() as http:
        for token, status in ((VERIFY_TOKEN, 200), ("guess", 400)):
            answer = await http.post(
                f"http://graph.wavoice.test{SUBSCRIPTIONS}",
                headers={"Authorization": f"Bearer {APP}|{APP_SECRET}"},
                params={
                    "object": "whatsapp_business_account",
                    "callback_url": f"{BOT_URL}{PATH}",
                    "verify_token": token,
                    "fields": "messages",
                },
            )
            assert answer.status_code == status


async def test_a_webhook_url_in_the_config_is_a_subscription_to_everything() -> None:
    world = Developer(webhook_url="https://ready.example/hook")
    await world.anna.says("hello")
    await world.emulator.staff_says(world.anna, "hi")
    assert world.callbacks.hosts() == ["ready.example"] * 2
    assert world.callbacks.asked == []
    (shown,) = (await world.call("GET", SUBSCRIPTIONS, APP_TOKEN)).json()["data"]
    assert shown["callback_url"] == "https://ready.example/hook"


async def test_subscriptions_survive_as_state() -> None:
    world, again = Developer(), Developer()
    await world.subscribe()
    await world.install()
    kept = world.emulator.subscriptions.state.model_dump_json()
    again.emulator.subscriptions.load(type(world.emulator.subscriptions.state).model_validate_json(kept))
    await again.anna.says("hello")
    assert again.callbacks.texts() == ["hello"]
    assert again.emulator.subscriptions.state.model_dump_json() == kept
    assert TOKEN not in repr(world.emulator.subscriptions.state)
    assert SECRET not in repr(world.emulator.subscriptions.state)
