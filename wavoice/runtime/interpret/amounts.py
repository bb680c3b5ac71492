"""Amounts of money as customers say them, in minor units of an ISO 4217 currency."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from babel.numbers import get_currency_precision

MOST = 8
"""Mentions that are looked at; nobody means more."""
_WORDS = {
    "EUR": r"euros?|€",
    "USD": r"dollars?|bucks?|us\s+dollars?|\$",
    "GBP": r"pounds?|quid|£",
    "INR": r"rupees?|rs|₹",
    "BRL": r"reais|r\$",
    "MXN": r"pesos?",
    "IDR": r"rupiah|rp",
    "NGN": r"naira|₦",
    "JPY": r"yen|¥",
}
"""A bare "dollars" is USD here; the job knows in which of them the order was paid."""
_CODES = "EUR|USD|GBP|INR|BRL|MXN|IDR|NGN|JPY|CHF|AED|SAR|TRY|KES|ZAR|AUD|CAD|SGD|MYR"
_UNIT = "|".join([*_WORDS.values(), _CODES])
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,9}(?:\.\d{1,2})?"
_PATTERN = re.compile(
    rf"(?<![\w.,])(?P<before>{_UNIT})\.?\s?(?P<after_unit>{_NUMBER})(?![\w]|[.,]\d)"
    rf"|(?<![\w.,])(?P<number>{_NUMBER})\s?(?P<unit>{_UNIT})(?!\w)",
    re.IGNORECASE,
)
_NAMES = {name: re.compile(words, re.IGNORECASE) for name, words in _WORDS.items()}


def find_amounts(text: str) -> Iterator[tuple[re.Match[str], str, str]]:
    """Yield each mention in spoken order with its minor units and its currency.

    An amount is a number with its currency; "5.505 euros" and a bare number are none.
    """
    for match in islice(_PATTERN.finditer(text), MOST):
        currency = _currency(match["before"] or match["unit"])
        number = Decimal((match["after_unit"] or match["number"]).replace(",", ""))
        minor = number.scaleb(get_currency_precision(currency))
        if minor == minor.to_integral_value():
            yield match, str(int(minor)), currency


def _currency(said: str) -> str:
    named = (name for name, words in _NAMES.items() if words.fullmatch(said))
    return next(named, said.upper())
