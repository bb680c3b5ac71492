"""Jobs of a bot's author at work: through the same gate as those that ship with wavoice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.rehearsing import Desk, desk
from tests.runtime.author.shop import BOT, Club, after_yes, club_job, generous, open_desk, to_a_card, without
from wavoice import App
from wavoice.runtime.build import Parts
from wavoice.runtime.errors import ConfigError, UserInputError
from wavoice.runtime.model import Alias, Offered
from wavoice.runtime.replies import english
from wavoice.runtime.settings_money import MoneyLimits

WRAP = "Order 1842: wrap it in gold? Reply yes or no."
WRAPPED = ("gift_wrap", {"order": "1842", "paper": "gold"})
UNDONE = "order 1842 is not wrapped"
GONE = f"I cannot do that here any more: {UNDONE}. Ask for a person, and a colleague will help you."


class TestEachKind:
    async def test_a_job_that_reads_answers_from_its_facts(self) -> None:
        async with open_desk() as at:
            assert await at.types("how many points do I have?") == ["Sample Customer: 120 points."]
        async with open_desk(rehearsal=False) as at:
            assert await at.types("how many points do I have?") == ["Sample Customer: 40 points."]
            assert at.writes == []

    async def test_what_is_missing_is_asked_for_and_all_of_it_is_read_back(self) -> None:
        async with open_desk() as at:
            assert await at.types("please gift wrap my order") == ["Red or gold?"]
            assert await at.types("gold") == [WRAP]
            assert await after_yes(at) == ["Done: order 1842 is wrapped in gold."]
            assert at.writes == [WRAPPED]
            assert at.world.orders["1842"].version == "v2"

    async def test_another_value_is_another_question(self) -> None:
        async with open_desk() as at:
            await at.types("wrap order 1842 in gold")
            assert await at.types("no, make it scarlet") == ["Order 1842: wrap it in red? Reply yes or no."]
            assert await at.types("yes, the gold") == [WRAP]
            await at.types("yes")
            assert (await at.types("no wait", after=1))[0].startswith(f"Okay, nothing changed: {UNDONE}.")
            assert at.writes == []

    async def test_a_free_text_is_what_is_said_whatever_it_speaks_of(self) -> None:
        async with open_desk() as at:
            assert await at.types("a note for the driver, please") == ["What should the driver know?"]
            asked = await at.types("the dog bites, so come on Friday")
            assert asked == [
                "Order 1842: tell the driver “the dog bites, so come on Friday”? Reply yes or no."
            ]
            await after_yes(at)
            assert await at.types("tell the driver ring twice") != []
            await after_yes(at)
        notes = [args["note"] for _, args in at.writes]
        assert notes == ["the dog bites, so come on Friday", "ring twice"]

    @pytest.mark.parametrize("words", ["never mind", "no", "cancel"])
    async def test_who_gives_up_has_not_said_a_text(self, words: str) -> None:
        async with open_desk() as at:
            await at.types("a note for the driver")
            await at.types(words)
            assert await at.journal("proposed") == []

    async def test_a_text_with_a_link_is_not_read_back(self) -> None:
        async with open_desk() as at:
            await at.types("a note for the driver")
            asked = [f"{english.NO_LINKS} What should the driver know?"]
            assert await at.types("see https://sample.example/map") == asked
            assert await at.types("tell the driver look at www.sample.example") == asked
            assert (await at.types("ring twice"))[0].startswith("Order 1842: tell the driver “ring twice”?")

    async def test_which_order_is_asked_for_where_several_may_be_meant(self) -> None:
        async with open_desk() as at:
            at.world.orders["1777"].status = "packed"
            assert await at.types("gift wrap my order in gold") == ["Which order do you mean: 1842, 1777?"]
            assert await at.types("1777") == ["Order 1777: wrap it in gold? Reply yes or no."]

    async def test_a_person_may_be_asked_for_instead_of_a_text(self) -> None:
        async with open_desk() as at:
            await at.types("a note for the driver")
            assert await at.types("I want to talk to a person") == [english.HANDED_OFF]

    async def test_r1_takes_a_weak_yes_and_values_of_its_preview(self) -> None:
        async with open_desk() as at:
            assert await at.types("book a tasting on Sunday") == ["We rest on Sundays. Which day?"]
            asked = await at.types("Saturday")
            assert asked == ["A tasting for 2 on Saturday 28 November, 20 euros each? Reply yes or no."]
            assert await at.types("ok") == ["Done: your tasting on Saturday 28 November is booked."]
            assert at.writes == [
                ("tasting", {"day": "2026-11-28", "guests": "2", "price": "20 euros", "customer": "cus_1"})
            ]

    async def test_who_may_not_is_told_so(self) -> None:
        async with open_desk() as at:
            assert await at.types("book a table for 9 on Friday") == ["We have eight chairs."]

    async def test_money_needs_a_tap_and_is_bound_with_its_payee(self) -> None:
        async with open_desk() as at:
            await at.types("claim a voucher")
            asked = (await at.types("300"))[0]
            assert asked.startswith(
                "Order 1842: pay 300 Indian rupees to your Visa ending 4242? Tap Yes or No."
            )
            assert (await at.types("yes"))[0].startswith(english.MONEY_NEEDS_MORE)
            await at.taps("Yes")
            assert await at.wait(5) == ["Done: 300 Indian rupees went to your Visa ending 4242."]
            args = {"order": "1842", "amount": "30000", "currency": "INR", "payee": "visa 4242"}
            assert at.writes == [("voucher", args)]
            (done,) = await at.journal("committed")
            assert (done.body.money, done.body.payee) == ({"minor": 30000, "currency": "INR"}, "visa 4242")

    async def test_more_than_the_cap_goes_to_a_person(self) -> None:
        async with open_desk(generous()) as at:
            await at.types("claim a voucher")
            assert await at.types("20000") == [english.OVER_THE_CAP]

    async def test_what_is_paid_out_counts_as_that_whatever_its_values_are_called(self) -> None:
        money = MoneyLimits(moves_per_day=1)
        async with desk(parts=Parts(app=to_a_card()), voice=False, sections={"money": money}) as at:
            for told in ("Pay 300 Indian rupees for your gold card", english.OVER_THE_CAP):
                await at.types("claim a voucher")
                await at.types("gold")
                assert (await at.types("300"))[0].startswith(told)
                if told != english.OVER_THE_CAP:
                    await at.taps("Yes")
                    await at.wait(5)
            assert len(at.writes) == 1

    async def test_the_way_back_is_another_job(self) -> None:
        assert [BOT.jobs.about(name).undo for name in ("gift_wrap", "unwrap")] == ["unwrap", ""]
        async with open_desk() as at:
            await after_yes(at, "gift wrap my order in gold")
            asked = await at.types("no wait")
            told = "That is done already: order 1842 is wrapped in gold."
            assert asked == [f"{told} Order 1842: take the wrap off? Reply yes or no."]
            await after_yes(at)
            assert [action for action, _ in at.writes] == ["gift_wrap", "unwrap"]

    async def test_what_changes_between_question_and_yes_is_asked_anew(self) -> None:
        async with open_desk() as at:
            await at.types("gift wrap my order in gold")
            at.world.staff_edits("1842", status="shipped")
            assert await after_yes(at) == ["That order changed meanwhile. Order 1842 is shipped."]
            assert at.writes == []

    async def test_a_question_in_the_customers_language_is_written_in_it(self) -> None:
        async with open_desk() as at:
            await _speaks_german(at)
            assert await at.types("gift wrap my order in gold") == [
                "Bestellung 1842: in gold einpacken? Antworten Sie mit Ja oder Nein."
            ]
            assert [button.title for button in at.messages[-1].buttons] == ["Ja", "Nein"]
            await at.taps("Ja")
            await at.wait(5)
            assert at.writes == [WRAPPED]


class TestOwnSystem:
    async def test_it_gets_the_key_and_nothing_to_commit_with(self) -> None:
        club = Club()
        async with open_desk(club_job(club), rehearsal=False) as at:
            assert await after_yes(at, "join the club", "large") == ["Done: you are a member."]
            (committed,) = await at.journal("committed")
            (write,) = club.written.values()
            assert (write.key, dict(write.args)) == (
                committed.body.key,
                {"size": "large", "customer": "cus_1"},
            )
            assert at.writes == []

    @pytest.mark.parametrize("does", ["breaks", "nonsense"])
    async def test_without_its_word_it_is_looked_up_and_never_repeated(self, does: str) -> None:
        club = Club(does)
        async with open_desk(club_job(club), rehearsal=False) as at:
            assert await after_yes(at, "join as small") == ["Done: you are a member."]
            assert (len(club.written), len(club.asked)) == (1, 1)
            assert [event.body.code for event in await at.journal("trouble")] == ["own_write"]

    async def test_a_refusal_is_told(self) -> None:
        async with open_desk(club_job(Club("refuses")), rehearsal=False) as at:
            assert await after_yes(at, "join as small") == ["I could not do that: you are no member."]

    async def test_a_rehearsal_calls_none_of_it(self) -> None:
        club = Club()
        async with open_desk(club_job(club)) as at:
            assert await after_yes(at, "join as small") == ["Done: you are a member."]
            assert at.writes == [("join_club", {"size": "small", "customer": "cus_1"})]
        assert (club.written, club.asked) == ({}, [])

    async def test_a_job_that_goes_while_nobody_knows_ends_with_a_person(self) -> None:
        club = Club("forgets")
        async with open_desk(club_job(club), rehearsal=False) as at:
            await at.types("join as small")
            await at.types("yes")
            await at.wait(3)
            at.rehearsal.runtime.reload(App())
            assert await at.wait(120) == [english.CHECKING, english.HANDED_OFF]
            assert len(club.written) == 1


class TestModes:
    async def test_off_is_understood_and_truthfully_refused(self) -> None:
        async with open_desk(modes={"gift_wrap": "off"}) as at:
            assert await at.types("gift wrap my order in gold") == [english.NOT_OFFERED]
            assert "Wrap an order".lower() not in (await at.types("hello there"))[0].lower()

    async def test_a_sample_job_can_be_off_as_well(self) -> None:
        async with open_desk(modes={"refund_order": "off"}) as at:
            assert await at.types("refund my order") == [english.NOT_OFFERED]
            runtime = at.rehearsal.runtime
            number = next(iter(runtime.bot.numbers))
            with pytest.raises(UserInputError, match="cannot be offered"):
                await runtime.bot.offer(number, Alias("1", None), Offered("o_1", "refund_order", {}, 1))

    async def test_shadow_asks_and_confirms_writes_nothing_and_hands_over(self) -> None:
        async with open_desk(modes={"gift_wrap": "shadow"}) as at:
            assert await at.types("gift wrap my order in gold") == [WRAP]
            assert await after_yes(at) == [english.SHADOWED]
            assert at.writes == []
            (shadowed,) = await at.journal("shadowed")
            assert (shadowed.body.action, dict(shadowed.body.args)) == WRAPPED
            assert shadowed.body.key.startswith("wv-")
            assert await at.journal("intended", "committed") == []
            assert [event.body.reason for event in await at.journal("handed_off")] == ["shadow"]
            assert await at.types("yes") == []

    async def test_a_mode_for_a_job_that_is_not_there_is_refused(self) -> None:
        with pytest.raises(
            ConfigError, match=r"jobs\.gift_wrp: this bot has no job of that name. .*gift_wrap"
        ):
            async with open_desk(modes={"gift_wrp": "off"}):
                pass


class TestReload:
    async def test_new_jobs_are_there_with_the_next_message(self) -> None:
        async with open_desk(App()) as at:
            assert "points" not in (await at.types("how many points do I have?"))[0]
            at.rehearsal.runtime.reload(BOT)
            assert await at.types("how many points do I have?") == ["Sample Customer: 120 points."]

    async def test_a_question_about_a_job_that_is_gone_is_held_and_can_be_taken_up(self) -> None:
        async with open_desk() as at:
            await at.types("gift wrap my order in gold")
            at.rehearsal.runtime.reload(without(BOT, "gift_wrap"))
            assert await at.types("yes") == [_gone("what you asked for is not done")]
            assert [event.kind for event in await at.journal("held", "confirmed")] == ["held"]
            at.rehearsal.runtime.reload(BOT)
            assert (await at.types("yes"))[0].endswith(WRAP)
            await after_yes(at)
            assert at.writes == [WRAPPED]

    async def test_one_that_is_switched_off_in_the_settle_window_is_not_written(self) -> None:
        async with open_desk() as at:
            await at.types("gift wrap my order in gold")
            await at.types("yes")
            at.rehearsal.runtime.reload(without(BOT, "gift_wrap"))
            assert await at.wait(5) == [_gone("what you asked for is not done")]
            assert at.writes == []

    async def test_another_wish_closes_what_cannot_be_done_any_more(self) -> None:
        async with open_desk() as at:
            await at.types("gift wrap my order in gold")
            at.rehearsal.runtime.reload(App())
            assert (await at.types("move my delivery to Friday"))[0].startswith("Order 1842: move it")
            assert [event.body.action for event in await at.journal("cancelled")] == ["gift_wrap"]

    async def test_a_half_said_job_that_is_gone_is_not_understood_any_more(self) -> None:
        async with open_desk() as at:
            await at.types("gift wrap my order")
            at.rehearsal.runtime.reload(App())
            assert await at.types("gold") == [f"{english.NOT_CAUGHT} {App().jobs.help}"]

    async def test_settings_that_name_a_missing_job_change_nothing(self) -> None:
        async with open_desk(modes={"gift_wrap": "shadow"}) as at:
            with pytest.raises(ConfigError, match="gift_wrap"):
                at.rehearsal.runtime.reload(App())
            assert await at.types("gift wrap my order in gold") == [WRAP]


def _gone(still: str) -> str:
    return english.no_longer(still)


async def _speaks_german(at: Desk) -> None:
    """As after a note in German."""
    runtime, person = at.rehearsal.runtime, at.rehearsal.phone.person
    async with runtime.store.begin() as tx:
        alias = Alias(person.phone, person.bsuid)
        found = await tx.contacts.find_or_add("default", next(iter(runtime.bot.numbers)), alias, 0)
        taken = await tx.conversations.take(found.address)
        await tx.conversations.save(replace(taken, language="de", last_seen_at=at.clock.now()))
