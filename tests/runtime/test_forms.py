"""Whole turns of what is done to messages, of staff in the chat and of other identities."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.rehearsing import Desk, desk, nobody_is_told
from wavoice.runtime.model import Alias, Arrived, Form, Modality, PromptState, ProposalState, StatusUpdate
from wavoice.sim.scripted import Line

FRIDAY = ("reschedule_delivery", {"order": "1842", "day": "2026-11-27"})
ASKED = "Order 1842: move it to Friday 27 November? Reply yes or no."
NOTHING = "Okay, nothing changed: order 1842 is still Thursday."


async def running(at: Desk) -> tuple[str, str]:
    """A typed yes inside its settle window; the wamids of question and yes."""
    await at.types("move my delivery to Friday")
    question = at.messages[-1].wamid
    await at.wait(5)
    yes = await at.rehearsal.phone.says("yes")
    await at.rehearsal.idle()
    return question, yes


async def done(at: Desk, verb: str, *args: Any) -> list[str]:
    await getattr(at.rehearsal.phone, verb)(*args)
    return await at.news()


async def stored(at: Desk, *messages: tuple[Any, ...]) -> list[str]:
    """Let all of them be stored before any is read."""
    bot = at.rehearsal.runtime.bot
    nudge, bot.nudge = bot.nudge, nobody_is_told
    wamids: list[str] = []
    for verb, *args in messages:
        given = [wamids[arg] if isinstance(arg, int) else arg for arg in args]
        wamids.append(await getattr(at.rehearsal.phone, verb)(*given))
    bot.nudge = nudge
    return wamids


async def raw(at: Desk, kind: str, node: dict[str, Any], **keys: Any) -> list[str]:
    phone = at.rehearsal.phone
    await phone.network.carry(phone, {"type": kind, kind: node, **keys}, "once")
    return await at.news()


async def state(at: Desk) -> str | None:
    """What the books say of the latest proposal."""
    decided = [event.body.state for event in await at.journal("decided") if event.body.state]
    return decided[-1] if decided else None


class TestReactions:
    async def test_a_thumb_on_the_question_is_asked_for_a_word(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            said = await done(at, "reacts", at.messages[-1].wamid, "👍")
            assert said[0].endswith(ASKED)
            await at.wait(60)
            assert at.writes == []
            assert (await at.rows())[-1] == "D26"

    async def test_a_thumb_on_something_else_is_no_answer(self) -> None:
        async with desk() as at:
            await at.types("where is my order?")
            other = at.messages[-1].wamid
            await at.types("move my delivery to Friday")
            assert await done(at, "reacts", other, "👍") == []
            await at.wait(60)
            assert at.writes == []

    async def test_a_thumb_stops_no_yes_that_runs(self) -> None:
        async with desk() as at:
            question, _ = await running(at)
            assert await done(at, "reacts", question, "👍") == []
            await at.wait(5)
            assert at.writes == [FRIDAY]

    async def test_a_no_on_another_message_holds(self) -> None:
        """Every message is searched for a veto, however it is bound."""
        async with desk() as at:
            await at.types("where is my order?")
            other = at.messages[-1].wamid
            await running(at)
            await done(at, "reacts", other, "👎")
            assert await state(at) == ProposalState.HELD
            await at.wait(60)
            assert at.writes == []

    async def test_a_reaction_with_nothing_open_is_met_with_silence(self) -> None:
        async with desk() as at:
            await at.types("where is my order?")
            for emoji in ("👍", "❤", "👎", None):
                assert await done(at, "reacts", at.messages[-1].wamid, emoji) == []


class TestTakenBack:
    @pytest.mark.parametrize(("verb", "words", "row"), [("edits", ("no",), "D51"), ("revokes", (), "D53")])
    async def test_the_running_yes(self, verb: str, words: tuple[str, ...], row: str) -> None:
        async with desk() as at:
            _, yes = await running(at)
            assert await done(at, verb, yes, *words) == [NOTHING]
            await at.wait(60)
            assert (at.writes, (await at.rows())[-1]) == ([], row)

    @pytest.mark.parametrize("words", ["hmm", "where is my order?", "I am not at home"])
    async def test_a_yes_that_is_no_longer_one_holds(self, words: str) -> None:
        async with desk() as at:
            _, yes = await running(at)
            await done(at, "edits", yes, words)
            await at.wait(60)
            assert at.writes == []

    @pytest.mark.parametrize("words", ["yes please", "no wait, yes"])
    async def test_an_edit_never_makes_a_yes(self, words: str) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            other = await at.rehearsal.phone.says("let me think")
            await at.news()
            await done(at, "edits", other, words)
            await at.wait(60)
            assert at.writes == []
            assert await at.journal("confirmed") == []

    @pytest.mark.parametrize(("verb", "words"), [("edits", ("no wait",)), ("revokes", ())])
    async def test_after_the_commit_the_way_back_is_offered(self, verb: str, words: tuple[str, ...]) -> None:
        async with desk() as at:
            _, yes = await running(at)
            await at.wait(5)
            said = await done(at, verb, yes, *words)
            assert said[0].endswith("Order 1842: move it back to Thursday 26 November? Reply yes or no.")
            assert at.writes == [FRIDAY]

    async def test_while_the_write_is_unknown_it_is_not_repeated(self) -> None:
        async with desk() as at:
            at.world.fault("timeout", at="write")
            at.world.fault("fail", at="look_up", times=4)
            _, yes = await running(at)
            await at.wait(7)
            await done(at, "revokes", yes)
            assert NOTHING in await at.wait(60)
            assert at.writes == []

    async def test_another_message_that_is_unsent_changes_nothing(self) -> None:
        async with desk() as at:
            other = await at.rehearsal.phone.says("where is my order?")
            await at.news()
            await running(at)
            assert await done(at, "revokes", other) == []
            await at.wait(5)
            assert at.writes == [FRIDAY]


class TestTakenBackUnread:
    """The webhook of the edit or the unsend was stored before the message itself was read."""

    async def test_an_unsent_request_is_not_answered(self) -> None:
        async with desk() as at:
            await stored(at, ("says", "where is my order?"), ("revokes", 0))
            assert await at.wait(60) == []
            ended = [(event.body.how, event.where.turn) for event in await at.journal("turn_ended")]
            assert [how for how, _ in ended] == ["overtaken", "silent"]

    async def test_an_edited_request_is_answered_once_as_it_now_stands(self) -> None:
        async with desk() as at:
            await stored(
                at,
                ("says", "move my delivery to Friday"),
                ("edits", 0, "move my delivery to Sunday"),
                ("edits", 0, "move my delivery to Saturday"),
            )
            assert await at.wait(1) == ["Order 1842: move it to Saturday 28 November? Reply yes or no."]

    @pytest.mark.parametrize("then", [("revokes", 0), ("edits", 0, "no"), ("edits", 0, "yes yes")])
    async def test_a_yes_that_was_taken_back_writes_nothing(self, then: tuple[Any, ...]) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            await at.wait(5)
            await stored(at, ("says", "yes"), then)
            await at.wait(60)
            assert at.writes == []
            assert await at.journal("confirmed") == []

    @pytest.mark.parametrize("then", [("revokes", 0), ("edits", 0, "yes")])
    async def test_a_veto_that_was_received_holds_although_it_was_taken_back(
        self, then: tuple[Any, ...]
    ) -> None:
        """I3: what was received before the write counts."""
        async with desk() as at:
            await running(at)
            await stored(at, ("says", "no wait"), then)
            await at.wait(60)
            assert at.writes == []

    async def test_a_note_that_was_unsent_is_heard_all_the_same_while_a_yes_runs(self) -> None:
        async with desk() as at:
            await running(at)
            at.ears.lines.append(Line("no wait"))
            await stored(at, ("records", at.note), ("revokes", 0))
            await at.wait(60)
            assert at.writes == []


class TestCaptions:
    async def test_a_veto_under_a_picture_holds(self) -> None:
        async with desk() as at:
            await running(at)
            await done(at, "shares_image", b"\xff\xd8", "no wait")
            await at.wait(60)
            assert at.writes == []

    async def test_a_yes_under_a_picture_is_no_answer(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            said = await done(at, "shares_image", b"\xff\xd8", "yes")
            assert said == [f"I can only read text and voice notes. Please type or record it. {ASKED}"]
            for _ in range(3):  # and no failed one either
                await done(at, "shares_document", "yes.pdf")
            await at.types("yes")
            await at.wait(5)
            assert at.writes == [FRIDAY]


class TestStaff:
    async def test_a_person_in_the_chat_stops_what_runs(self) -> None:
        async with desk() as at:
            await running(at)
            await at.rehearsal.emulator.staff_says(at.rehearsal.phone, "Friday is full, I will call you")
            await at.wait(60)
            assert at.writes == []
            assert [event.body.reason for event in await at.journal("handed_off")] == ["staff_wrote"]

    async def test_before_a_timer_that_is_due(self) -> None:
        """The inbox beats the timers, for staff as well."""
        async with desk() as at:
            await running(at)
            due = await at.rehearsal.next_due()
            assert due is not None
            at.rehearsal.runtime.bot.nudge = nobody_is_told
            await at.rehearsal.emulator.staff_says(at.rehearsal.phone, "Wait")
            at.clock.advance_to(due)
            await at.wait(60)
            assert at.writes == []

    async def test_until_staff_give_the_chat_back(self) -> None:
        async with desk() as at:
            staff, phone = at.rehearsal.emulator.staff_says, at.rehearsal.phone
            await staff(phone, "Hi, this is Meera")
            await at.news()
            assert await at.types("where is my order?") == []
            await staff(phone, "/bot")
            await at.news()
            assert (await at.types("where is my order?"))[0].startswith("Order 1842")
            assert len(await at.journal("released")) == 1

    async def test_until_the_customer_says_start(self) -> None:
        async with desk() as at:
            await at.rehearsal.emulator.staff_says(at.rehearsal.phone, "yes")
            await at.news()
            assert await at.types("hello?") == []
            assert await at.types("START") == ["Welcome back. What can I do for you?"]

    async def test_what_they_write_is_not_the_customers_word(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            await at.rehearsal.emulator.staff_says(at.rehearsal.phone, "yes")
            await at.wait(60)
            assert at.writes == []
            assert "yes" not in [event.body.text for event in await at.journal("typed")]


class TestIdentity:
    async def test_another_key_voids_the_question(self) -> None:
        async with desk() as at:
            await running(at)
            node = {"type": "customer_identity_changed", "body": "x"}
            said = await raw(at, "system", node, identity={"hash": "k2", "acknowledged": True})
            assert said == [
                "Your WhatsApp account has changed, so I closed my question. "
                "Nothing was changed; please ask again."
            ]
            await at.wait(60)
            assert (at.writes, (await at.rows())[-1]) == ([], "D48")
            assert [event.body.row for event in await at.journal("cancelled")] == ["D48"]

    async def test_a_new_number_voids_it_and_is_looked_up_anew(self) -> None:
        async with desk() as at:
            await running(at)
            await raw(at, "system", {"type": "user_changed_number", "wa_id": "15550100999"})
            await at.wait(60)
            assert at.writes == []
            contacts = {event.where.contact for event in await at.journal("received")}
            assert len(contacts) == 1

    async def test_with_nothing_open_it_is_silent(self) -> None:
        async with desk() as at:
            await at.types("where is my order?")
            assert await raw(at, "system", {"type": "user_changed_number", "wa_id": "15550100999"}) == []

    async def test_news_of_somebody_who_never_wrote_is_not_kept(self) -> None:
        async with desk() as at:
            bot = at.rehearsal.runtime.bot
            number, stranger = next(iter(bot.numbers)), Alias("15550100777", None)
            news = Arrived(number, "wamid.1", stranger, at.clock.now(), Modality.OTHER, "system", {})
            news = replace(news, form=Form.IDENTITY, becomes=Alias("15550100888", None))
            assert await bot.receive(news, at.clock.now()) is False
            assert await at.journal("received") == []

    async def test_question_and_answer_carry_the_key_of_the_account(self) -> None:
        async with desk() as at:
            bot, store = at.rehearsal.runtime.bot, at.rehearsal.runtime.bot.kit.store
            person = at.rehearsal.phone.person
            told = Arrived(
                number=next(iter(bot.numbers)),
                id="wamid.1",
                alias=Alias(person.phone, person.bsuid),
                sent_at=at.clock.now(),
                modality=Modality.TEXT,
                type="text",
                body={},
                text="move my delivery to Friday",
                identity="k1",
            )
            await bot.receive(told, at.clock.now())
            await at.wait(5)
            answer = replace(told, id="wamid.2", sent_at=at.clock.now(), text="yes", identity="k1")
            await bot.receive(answer, at.clock.now())
            await at.rehearsal.idle()
            async with store.begin() as tx:
                address = (await tx.contacts.find_or_add("default", told.number, told.alias, 0)).address
                proposal = await tx.proposals.open(address)
            assert proposal is not None
            assert proposal.evidence is not None
            assert (proposal.identity, proposal.evidence.identity) == ("k1", "k1")
            assert proposal.evidence.contact == address.contact


class TestStatusesOfAQuestion:
    @pytest.mark.parametrize(
        ("note", "writes"),
        [(PromptState.DELIVERED, []), (PromptState.READ, []), (PromptState.PLAYED, [FRIDAY])],
    )
    async def test_a_note_stands_for_its_text_only_once_it_was_played(
        self, note: PromptState, writes: list[Any]
    ) -> None:
        """D56: the text with the buttons did not arrive."""
        async with desk() as at:
            at.rehearsal.phone.reach = PromptState.SENT
            await at.speaks("move my delivery to Friday")
            (asked,) = await at.journal("replied")
            bot, number = at.rehearsal.runtime.bot, asked.where.number
            for part, status in enumerate((PromptState.FAILED, note)):
                wamid, reference = asked.body.messages[part], f"{asked.body.group}/{part}"
                await bot.status(StatusUpdate(number, wamid, reference, status, at.clock.now()))
            await at.speaks("yes")
            await at.wait(60)
            assert at.writes == writes
