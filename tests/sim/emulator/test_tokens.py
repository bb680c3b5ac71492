"""Who may call the Graph API: every version, and every way in which a token can be wrong.

S-rows: docs/conformance.md.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.sim.emulator.callback_world import (
    APP,
    APP_TOKEN,
    NUMBER,
    SUBSCRIBED_APPS,
    SUBSCRIPTIONS,
    WABA,
    Developer,
    code,
)
from tests.sim.emulator.emulated_world import SECRET, START, TOKEN, says
from wavoice.runtime.model import SECOND
from wavoice.sim.emulator.tokens import MANAGEMENT, MESSAGING, Token, TokensState

MESSAGES = f"/v24.0/{NUMBER}/messages"
SEND = {"messaging_product": "whatsapp", "to": "15550100200", **says("hi")}


@pytest.fixture
async def world() -> AsyncIterator[Developer]:
    made = Developer()
    yield made
    await made.emulator.close()


@pytest.mark.conformance("S35")
class TestS35:
    @pytest.mark.parametrize("version", ["v17.0", "v24.0", "v26.0", "v31.12"])
    async def test_any_version_with_the_right_token(self, world: Developer, version: str) -> None:
        answer = await world.call("POST", f"/{version}/{NUMBER}/messages", json=SEND)
        assert answer.status_code == 200

    async def test_a_path_without_a_version_is_refused(self, world: Developer) -> None:
        assert code(await world.call("POST", f"/24/{NUMBER}/messages", json=SEND)) == (400, 100, None)

    async def test_no_bearer(self, world: Developer) -> None:
        assert code(await world.call("POST", MESSAGES, None, json=SEND)) == (401, 104, None)

    async def test_an_unknown_token(self, world: Developer) -> None:
        assert code(await world.call("POST", MESSAGES, "EAAguess", json=SEND)) == (401, 190, None)

    async def test_an_expired_token_at_its_second(self, world: Developer) -> None:
        world.emulator.tokens.add(Token(value="short", app=APP, expires_at=START + 60 * SECOND))
        world.clock.advance_to(START + 60 * SECOND - 1)
        assert (await world.call("POST", MESSAGES, "short", json=SEND)).status_code == 200
        world.clock.advance_to(START + 60 * SECOND)
        assert code(await world.call("POST", MESSAGES, "short", json=SEND)) == (401, 190, 463)

    async def test_every_edge_asks_for_one(self, world: Developer) -> None:
        edges = [
            ("POST", MESSAGES), ("GET", f"/v24.0/{NUMBER}"), ("POST", f"/v24.0/{NUMBER}"),
            ("GET", f"/v24.0/{WABA}"), ("GET", "/v24.0/1234567890123456"), ("POST", f"/v24.0/{NUMBER}/media"),
            ("GET", SUBSCRIBED_APPS), ("POST", SUBSCRIBED_APPS), ("DELETE", SUBSCRIBED_APPS),
            ("GET", SUBSCRIPTIONS), ("POST", SUBSCRIPTIONS), ("DELETE", SUBSCRIPTIONS),
            ("GET", "/v24.0/debug_token"),
        ]  # fmt: skip
        for method, path in edges:
            assert code(await world.call(method, path, None)) == (401, 104, None), path
            assert code(await world.call(method, path, "EAAguess")) == (401, 190, None), path


class TestByOrder:
    async def test_a_token_can_be_let_expire_and_taken_back(self, world: Developer) -> None:
        world.emulator.tokens.add(Token(value="old", app=APP))
        assert world.emulator.tokens.expire("old")
        assert world.emulator.tokens.revoke(TOKEN)
        assert not world.emulator.tokens.expire("none")
        assert code(await world.call("POST", MESSAGES, "old", json=SEND)) == (401, 190, 463)
        assert code(await world.call("POST", MESSAGES, json=SEND)) == (401, 190, None)

    async def test_what_a_token_may_not_do(self, world: Developer) -> None:
        world.emulator.tokens.add(Token(value="manages", app=APP, scopes=(MANAGEMENT,)))
        world.emulator.tokens.add(Token(value="sends", app=APP, scopes=(MESSAGING,)))
        world.emulator.tokens.add(Token(value="elsewhere", app=APP, targets=("999",)))
        assert code(await world.call("POST", MESSAGES, "manages", json=SEND)) == (403, 10, None)
        assert code(await world.call("POST", SUBSCRIBED_APPS, "sends")) == (403, 200, None)
        assert code(await world.call("POST", SUBSCRIBED_APPS, "elsewhere")) == (403, 200, None)
        assert (await world.call("POST", MESSAGES, "sends", json=SEND)).status_code == 200
        assert (await world.call("POST", SUBSCRIBED_APPS, "manages")).status_code == 200

    async def test_subscriptions_want_the_apps_own_token(self, world: Developer) -> None:
        assert (await world.subscribe(TOKEN)).status_code == 400
        assert code(await world.subscribe(path="/v24.0/999/subscriptions")) == (400, 100, 33)

    async def test_the_token_may_stand_in_the_query(self, world: Developer) -> None:
        answer = await world.call("GET", SUBSCRIBED_APPS, None, params={"access_token": TOKEN})
        assert answer.json() == {"data": []}


class TestAppToken:
    @pytest.mark.parametrize("path", ["/oauth/access_token", "/v24.0/oauth/access_token"])
    async def test_client_credentials_give_one_that_subscribes(self, world: Developer, path: str) -> None:
        given = {"client_id": APP, "client_secret": SECRET, "grant_type": "client_credentials"}
        answer = (await world.call("GET", path, None, params=given)).json()
        assert answer["token_type"] == "bearer"
        assert (await world.subscribe(answer["access_token"])).status_code == 200

    @pytest.mark.parametrize("wrong", ["client_id", "client_secret", "grant_type"])
    async def test_wrong_credentials_are_refused(self, world: Developer, wrong: str) -> None:
        given = {
            "client_id": APP,
            "client_secret": SECRET,
            "grant_type": "client_credentials",
            wrong: "guess",
        }
        assert (await world.call("GET", "/oauth/access_token", None, params=given)).status_code == 400


class TestDebugToken:
    async def described(self, world: Developer, token: str) -> dict[str, object]:
        asked = {"input_token": token}
        answer = await world.call("GET", "/v24.0/debug_token", APP_TOKEN, params=asked)
        data: dict[str, object] = answer.json()["data"]
        return data

    async def test_a_token_that_never_expires(self, world: Developer) -> None:
        data = await self.described(world, TOKEN)
        assert (data["is_valid"], data["expires_at"], data["app_id"]) == (True, 0, APP)
        assert data["scopes"] == [MESSAGING, MANAGEMENT]
        assert "granular_scopes" not in data

    async def test_one_of_some_accounts_that_will(self, world: Developer) -> None:
        until = START + 3600 * SECOND
        world.emulator.tokens.add(Token(value="t", app=APP, targets=(WABA,), expires_at=until))
        data = await self.described(world, "t")
        assert data["expires_at"] == until // SECOND
        assert {"scope": MESSAGING, "target_ids": [WABA]} in data["granular_scopes"]  # type: ignore[operator]

    async def test_invalid_ones_are_described_and_not_refused(self, world: Developer) -> None:
        world.emulator.tokens.add(Token(value="old", app=APP, expires_at=START))
        old, unknown = await self.described(world, "old"), await self.described(world, "EAAguess")
        assert (old["is_valid"], unknown["is_valid"]) == (False, False)
        assert old["error"]["subcode"] == 463  # type: ignore[index]

    async def test_it_needs_to_be_told_which(self, world: Developer) -> None:
        assert code(await world.call("GET", "/v24.0/debug_token")) == (400, 100, None)


async def test_tokens_survive_as_state(world: Developer) -> None:
    world.emulator.tokens.add(Token(value="sends", app=APP, scopes=(MESSAGING,)))
    kept = world.emulator.tokens.state.model_dump_json()
    again = Developer()
    again.emulator.tokens.load(TokensState.model_validate_json(kept))
    assert again.emulator.tokens.state.model_dump_json() == kept
    assert code(await again.call("POST", SUBSCRIBED_APPS, "sends")) == (403, 200, None)
    assert "sends" not in repr(again.emulator.tokens.state)
