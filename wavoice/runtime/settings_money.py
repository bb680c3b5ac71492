"""Sections `[delivery]` and `[money]` of `wavoice.toml`: what may be promised, and how much may move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import Annotated, Final, Literal, get_args

from babel.numbers import get_currency_precision
from pydantic import AfterValidator, BeforeValidator, Field

from wavoice.runtime.model import ShopRules
from wavoice.runtime.policy import Policy
from wavoice.runtime.settings_speech import Section, from_commas

_Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAYS: Final = get_args(_Day)


def _pairs(value: object) -> object:
    if not isinstance(value, str):
        return value
    pairs = [part.partition("=") for part in value.split(",") if part.strip()]
    return {name.strip(): amount.strip() for name, _, amount in pairs}


def _are_amounts(amounts: dict[str, Decimal]) -> dict[str, Decimal]:
    for currency, amount in amounts.items():
        if len(currency) != 3 or not (currency.isascii() and currency.isupper()):
            raise ValueError(f"{currency!r} is no currency of ISO 4217, such as EUR")
        if amount < 0:
            raise ValueError(f"{amount} {currency} is less than nothing")
    return amounts


_Days = Annotated[tuple[_Day, ...], BeforeValidator(from_commas)]
_Codes = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,10}$")], ...], BeforeValidator(from_commas)
]
_Ways = Annotated[tuple[Literal["cod", "link", "card"], ...], BeforeValidator(from_commas)]
_Amounts = Annotated[dict[str, Decimal], BeforeValidator(_pairs), AfterValidator(_are_amounts)]


class Delivery(Section):
    """What may be promised of deliveries."""

    cut_off: time = time(16)
    """What is ordered before it, on the shop's clock, counts as ordered on that day, e.g. `16:00`."""
    days: Annotated[_Days, Field(min_length=1)] = ("mon", "tue", "wed", "thu", "fri", "sat")
    """Days on which parcels are packed and delivered."""
    postal_prefixes: _Codes = ()
    """Beginnings of the postal codes that are delivered to, e.g. `["4000", "4001"]`; absent: no address is
    refused for its code."""


class MoneyLimits(Section):
    """What may move without a person, in whole units by currency: `EUR = 250`. What is absent keeps the
    default of `policy.py`.
    """

    pay: Annotated[_Ways, Field(min_length=1)] = ("cod", "link", "card")
    """How an order may be paid, the usual way first: at the door, by link, with the saved card."""
    refund_cap: _Amounts = Field(default_factory=dict)
    """What of one order may go back."""
    order_cap: _Amounts = Field(default_factory=dict)
    """What one order may cost."""
    paid_out_per_day: _Amounts = Field(default_factory=dict)
    """What may go back to one customer within 24 hours."""
    paid_in_per_day: _Amounts = Field(default_factory=dict)
    """What one customer may order for within 24 hours."""
    moves_per_day: Annotated[int, Field(ge=1)] | None = None
    """Refunds, and orders, of one customer within 24 hours; absent: 5 of each."""

    def within(self, policy: Policy) -> Policy:
        """The policy with these limits."""
        return replace(
            policy,
            refund_cap={**policy.refund_cap, **_in_minor_units(self.refund_cap)},
            order_cap={**policy.order_cap, **_in_minor_units(self.order_cap)},
            paid_out_per_day={**policy.paid_out_per_day, **_in_minor_units(self.paid_out_per_day)},
            paid_in_per_day={**policy.paid_in_per_day, **_in_minor_units(self.paid_in_per_day)},
            moves_per_day=self.moves_per_day or policy.moves_per_day,
        )


def rules_of(delivery: Delivery, money: MoneyLimits) -> ShopRules:
    """The rules that jobs keep to."""
    days = frozenset(_DAYS.index(day) for day in delivery.days)
    return ShopRules(delivery.cut_off, days, delivery.postal_prefixes, money.pay)


def _in_minor_units(amounts: Mapping[str, Decimal]) -> dict[str, int]:
    return {name: int(amount.scaleb(get_currency_precision(name))) for name, amount in amounts.items()}
