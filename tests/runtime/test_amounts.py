"""Amounts of money in words of customers."""

from __future__ import annotations

import pytest

from tests.runtime.gate_cases import MONDAY
from wavoice.runtime.interpret.amounts import find_amounts
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.model import NO_CURRENCY, Money
from wavoice.runtime.ports import Situation
from wavoice.runtime.replies import english
from wavoice.runtime.replies.spoken import speakable

READ = RulesInterpreter().read


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("5 euros", [("500", "EUR")]),
        ("€5.50 or 6 €", [("550", "EUR"), ("600", "EUR")]),
        ("EUR 5", [("500", "EUR")]),
        ("1,500 rupees", [("150000", "INR")]),
        ("Rs. 500", [("50000", "INR")]),
        ("$12.30", [("1230", "USD")]),
        ("700 yen", [("700", "JPY")]),
        ("20 quid", [("2000", "GBP")]),
        ("R$ 30", [("3000", "BRL")]),
        ("45", []),
        ("order 1842", []),
        ("5.505 euros", []),
        ("7.50 yen", []),
        ("300 realities", []),
        ("the first 2 real parcels", []),
    ],
)
def test_amounts(text: str, amounts: list[tuple[str, str]]) -> None:
    assert [(minor, currency) for _, minor, currency in find_amounts(text)] == amounts


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("I want a refund for order 1842", {"order": "1842"}),
        ("give me my money back", {}),
        ("I want my money back for eighteen forty-two", {"order": "1842"}),
        ("refund 5 euros", {"amount": "500", "currency": "EUR"}),
        ("refund five euros of order 1842", {"amount": "500", "currency": "EUR", "order": "1842"}),
        ("could I get 500 rupees back", {"amount": "50000", "currency": "INR"}),
        ("please reimburse me", {}),
        ("I'd like to be refunded", {}),
    ],
)
def test_requests(text: str, slots: dict[str, str]) -> None:
    reading = READ(text, Situation(now=MONDAY))
    assert (reading.intent, dict(reading.slots)) == ("refund_order", slots)


@pytest.mark.parametrize(
    ("text", "amount"), [("20", "20"), ("12.50.", "12.50"), ("forty", "40"), ("500", "500")]
)
def test_a_bare_number_is_an_amount_only_where_one_was_asked_for(text: str, amount: str) -> None:
    asked = READ(text, Situation(now=MONDAY, asked="amount"))
    assert dict(asked.slots) == {"amount": amount, "currency": NO_CURRENCY}
    assert "amount" not in READ(text, Situation(now=MONDAY)).slots


@pytest.mark.parametrize(
    "text", ["send it back to Friday", "when do I get my order", "I paid 45 euros", "get back to me"]
)
def test_other_wishes(text: str) -> None:
    assert READ(text, Situation(now=MONDAY)).intent != "refund_order"


def test_digits_after_a_yes_are_a_code_only_where_money_is_asked_about() -> None:
    waiting = Situation(now=MONDAY, open_action="refund_order", wants_code=True)
    reading = READ("YES 4071", waiting)
    assert (reading.code, reading.plain, dict(reading.mentioned), reading.text) == (
        "4071",
        True,
        {},
        "YES 4071",
    )
    moving = Situation(now=MONDAY, open_action="reschedule_delivery")
    assert (READ("yes 1842", moving).code, dict(READ("yes 1842", moving).slots)) == (None, {"order": "1842"})


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (Money(45_00, "EUR"), "45 euros"),
        (Money(1_00, "EUR"), "1 euro"),
        (Money(45_50, "USD"), "45.50 US dollars"),
        (Money(1_250_00, "INR"), "1,250 Indian rupees"),
        (Money(700, "JPY"), "700 Japanese yen"),
        (Money(1_500, "KWD"), "1.500 Kuwaiti dinars"),
    ],
)
def test_amounts_as_they_are_said(money: Money, words: str) -> None:
    assert english.money(money) == words


def test_a_card_is_read_in_pairs() -> None:
    assert speakable(f"to {english.instrument('visa 4242')}") == "to your Visa ending 42 42"
