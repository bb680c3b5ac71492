"""Whole turns with an LLM on a socket: understood, disagreed with, and every way in which it can fail."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from starlette.responses import PlainTextResponse, Response

from tests.llm_server import LlmServer, reading, streamed
from tests.rehearsing import Desk, desk
from wavoice.runtime.build import Parts
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.model import Reading, Stage
from wavoice.runtime.ports import Situation
from wavoice.runtime.replies import english
from wavoice.runtime.settings_understanding import Llm, Understanding


class Guessing:
    """In the place of embeddings that are not sure."""

    def read(self, text: str, situation: Situation) -> Reading:
        guess = (("track_order", 0.5), ("cancel_order", 0.4))
        found = RulesInterpreter().read(text, situation)
        return replace(found, intent="track_order", decided_by="embeddings", sure=0.5, likely=guess)


VAGUE = "the whole thing with 1842 is a pain, make it stop being a thing"


@asynccontextmanager
async def with_llm(
    *says: str, budget: float = 8, sequential: bool = False, parts: Parts | None = None
) -> AsyncIterator[tuple[Desk, LlmServer]]:
    server = LlmServer()
    server.says.extend(says)
    async with server.served() as address:
        llm = Llm(base_url=address, model="some-model", budget_seconds=budget)
        sections = {"understanding": Understanding(backend="none", llm=llm)}
        async with desk(sections=sections, voice=False, sequential=sequential, parts=parts) as at:
            yield at, server


async def test_what_it_understood_is_read_back_and_needs_a_yes() -> None:
    async with with_llm(reading("reschedule_delivery", 0.9, day="Friday")) as (at, server):
        (asked,) = await at.types("Friday suits me a lot more honestly")
        assert "1842" in asked
        assert "yes or no" in asked.lower()
        assert at.writes == []
        (read,) = [event.body for event in await at.journal("read")]
        assert (read.intent, read.decided_by, read.sure) == ("reschedule_delivery", "llm", 0.9)
        assert read.llm == {"reschedule_delivery": 0.9}
        await at.types("yes")
        await at.wait(5)
        assert at.writes == [("reschedule_delivery", {"order": "1842", "day": "2026-11-27"})]
        assert len(server.asked) == 1  # a yes is nobody's business but the gate's


@pytest.mark.parametrize(
    "text", ["where is my order?", "cancel order 1842", "hi", "let me talk to a human", "STOP"]
)
async def test_certain_words_are_never_waited_for(text: str) -> None:
    async with with_llm() as (at, server):
        await at.types(text)
        assert server.asked == []
        assert [event.body.llm for event in await at.journal("read")] == [{}]


async def test_a_voice_note_is_understood_as_well() -> None:
    async with with_llm(reading("track_order")) as (at, server):
        (told,) = await at.speaks("so what about that box of mine then")
        assert "1842" in told
        assert len(server.asked) == 1


async def test_a_note_that_was_badly_heard_is_not_guessed_at() -> None:
    async with with_llm() as (at, server):
        await at.speaks("so what about that box of mine then", logprob=-0.9)
        assert server.asked == []


async def test_where_it_disagrees_about_what_writes_the_customer_says_which() -> None:
    async with with_llm(reading("cancel_order"), parts=Parts(interpreter=Guessing())) as (at, _):
        (asked,) = await at.types(VAGUE)
        jobs = at.rehearsal.runtime.bot.kit.jobs
        cancel, track = jobs.about("cancel_order"), jobs.about("track_order")
        assert asked == english.which_job(cancel.can, track.can)
        assert await at.journal("proposed") == []


async def test_it_sees_this_customers_orders_and_words_and_no_more() -> None:
    async with with_llm(reading("none"), reading("none")) as (at, server):
        await at.types("my mail is me@example.com and I am so cross about it all")
        await at.types("and my phone is +91 98123 00001 in case that is any use")
        first, second = (json.loads(asked["messages"][1]["content"]) for asked in server.asked)
        assert "earlier" not in first
        assert second["earlier"][0]["customer"].startswith("my mail is [mail address]")
        everything = json.dumps([asked["messages"][1] for asked in server.asked])
        for hidden in ("me@example.com", "98123", "Sample Customer", "cus_1", "Hill Road", "4242", "IN.1349"):
            assert hidden not in everything


async def test_it_overlaps_with_the_look_up() -> None:
    async with with_llm(reading("track_order")) as (at, _):
        await at.types("so what about that box of mine then")
        spans = [event.body for event in await at.journal("span")]
        asked = [span for span in spans if span.stage is Stage.INTERPRET]
        assert len(asked) == 2  # the rules, then the LLM


async def test_one_stage_after_the_other_it_works_as_well() -> None:
    async with with_llm(reading("track_order"), sequential=True) as (at, _):
        (told,) = await at.types("so what about that box of mine then")
        assert "1842" in told


FAILS: dict[str, Response | None] = {
    "slow": None,
    "down": PlainTextResponse("", 500),
    "429": PlainTextResponse("", 429),
    "garbage": PlainTextResponse("<html>Cancelled! Yes!</html>"),
    "truncated": streamed({"choices": [{"delta": {"content": '{"job": "cancel_order", "su'}}]}, done=False),
    "prose": streamed({"choices": [{"delta": {"content": "I have cancelled your order."}}]}),
    "wrong schema": streamed({"choices": [{"delta": {"content": '{"action": "cancel_order"}'}}]}),
    "unknown job": streamed({"choices": [{"delta": {"content": reading("approve")}}]}),
}


@pytest.mark.parametrize("how", FAILS.values(), ids=FAILS)
async def test_however_it_fails_the_turn_ends_as_without_it(how: Response | None) -> None:
    async with desk(voice=False, sections={"understanding": Understanding(backend="none")}) as alone:
        without = await alone.types(VAGUE)
    async with with_llm(budget=0.05 if how is None else 8) as (at, server):
        server.instead.append(how)
        assert await at.types(VAGUE) == without
        (trouble,) = [event.body for event in await at.journal("trouble")]
        assert (trouble.stage, trouble.code) == ("interpret", "llm")
        assert "cancelled" not in trouble.detail.lower()
        spans = [event.body for event in await at.journal("span")]
        assert [span.ok for span in spans if span.stage is Stage.INTERPRET] == [True, False]
        assert at.writes == []


async def test_nobody_there_the_turn_ends_as_without_it() -> None:
    llm = Llm(base_url="http://127.0.0.1:9/v1", model="some-model", budget_seconds=8)
    async with desk(voice=False, sections={"understanding": Understanding(backend="none", llm=llm)}) as at:
        (told,) = await at.types(VAGUE)
        assert told
        assert [event.body.code for event in await at.journal("trouble")] == ["llm"]
