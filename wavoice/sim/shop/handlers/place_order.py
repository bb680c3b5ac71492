"""A new order of the catalogue, at the price that the customer was told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from wavoice.runtime.model import SECOND, Card, Charge, Invoice, Money, Payment, Product
from wavoice.sim.shop.books import Books
from wavoice.sim.shop.handlers.handler import Done, OnBooks
from wavoice.sim.shop.wire import ShopOrder, Write

_FIRST = 1904
"""Number of the first order that is placed here."""


def _place(books: Books, write: Write) -> Done | str:
    args = write.args
    lines = [(books.records.get(Product, name), count) for name, count in json.loads(args["items"])]
    sold = [(product, count) for product, count in lines if product is not None]
    if not sold or len(sold) != len(lines) or not any(one.id == args["customer"] for one in books.customers):
        return "unknown_product"
    if any(count > product.stock for product, count in sold):
        return "sold_out"
    total = sum(product.price.minor * count for product, count in sold)
    if str(total) != args["amount"] or {product.price.currency for product, _ in sold} != {args["currency"]}:
        return "version"  # the price is another by now
    card = books.records.get(Card, args.get("card", ""), args["customer"])
    if args["pay"] not in ("cod", "link", "card") or (args["pay"] == "card") is (card is None):
        return "bad_payment"
    try:
        order = _order(books, args, sold)
    except ValueError:
        return "bad_day"
    _pay(books, order, Money(total, args["currency"]), args["pay"], card)
    for product, count in sold:
        books.records.put(replace(product, stock=product.stock - count))
    books.orders[order.id] = order
    return Done(order.id, order.version)


def _order(books: Books, args: Mapping[str, str], sold: list[tuple[Product, int]]) -> ShopOrder:
    """For the day that was asked for, else as soon as all of it can come. Raises `ValueError` for no day."""
    numbers = [int(number) for number in books.orders if number.isdecimal()]
    days = max(product.ships_in_days for product, _ in sold)
    day = date.fromisoformat(args["day"]) if "day" in args else _today(books) + timedelta(days)
    items = tuple(product.title for product, count in sold for _ in range(count))
    number = str(max([_FIRST - 1, *numbers]) + 1)
    return ShopOrder(number, args["customer"], day, args["address"], "open", items)


def _pay(books: Books, order: ShopOrder, total: Money, pay: str, card: Card | None) -> None:
    """By card at once; else it is owed: at the door, or by the link of its invoice."""
    if card is not None:
        order.payment = Payment(total, card.brand, card.last4)
        at = datetime.fromtimestamp(books.clock.now() / SECOND, UTC)
        charge = Charge(f"ch_{order.id}", order.id, total, at, "captured", card.payee)
        books.records.put(charge, order.customer)
        return
    link = f"https://pay.shop.example/{order.id}" if pay == "link" else ""
    books.records.put(Invoice(f"INV-{order.id}", order.id, total, order.day, "open", link), order.customer)


def _today(books: Books) -> date:
    return datetime.fromtimestamp(books.clock.now() / SECOND, UTC).date()


HANDLER = OnBooks(_place)
