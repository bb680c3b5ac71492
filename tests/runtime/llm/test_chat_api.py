"""The chat protocol: what is sent, what comes back in each mode, and what is no answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from tests.llm_server import KEY, LlmServer, reading, streamed
from tests.rehearsing import MONDAY
from wavoice.runtime.adapters.chat_api import MOST_TEXT
from wavoice.runtime.adapters.consultant import CarefulConsultant, described, open_consultant
from wavoice.runtime.errors import ConfigError, ConsultError
from wavoice.runtime.interpret.llm import Question, Written
from wavoice.runtime.model import SECOND
from wavoice.runtime.settings import Settings
from wavoice.runtime.settings_understanding import Llm
from wavoice.sim.clock import VirtualClock

QUESTION = Question("label it", '{"message": "hello there you"}', {"type": "object"})
MODES = [(shape, stream) for shape in ("json_schema", "tool") for stream in (True, False)]


@asynccontextmanager
async def asking(**settings: Any) -> AsyncIterator[tuple[CarefulConsultant, LlmServer, VirtualClock]]:
    server, clock = LlmServer(), VirtualClock(MONDAY)
    async with server.served() as address:
        given = {"budget_seconds": 8, "model": "some-model", "api_key": SecretStr(KEY), **settings}
        consultant = open_consultant(Llm(base_url=address, **given), clock)
        assert consultant is not None
        try:
            yield consultant, server, clock
        finally:
            await consultant.close()


@pytest.mark.parametrize(("shape", "stream"), MODES)
async def test_an_answer_comes_back_in_every_mode(shape: str, stream: bool) -> None:
    settings = {"answers": shape, "stream": stream, "options": {"max_completion_tokens": 200}}
    async with asking(**settings) as (llm, server, _):
        server.says.append(reading("track_order", order=None))
        written = await llm.ask(QUESTION, "c_1")
    assert written is not None
    assert json.loads(written.text)["job"] == "track_order"
    assert (written.tokens_in, written.tokens_out) == ((0, 0) if stream else (900, 30))
    (asked,) = server.asked
    assert (asked["model"], asked["key"], asked["stream"]) == ("some-model", KEY, stream)
    assert (asked["temperature"], asked["max_completion_tokens"]) == (0, 200)
    assert asked["messages"] == [
        {"role": "system", "content": QUESTION.task},
        {"role": "user", "content": QUESTION.material},
    ]
    strict = (
        asked["response_format"]["json_schema"] if shape == "json_schema" else asked["tools"][0]["function"]
    )
    assert strict["strict"] is True
    assert [tool["function"]["name"] for tool in asked.get("tools", ())] in ([], ["reading"])


async def test_a_stream_is_read_no_further_than_its_object() -> None:
    async def goes_on() -> AsyncIterator[str]:
        yield "data: " + json.dumps({"choices": [{"delta": {"content": reading("track_order")}}]}) + "\n\n"
        await server.closing.wait()

    async with asking() as (llm, server, _):
        server.instead.append(StreamingResponse(goes_on(), media_type="text/event-stream"))
        written = await llm.ask(QUESTION, "c_1")
    assert written is not None
    assert json.loads(written.text)["job"] == "track_order"


async def test_a_server_without_streams_is_understood_all_the_same() -> None:
    async with asking(stream=True) as (llm, server, _):
        whole = {"choices": [{"message": {"content": reading("track_order")}}]}
        server.instead.append(JSONResponse(whole))
        assert await llm.ask(QUESTION, "c_1") == Written(reading("track_order"))


BAD = {
    "500": PlainTextResponse("my key is sk-of-a-test", 500),
    "429": PlainTextResponse("slow down", 429, headers={"retry-after": "30"}),
    "401": PlainTextResponse("bad key sk-of-a-test", 401),
    "a page": PlainTextResponse("<html>hello</html>"),
    "no completion": JSONResponse([1, 2]),
    "truncated": PlainTextResponse('{"choices": [{"message": {"content": "{\\"job'),
    "a bad stream": Response(b"data: {not json}\n\n", media_type="text/event-stream"),
    "too much": streamed({"choices": [{"delta": {"content": "x" * (MOST_TEXT + 1)}}]}),
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
async def test_what_is_no_answer_is_an_error_without_its_words(answer: Response) -> None:
    async with asking() as (llm, server, _):
        server.instead.append(answer)
        with pytest.raises(ConsultError) as raised:
            await llm.ask(QUESTION, "c_1")
    assert KEY not in str(raised.value)
    assert "hello" not in str(raised.value)


async def test_a_call_of_another_function_is_no_answer() -> None:
    async with asking(answers="tool") as (llm, server, _):
        server.function = "cancel_order"
        server.says.append("{}")
        with pytest.raises(ConsultError, match="not offered"):
            await llm.ask(QUESTION, "c_1")


async def test_nobody_waits_longer_than_the_budget() -> None:
    async with asking(budget_seconds=0.05) as (llm, server, _):
        server.instead.append(None)
        with pytest.raises(ConsultError, match="budget"):
            await llm.ask(QUESTION, "c_1")


async def test_who_keeps_failing_is_left_alone_for_a_while() -> None:
    async with asking() as (llm, server, clock):
        for _ in range(3):
            server.instead.append(PlainTextResponse("", 503))
            with pytest.raises(ConsultError):
                await llm.ask(QUESTION, "c_1")
        assert await llm.ask(QUESTION, "c_1") is None
        assert len(server.asked) == 3
        clock.advance_to(clock.now() + 31 * SECOND)
        server.says.append(reading("none"))
        assert await llm.ask(QUESTION, "c_1") is not None


async def test_calls_are_counted_by_customer_and_by_day() -> None:
    async with asking(calls_per_day=3, calls_per_contact=2) as (llm, server, clock):
        server.says.extend([reading("none")] * 9)
        told = [await llm.ask(QUESTION, contact) for contact in ("c_1", "c_1", "c_1", "c_2", "c_2")]
        assert [one is not None for one in told] == [True, True, False, True, False]
        clock.advance_to(clock.now() + 24 * 3600 * SECOND)
        assert await llm.ask(QUESTION, "c_1") is not None


class TestSettings:
    def test_without_an_address_nobody_is_asked(self) -> None:
        assert open_consultant(Llm(), VirtualClock(MONDAY)) is None
        assert "base_url" in described(Llm())

    def test_a_model_is_named(self) -> None:
        with pytest.raises(ConfigError, match=r"understanding\.llm\.model"):
            open_consultant(Llm(base_url="http://127.0.0.1:1/v1"), VirtualClock(MONDAY))

    @pytest.mark.parametrize(
        "wrong",
        [
            {"base_url": "http://api.example.com/v1"},
            {"base_url": "https://user:pass@api.example.com/v1"},
            {"options": {"tools": "all"}},
            {"budget_seconds": 60},
        ],
    )
    def test_what_cannot_be_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            Llm(**wrong)

    def test_who_is_asked_is_told_in_a_line_without_the_key(self) -> None:
        llm = Llm(base_url="http://127.0.0.1:1/v1", model="some-model", api_key=SecretStr(KEY))
        assert described(llm) == "some-model at 127.0.0.1:1, within 2.5 s, 1000 times a day"

    def test_a_key_that_is_nowhere_is_told(self) -> None:
        llm = Llm(base_url="http://127.0.0.1:1/v1", model="m", api_key=SecretStr("env:NO_SUCH_KEY_HERE"))
        with pytest.raises(ConfigError, match="NO_SUCH_KEY_HERE"):
            described(llm)

    def test_a_key_that_is_written_out_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "wavoice.toml"
        file.write_text('[understanding.llm]\nmodel = "m"\napi_key = "sk-123"\n')
        with pytest.raises(ConfigError, match=r"understanding\.llm\.api_key is a secret"):
            Settings.load(file)
        file.write_text('[understanding.llm]\nmodel = "m"\napi_key = "env:KEY"\n')
        assert Settings.load(file).understanding.llm.model == "m"
