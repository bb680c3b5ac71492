"""How the jobs beyond orders are asked for, and the values that they listen for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from tests.runtime.jobs.shelf import ZONE
from wavoice.runtime.author.app import App
from wavoice.runtime.faq import Faq
from wavoice.runtime.faq_file import read_faq
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.interpret.times import bare_time, find_times, place
from wavoice.runtime.model import Reading
from wavoice.runtime.ports import Situation
from wavoice.sim.rehearsal import SAMPLE_FAQ

READ = RulesInterpreter().read
NOW = datetime(2026, 11, 23, 10, tzinfo=ZONE)
VOCABULARY = App().jobs.with_faq(read_faq(SAMPLE_FAQ)).vocabulary


def read(text: str, **situation: object) -> Reading:
    return READ(text, Situation(now=NOW, vocabulary=VOCABULARY, **situation))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "job"),
    [
        ("my payment failed", "payment_problem"),
        ("the card was declined again", "payment_problem"),
        ("I can't pay, it shows an error", "payment_problem"),
        ("could you send me a payment link", "payment_link"),
        ("how can I pay for my order", "payment_link"),
        ("I have already paid that", "pay_reminder"),
        ("I will pay on Friday", "pay_reminder"),
        ("has my payment arrived", "pay_reminder"),
        ("can I get an invoice for order 1842", "invoice"),
        ("I need the receipt", "invoice"),
        ("charge the card I paid with last time", "saved_card"),
        ("use my visa ending in 4242", "saved_card"),
        ("I'd like to book an appointment", "book_appointment"),
        ("can you book me in for Friday", "book_appointment"),
        ("move my appointment to Friday", "move_appointment"),
        ("I can't make my appointment tomorrow", "cancel_appointment"),
        ("please cancel my appointment", "cancel_appointment"),
        ("pause my subscription until January", "pause_subscription"),
        ("skip the next delivery", "skip_subscription"),
        ("I want to cancel my subscription", "cancel_subscription"),
        ("stop my subscription", "cancel_subscription"),
        ("my email has changed", "update_contact"),
        ("my name is spelled wrong", "update_contact"),
        ("open a ticket please", "open_ticket"),
        ("how much is the desk lamp", "product_question"),
        ("do you have green tea", "product_question"),
        ("is the reading lamp in stock", "product_question"),
        ("what can you recommend", "recommend"),
        ("what kinds of tea do you have", "recommend"),
        ("when do you open on Sundays", "faq"),
        ("what's your return policy?", "faq"),
        ("which charities does your company support", "faq"),
        # and what is something else
        ("how much is it", None),
        ("unsubscribe", "opt_out"),
        ("cancel", "bare_cancel"),
        ("where is my order", "track_order"),
        ("move my delivery to Friday", "reschedule_delivery"),
        ("change my address to 4 Lake Road", "change_address"),
        ("I want my money back", "refund_order"),
        ("my card was stolen", "fraud_flag"),
        ("I was charged twice", "duplicate_order"),
        ("can you hear me", None),
        ("who are you", None),
    ],
)
def test_what_is_asked_for(text: str, job: str | None) -> None:
    assert read(text).intent == job


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("at 3 pm", ["15:00"]),
        ("10 30", []),
        ("at 10 30", ["10:30"]),
        ("half past 2", ["2:30"]),
        ("quarter to 4", ["3:45"]),
        ("quarter to 1", ["12:45"]),
        ("at 12 am", ["00:00"]),
        ("noon", ["12:00"]),
        ("15:45 or 09:15", ["15:45", "09:15"]),
        ("7 o'clock", ["7:00"]),
        ("at 12 Hill Road", []),
        ("for 3 people", []),
        ("at 25", []),
        ("19:99", []),
        ("12.50 euros", []),
    ],
)
def test_times_of_day(text: str, times: list[str]) -> None:
    assert [time for time, _ in find_times(text)] == times


def test_a_time_beside_its_question_is_that_time() -> None:
    assert [time for time, _ in find_times("at half past 3", "Book it on Friday at 15:30?")] == ["15:30"]
    assert bare_time("11 30") == ("11:30", (0, 5))
    assert (bare_time("31"), bare_time("the 2nd of May")) == (None, None)
    assert (place("the second one please"), place("the 2nd of May")) == ("second", None)


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("meera dot iyer at example dot com", {"email": "meera.iyer@example.com"}),
        ("it's m e e r a at example dot com", {"email": "meera@example.com"}),
        ("Meera_99@Shop.Example.org.", {"email": "meera_99@shop.example.org"}),
        ("no, meera underscore iyer at mail dot example dot org", {"email": "meera_iyer@mail.example.org"}),
    ],
)
def test_addresses_said_and_spelt(text: str, slots: dict[str, str]) -> None:
    said = read(text, asked="email", half_said="update_contact")
    assert (said.intent, said.slots) == (None, slots)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Meera Iyer", "Meera Iyer"),
        ("it's Meera, not Mira", "Meera"),
        ("Meera I Y E R", "Meera Iyer"),
        ("M-E-E-R-A", "Meera"),
        ("yes", None),
    ],
)
def test_names_said_and_spelt(text: str, name: str | None) -> None:
    said = read(text, asked="name", half_said="update_contact")
    assert said.slots.get("name") == name


def test_what_was_offered_is_picked_by_place_hour_or_day() -> None:
    asked = {"asked": "pick", "half_said": "book_appointment"}
    assert read("the second one", **asked).slots == {"pick": "second"}
    assert read("11", **asked).slots == {"time": "11:00", "pick": "11:00"}
    assert read("Friday", **asked).slots == {"day": "2026-11-27", "pick": "2026-11-27"}
    assert read("Friday at 3 pm", **asked).slots == {"day": "2026-11-27", "time": "15:00"}


def test_the_whole_answer_is_what_a_ticket_is_about() -> None:
    said = read("where is my order, it never came", asked="subject", half_said="open_ticket")
    assert (said.intent, said.slots) == (None, {"subject": "where is my order, it never came"})
    assert read("never mind", asked="subject", half_said="open_ticket").slots == {}


def test_digits_of_a_card_are_no_order() -> None:
    said = read("pay with my saved card ending in 1842")
    assert (said.intent, said.slots) == ("saved_card", {"last4": "1842"})


def test_an_answer_that_fits_two_entries_answers_nothing() -> None:
    faq = read_faq(SAMPLE_FAQ)
    assert faq.asked("when are you open") is not None
    twice = Faq((*faq.entries, replace(faq.entries[0], id="again")))
    assert twice.asked("when are you open") is None
    assert faq.asked("is my parcel open") is None
    assert faq.asked("yes") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("change my address to the third house behind the old mill", True),
        ("the new address is my sister's place near the bus stand", True),
        ("change the address of my order", False),
        ("change the address to my other one please", False),
        ("change the address to the one you have on file", False),
        ("change the address, it is wrong on the last order", False),
        ("change the address to 14 Lake Road", False),
    ],
)
def test_an_address_in_words_that_cannot_be_read_is_known_to_have_been_said(text: str, *, told: bool) -> None:
    slots = read(text).slots
    assert ("told" in slots) is told
    assert "told" not in slots or "address" not in slots
