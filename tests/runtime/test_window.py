"""Replies that come too late for WhatsApp's 24 hours: held until the customer writes, or called for."""

from __future__ import annotations

from typing import ClassVar

import pytest

from tests.rehearsing import desk
from wavoice.runtime.build import Parts
from wavoice.runtime.model import SECOND
from wavoice.runtime.policy import HOUR, Policy
from wavoice.sim.emulator.error_rules import Mode

CLOSED = 131047
MODES: tuple[Mode, ...] = ("sync", "async")


@pytest.mark.parametrize("mode", MODES)
async def test_a_reply_is_held_until_the_customer_writes(mode: Mode) -> None:
    async with desk(voice=False) as at:
        at.rehearsal.emulator.rules.add(CLOSED, mode=mode)
        assert await at.types("where is my order?") == []
        assert (await at.journal("trouble"))[-1].body.code == "window_closed"
        assert await at.wait(3600) == []
        first, second = await at.types("blue elephants")
        assert "1842" in second
        assert "1842" not in first
        assert await at.wait(48 * 3600) == []


@pytest.mark.parametrize("mode", MODES)
async def test_nothing_is_said_after_an_opt_out(mode: Mode) -> None:
    async with desk(voice=False) as at:
        at.rehearsal.emulator.rules.add(CLOSED, mode=mode)
        await at.types("where is my order?")
        (bye,) = await at.types("STOP")
        assert "1842" not in bye
        assert await at.wait(60) == []
        assert [event.body.code for event in await at.journal("trouble")][-2:] == [
            "window_closed",
            "not_sent",
        ]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("first", "second"),
    [("where is my order?", "where is my order?"), ("move my delivery to Friday", "yes")],
)
async def test_what_the_next_answer_says_itself_is_not_said_twice(
    mode: Mode, first: str, second: str
) -> None:
    async with desk(voice=False) as at:
        at.rehearsal.emulator.rules.add(CLOSED, mode=mode)
        assert await at.types(first) == []
        assert len(await at.types(second)) == 1
        assert await at.wait(60) == []
        assert at.writes == []
        detail = [event.body.detail for event in await at.journal("trouble")][-1]
        assert detail == "it is said anew"


async def test_a_question_that_is_void_is_not_put() -> None:
    async with desk(voice=False) as at:
        at.rehearsal.emulator.rules.add(CLOSED)
        await at.types("move my delivery to Friday")
        assert len(await at.types("no, leave it")) == 1
        assert await at.wait(60) == []
        detail = [event.body.detail for event in await at.journal("trouble")][-1]
        assert detail == "its question is void"


async def test_a_reply_is_not_held_for_ever() -> None:
    async with desk(voice=False) as at:
        at.rehearsal.emulator.rules.add(CLOSED)
        await at.types("where is my order?")
        await at.wait(24 * 3600 + 1)
        trouble = [event.body for event in await at.journal("trouble")][-1]
        assert (trouble.code, trouble.detail) == ("not_sent", "the customer did not write again in time")
        assert len(await at.types("blue elephants")) == 1
        assert await at.wait(3600) == []


async def test_nothing_is_tried_once_the_window_is_known_to_be_closed() -> None:
    policy = Policy(service_window=5 * SECOND, hold_replies=HOUR)
    async with desk(voice=False, parts=Parts(policy=policy)) as at:
        at.rehearsal.emulator.fault("fail")
        assert await at.types("where is my order?") == []
        assert await at.wait(60) == []
        assert [event.body.code for event in await at.journal("trouble")] == ["channel", "window_closed"]
        assert len(await at.types("blue elephants")) == 2


async def test_a_late_delivery_ends_the_holding() -> None:
    async with desk(voice=False) as at:
        emulator = at.rehearsal.emulator
        emulator.rules.add(CLOSED, mode="async")
        await at.types("where is my order?")
        (event,) = await at.journal("status_seen")
        await emulator.trigger(
            "status.delivered", at.rehearsal.phone, [f"statuses.0.id={event.body.message}"]
        )
        assert await at.types("blue elephants") != []
        assert await at.wait(60) == []


class TestTheTemplate:
    settings: ClassVar = {"template_outside_window": "we_have_an_answer", "template_language": "en_US"}

    @pytest.mark.parametrize("mode", MODES)
    async def test_asks_once_to_write_again(self, mode: Mode) -> None:
        async with desk(voice=False, whatsapp=self.settings) as at:
            at.rehearsal.emulator.templates.add("we_have_an_answer", "en_US", "We have an answer for you.")
            at.rehearsal.emulator.rules.add(CLOSED, n=3, kind="text", mode=mode)
            await at.types("where is my order?")
            await at.types("blue elephants")
            shown = [message.kind for message in at.messages]
            assert shown == ["template"]
            await at.wait(3600)
            (called,) = await at.journal("noticed")
            assert (called.body.form, called.body.text) == ("template", "[template we_have_an_answer]")
            await at.types("where is my order?")
            assert len(at.messages) == 3  # the answer to this is held as well, and sent after the first

    async def test_is_not_sent_to_somebody_who_has_opted_out(self) -> None:
        async with desk(voice=False, whatsapp=self.settings) as at:
            at.rehearsal.emulator.rules.add(CLOSED, n=1, kind="text")
            await at.types("STOP")
            assert at.messages == []

    async def test_that_is_refused_leaves_the_reply_held(self) -> None:
        async with desk(voice=False, whatsapp=self.settings) as at:
            at.rehearsal.emulator.rules.add(CLOSED, kind="text")
            at.rehearsal.emulator.rules.add(132001, kind="template")
            await at.types("where is my order?")
            assert await at.wait(3600) == []
            assert len(await at.types("blue elephants")) == 2
