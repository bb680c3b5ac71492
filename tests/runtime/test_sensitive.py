"""Something sensitive is dealt with only after its own yes, which is no yes to the job itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.rehearsing import Desk, desk
from tests.runtime.test_offers import offer
from wavoice.runtime.actions import builtin
from wavoice.runtime.actions.registry import Jobs
from wavoice.runtime.model import SECOND, Alias, ConsentRecord
from wavoice.runtime.replies import english

CONSENT = "That is sensitive. May I deal with it here, by machine? Reply yes or no."
WITHDRAWN = "Okay, I deal with nothing sensitive here."
FRIDAY = "Order 1842: move it to Friday 27 November? Reply yes or no."
DONE = "Done: order 1842 now comes on Friday 27 November."
WRITTEN = [("reschedule_delivery", {"order": "1842", "day": "2026-11-27"})]
DAY = 24 * 3600


def make_sensitive(patch: pytest.MonkeyPatch, name: str) -> None:
    """No shipped job is sensitive: one of them, as if it were."""
    jobs = tuple(replace(job, sensitive=job.sensitive or job.name == name) for job in builtin.JOBS)
    patch.setattr(builtin, "JOBS", Jobs(jobs))


@pytest.fixture(autouse=True)
def sensitive(monkeypatch: pytest.MonkeyPatch) -> None:
    make_sensitive(monkeypatch, "reschedule_delivery")


async def ledger(at: Desk) -> list[ConsentRecord]:
    """What the customer was asked and answered about sensitive matters, in order."""
    bot, person = at.rehearsal.runtime.bot, at.rehearsal.phone.person
    async with bot.kit.store.begin() as tx:
        alias = Alias(person.phone, person.bsuid)
        where = (await tx.contacts.find_or_add(bot.tenant, next(iter(bot.numbers)), alias, 0)).address
        lines = [line for line in await tx.consents.lines(where) if line.purpose == "sensitive"]
    return sorted(lines, key=lambda line: line.at)


async def said(at: Desk) -> list[tuple[str, str]]:
    return [(str(line.status), line.source) for line in await ledger(at)]


async def agree(at: Desk) -> None:
    """Ask for the job, agree to its being dealt with here, and refuse the job itself."""
    await at.types("move my delivery to Friday")
    await at.types("yes")
    await at.types("no")


class TestAsking:
    async def test_consent_is_asked_for_first_and_nothing_is_proposed(self) -> None:
        async with desk() as at:
            assert await at.types("move my delivery to Friday") == [CONSENT]
            assert at.messages[-1].buttons == ()
            assert await at.wait(60) == []
            assert await at.journal("proposed", "confirmed") == []
            assert await said(at) == [("shown", "question")]
            assert at.writes == []

    async def test_no_leaves_it(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            assert await at.types("no") == [english.LEFT]
            assert await said(at) == [("shown", "question"), ("denied", "answer")]
            await at.types("yes")
            await at.wait(60)
            assert await at.journal("proposed", "confirmed") == []
            assert at.writes == []
            assert await at.types("move my delivery to Friday") == [CONSENT]

    @pytest.mark.parametrize("words", ["yes but why", "wait", "the green one", "yes?"])
    async def test_what_is_no_clear_yes_goes_no_further(self, words: str) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            await at.types(words)
            await at.wait(60)
            assert await at.journal("proposed", "confirmed") == []
            assert await said(at) == [("shown", "question")]

    async def test_yes_goes_on_to_the_read_back_and_is_no_yes_to_the_job(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            assert await at.types("yes") == [FRIDAY]
            assert await at.wait(60) == []
            assert await at.journal("confirmed") == []
            assert at.writes == []
            await at.types("yes")
            assert await at.wait(5) == [DONE]
            assert at.writes == WRITTEN

    async def test_a_spoken_yes_counts_as_well(self) -> None:
        async with desk() as at:
            assert await at.speaks("move my delivery to Friday") == [f"(voice) {CONSENT}"]
            assert (await at.speaks("yes"))[0].endswith(FRIDAY)
            await at.wait(60)
            assert at.writes == []

    async def test_the_ledger_holds_the_words_shown_and_both_messages(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            question = at.messages[-1].wamid
            await at.types("yes")
            shown, granted = await ledger(at)
        assert (str(shown.status), shown.wording, shown.proof) == ("shown", CONSENT, question)
        assert (str(granted.status), granted.source) == ("granted", "answer")
        assert (granted.wording, granted.shown_in) == (CONSENT, question)
        assert granted.proof not in ("", question)

    async def test_what_is_not_sensitive_needs_no_such_consent(self) -> None:
        async with desk() as at:
            assert (await at.types("where is my order?"))[0].startswith("Order 1842")
            assert await said(at) == []


class TestAskingAgain:
    async def test_within_the_day_it_stands(self) -> None:
        async with desk() as at:
            await agree(at)
            assert await at.types("move my delivery to Friday", after=DAY - 60) == [FRIDAY]

    async def test_the_next_day_it_is_asked_for_again(self) -> None:
        async with desk() as at:
            await agree(at)
            assert await at.types("move my delivery to Friday", after=DAY) == [CONSENT]
            assert len(await at.journal("proposed")) == 1
            assert [status for status, _ in await said(at)] == ["shown", "granted", "shown"]

    async def test_who_left_and_came_back_is_asked_again(self) -> None:
        async with desk() as at:
            await agree(at)
            await at.types("stop messaging me")
            await at.types("START")
            assert await at.types("move my delivery to Friday") == [CONSENT]

    async def test_a_question_that_lapsed_takes_no_yes(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            await at.types("yes", after=30 * 60)
            await at.wait(60)
            assert await at.journal("proposed", "confirmed") == []
            assert await said(at) == [("shown", "question")]


class TestLater:
    """The consent stands where the job goes on without a message of the customer."""

    async def test_an_order_that_changed_before_the_write_is_read_back_again(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            await at.types("yes")
            await at.types("yes")
            at.world.staff_edits("1842", address="1 New Street")
            assert await at.wait(5) == [f"That order changed meanwhile. {FRIDAY}"]
            assert at.writes == []
            await at.types("yes")
            assert await at.wait(5) == [DONE]

    async def test_a_consent_that_ran_out_during_the_settle_window_is_asked_for_again(self) -> None:
        async with desk() as at:
            await agree(at)
            granted = (await ledger(at))[-1].at
            await at.wait((granted - at.clock.now()) / SECOND + DAY - 10)
            assert await at.types("move my delivery to Friday") == [FRIDAY]
            await at.types("yes", after=4)
            at.world.staff_edits("1842", address="1 New Street")
            assert await at.wait(5) == [f"That order changed meanwhile. {CONSENT}"]
            assert at.writes == []
            assert await at.types("yes") == [FRIDAY]

    async def test_a_wish_that_came_with_another_yes_asks_first(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make_sensitive(monkeypatch, "track_order")
        async with desk() as at:
            await at.types("please change the address to 14 Lake Road")
            await at.types("yes. where is my order")
            assert await at.wait(5) == [f"Done: order 1842 now goes to 14 Lake Road. {CONSENT}"]
            assert await at.types("yes") == ["Order 1842 is packed. It arrives on Thursday."]
            assert await said(at) == [("shown", "question"), ("granted", "answer")]

    async def test_what_the_shop_offers_is_asked_only_with_consent(self) -> None:
        async with desk() as at:
            assert await offer(at, "one")
            assert await at.wait(60) == []
            assert [event.body.detail for event in await at.journal("trouble")] == ["no consent: sensitive"]
            await agree(at)
            assert await offer(at, "two")
            assert await at.wait(60) == [FRIDAY]


class TestWithdrawal:
    @pytest.mark.parametrize(
        "words",
        [
            "please don't handle anything sensitive",
            "stop dealing with my medical stuff",
            "I withdraw my consent to sensitive matters",
            "never process my private data",
            "nothing sensitive here please",
        ],
    )
    async def test_words_that_withdraw_this_consent_alone(self, words: str) -> None:
        async with desk() as at:
            await agree(at)
            assert await at.types(words) == [WITHDRAWN]
            assert (await said(at))[-1] == ("withdrawn", "message")
            assert (await at.types("where is my order?"))[0].startswith("Order 1842")
            assert await at.types("move my delivery to Friday") == [CONSENT]

    async def test_what_was_asked_or_runs_of_it_is_closed(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            await at.types("yes")
            await at.types("yes")
            assert await at.types("don't process anything sensitive", after=1) == [WITHDRAWN]
            assert await at.wait(60) == []
            await at.types("yes")
            await at.wait(60)
            assert at.writes == []

    async def test_what_was_half_said_of_it_is_given_up(self) -> None:
        async with desk() as at:
            await at.types("move my delivery to Friday")
            await at.types("don't deal with anything sensitive")
            await at.types("yes")
            await at.wait(60)
            assert await at.journal("proposed") == []
            assert (await said(at))[-1][0] == "withdrawn"

    async def test_an_open_question_about_something_else_is_put_again(self) -> None:
        async with desk() as at:
            await at.types("please change the address to 14 Lake Road")
            shown = await at.types("don't deal with anything sensitive")
            assert "".join(shown).startswith(WITHDRAWN)
            assert at.messages[-1].buttons
            await at.types("yes")
            await at.wait(5)
            assert [action for action, _ in at.writes] == ["change_address"]
