"""The budget of voice minutes: what is beyond it is answered in writing, unheard, and costs no yes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date

import pytest

from tests.rehearsing import Desk, desk
from wavoice.runtime.adapters.store import SqliteStore
from wavoice.runtime.build import Parts
from wavoice.runtime.model import Address
from wavoice.runtime.policy import Policy
from wavoice.runtime.replies import english
from wavoice.runtime.replies.others import words_in
from wavoice.sim.clock import CountingIds

ENOUGH = english.LISTENED_ENOUGH
ASKED = "Order 1842: move it to Friday 27 November? Reply yes or no."
DAY = 24 * 3600


@asynccontextmanager
async def rationed(*, contact: float = 20.0, tenant: float = 1e6) -> AsyncIterator[Desk]:
    """A desk whose budgets are these, in notes; every note is the same."""
    async with desk() as at:
        await at.speaks("where is my order")
        seconds = (await at.journal("heard"))[0].body.note_seconds
    policy = Policy(
        contact_voice_minutes=(contact + 0.5) * seconds / 60,
        tenant_voice_minutes=(tenant + 0.5) * seconds / 60,
    )
    async with desk(parts=Parts(policy=policy)) as at:
        yield at


async def troubles(at: Desk) -> list[str]:
    return [event.body.code for event in await at.journal("trouble")]


async def test_over_the_budget_a_note_is_answered_in_writing_and_nobody_listens() -> None:
    async with rationed(contact=1) as at:
        await at.speaks("where is my order")
        assert await at.speaks("move my delivery to Friday") == [ENOUGH]
        assert len(at.ears.lines) == 1  # what it says is still with the ears
        assert await troubles(at) == ["over_budget"]


async def test_where_nothing_is_left_a_note_is_not_even_fetched() -> None:
    async with desk(parts=Parts(policy=Policy(contact_voice_minutes=0.0))) as at:
        assert await at.speaks("where is my order") == [ENOUGH]
        stages = [event.body.stage for event in await at.journal("span")]
        assert "fetch" not in stages


async def test_typed_messages_still_work_and_the_next_day_of_the_shop_begins_anew() -> None:
    async with rationed(contact=1) as at:
        await at.speaks("where is my order")
        await at.speaks("where is my order")
        assert await at.types("where is my order?") == ["Order 1842 is packed. It arrives on Thursday."]
        at.ears.lines.clear()
        assert (await at.speaks("where is my order", after=DAY))[0] != ENOUGH


async def test_the_budget_of_all_customers_together_is_one() -> None:
    async with rationed(tenant=1) as at:
        await at.speaks("where is my order")
        assert await at.speaks("where is my order") == [ENOUGH]


async def test_a_note_that_nobody_listened_to_holds_a_yes_and_is_no_failed_answer() -> None:
    """It may have said "no wait"; three of them bring nobody's colleague, because typing still works."""
    async with rationed(contact=1) as at:
        assert await at.speaks("move my delivery to Friday") == [ASKED, f"(voice) {ASKED}"]
        assert await at.types("yes") == []
        for _ in range(3):
            assert await at.speaks("no wait", after=0.5) == [f"{ENOUGH} {ASKED}"]
        await at.wait(60)
        assert at.writes == []
        assert (await at.rows())[-1] == "D71"
        await at.types("yes")
        await at.wait(5)
        assert [write[1]["day"] for write in at.writes] == ["2026-11-27"]


async def test_it_is_said_in_the_language_of_the_conversation() -> None:
    async with desk(parts=Parts(policy=Policy(contact_voice_minutes=0.0))) as at:
        await at.types("where is my order?")
        where = (await at.journal())[0].where
        async with at.rehearsal.runtime.store.begin() as tx:
            conversation = await tx.conversations.take(Address(where.tenant, where.number, where.contact))
            await tx.conversations.save(replace(conversation, language="es"))
        assert await at.speaks("hola") == [words_in("es").listened_enough]


@pytest.mark.parametrize("again", [False, True])
async def test_seconds_are_counted_by_day_and_contact(*, again: bool) -> None:
    store = await SqliteStore.open(":memory:", ids=CountingIds())
    one, two = Address("default", "100", "c_1"), Address("default", "100", "c_2")
    elsewhere = replace(one, number="200")
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    async with store.begin() as tx:
        await tx.voice_use.add(one, monday, 4.0)
        await tx.voice_use.add(elsewhere, monday, 1.5)
        await tx.voice_use.add(two, monday, 30.0)
        if again:
            await tx.voice_use.add(one, monday, 4.0)
    more = 4.0 if again else 0.0
    async with store.begin() as tx:
        assert await tx.voice_use.of_contact(one, monday) == 5.5 + more
        assert await tx.voice_use.of_contact(one, tuesday) == 0.0
        assert await tx.voice_use.of_tenant("default", monday) == 35.5 + more
        assert await tx.voice_use.of_tenant("other", monday) == 0.0
    await store.close()
