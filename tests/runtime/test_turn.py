"""Whole turns: what a customer sees, what the shop has written, what the journal says."""

from __future__ import annotations

import pytest

from tests.rehearsing import Desk, desk, nobody_is_told
from wavoice.runtime.build import Parts
from wavoice.runtime.journal_lines import from_json, to_json
from wavoice.runtime.model import PromptState, Stage, StatusUpdate
from wavoice.runtime.replies import english
from wavoice.sim.rehearsal import Customer
from wavoice.sim.shop import ShopCustomer
from wavoice.sim.shop_faults import FaultKind
from wavoice.sim.world import World

FRIDAY = ("reschedule_delivery", {"order": "1842", "day": "2026-11-27"})


class TestJobs:
    async def test_where_is_my_order(self) -> None:
        async with desk() as at:
            assert await at.types("where is my order?") == ["Order 1842 is packed. It arrives on Thursday."]
            assert at.writes == []

    async def test_move_a_delivery(self) -> None:
        async with desk() as at:
            asked = await at.types("please move my delivery to Friday")
            assert asked == ["Order 1842: move it to Friday 27 November? Reply yes or no."]
            assert at.messages[-1].buttons[0].title == "Yes"
            assert await at.types("yes") == []
            assert await at.wait(5) == ["Done: order 1842 now comes on Friday 27 November."]
            assert at.writes == [FRIDAY]

    async def test_change_an_address(self) -> None:
        async with desk() as at:
            await at.types("please change the address to 14 Lake Road")
            await at.taps("Yes")
            assert await at.wait(5) == ["Done: order 1842 now goes to 14 Lake Road."]
            assert at.writes == [("change_address", {"order": "1842", "address": "14 Lake Road"})]

    async def test_what_is_missing_is_asked_and_what_was_said_is_not(self) -> None:
        async with desk() as at:
            assert await at.types("can you reschedule order 1842") == ["Which day should it come?"]
            assert await at.types("on Friday") == [
                "Order 1842: move it to Friday 27 November? Reply yes or no."
            ]

    async def test_a_day_that_may_be_two_is_asked(self) -> None:
        async with desk() as at:
            assert await at.types("move my delivery to next Friday") == ["Which date exactly?"]
            assert await at.types("the 4th of December") == [
                "Order 1842: move it to Friday 4 December? Reply yes or no."
            ]

    async def test_an_order_of_somebody_else(self) -> None:
        async with desk() as at:
            said = await at.types("move order 9999 to Friday")
            assert said == [
                "I cannot find order 9999 among your orders. You have 1777 and 1842. Which number is it?"
            ]

    async def test_not_understood(self) -> None:
        async with desk() as at:
            assert (await at.types("the weather is nice"))[0].startswith("I did not catch that.")


class TestIdentity:
    async def test_none(self) -> None:
        async with desk(world=World()) as at:
            said = await at.types("where is my order?")
            assert said == ["I cannot find an account with this number. A colleague will help you."]
            assert await at.types("hello?") == []

    async def test_many(self) -> None:
        phone = Customer().phone
        twins = [ShopCustomer("cus_1", "One", phone), ShopCustomer("cus_2", "Two", phone)]
        async with desk(world=World(twins)) as at:
            said = await at.types("move my delivery to Friday")
            assert said == ["I find more than one account with this number. A colleague will help you."]


