"""Not understood twice in a row: buttons, and then a person. And a guess is never acted on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.rehearsing import desk
from tests.runtime.gate_cases import case
from wavoice.runtime.actions.builtin import JOBS
from wavoice.runtime.build import Parts
from wavoice.runtime.cases import is_doubtful
from wavoice.runtime.model import Modality
from wavoice.runtime.policy import Policy
from wavoice.runtime.replies import english

UNSURE = f"{english.NOT_CAUGHT} {english.SAY_IT_AGAIN}"
UNCLEAR = f"{english.NOT_CAUGHT} {JOBS.help}"
WHERE = "Order 1842 is packed. It arrives on Thursday."
POOR, WORST = Policy().min_request_logprob - 0.01, Policy().min_read_logprob


class TestGuess:
    @pytest.mark.parametrize("words", ["where is order 1842", "move my delivery to Friday", "send me text"])
    async def test_a_wish_that_was_hardly_heard_is_asked_for_again(self, words: str) -> None:
        async with desk() as at:
            assert await at.speaks(words, logprob=POOR) == [f"(voice) {UNSURE}"]
            assert (await at.rows())[-1] == "D17"

    async def test_at_the_floor_it_is_taken(self) -> None:
        async with desk() as at:
            assert await at.speaks("where is order 1842", logprob=POOR + 0.01) == [f"(voice) {WHERE}"]

    async def test_the_mere_question_where_an_order_is_may_be_heard_worse(self) -> None:
        async with desk() as at:
            assert await at.speaks("where is my order", logprob=WORST) == [f"(voice) {WHERE}"]
            assert await at.speaks("where is my order", logprob=WORST - 0.01) == [f"(voice) {UNSURE}"]

    async def test_the_half_said_job_waits_for_what_was_not_caught(self) -> None:
        async with desk() as at:
            await at.speaks("can you reschedule order 1842")
            assert await at.speaks("on Saturday", logprob=POOR) == [f"(voice) {UNSURE}"]
            said = await at.speaks("on Friday")
            assert said[0] == "Order 1842: move it to Friday 27 November? Reply yes or no."

    async def test_another_wish_that_was_hardly_heard_leaves_the_question_and_holds_the_yes(self) -> None:
        async with desk() as at:
            await at.speaks("move my delivery to Friday")
            await at.speaks("yes")
            said = await at.speaks("move order 1842 to Sunday", after=0.5, logprob=POOR)
            assert said[0].startswith("I did not catch that. Order 1842: move it to Friday")
            assert (await at.rows())[-1] == "D17"
            await at.wait(60)
            assert at.writes == []

    @pytest.mark.parametrize("words", ["make it Saturday", "yes but to Saturday", "no, Saturday"])
    async def test_another_value_that_was_hardly_heard_is_not_proposed(self, words: str) -> None:
        async with desk() as at:
            await at.speaks("move my delivery to Friday")
            said = await at.speaks(words, logprob=POOR)
            assert said[0].startswith("I did not catch that. Order 1842: move it to Friday")
            assert [event.body.args["day"] for event in await at.journal("proposed")] == ["2026-11-27"]

    async def test_a_no_that_was_hardly_heard_is_a_no(self) -> None:
        async with desk() as at:
            await at.speaks("move my delivery to Friday")
            assert "nothing changed" in (await at.speaks("no", logprob=-2.0))[0]

    async def test_stop_is_heeded_however_it_was_heard(self) -> None:
        async with desk() as at:
            assert await at.speaks("stop messaging me", logprob=-2.0) == [english.OPTED_OUT]


def test_ears_that_tell_no_figures_are_believed_and_everything_is_read_back() -> None:
    wish = case("hmm", Modality.VOICE, logprob=-9.0)
    decodes = tuple(replace(decode, measured=False) for decode in wish.evidence.decodes)
    assert is_doubtful(wish, Policy())
    assert not is_doubtful(replace(wish, evidence=replace(wish.evidence, decodes=decodes)), Policy())


class TestInARow:
    async def test_two_bring_buttons_and_a_third_a_person(self) -> None:
        async with desk() as at:
            assert await at.speaks("where is order 1842", logprob=POOR) == [f"(voice) {UNSURE}"]
            again = f"{UNSURE} {english.CHOOSE}"
            assert await at.speaks("where is order 1842", logprob=POOR) == [again, f"(voice) {again}"]
            assert [button.title for button in at.messages[-2].buttons] == [
                "Where is my order?",
                "Move my delivery",
                "A person",
            ]
            assert await at.speaks("the weather is nice") == [f"(voice) {english.HANDED_OFF}"]
            assert [event.body.reason for event in await at.journal("handed_off")] == ["not_understood"]
            assert await at.types("hello?") == []

    async def test_silence_a_damaged_note_and_words_that_mean_nothing_count_alike(self) -> None:
        async with desk() as at:
            assert await at.speaks("") == [f"(voice) {english.MEDIA_TROUBLE['no_speech']}"]
            assert (await at.speaks("", fails=True))[
                0
            ] == f"{english.MEDIA_TROUBLE['speech']} {english.CHOOSE}"
            assert await at.types("the weather is nice") == [english.HANDED_OFF]

    async def test_what_is_understood_begins_the_count_anew(self) -> None:
        async with desk() as at:
            for _ in range(3):
                assert await at.types("the weather is nice") == [UNCLEAR]
                assert await at.types("where is my order?") == [WHERE]

    async def test_a_tap_on_a_button_is_a_wish(self) -> None:
        async with desk() as at:
            await at.types("the weather is nice")
            assert await at.types("so is the tea") == [f"{UNCLEAR} {english.CHOOSE}"]
            assert await at.taps("Move my delivery") == ["Which day should it come?"]
            assert await at.types("the weather is nice") == [f"{english.NOT_CAUGHT} {english.WHICH_DAY}"]

    async def test_the_last_of_them_is_a_person(self) -> None:
        async with desk() as at:
            await at.types("the weather is nice")
            await at.types("so is the tea")
            assert await at.taps("A person") == [english.HANDED_OFF]

    async def test_tapped_while_another_question_is_open_it_approves_nothing(self) -> None:
        async with desk() as at:
            await at.types("the weather is nice")
            await at.types("so is the tea")
            old = at.messages[-1].buttons[0].id
            await at.types("move my delivery to Friday")
            said = await at.taps(old)
            assert said == [f"{WHERE} Order 1842: move it to Friday 27 November? Reply yes or no."]
            await at.wait(60)
            assert at.writes == []

    async def test_a_sticker_neither_counts_nor_resets(self) -> None:
        async with desk() as at:
            await at.types("the weather is nice")
            await at.rehearsal.phone.shares_sticker()
            await at.news()
            assert await at.types("the weather is nice") == [f"{UNCLEAR} {english.CHOOSE}"]

    async def test_an_owner_who_gives_one_try(self) -> None:
        async with desk(parts=Parts(policy=Policy(max_attempts=1))) as at:
            assert await at.types("the weather is nice") == [f"{UNCLEAR} {english.CHOOSE}"]
            assert await at.types("the weather is nice") == [english.HANDED_OFF]
