"""What the sample shop sells, and what its first customer has with it beyond orders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone

from wavoice.runtime.model import (
    Appointment,
    Card,
    Charge,
    Contact,
    FreeSlot,
    Invoice,
    Money,
    Product,
    Record,
    Subscription,
    Ticket,
)
from wavoice.sim.shop.books import RecordBook

_ZONE = timezone(timedelta(hours=5, minutes=30))
"""Of the sample shop, whatever the zone of the rehearsal."""
_REPAIR = "lamp repair"


def sample_records(today: date, customer: str) -> RecordBook:
    """The catalogue, and of the customer with orders 1842 and 1777: charges (two of 1777), an invoice that
    is not paid, a saved card, an appointment and free times, a subscription, a ticket, contact data.
    """
    book = RecordBook()
    for product in _products():
        book.put(product)
    for record in (*_money(today), *_times(today), *_rest(today, customer)):
        book.put(record, customer)
    return book


def _rupees(whole: int) -> Money:
    return Money(whole * 100, "INR")


def _products() -> Iterator[Product]:
    yield Product("rice-5", "Rice 5 kg", _rupees(650), 40, 1, "Basmati, aged one year. 5 kg bag.")
    yield Product(
        "tea-green", "Green tea", _rupees(640), 12, 1, "Loose leaf from Assam, 250 g. Caffeine: low."
    )
    yield Product("lamp-desk", "Desk lamp", _rupees(899), 3, 2, "LED, three brightness levels, USB-C, 30 cm.")
    yield Product("lamp-reading", "Reading lamp", _rupees(1_299), 0, 2, "LED, clips to a book, battery.")
    yield Product("lamp-floor", "Floor lamp", _rupees(3_499), 2, 4, "LED, 160 cm, warm white, dimmable.")
    yield Product("notebook", "Notebook", _rupees(249), 60, 1, "A5, 120 pages, dotted.")


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), _ZONE)


def _money(today: date) -> Iterator[Record]:
    card = Card("card_1", "visa", "4242")
    yield card
    week_ago = today - timedelta(days=9)
    yield Charge(
        "ch_1842", "1842", _rupees(1_250), _at(today - timedelta(days=1), 11), "captured", card.payee
    )
    first = _at(week_ago, 18)
    yield Charge("ch_1777", "1777", _rupees(899), first, "captured", card.payee)
    yield Charge("ch_1777b", "1777", _rupees(899), first + timedelta(minutes=2), "captured", card.payee)
    due = today + timedelta(days=5)
    yield Invoice("INV-204", "", _rupees(640), due, "failed", "https://pay.shop.example/INV-204")


def _times(today: date) -> Iterator[Record]:
    yield Appointment("apt_1", _REPAIR, _at(today + timedelta(days=3), 10), "v1")
    for ahead, hour in ((2, 9), (3, 15), (4, 11), (5, 16)):
        yield FreeSlot(_REPAIR, _at(today + timedelta(days=ahead), hour))


def _rest(today: date, customer: str) -> Iterator[Record]:
    yield Subscription("sub_1", "Green tea", 30, today + timedelta(days=9), "active", "v1")
    yield Ticket("T-7", "Lamp flickers", "open")
    yield Contact(
        customer,
        "Sample Customer",
        "v1",
        "sample.customer@example.com",
        ("12 Hill Road", "3 Lake View Road"),
    )
