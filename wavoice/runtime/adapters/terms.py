"""What connectors share of turning a vendor's words into ours; what is not understood is an error. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

import phonenumbers
import rfc8785

from wavoice.runtime.errors import ConfigError, SystemOfRecordError
from wavoice.runtime.model import Money, Order, Payment
from wavoice.runtime.settings_systems import Orders as OrdersSettings

STATUSES: Final = ("open", "packed", "shipped", "delivered", "cancelled")
_BRANDS: Final = ("brand", "cardBrand", "card_brand")
_LAST4: Final = ("last4", "lastFour", "last_four", "cardLast4", "card_last4")
_FOUR_DIGITS: Final = re.compile("[0-9]{4}")


@dataclass(frozen=True, slots=True)
class Days:
    """Moments of an order from which its day is told."""

    placed: datetime | None
    promised: datetime | None = None
    delivered: datetime | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """How this shop's words are to be taken."""

    zone: tzinfo
    statuses: Mapping[str, str]
    promise_days: int | None

    @classmethod
    def of(cls, settings: OrdersSettings, zone: tzinfo) -> Terms:
        """Raises `ConfigError` for a status that is none of ours."""
        for theirs, ours in settings.statuses.items():
            if ours not in STATUSES:
                raise ConfigError(
                    f"orders.statuses: {theirs} = {ours!r} is no status.",
                    remedy=f"Use one of: {', '.join(STATUSES)}.",
                )
        return cls(zone, settings.statuses, settings.promise_days)

    def status(self, theirs: str, known: Mapping[str, str], what: str) -> str:
        """Our status. Raises `SystemOfRecordError` for one that nobody has explained."""
        found = self.statuses.get(theirs) or known.get(theirs)
        if found is None:
            raise SystemOfRecordError(f"{what} has a status that is not known; see orders.statuses.")
        return found

    def day(self, days: Days, status: str, what: str) -> date:
        """The delivery day: when it was delivered, or what was promised. Raises `SystemOfRecordError`.

        Of a cancelled order, which has none, the day on which it was placed.
        """
        if status == "delivered" and days.delivered is not None:
            return self.local(days.delivered)
        if days.promised is not None:
            return self.local(days.promised)
        if days.placed is not None and status == "cancelled":
            return self.local(days.placed)
        if days.placed is None or self.promise_days is None:
            raise SystemOfRecordError(f"{what} has no delivery day; see orders.promise_days.")
        return self.local(days.placed) + timedelta(days=self.promise_days)

    def local(self, moment: datetime) -> date:
        """Its day in the shop's zone."""
        return moment.astimezone(self.zone).date()

    def noon(self, day: date) -> str:
        """That day as a moment of the shop's: its noon, in UTC, so that no zone makes another day of it."""
        moment = datetime.combine(day, time(12), tzinfo=self.zone).astimezone(UTC)
        return moment.isoformat().replace("+00:00", "Z")

    @staticmethod
    def versioned(order: Order, *more: object) -> Order:
        """The order with a version that is another one as soon as anything of it is."""
        paid = order.payment
        told: list[Any] = [
            order.id,
            order.customer,
            order.status,
            order.day.isoformat(),
            order.delivery_address,
        ]
        told += [list(order.items), *more]
        told += [paid.paid.minor, paid.paid.currency, paid.payee, paid.refunded] if paid else []
        return replace(order, version="v-" + hashlib.sha256(rfc8785.dumps(told)).hexdigest()[:24])


def joined(*parts: str | None) -> str:
    """The parts that there are, as one line."""
    return ", ".join(part.strip() for part in parts if part and part.strip())


def counted(count: int, name: str) -> str:
    """An item as it is told: "Green tea", or "2 x Green tea"."""
    return name if count == 1 else f"{count} x {name}"


def payment_of(minor: int, currency: str, refunded: int, told: Mapping[str, Any], method: str) -> Payment:
    """A payment; where no card is told, its instrument is the method. Raises `SystemOfRecordError`."""
    brand = next((told[name] for name in _BRANDS if isinstance(told.get(name), str)), None)
    last4 = next((told[name] for name in _LAST4 if isinstance(told.get(name), str)), "")
    card = brand is not None and _FOUR_DIGITS.fullmatch(last4) is not None
    try:
        paid = Money(minor, currency)
        return Payment(paid, brand if card and brand else method, last4 if card else "", refunded)
    except ValueError:
        raise SystemOfRecordError("A payment of an order cannot be.") from None


def notations(digits: str) -> list[str]:
    """How a shop may have written a phone number of these E.164 digits, in international notation."""
    try:
        number = phonenumbers.parse(f"+{digits}", None)
    except phonenumbers.NumberParseException:
        return [f"+{digits}", digits]
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    linked = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.RFC3966).removeprefix("tel:")
    return list(dict.fromkeys([f"+{digits}", digits, f"00{digits}", shown, linked, shown.replace("-", " ")]))
