"""Appointments and subscriptions: at most three choices, and what is not free is said, with what is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.runtime.jobs.shelf import BOOKED, CONTACT, FREE, LAMPS, RICE, TEA, facts, prepared, records
from wavoice.runtime.actions import (
    Answer,
    Ask,
    Offer,
    Refuse,
    book_appointment,
    cancel_appointment,
    cancel_subscription,
    move_appointment,
    open_ticket,
    pause_subscription,
    product_question,
    recommend,
    skip_subscription,
    update_contact,
)
from wavoice.runtime.model import Product

TIMES = facts(records(slots=FREE, appointments=BOOKED))


@pytest.mark.parametrize(
    ("slots", "booked"),
    [
        ({"service": "haircut", "day": "2026-11-24", "time": "9:00"}, ("2026-11-24", "09:00")),
        ({"service": "a hair cut", "day": "2026-11-24", "time": "3:30"}, ("2026-11-24", "15:30")),
        ({"service": "haircut", "day": "2026-11-24", "part": "afternoon"}, ("2026-11-24", "15:30")),
        ({"service": "haircut", "day": "2026-11-25"}, ("2026-11-25", "11:00")),
        ({"service": "haircut", "pick": "second"}, ("2026-11-24", "15:30")),
        ({"service": "haircut", "pick": "last"}, ("2026-11-25", "11:00")),
        (
            {"service": "haircut", "day": "2026-11-25", "time": "15:00", "pick": "11:00"},
            None,  # the 25th and the 26th were offered, both at 11
        ),
        (
            {"service": "haircut", "day": "2026-11-25", "time": "11:00", "pick": "11:00"},
            ("2026-11-25", "11:00"),
        ),
        ({"service": "beard"}, ("2026-11-25", "12:00")),  # the only one there is
        ({"service": "haircut", "time": "11:00"}, None),
    ],
)
def test_a_free_time_is_offered_only_if_it_is_clear_which(
    slots: dict[str, str], booked: tuple[str, str] | None
) -> None:
    told = prepared(book_appointment.JOB, slots, TIMES)
    if booked is None:
        assert isinstance(told, Ask)
    else:
        assert isinstance(told, Offer)
        assert (told.args["day"], told.args["time"]) == booked
        assert prepared(book_appointment.JOB, told.args, TIMES) == told


def test_at_most_three_times_are_offered_and_none_that_is_over() -> None:
    told = prepared(book_appointment.JOB, {"service": "haircut"}, TIMES)
    assert isinstance(told, Ask)
    assert told.slot == "pick"
    assert "Tuesday 24 November at 09:00, 15:30 or Wednesday 25 November at 11:00. Which one?" in told.text
    assert "26 November" not in told.text
    assert "22 November" not in told.text


def test_a_time_that_is_taken_is_read_back_with_the_next_ones() -> None:
    slots = {"service": "haircut", "day": "2026-11-25", "time": "10:00"}
    told = prepared(book_appointment.JOB, slots, TIMES)
    assert isinstance(told, Ask)
    assert told.text.startswith("Wednesday 25 November at 10:00 is not free. Free for haircut: Wednesday 25")


def test_a_time_that_was_taken_meanwhile_is_no_offer_any_more() -> None:
    slots = {"service": "haircut", "day": "2026-11-24", "time": "09:00"}
    offer = prepared(book_appointment.JOB, slots, TIMES)
    assert isinstance(offer, Offer)
    taken = facts(records(slots=FREE[1:]))
    assert isinstance(prepared(book_appointment.JOB, offer.args, taken), Ask)


def test_which_service_is_asked_where_there_are_several() -> None:
    told = prepared(book_appointment.JOB, {"service": "an appointment"}, TIMES)
    assert told == Ask("service", "What would you like to book: haircut or beard trim?")
    assert isinstance(prepared(book_appointment.JOB, {}, facts()), Refuse)


def test_a_moved_appointment_knows_where_it_was() -> None:
    told = prepared(move_appointment.JOB, {"day": "2026-11-25"}, TIMES)
    assert isinstance(told, Offer)
    assert told.before == {"day": "2026-11-27", "time": "10:00"}
    assert told.version == "v3"
    assert prepared(move_appointment.JOB, told.args, TIMES) == told


def test_only_what_is_booked_can_be_cancelled() -> None:
    told = prepared(cancel_appointment.JOB, {"day": "2026-11-27"}, TIMES)
    assert isinstance(told, Offer)
    other = prepared(cancel_appointment.JOB, {"day": "2026-11-28"}, TIMES)
    assert isinstance(other, Ask)
    assert "haircut on Friday 27 November at 10:00" in other.text
    assert prepared(cancel_appointment.JOB, {}, facts()) == Refuse("You have no appointment.")


BOTH = facts(records(subscriptions=(TEA, RICE)))


def test_which_subscription_is_asked_and_told_by_name_or_place() -> None:
    told = prepared(skip_subscription.JOB, {"about": "skip my next delivery"}, BOTH)
    assert told == Ask("which", "Which one do you mean: Green tea or Rice 5 kg?")
    for which in ("the green one", "the first one", "tea please"):
        skipped = prepared(skip_subscription.JOB, {"which": which}, BOTH)
        assert isinstance(skipped, Offer), which
        assert skipped.args["subscription"] == "sub_1"
        assert (skipped.args["skipped"], skipped.args["next"]) == ("2026-12-02", "2027-01-01")


@pytest.mark.parametrize(
    ("day", "says"),
    [("2026-12-01", "comes on Wednesday 2 December anyway"), ("2028-12-01", "is not possible")],
)
def test_a_pause_ends_after_the_next_delivery_and_within_a_year(day: str, says: str) -> None:
    told = prepared(pause_subscription.JOB, {"day": day}, facts(records(subscriptions=(TEA,))))
    assert isinstance(told, Ask)
    assert says in told.text


def test_what_is_cancelled_is_gone() -> None:
    gone = facts(records(subscriptions=(replace(TEA, state="cancelled"),)))
    for job in (pause_subscription.JOB, skip_subscription.JOB, cancel_subscription.JOB):
        assert prepared(job, {}, gone) == Refuse("You have no subscription.")
        assert prepared(job, {"subscription": "sub_9"}, BOTH) == Refuse(
            "That subscription is not there any more."
        )


@pytest.mark.parametrize(
    ("slots", "found"),
    [
        ({"email": "asha.rao@example.com"}, True),
        ({"name": "Asha Rao-Iyer"}, True),
        ({"email": "asha@example"}, False),
        ({"email": "asha@example.com, bcc: all@example.com"}, False),
        ({"name": "x" * 61}, False),
        ({"name": "https://evil.example.com"}, False),
        ({"name": "Asha 2"}, False),
        ({"email": "ASHA@example.com"}, False),  # it is that already
        ({"field": "phone"}, False),
        ({}, False),
    ],
)
def test_contact_data_is_changed_only_to_what_it_can_be(slots: dict[str, str], found: bool) -> None:
    told = prepared(update_contact.JOB, slots, facts(records(contact=(CONTACT,))))
    assert isinstance(told, Offer) is found


def test_a_ticket_has_a_subject_that_leads_nowhere() -> None:
    assert isinstance(prepared(open_ticket.JOB, {}, facts()), Ask)
    assert isinstance(prepared(open_ticket.JOB, {"subject": "see www.evil.example.com"}, facts()), Ask)
    assert isinstance(prepared(open_ticket.JOB, {"subject": "x" * 201}, facts()), Ask)
    told = prepared(open_ticket.JOB, {"subject": " the lid  is missing "}, facts())
    assert isinstance(told, Offer)
    assert told.args == {"customer": "cus_1", "subject": "the lid is missing"}


SHELF = facts(records(products=LAMPS))


def test_a_product_is_told_from_the_catalogue_and_leads_nowhere() -> None:
    told = prepared(product_question.JOB, {"about": "how much is the dest lamp", "aspect": "price"}, SHELF)
    assert told == Answer("Desk lamp costs 899 Indian rupees; 3 in stock.")
    all_of_it = prepared(product_question.JOB, {"about": "tell me about the desk lamp"}, SHELF)
    assert all_of_it == Answer("Desk lamp: 899 Indian rupees, 3 in stock. LED, 30 cm.")


def test_what_may_be_several_is_asked_and_what_is_not_sold_is_said() -> None:
    told = prepared(product_question.JOB, {"about": "how much is the lamp"}, SHELF)
    assert isinstance(told, Ask)
    chosen = prepared(product_question.JOB, {"about": "how much is the lamp", "which": "reading"}, SHELF)
    assert isinstance(chosen, Answer)
    assert chosen.text.startswith("Reading lamp: 1,299 Indian rupees, it is sold out.")
    assert isinstance(prepared(product_question.JOB, {"about": "how much is the kettle"}, SHELF), Refuse)


def test_only_what_is_in_stock_is_recommended() -> None:
    told = prepared(recommend.JOB, {"about": "what lamps do you recommend"}, SHELF)
    assert told == Answer("We have: Desk lamp for 899 Indian rupees or Floor lamp for 3,499 Indian rupees.")
    none = prepared(recommend.JOB, {"about": "something for my parrot"}, SHELF)
    assert isinstance(none, Refuse)
    assert "nothing like that" in none.text
    sold_out = facts(records(products=(Product("a", "A", LAMPS[0].price, 0),)))
    assert isinstance(prepared(recommend.JOB, {"about": "anything"}, sold_out), Refuse)
