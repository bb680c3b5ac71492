"""`wavoice deploy --check`: from the phone to the bot, what may be wrong is told with its remedy."""

from __future__ import annotations

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.deploy.stage import CALLBACK, SECRET, TOKEN, WORD, Stage
from wavoice.deploy.callback import Callback
from wavoice.deploy.check import check
from wavoice.deploy.opened import channel_of
from wavoice.deploy.target import Finding
from wavoice.deploy.webhook import Moved, Webhook
from wavoice.runtime.errors import ChannelError, ConfigError, UserInputError
from wavoice.runtime.model import SECOND
from wavoice.sim.emulator.tokens import Token
from wavoice.sim.in_process import InProcess


async def checked(stage: Stage) -> dict[str, Finding]:
    around = stage.around
    channel = channel_of(around.settings, stage.graph, around.clock)
    found = await check(around.settings, around.meta, channel, around.http, around.clock)
    return {each.name: each for each in found}


async def test_all_is_well_once_it_is_deployed(stage: Stage) -> None:
    assert (await stage.deploy()).ok
    found = await checked(stage)
    assert [name for name, each in found.items() if not each.ok] == []
    assert set(found) == {
        "handshake",
        "signature",
        "token",
        "number",
        "clock",
        "subscribed",
        "webhook",
        "media",
    }
    assert found["webhook"].told == f"Meta sends messages to {CALLBACK}"
    assert found["media"].told.endswith("went up and came back the same")


async def test_webhooks_that_go_elsewhere(stage: Stage) -> None:
    found = await checked(stage)
    assert {name for name, each in found.items() if not each.ok} == {"subscribed", "webhook"}
    assert found["webhook"].told == "Meta sends messages to nobody"
    assert found["webhook"].remedy == "Let them come here: wavoice deploy webhook https://127.0.0.1"


@pytest.mark.bulk
async def test_secrets_that_are_not_the_bots(stage: Stage) -> None:
    secrets = stage.folder / "secrets"
    (secrets / "word").write_text("another")
    (secrets / "secret").write_text("another")
    found = await checked(stage)
    assert "HTTP 403 to the verify token" in found["handshake"].told
    assert "HTTP 401 to a webhook signed with the app secret" in found["signature"].told
    assert "whatsapp.app_secret" in found["signature"].remedy


@pytest.mark.bulk
async def test_a_token_about_to_end(stage: Stage) -> None:
    ends = stage.around.clock.now() + 3600 * SECOND
    stage.emulator.tokens.add(Token(value=TOKEN, app="300000000000001", kind="USER", expires_at=ends))
    found = (await checked(stage))["token"]
    assert (found.ok, found.needed) == (False, False)
    assert found.told == "USER, may send and manage, ends in 1 h"


@pytest.mark.bulk
async def test_a_number_that_is_not_registered(stage: Stage) -> None:
    await stage.graph.post(
        f"http://graph.wavoice.test/v24.0/{stage.around.meta.number_id}/deregister",
        headers={"Authorization": f"Bearer {TOKEN}"},
    )
    found = await checked(stage)
    assert "DISCONNECTED" in found["number"].told
    assert "docs/deploy.md" in found["number"].remedy
    assert "media" not in found


@pytest.mark.bulk
async def test_media_that_come_back_otherwise(stage: Stage) -> None:
    stage.emulator.media_fault("wrong_hash", 2)
    found = (await checked(stage))["media"]
    assert not found.ok
    assert "differ from the hash" in found.told


def impostor(status: int, body: str | None) -> Callback:
    """Whatever answers there; `body` None: the challenge."""

    async def answer(request: Request) -> Response:
        said = request.query_params.get("hub.challenge", "") if body is None else body
        return PlainTextResponse(said, status_code=status)

    app = Starlette(routes=[Route("/webhooks/whatsapp", answer, methods=["GET", "POST"])])
    http = httpx.AsyncClient(transport=InProcess(app))
    return Callback(CALLBACK, http, SecretStr(WORD), SecretStr(SECRET), "1158201444")


@pytest.mark.parametrize(
    ("status", "body", "handshake", "signature"),
    [
        (
            200,
            "It works!",
            "it answers, and not with the challenge",
            "it takes webhooks that Meta has not signed",
        ),
        (200, None, "it takes any verify token", "it takes webhooks that Meta has not signed"),
        (502, "", "HTTP 502 to the verify token of these settings", "HTTP 502 to a webhook signed with"),
        (301, "", "HTTP 301 to the verify token of these settings", "HTTP 301 to a webhook signed with"),
    ],
)
async def test_something_else_answers(status: int, body: str | None, handshake: str, signature: str) -> None:
    found = await impostor(status, body).check()
    assert [each.ok for each in found] == [False, False]
    assert found[0].told == handshake
    assert found[1].told.startswith(signature)


async def test_nobody_answers() -> None:
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport()) as http:
        callback = Callback(
            "http://127.0.0.1:1/webhooks/whatsapp", http, SecretStr(WORD), SecretStr(SECRET), "1"
        )
        (found,) = await callback.check()
    assert found.told.startswith("http://127.0.0.1:1/webhooks/whatsapp does not answer: ")
    assert "ports 80 and 443" in found.remedy


async def test_the_webhook_without_a_target(stage: Stage) -> None:
    number, hook = stage.around.meta.number_id, Webhook(stage.around.settings, stage.graph)
    assert await hook.look() == [Moved(number, None, None)]
    assert await hook.put() == [Moved(number, CALLBACK, None)]
    assert await hook.put() == [Moved(number, CALLBACK, CALLBACK)]
    assert await hook.remove() == [Moved(number, None, CALLBACK)]
    stage.with_deploy(url="https://127.0.0.1/other")
    with pytest.raises(ChannelError, match="Callback verification failed"):
        await Webhook(stage.around.settings, stage.graph).put()
    stage.with_deploy(webhook="off")
    with pytest.raises(UserInputError, match="set elsewhere"):
        await Webhook(stage.around.settings, stage.graph).put()
    stage.with_deploy(url=None)
    with pytest.raises(ConfigError, match="no public address"):
        await checked(stage)
