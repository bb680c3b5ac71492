"""Invoices, links, reminders and cards on record: nothing is guessed, nothing said that no record says."""

from __future__ import annotations

import pytest

from tests.runtime.jobs.shelf import (
    AMEX,
    PAGE,
    RUPEES,
    VISA,
    charge,
    facts,
    invoice,
    order,
    prepared,
    records,
)
from wavoice.runtime.actions import (
    Answer,
    Ask,
    Instead,
    Offer,
    Prepared,
    Refuse,
    pay_reminder,
    payment_link,
    payment_problem,
    saved_card,
)
from wavoice.runtime.actions import (
    invoice as invoices,
)
from wavoice.runtime.model import Card, Charge, Payment, Records

PAID = Payment(RUPEES, "visa", "4242")


def test_an_open_link_is_sent_again_and_nothing_is_written() -> None:
    known = facts(records(invoices=(invoice(link=f"{PAGE}1"),)))
    told = prepared(payment_link.JOB, {}, known)
    assert told == Answer(f"Here you can pay 640 Indian rupees for order 1842: {PAGE}1", written=True)


def test_a_failed_invoice_gets_a_fresh_link_for_what_it_asks_for() -> None:
    known = facts(records(invoices=(invoice(state="failed", link=f"{PAGE}old"),)))
    offer = prepared(payment_link.JOB, {}, known)
    assert isinstance(offer, Offer)
    assert offer.args == {"order": "1842", "invoice": "INV-1", "amount": "64000", "currency": "INR"}
    assert prepared(payment_link.JOB, offer.args, known) == offer  # before the commit it is prepared again


@pytest.mark.parametrize(
    ("slots", "of", "says"),
    [
        ({"order": "1842"}, order("1842", payment=PAID), "Order 1842 is paid with your Visa ending 4242."),
        ({"order": "1842"}, order("1842", status="cancelled"), "was cancelled"),
        ({}, order("1842", payment=PAID), "Nothing is waiting to be paid."),
    ],
)
def test_what_is_paid_gets_no_link(slots: dict[str, str], of: object, says: str) -> None:
    told = prepared(payment_link.JOB, slots, facts(None, of))  # type: ignore[arg-type]
    assert isinstance(told, Refuse)
    assert says in told.text


def test_which_of_several_bills_is_asked() -> None:
    known = facts(records(invoices=(invoice(), invoice("INV-2", "1777"))), order("1842"), order("1777"))
    for job in (payment_link.JOB, payment_problem.JOB, pay_reminder.JOB, saved_card.JOB, invoices.JOB):
        told = prepared(job, {}, known)
        assert isinstance(told, Ask), job.name
        assert (told.slot, "1842" in told.text, "1777" in told.text) == ("order", True, True), job.name


def test_an_order_of_somebody_else_is_not_found() -> None:
    known = facts(records(invoices=(invoice(),)))
    for job in (payment_link.JOB, payment_problem.JOB, pay_reminder.JOB, saved_card.JOB, invoices.JOB):
        told = prepared(job, {"order": "9999"}, known)
        assert isinstance(told, Ask), job.name
        assert "cannot find order 9999" in told.text, job.name


def test_why_a_payment_failed_is_not_made_up() -> None:
    failed = Charge("ch_1", "1842", RUPEES, charge("x", "", 20).at, "failed", "visa 4242")
    known = facts(records(invoices=(invoice(state="failed"),), charges=(failed,)))
    told = prepared(payment_problem.JOB, {}, known)
    said = (
        "Your payment of 640 Indian rupees for order 1842 with your Visa ending 4242 "
        "failed on Friday 20 November."
    )
    assert told == Instead("payment_link", {"invoice": "INV-1"}, said)
    fine = prepared(payment_problem.JOB, {}, facts(records(invoices=(invoice(state="paid"),))))
    assert isinstance(fine, Answer)
    assert "no payment of yours that failed" in fine.text


@pytest.mark.parametrize(
    ("state", "slots", "kind", "says"),
    [
        ("open", {"claim": "paid"}, Refuse, "do not see that payment yet"),
        ("paid", {"claim": "paid", "order": "1842"}, Answer, "640 Indian rupees for order 1842 is paid"),
        ("open", {"day": "2026-11-22"}, Ask, "is over"),
        ("open", {"day": "2027-11-22"}, Ask, "too far away"),
        ("paid", {"day": "2026-11-27"}, Refuse, "Nothing is waiting"),
        ("open", {}, Ask, "due on Friday 27 November"),
    ],
)
def test_a_reminder_is_answered_by_the_record(
    state: str, slots: dict[str, str], kind: type[Prepared], says: str
) -> None:
    told = prepared(pay_reminder.JOB, slots, facts(records(invoices=(invoice(state=state),))))
    assert isinstance(told, kind)
    assert says in told.text  # type: ignore[union-attr]


LAST_YEAR = (charge("ch_0", "amex 1001", 2), charge("ch_1", "visa 4242", 20))


@pytest.mark.parametrize(
    ("cards", "charges", "slots", "card"),
    [
        ((VISA, AMEX), LAST_YEAR, {}, "card_1"),
        ((VISA, AMEX), LAST_YEAR, {"last4": "1001"}, "card_2"),
        ((AMEX,), LAST_YEAR, {}, None),  # the last one is not kept any more
        ((VISA, Card("card_3", "visa", "4242")), LAST_YEAR, {}, None),  # two that look the same
        ((VISA, AMEX), (charge("a", "visa 4242", 20), charge("b", "amex 1001", 20)), {}, None),
        ((VISA, AMEX), (charge("a", "visa 4242", 20, "failed"),), {}, None),
        ((VISA, AMEX), (), {"last4": "9999"}, None),
        ((VISA, AMEX), (), {"card": "card_of_somebody_else"}, None),
        ((), LAST_YEAR, {}, None),
    ],
)
def test_a_card_is_charged_only_if_it_is_surely_the_one(
    cards: tuple[Card, ...], charges: tuple[Charge, ...], slots: dict[str, str], card: str | None
) -> None:
    known = facts(records(invoices=(invoice(),), cards=cards, charges=charges))
    told = prepared(saved_card.JOB, slots, known)
    if card is None:
        assert isinstance(told, Instead)
        assert (told.job, told.slots) == ("payment_link", {"invoice": "INV-1"})
        assert not any(one.last4 in told.lead for one in (VISA, AMEX))
    else:
        assert isinstance(told, Offer)
        assert (told.args["card"], told.args["amount"], told.args["currency"]) == (card, "64000", "INR")
        assert prepared(saved_card.JOB, told.args, known) == told


def test_no_card_is_charged_for_nothing() -> None:
    assert isinstance(prepared(saved_card.JOB, {}, facts(Records(cards=(VISA,)))), Refuse)
