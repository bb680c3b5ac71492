"""What is owed: a link to pay it, a promise, a charge of a card that the shop keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from wavoice.runtime.model import SECOND, Card, Charge, Invoice, Money, Payment, Product
from wavoice.sim.shop.books import ANY_VERSION, Books
from wavoice.sim.shop.handlers.handler import Done, OnBooks
from wavoice.sim.shop.wire import ShopOrder, Write

PAY_PAGE = "https://pay.shop.example/"
"""Where the sample shop is paid."""
_UNPAID = frozenset({"open", "failed"})
_DAYS_TO_PAY = 7


def _link(books: Books, write: Write) -> Done | str:
    if (order := _order(books, write)) == "version":
        return "version"
    owner = _owner(order, write)
    invoice = books.records.get(Invoice, write.args.get("invoice", ""), owner)
    if invoice is None and isinstance(order, ShopOrder):
        invoice = _billed(books, order)
    if invoice is None or invoice.state not in _UNPAID:
        return "nothing_to_pay"
    links = len(books.records.of(Invoice, owner))
    linked = replace(invoice, state="open", link=f"{PAY_PAGE}{invoice.id}-{links}")
    books.records.put(linked, owner)
    return Done(linked.link, order.version if isinstance(order, ShopOrder) else "")


def _billed(books: Books, order: ShopOrder) -> Invoice | None:
    """A fresh invoice over what is in the order; None if that has no price."""
    prices = {product.title: product.price for product in books.records.of(Product)}
    parts = [prices[item] for item in order.items if item in prices]
    if not parts or len(parts) < len(order.items) or order.payment is not None:
        return None
    amount = Money(sum(part.minor for part in parts), parts[0].currency)
    today = datetime.fromtimestamp(books.clock.now() / SECOND, UTC).date()
    return Invoice(f"INV-{order.id}", order.id, amount, today + timedelta(days=_DAYS_TO_PAY), "open")


def _promise(books: Books, write: Write) -> Done | str:
    if (order := _order(books, write)) == "version":
        return "version"
    invoice = books.records.get(Invoice, write.args.get("invoice", ""), _owner(order, write))
    if invoice is None or invoice.state not in _UNPAID:
        return "nothing_to_pay"
    return Done(f"{invoice.id}-promise", order.version if isinstance(order, ShopOrder) else "")


def _charge(books: Books, write: Write) -> Done | str:
    if (order := _order(books, write)) == "version":
        return "version"
    owner, args = _owner(order, write), write.args
    invoice = books.records.get(Invoice, args.get("invoice", ""), owner)
    card = books.records.get(Card, args.get("card", ""), owner)
    if invoice is None or invoice.state not in _UNPAID:
        return "nothing_to_pay"
    if card is None or card.payee != args.get("instrument"):
        return "another_instrument"
    amount = invoice.amount
    if (args.get("amount"), args.get("currency")) != (str(amount.minor), amount.currency):
        return "bad_amount"
    books.records.put(replace(invoice, state="paid"), owner)
    at = datetime.fromtimestamp(books.clock.now() / SECOND, UTC)
    charge = Charge(f"ch_{invoice.id}", invoice.order, amount, at, "captured", card.payee)
    books.records.put(charge, owner)
    if isinstance(order, ShopOrder):
        books.edit(order.id, payment=Payment(amount, card.brand, card.last4))
        return Done(charge.id, order.version)
    return Done(charge.id)


def _order(books: Books, write: Write) -> ShopOrder | str | None:
    """The order that is named; "version" if it has changed, or is not there."""
    if "order" not in write.args:
        return None
    order = books.orders.get(write.args["order"])
    if order is None or write.if_version not in (order.version, ANY_VERSION):
        return "version"
    return order


def _owner(order: ShopOrder | str | None, write: Write) -> str:
    return order.customer if isinstance(order, ShopOrder) else write.args.get("customer", "")


PAYMENT_LINK = OnBooks(_link)
PAY_REMINDER = OnBooks(_promise)
SAVED_CARD = OnBooks(_charge)
