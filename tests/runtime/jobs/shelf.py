"""Facts of one customer, for jobs that only prepare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from wavoice.runtime.actions import Job, Prepared
from wavoice.runtime.model import (
    Appointment,
    Card,
    Charge,
    Contact,
    Customer,
    Facts,
    FreeSlot,
    Identity,
    Invoice,
    Money,
    Order,
    Payment,
    Product,
    Records,
    Subscription,
)

TODAY = date(2026, 11, 23)
ZONE = timezone(timedelta(hours=5, minutes=30))
NOW = datetime(2026, 11, 23, 10, tzinfo=ZONE)
RUPEES = Money(640_00, "INR")
VISA, AMEX = Card("card_1", "visa", "4242"), Card("card_2", "amex", "1001")
PAGE = "https://pay.shop.example/"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def order(number: str, *, payment: Payment | None = None, status: str = "packed") -> Order:
    return Order(number, "cus_1", status, date(2026, 11, 26), "12 Hill Road", ("Desk lamp",), "v1", payment)


def invoice(name: str = "INV-1", of: str = "1842", state: str = "open", link: str = "") -> Invoice:
    return Invoice(name, of, RUPEES, date(2026, 11, 27), state, link)


def charge(name: str, payee: str, day: int, state: str = "captured") -> Charge:
    return Charge(name, "1777", RUPEES, at(day, 9), state, payee)


def records(**kinds: object) -> Records:
    return replace(Records(), **kinds)  # type: ignore[arg-type]


def facts(found: Records | None = None, *orders: Order) -> Facts:
    known = Identity((Customer("cus_1", "Asha Rao", "919812300001"),))
    return Facts(known, orders or (order("1842"),), 0, records=found or Records(), now=NOW)


def prepared(job: Job, slots: Mapping[str, str], known: Facts) -> Prepared:
    return job.prepare(slots, known, TODAY)


LAMPS = tuple(
    Product(name, title, Money(price, "INR"), stock, 1, text)
    for name, title, price, stock, text in (
        ("desk", "Desk lamp", 899_00, 3, "LED, 30 cm. See www.evil.example.com for more."),
        ("floor", "Floor lamp", 3_499_00, 2, "Dimmable."),
        ("reading", "Reading lamp", 1_299_00, 0, "Clips to a book."),
        ("tea", "Green tea", 640_00, 12, "Loose leaf from Assam."),
    )
)
FREE = tuple(
    FreeSlot(service, start)
    for service, start in (
        ("haircut", at(24, 9)),
        ("haircut", at(24, 15, 30)),
        ("haircut", at(25, 11)),
        ("haircut", at(26, 11)),
        ("beard trim", at(25, 12)),
        ("haircut", at(22, 9)),
    )
)
BOOKED = (Appointment("apt_1", "haircut", at(27, 10), "v3"),)
TEA = Subscription("sub_1", "Green tea", 30, date(2026, 12, 2), "active", "v1")
RICE = Subscription("sub_2", "Rice 5 kg", 14, date(2026, 11, 30), "active", "v1")
CONTACT = Contact("cus_1", "Asha Rao", "v1", "asha@example.com")
