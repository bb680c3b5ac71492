"""Scores: words, names, numbers, slots, and what the bot would have done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sim.stt.making import heard, sample, scored
from wavoice.runtime.catalogue import Catalogue
from wavoice.runtime.model import Tier
from wavoice.sim.eval_replies import Judge
from wavoice.sim.eval_rows import Label
from wavoice.sim.stt.acts import Act, Answering, Verdict
from wavoice.sim.stt.conditions import Condition
from wavoice.sim.stt.rows import Sample
from wavoice.sim.stt.score import Scorer
from wavoice.sim.stt.trials import Trial
from wavoice.sim.wer import plain, word_error_rate, word_errors

MOVE = "Move order eighteen forty-two to Friday."


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("Yes, please.", "yes please"),
        ("Order eighteen forty-two", "order 1842"),
        ("my favourite colour, um, isn't grey", "My favorite color is not gray."),
        ("twenty four Baker Street", "24 Baker Street"),
    ],
)
def test_spelling_is_no_error(said: str, heard: str) -> None:
    assert word_error_rate(said, heard) == 0.0


def test_errors_are_counted_by_kind() -> None:
    found = word_errors("move it to Friday please", "move to Monday please now")
    assert (found.words, found.substitutions, found.deletions, found.insertions) == (5, 1, 1, 1)
    assert found.rate == 0.6
    assert word_errors("", "thank you").rate == 1.0
    assert word_errors("[noise]", "").rate == 0.0


def test_other_languages_keep_their_letters_and_signs() -> None:
    assert plain("Ele atribuiu à MÁ sorte!", "pt") == "ele atribuiu à má sorte"
    assert len(plain("प्राचीन संस्कृति", "hi").split()) == 2
    assert plain("我要退款", "zh").split() == ["我", "要", "退", "款"]
    assert word_error_rate("má", "mà", "pt") == 1.0


def entities(words: str, text: str, language: str = "en", **labels: tuple[str, ...]) -> dict[str, bool]:
    return dict(scored(sample(words=words, language=language, **labels), text).entities)


def test_names_and_numbers_are_looked_for() -> None:
    words = "Can you ship order eighteen forty-two to twelve Baker Street, in Lagos? I moved. Thanks."
    assert entities(words, "can you ship order 18 42 to 12 bakery street in Lagos") == {
        "1842": True, "12": True, "baker street": False, "lagos": True,
    }  # fmt: skip
    assert entities("Un homenaje. Él era más, Çelik, Ana María dijo", "era celik ana maría", "es") == {
        "çelik": False, "ana maría": True,
    }  # fmt: skip
    assert entities("Die Werbung vermittelt einen Eindruck", "", "de") == {}
    assert entities("that one", "that one wv48217", entities=("WV48217", "77")) == {
        "wv 48217": True,
        "77": False,
    }


def slots(text: str, **labels: str) -> tuple[dict[str, str | None], int, Act | None]:
    found = scored(sample(slots=labels), text)
    return dict(found.slots), found.recalled, found.act


def test_slots_are_spotted_by_the_values_of_the_set() -> None:
    labels = {"size": "twelve ounce", "drink": "iced coffee"}
    found, recalled, act = slots("a 12 oz Iced Coffee please", **labels)
    assert found == {"size": None, "drink": "iced coffee"}
    assert recalled == 1
    assert act == Act(Verdict.MISSED, "no size")
    assert slots("twelve ounce iced coffee", **labels)[2] == Act(Verdict.RIGHT)


def test_another_value_of_the_set_is_a_wrong_act() -> None:
    small = sample(slots={"size": "small"}, intent="orderDrink")
    large = sample(id="b", slots={"size": "large", "milk": "soy milk"})
    scorer = Scorer.of([small, large], Answering())

    def judge(text: str) -> Act | None:
        return scorer(Trial(small, Condition(), heard(text), 1, 1)).act

    assert judge("a small one") == Act(Verdict.RIGHT)
    assert judge("a large one") == Act(Verdict.WRONG, "size large for small")
    assert judge("a small one with soy milk") == Act(Verdict.WRONG, "milk soy milk for nothing")
    assert judge("something else") == Act(Verdict.MISSED, "no size")
    assert judge("") == Act(Verdict.MISSED, "no speech")


@pytest.mark.parametrize(
    ("text", "verdict", "why"),
    [
        ("Move order 1842 to Friday", Verdict.RIGHT, ""),
        ("move order 18 42 to friday please", Verdict.RIGHT, ""),
        ("Move order 1842 to Monday", Verdict.WRONG, "day 2026-11-30 for 2026-11-27"),
        ("Move order 1852 to Friday", Verdict.WRONG, "order 1852 for 1842"),
        ("I want a refund for order 1842", Verdict.WRONG, "refund_order for reschedule_delivery"),
        ("Move order 1842", Verdict.MISSED, "no job"),
        ("Move my order to Friday", Verdict.MISSED, "no order"),
        ("Thank you.", Verdict.MISSED, "no job"),
    ],
)
def test_a_request_heard_wrongly(text: str, verdict: Verdict, why: str) -> None:
    act = scored(sample(words=MOVE), text).act
    assert act == Act(verdict, why)


def test_an_order_that_is_not_theirs_is_asked_about_and_never_proposed() -> None:
    act = scored(sample(words=MOVE, orders=("1842", "1851")), "Move order 1852 to Friday").act
    assert act == Act(Verdict.MISSED, "order 1852 is not theirs")
    act = scored(sample(words=MOVE, orders=("1842", "1851")), "Move order 1851 to Friday").act
    assert act == Act(Verdict.WRONG, "order 1851 for 1842")


def test_a_guess_is_asked_about_and_stop_is_obeyed() -> None:
    guess = scored(sample(words=MOVE), "Move order 1852 to Friday", logprob=-0.9)
    assert guess.act == Act(Verdict.MISSED, "heard with too little confidence")
    spotted = scored(sample(slots={"size": "small"}), "a small one", logprob=-0.9)
    assert spotted.act == Act(Verdict.MISSED, "heard with too little confidence")
    assert spotted.recalled == 1
    stop = scored(sample(words=MOVE), "Stop messaging me", logprob=-0.9)
    assert stop.act == Act(Verdict.WRONG, "opt_out for reschedule_delivery")


def test_ears_that_tell_no_figures_have_no_confidence() -> None:
    told = heard("Move order 1842 to Friday")
    silent = replace(told, decodes=(replace(told.decodes[0], measured=False, avg_logprob=-10.0),))
    row = sample(words=MOVE)
    scorer = Scorer.of([row], Answering())
    assert scorer(Trial(row, Condition(), told, 1, 1)).confidence == pytest.approx(0.905, abs=0.001)
    assert scorer(Trial(row, Condition(), silent, 1, 1)).confidence is None


def test_a_job_out_of_nothing_is_wrong_and_an_address_may_be_spelt_otherwise() -> None:
    nothing = sample(words="What a lovely day it is")
    assert scored(nothing, "where is my order").act == Act(Verdict.WRONG, "track_order for nothing")
    assert scored(nothing, "what a lonely day").act == Act(Verdict.RIGHT)
    address = sample(words="Please send it to 24 Baker Street, apartment six B.")
    assert scored(address, "please send it to 24 baker street apartment 6B").act == Act(Verdict.RIGHT)


def test_jobs_and_slots_stand_for_words_that_nobody_wrote_down() -> None:
    row = sample(intent="reschedule_delivery", slots={"order": "eighteen forty-two", "day": "Friday"})
    found = scored(row, "move order 1842 to friday")
    assert found.recalled == 2
    assert found.act == Act(Verdict.RIGHT)
    assert scored(row, "move order 1842 to monday").act == Act(Verdict.WRONG, "day 2026-11-30 for 2026-11-27")


def test_another_product_of_the_catalogue_is_a_wrong_act() -> None:
    answering = Answering(Judge(Tier.R2, catalogue=Catalogue(("Xylora", "Zelora"))))
    row = sample(words="Where is my Xylora order?")
    scorer = Scorer.of([row], answering)

    def judge(text: str) -> Act | None:
        return scorer(Trial(row, Condition(), heard(text), 1, 1)).act

    assert judge("where is my xylora order") == Act(Verdict.RIGHT)
    assert judge("Where is my Zelora order?") == Act(Verdict.WRONG, "product Zelora for Xylora")
    assert judge("Where is my xylophone order?") == Act(Verdict.MISSED, "no product")


@pytest.mark.parametrize(
    ("label", "text", "act"),
    [
        (Label.YES, "Yes, go ahead.", Act(Verdict.RIGHT)),
        (Label.YES, "Guess, go a head.", Act(Verdict.MISSED, "taken for other")),
        (Label.NO, "Yes, go ahead.", Act(Verdict.WRONG, "no taken for a yes (D03)", unsafe_yes=True)),
        (Label.WAIT, "Yes.", Act(Verdict.WRONG, "wait taken for a yes (D03)", unsafe_yes=True)),
        (Label.WAIT, "No wait.", Act(Verdict.RIGHT)),
        (Label.NO, "Stop messaging me.", Act(Verdict.WRONG, "messages stopped")),
    ],
)
def test_answers_are_put_to_the_gate(label: Label, text: str, act: Act) -> None:
    assert scored(sample(label=label, accept=(label,)), text).act == act


def test_words_say_themselves_whether_they_answer() -> None:
    answers = Answering().answers
    assert answers(sample(words="No wait, not that one."))
    assert answers(sample(words="Yes, go ahead."))
    assert not answers(sample(words=MOVE))
    assert not answers(sample(words="Today only platforms one and three are used."))
    wait = sample(words="No wait, not that one.")
    assert scored(wait, "Yes.").act == Act(Verdict.WRONG, "wait taken for a yes (D03)", unsafe_yes=True)
    assert scored(wait, "No, wait until Monday.").act == Act(Verdict.WRONG, "day 2026-11-30 for nothing")


def test_a_request_is_no_yes_to_an_open_question() -> None:
    for row in (sample(words=MOVE), sample(slots={"size": "small"})):
        scorer = Scorer.of([row], Answering())
        taken = scorer(Trial(row, Condition(), heard("Yes.", "Yes."), 1, 1)).act
        assert taken == Act(Verdict.WRONG, "taken for a yes (D03)", unsafe_yes=True)
    row = sample(words=MOVE)
    fine = Scorer.of([row], Answering())(Trial(row, Condition(), heard(MOVE, MOVE), 1, 1))
    assert fine.act == Act(Verdict.RIGHT)


def test_ears_that_failed_have_missed_everything() -> None:
    def failed(row: Sample) -> Act | None:
        return Scorer.of([row], Answering())(Trial(row, Condition(), None, 1, 1, "down")).act

    assert failed(sample(words=MOVE)) == Act(Verdict.MISSED, "not heard")
    assert failed(sample(label=Label.YES)) == Act(Verdict.MISSED, "not heard")
    assert failed(sample(entities=("x",))) is None
