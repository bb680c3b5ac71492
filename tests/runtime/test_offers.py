"""What the shop's own system offers: one question at a time, and proven like any other (D69)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.rehearsing import Desk, desk, nobody_is_told
from wavoice.runtime import personal
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND, Address, Alias, Offered, Timer, TimerKind

FRIDAY = ("reschedule_delivery", {"order": "1842", "day": "2026-11-27"})
ASKED = "Order 1842: move it to Friday 27 November? Reply yes or no."
HOUR = 3600 * SECOND


async def offer(at: Desk, name: str = "late-1", day: str = "2026-11-27", action: str = FRIDAY[0]) -> bool:
    bot, person = at.rehearsal.runtime.bot, at.rehearsal.phone.person
    offered = Offered(name, action, {"order": "1842", "day": day}, at.clock.now() + 12 * HOUR)
    return await bot.offer(next(iter(bot.numbers)), Alias(person.phone, person.bsuid), offered)


async def address(at: Desk) -> Address:
    bot, person = at.rehearsal.runtime.bot, at.rehearsal.phone.person
    async with bot.kit.store.begin() as tx:
        alias = Alias(person.phone, person.bsuid)
        return (await tx.contacts.find_or_add(bot.tenant, next(iter(bot.numbers)), alias, 0)).address


async def timers(at: Desk, subject: str) -> list[Timer]:
    """What waits for that contact until the end of time, if it is about `subject`."""
    where = await address(at)
    async with at.rehearsal.runtime.bot.kit.store.begin() as tx:
        due = await tx.timers.due(where, 1 << 60)
    return [due] if due is not None and due.subject == subject else []


class TestAsking:
    async def test_with_nothing_open_it_is_asked_at_once_and_needs_its_own_yes(self) -> None:
        async with desk() as at:
            assert await offer(at)
            assert await at.news() == [ASKED]
            assert [button.title for button in at.messages[-1].buttons] == ["Yes", "No"]
            await at.wait(60)
            assert at.writes == []
            await at.types("yes")
            assert await at.wait(5) == ["Done: order 1842 now comes on Friday 27 November."]
            assert at.writes == [FRIDAY]

    async def test_the_same_offer_twice_is_one(self) -> None:
        async with desk() as at:
            assert await offer(at)
            assert not await offer(at)
            assert len(await at.wait(60)) == 1

    @pytest.mark.parametrize("action", ["track_order", "sell_the_shop"])
    async def test_what_cannot_be_offered_is_refused(self, action: str) -> None:
        async with desk() as at:
            with pytest.raises(UserInputError, match=action):
                await offer(at, action=action)

    async def test_live_facts_decide_whether_it_still_fits(self) -> None:
        async with desk() as at:
            at.world.staff_edits("1842", status="shipped")
            await offer(at)
            assert await at.wait(60) == []
            assert [event.body.code for event in await at.journal("trouble")] == ["not_offered"]

    async def test_a_shop_that_cannot_be_read_is_waited_for(self) -> None:
        async with desk() as at:
            at.world.fault("fail", at="read", times=2)
            await offer(at)
            assert await at.news() == []
            assert await at.wait(600) == [ASKED]


class TestWaiting:
    async def test_while_another_question_is_open(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Saturday")
            await offer(at)
            assert await at.wait(60) == []
            said = await at.types("no")
            assert said == ["Okay, nothing changed: order 1842 is still Thursday."]
            assert await at.wait(30) == [ASKED]

    async def test_until_the_other_yes_is_written(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Saturday")
            await offer(at)
            await at.types("yes")
            assert await at.wait(5) == ["Done: order 1842 now comes on Saturday 28 November."]
            assert await at.wait(30) == [ASKED]
            assert [write[1]["day"] for write in at.writes] == ["2026-11-28"]
            await at.types("yes")
            await at.wait(5)
            assert at.day == date(2026, 11, 27).isoformat()

    async def test_until_the_other_question_has_expired(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Saturday")
            await offer(at)
            assert await at.wait(29 * 60) == []
            assert await at.wait(2 * 60) == [ASKED]
            assert [event.body.row for event in await at.journal("expired")] == ["D69"]

    async def test_while_a_job_is_half_said(self) -> None:
        async with desk() as at:
            await at.types("can you reschedule order 1842")
            await offer(at)
            said = await at.types("on Saturday")
            assert said == ["Order 1842: move it to Saturday 28 November? Reply yes or no."]

    async def test_two_offers_are_asked_one_after_the_other(self) -> None:
        async with desk() as at:
            await offer(at, "one")
            await offer(at, "two", day="2026-11-28")
            assert await at.wait(60) == [ASKED]
            await at.types("no")
            said = await at.wait(30)
            assert said[-1] == "Order 1842: move it to Saturday 28 November? Reply yes or no."

    async def test_while_a_person_has_the_chat(self) -> None:
        async with desk() as at:
            await at.types("let me talk to a human")
            await offer(at)
            assert await at.wait(3600) == []

    async def test_nobody_who_opted_out_is_asked(self) -> None:
        async with desk() as at:
            await at.types("unsubscribe")
            await offer(at)
            assert await at.wait(24 * 3600) == []
            assert await timers(at, "late-1") == []

    async def test_not_longer_than_it_holds(self) -> None:
        async with desk() as at:
            await at.types("let me talk to a human")
            await offer(at)
            await at.wait(13 * 3600)
            await at.types("START")
            assert await at.wait(3600) == []
            assert await timers(at, "late-1") == []


class TestAfterACrash:
    async def test_an_offer_that_was_stored_is_asked_by_the_next_process(self, tmp_path: Path) -> None:
        store = str(tmp_path / "bot.sqlite")
        async with desk(store=store) as at:
            at.rehearsal.runtime.bot.nudge = nobody_is_told
            await offer(at)
            assert at.messages == []
        async with desk(store=store) as at:
            assert await at.wait(5) == [ASKED]

    async def test_one_that_waits_goes_on_waiting(self, tmp_path: Path) -> None:
        store = str(tmp_path / "bot.sqlite")
        async with desk(store=store) as at:
            await at.types("let me talk to a human")
            await offer(at)
            await at.wait(60)
            (waits,) = await timers(at, "late-1")
            assert waits.kind is TimerKind.OFFER
        async with desk(store=store) as at:
            assert [timer.subject for timer in await timers(at, "late-1")] == ["late-1"]


async def test_a_second_open_question_is_seen() -> None:
    """It cannot come about; if it did, the gate is told."""
    async with desk() as at:
        await at.types("move my delivery to Saturday")
        where = await address(at)
        async with at.rehearsal.runtime.bot.kit.store.begin() as tx:
            first = await tx.proposals.open(where)
            assert first is not None
            assert await tx.proposals.rivals(where) == 0
            await tx.proposals.save(replace(first, id="p_other"))
            assert await tx.proposals.rivals(where) == 1


class TestToWhomWasErased:
    async def erase(self, at: Desk) -> None:
        bot = at.rehearsal.runtime.bot
        person = await personal.person(bot.kit.store, bot.tenant, (await address(at)).contact)
        why = personal.because("operator", person, bot.kit.ids.new("t"), at.clock.now())
        await personal.erase(bot.kit.store, None, person, bot.kit.keyed, why)

    async def test_who_had_refused_is_neither_asked_nor_known_again(self) -> None:
        async with desk() as at:
            await at.types("STOP")
            await self.erase(at)
            assert not await offer(at)
            assert await at.wait(3600) == []
            bot, person = at.rehearsal.runtime.bot, at.rehearsal.phone.person
            async with bot.kit.store.begin() as tx:
                assert await tx.persons.find(bot.tenant, person.phone or "") is None

    async def test_who_had_refused_and_only_asks_something_later_is_not_asked(self) -> None:
        async with desk() as at:
            await at.types("STOP")
            await self.erase(at)
            await at.types("where is my order")
            assert not await offer(at)
            assert await at.wait(3600) == []

    async def test_who_has_asked_for_messages_since_is_asked(self) -> None:
        async with desk() as at:
            await at.types("STOP")
            await self.erase(at)
            await at.types("START")
            assert await offer(at)
            assert await at.wait(60) == [ASKED]

    async def test_who_had_refused_nothing_is_asked(self) -> None:
        async with desk() as at:
            await at.types("where is my order")
            await self.erase(at)
            assert await offer(at)
            assert await at.news() == [ASKED]
