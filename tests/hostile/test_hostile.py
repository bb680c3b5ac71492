"""No tampered body is taken, and no signed one, whatever its shape, brings the runtime down.

S-rows: shared/whatsapp.md, section 18. How long the answers take is measured by `benchmarks.webhooks`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import cast

import pytest
from starlette.types import ASGIApp

from tests.hostile.mutate import batch, mutated, tampered
from tests.hostile.payloads import encode, message, said, sign
from tests.rehearsing import Desk, desk
from wavoice.runtime.adapters.webhook import MAX_BODY, PATH
from wavoice.runtime.model import SECOND
from wavoice.sim.in_process import InProcessPoster
from wavoice.sim.rehearsal import APP_SECRET

CI = 500
SOME = 2_000
ALL = 10_000


def door(at: Desk) -> Callable[[bytes, Mapping[str, str]], Awaitable[int]]:
    """Posts to the bot's webhook and returns the status; an exception inside the bot surfaces."""
    poster = InProcessPoster(cast("ASGIApp", at.rehearsal.runtime.app))

    async def post(body: bytes, headers: Mapping[str, str]) -> int:
        answer = await poster.post(f"http://bot.wavoice.test{PATH}", content=body, headers=headers)
        return answer.status_code

    return post


async def some_time(at: Desk) -> None:
    """Let the bot work, and its timers fall due."""
    await at.rehearsal.idle()
    at.clock.advance_to(at.clock.now() + 60 * SECOND)
    await at.rehearsal.idle()


async def stored(at: Desk) -> int:
    return len(await at.journal("received"))


async def refuse_all(count: int, seed: int) -> None:
    async with desk(voice=False) as at:
        post = door(at)
        before = await stored(at)
        answers = Counter[int]()
        for body, headers in tampered(count, seed, APP_SECRET):
            answers[await post(body, headers)] += 1
        assert answers == {401: count}
        assert await stored(at) == before
        assert await at.types("where is my order?") != []


async def survive_all(count: int, seed: int) -> None:
    async with desk(voice=False) as at:
        post = door(at)
        answers = Counter[int]()
        for number, body in enumerate(mutated(count, seed)):
            answers[await post(body, {"X-Hub-Signature-256": sign(body, APP_SECRET)})] += 1
            if number % 100 == 99:  # the bot works on what it was sent
                await some_time(at)
        assert set(answers) <= {200, 400}, answers
        assert answers[200] > 0.8 * count
        await some_time(at)
        assert await stored(at) > 10
        failed = [event for event in await at.journal("trouble") if event.body.stage == "turn"]
        assert [(event.body.code, event.body.detail) for event in failed] == []
        assert await at.types("where is my order?") != []


@pytest.mark.conformance("S5")
async def test_tampered_bodies_are_refused_and_nothing_is_processed() -> None:
    await refuse_all(CI, seed=1)


@pytest.mark.bulk
@pytest.mark.timeout(900)
@pytest.mark.conformance("S5")
async def test_ten_thousand_tampered_bodies() -> None:
    await refuse_all(ALL, seed=2)


@pytest.mark.conformance("S16")
async def test_signed_bodies_of_any_shape_are_survived() -> None:
    await survive_all(CI, seed=3)


@pytest.mark.bulk
@pytest.mark.timeout(300)
async def test_two_thousand_signed_bodies_of_any_shape() -> None:
    await survive_all(SOME, seed=4)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.conformance("S16")
async def test_ten_thousand_signed_bodies_of_any_shape() -> None:
    await survive_all(ALL, seed=4)


async def test_a_thousand_updates_and_the_same_again() -> None:
    async with desk(voice=False) as at:
        body = batch(1000, seed=5)
        headers = {"X-Hub-Signature-256": sign(body, APP_SECRET)}
        assert len(body) < MAX_BODY
        assert await door(at)(body, headers) == 200
        found = await stored(at)
        assert 600 < found <= 667
        assert await door(at)(body, headers) == 200
        assert await stored(at) == found


@pytest.mark.parametrize("length", [None, "5", "10000000000000000000000000"])
async def test_more_than_three_megabytes_are_refused_whatever_the_length_says(length: str | None) -> None:
    async with desk(voice=False) as at:
        statuses: list[int] = []
        pulled: list[int] = []

        async def receive() -> dict[str, object]:
            pulled.append(1)
            return {"type": "http.request", "body": b"x" * 65536, "more_body": True}

        async def send(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                statuses.append(cast("int", message["status"]))

        headers = [] if length is None else [(b"content-length", length.encode())]
        scope = {"type": "http", "method": "POST", "path": PATH, "headers": headers, "query_string": b""}
        await at.rehearsal.runtime.app(scope, receive, send)  # type: ignore[arg-type]
        assert statuses == [413]
        assert len(pulled) == (0 if length == "10000000000000000000000000" else MAX_BODY // 65536 + 1)


async def test_three_megabytes_are_taken() -> None:
    async with desk(voice=False) as at:
        body = encode(said(message("hologram", hologram={"bytes": "x" * (MAX_BODY - 2000)})))
        assert MAX_BODY - 2000 < len(body) <= MAX_BODY
        headers = {"X-Hub-Signature-256": sign(body, APP_SECRET)}
        assert await door(at)(body, headers) == 200
        assert await stored(at) == 1


async def test_two_signatures_are_none() -> None:
    async with desk(voice=False) as at:
        body = encode(said(message("text")))
        true = sign(body, APP_SECRET)
        assert await door(at)(body, {"x-hub-signature-256": true, "X-Hub-Signature-256": true}) == 401
        assert await door(at)(body, {"X-Hub-Signature-256": true}) == 200