class TestGate:
    async def test_yes_no_wait_in_one_note(self) -> None:
        async with desk() as at:
            await at.speaks("move my delivery to Friday")
            said = await at.speaks("yes uh no wait", logprob=-0.25)
            assert "nothing changed: order 1842 is still Thursday" in said[0]
            await at.wait(60)
            assert at.writes == []
            assert (await at.rows())[-1] == "D06"

    async def test_no_wait_inside_the_settle_window(self) -> None:
        async with desk() as at:
            await at.speaks("move my delivery to Friday")
            assert await at.speaks("yes") == []
            said = await at.speaks("no wait", after=1.5)
            assert "nothing changed" in said[0]
            await at.wait(60)
            assert at.writes == []
            ended = await at.journal("turn_ended")
            assert [event.body.how for event in ended] == ["answered", "overtaken", "answered"]

    async def test_no_wait_that_arrived_before_the_timer_beats_it(self) -> None:
        """The note counts as received when it was stored, not when it is read."""
        async with desk() as at:
            await at.speaks("move my delivery to Friday")
            await at.speaks("yes")
            due = await at.rehearsal.next_due()
            assert due is not None
            at.rehearsal.runtime.bot.nudge = nobody_is_told  # stored, and nobody was told
            await at.rehearsal.phone.says("no wait")
            at.clock.advance_to(due)
            said = await at.news()
            assert "nothing changed" in said[0]
            assert at.writes == []

    async def test_mumbled_yes_is_asked_again(self) -> None:
        async with desk() as at:
            await at.speaks("move my delivery to Friday")
            said = await at.speaks("yeah", logprob=-0.9)
            assert said[0].startswith("I did not catch that. Order 1842: move it")
            assert [button.title for button in at.messages[-2].buttons] == ["Yes", "No"]
            await at.taps("Yes")
            await at.wait(5)
            assert at.writes == [FRIDAY]

    async def test_twice_not_understood_goes_to_a_person(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            await at.types("hmm the blue one")
            assert await at.types("the green one") == ["A colleague will take over here."]
            assert await at.types("yes") == []
            await at.wait(60)
            assert at.writes == []

    async def test_yes_but_to_saturday(self) -> None:
        async with desk() as at:
            await at.speaks("move my delivery to Friday")
            said = await at.speaks("yes but to Saturday")
            assert said[0] == "Order 1842: move it to Saturday 28 November? Reply yes or no."
            await at.speaks("yes")
            await at.wait(5)
            assert [write[1]["day"] for write in at.writes] == ["2026-11-28"]

    async def test_late_yes_the_same_evening(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            said = await at.types("yes", after=6 * 3600)
            assert said == [
                "That question has expired; order 1842 is still Thursday. "
                "Order 1842: move it to Friday 27 November? Reply yes or no."
            ]
            assert at.writes == []

    async def test_yes_the_day_after_next(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            assert await at.types("yes", after=26 * 3600) == [
                "Nothing is waiting for your answer. What can I do for you?"
            ]

    async def test_a_forgotten_question_is_closed_before_another_is_raised(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            await at.types("move my delivery to Saturday", after=26 * 3600)
            assert [event.body.row for event in await at.journal("expired")] == ["D40"]
            await at.types("yes")
            await at.wait(5)
            assert [write[1]["day"] for write in at.writes] == ["2026-11-28"]

    async def test_no_wait_after_the_commit_offers_the_way_back(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            await at.types("yes")
            await at.wait(5)
            said = await at.types("no wait", after=2)
            assert said == [
                "Order 1842 is already moved to Friday. "
                "Order 1842: move it back to Thursday 26 November? Reply yes or no."
            ]
            assert at.writes == [FRIDAY]

    async def test_order_changed_between_question_and_commit(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            await at.types("yes")
            at.world.staff_edits("1842", address="1 New Street")
            said = await at.wait(5)
            assert said[0].startswith("That order changed meanwhile. Order 1842: move it to Friday")
            assert at.writes == []
            assert "D42" in await at.rows()

    @pytest.mark.conformance("S24")
    async def test_stale_button(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            old = at.messages[-1].buttons[0].id
            await at.types("make it Saturday")
            said = await at.taps(old)
            assert said[0].startswith("That question has changed. Order 1842: move it to Saturday")
            await at.wait(60)
            assert at.writes == []

    async def test_stop_ends_everything_until_start(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            await at.types("yes")
            said = await at.types("stop messaging me", after=0.5)
            assert said == ["Okay, I will not message you again. Send START if you change your mind."]
            await at.wait(60)
            assert at.writes == []
            assert await at.types("where is my order?") == []
            assert await at.types("START") == ["Welcome back. What can I do for you?"]
            assert (await at.types("where is my order?"))[0].startswith("Order 1842")

    async def test_a_person_is_asked_for(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            await at.types("yes")
            assert await at.types("let me talk to a human", after=0.5) == ["A colleague will take over here."]
            await at.wait(60)
            assert at.writes == []


class TestUntil:
    @pytest.mark.parametrize(("stage", "writes"), [(Stage.SETTLE, []), (Stage.COMMIT, [FRIDAY])])
    async def test_a_rehearsal_that_ends_at_a_late_stage(self, stage: Stage, writes: list[object]) -> None:
        async with desk(parts=Parts(until=stage)) as at:
            await at.types("move my delivery to Friday")
            await at.types("yes")
            assert await at.wait(30) == []
            assert at.writes == writes
            assert [event.body.how for event in await at.journal("turn_ended")] == ["answered", "stopped"]

    @pytest.mark.parametrize("stage", [Stage.RECEIVE, Stage.FETCH, Stage.CLEAN, Stage.TRANSCRIBE,
                                       Stage.IDENTIFY, Stage.INTERPRET, Stage.LOOK_UP, Stage.DECIDE,
                                       Stage.SPEAK])  # fmt: skip
    async def test_a_rehearsal_that_ends_before_it_says_anything(self, stage: Stage) -> None:
        async with desk(parts=Parts(until=stage)) as at:
            assert await at.speaks("where is my order") == []
            assert [event.body.how for event in await at.journal("turn_ended")] == ["stopped"]


class TestVetoes:
    """What a hostile reader found: each of these once ended in a write or in a message too many."""

    async def unanswered(self, at: Desk, fault: FaultKind) -> None:
        """Get to a yes whose write was not answered, and cannot be looked up for a while."""
        await at.types("move my delivery to Friday")
        at.world.fault(fault, at="write")
        at.world.fault("fail", at="look_up", times=4)
        await at.types("yes")
        assert await at.wait(8.1) == ["I am checking whether that went through. I will tell you here."]

    async def test_a_veto_while_the_write_is_unknown_stops_its_retry(self) -> None:
        async with desk() as at:
            await self.unanswered(at, "timeout")
            await at.types("no wait, cancel that", after=0)
            assert "Okay, nothing changed: order 1842 is still Thursday." in await at.wait(60)
            assert at.writes == []

    async def test_a_veto_that_came_too_late_is_told_the_truth(self) -> None:
        async with desk() as at:
            await self.unanswered(at, "lost_response")
            await at.types("no wait", after=0)
            told = await at.wait(60)
            assert told[-1].startswith("That was made before I could stop it. Done: order 1842")
            assert told[-1].endswith("Order 1842: move it back to Thursday 26 November? Reply yes or no.")
            assert at.writes == [FRIDAY]

    @pytest.mark.parametrize("words", ["stop messaging me", "let me talk to a human"])
    async def test_silence_is_kept_while_an_unknown_write_is_resolved(self, words: str) -> None:
        async with desk() as at:
            await self.unanswered(at, "lost_response")
            assert len(await at.types(words, after=0)) == 1
            assert await at.wait(60) == []
            assert len(await at.journal("committed")) == 1
            assert await at.journal("cancelled") == []

    async def test_another_value_waits_until_the_unknown_write_is_known(self) -> None:
        async with desk() as at:
            await self.unanswered(at, "lost_response")
            said = await at.types("move my delivery to Saturday", after=0)
            assert said == ["I am checking whether that went through. I will tell you here."]
            await at.wait(60)
            assert at.writes == [FRIDAY]

    async def test_a_veto_inside_an_address_counts(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            await at.types("yes")
            await at.types("send it to 12 Hill Road, don't move it", after=0.5)
            await at.wait(10)
            assert at.writes == []

    async def test_a_yes_stored_with_a_veto_revives_nothing(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            question = at.messages[-1].wamid
            bot = at.rehearsal.runtime.bot
            nudge, bot.nudge = bot.nudge, nobody_is_told
            await at.rehearsal.phone.says("no wait")
            await at.rehearsal.phone.says("yes", quotes=question)
            bot.nudge = nudge
            await at.wait(10)
            assert at.writes == []

    async def test_a_quote_of_the_question_before_the_veto_revives_nothing(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            question = at.messages[-1].wamid
            await at.types("no wait")
            assert await at.types("yes", quotes=question) == [
                "That question has changed. Order 1842: move it to Friday 27 November? Reply yes or no."
            ]
            await at.wait(10)
            assert at.writes == []

    async def test_a_reaction_is_neither_an_answer_nor_a_failed_one(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            await at.types("yes")
            network, phone = at.rehearsal.phone.network, at.rehearsal.phone
            heart = {"message_id": at.messages[-1].wamid, "emoji": "\u2764"}
            for _ in range(3):
                await network.carry(phone, {"type": "reaction", "reaction": heart}, "once")
            assert await at.wait(10) == ["Done: order 1842 now comes on Friday 27 November."]

    async def test_start_ends_a_hand_off(self) -> None:
        async with desk() as at:
            await at.types("let me talk to a human")
            assert await at.types("where is my order?") == []
            assert await at.types("START") == ["Welcome back. What can I do for you?"]
            assert (await at.types("where is my order?"))[0].startswith("Order 1842")


class TestLimits:
    @pytest.mark.parametrize("words", ["address is to at ", "is order has ", "delivery on ", "5th "])
    async def test_a_very_long_text_gets_its_one_answer(self, words: str) -> None:
        async with desk() as at:
            assert len(await at.types(words * (4000 // len(words)))) == 1

    async def test_an_address_that_would_not_fit_into_the_question(self) -> None:
        async with desk() as at:
            said = await at.types("change the address to 14 Lake Road " + "and so on " * 400)
            assert said == [english.ADDRESS_UNREAD]


class TestDuplicates:
    async def test_the_same_webhook_twice_changes_nothing(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday", deliver="twice")
            await at.types("yes", deliver="twice")
            await at.wait(5)
            assert at.writes == [FRIDAY]
            assert len(at.messages) == 2
            assert len(await at.journal("received")) == 2


class TestTheShop:
    async def test_lost_answer_is_looked_up_and_told_afterwards(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            at.world.fault("lost_response", at="write")
            at.world.fault("fail", at="look_up", times=4)
            await at.types("yes")
            assert await at.wait(30) == [
                "I am checking whether that went through. I will tell you here.",
                "Done: order 1842 now comes on Friday 27 November.",
            ]
            assert at.writes == [FRIDAY]

    async def test_write_that_never_arrived_is_repeated_under_its_key(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            at.world.fault("timeout", at="write")
            await at.types("yes")
            await at.wait(10)
            assert at.writes == [FRIDAY]
            assert len(await at.journal("committed")) == 1

    async def test_unknown_for_good_goes_to_a_person(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            at.world.fault("timeout", at="write", times=99)
            at.world.fault("fail", at="look_up", times=99)
            await at.types("yes")
            said = await at.wait(120)
            assert said[-1] == "A colleague will take over here."
            assert not any(text.startswith("Done") for text in said)

    async def test_refused(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            at.world.fault("refuse", at="write")
            await at.types("yes")
            assert await at.wait(5) == ["I could not do that: order 1842 is still Thursday."]

    async def test_shop_out_of_reach(self) -> None:
        async with desk() as at:
            at.world.fault("fail", at="read", times=9)
            assert (await at.types("where is my order?"))[0].startswith("I cannot reach the shop")


class TestMedia:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"ffconcat version 1.0\nfile note.ogg\n", "could not open that as a voice note"),
            (b"OggS" + bytes(200), "could not open that as a voice note"),
        ],
    )
    async def test_not_a_voice_note(self, data: bytes, words: str) -> None:
        async with desk() as at:
            await at.rehearsal.phone.records(data)
            assert words in (await at.news())[0]

    async def test_unreadable_note_holds_an_open_yes(self) -> None:
        """It might have said "no wait"."""
        async with desk() as at:
            await at.types("move my delivery to Friday")
            await at.types("yes")
            at.note = at.note[: len(at.note) // 2]
            await at.speaks("", after=0.5)
            await at.wait(60)
            assert at.writes == []

    async def test_silence(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            assert (await at.speaks(""))[0].startswith("I could not hear any words")

    async def test_failing_ears(self) -> None:
        async with desk() as at:
            assert "could not listen" in (await at.speaks("x", fails=True))[0]

    async def test_no_voice_falls_back_to_text(self) -> None:
        async with desk(voice=False) as at:
            said = await at.speaks("where is my order")
            assert said == ["Order 1842 is packed. It arrives on Thursday."]
            assert (await at.journal("replied"))[0].body.fallback == "no voice on this machine"

    async def test_a_voice_note_that_fails_later_is_said_in_text_once(self) -> None:
        async with desk() as at:
            await at.speaks("where is my order")
            note = at.messages[-1].wamid
            failed = StatusUpdate("100", note, None, PromptState.FAILED, at.clock.now(), error_code=131053)
            for _ in range(2):
                await at.rehearsal.runtime.bot.status(failed)
            assert await at.wait(30) == ["Order 1842 is packed. It arrives on Thursday."]

    async def test_a_note_is_answered_by_a_note(self) -> None:
        async with desk() as at:
            spoken = await at.speaks("where is my order")
            assert spoken == ["(voice) Order 1842 is packed. It arrives on Thursday."]
            assert at.messages[-1].kind == "voice"


class TestJournal:
    async def test_every_turn_adds_up(self) -> None:
        async with desk() as at:
            await at.speaks("move my delivery to Friday")
            await at.speaks("yes")
            await at.wait(10)
            await at.speaks("where is my order")
            events = await at.journal()
        ends = {event.where.turn: event.body for event in events if event.kind == "turn_ended"}
        assert len(ends) == 3
        for turn, ended in ends.items():
            spans = [event.body for event in events if event.where.turn == turn and event.kind == "span"]
            gaps = [event.body for event in events if event.where.turn == turn and event.kind == "waited"]
            settle = sum(span.end - span.start for span in spans if span.stage is Stage.SETTLE)
            total = sum(span.on_path for span in spans) + settle + sum(gap.end - gap.start for gap in gaps)
            assert abs(total - (ended.ended_at - ended.started_at)) <= 1000

    async def test_events_survive_their_json(self) -> None:
        async with desk() as at:
            await at.speaks("move my delivery to Friday")
            await at.speaks("yes")
            await at.wait(10)
            events = await at.journal()
        assert {event.kind for event in events} >= {
            "received", "media_kept", "heard", "read", "decided", "proposed", "confirmed", "committed",
            "replied", "span", "turn_ended",
        }  # fmt: skip
        assert [from_json(to_json(event)) for event in events] == list(events)

    async def test_nothing_personal_outside_pii(self) -> None:
        async with desk() as at:
            await at.speaks("please change the address to 14 Lake Road")
            await at.taps("Yes")
            await at.wait(5)
            lines = [to_json(event) for event in await at.journal()]
        for line in lines:
            del line["pii"]
            assert "Lake Road" not in str(line)
            assert Customer().phone not in str(line)
