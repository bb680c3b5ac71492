"""What the bot says of money that is owed, of times, of what is sold and of what comes again, in English."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from wavoice.runtime.links import LINK
from wavoice.runtime.model import Invoice, Money, Product
from wavoice.runtime.replies import english, selling

MOST_OFFERED = 3
"""Choices in one reply: more are not kept in mind."""
ASK_A_PERSON = "Ask for a person, and a colleague will look."
NOTHING_OWED = "Nothing is waiting to be paid."
WHAT_IS_THE_EMAIL = "What is the new email address? Please type it, or spell it."
WHAT_IS_THE_NAME = "What is the name? Please type it, or spell it."
EMAIL_OR_NAME = "What should change: your email address or your name?"
NOT_THE_NUMBER = (
    "Your phone number is how I know you, so I may not change it. Ask for a person, and a colleague will."
)
LONGEST_QUOTE = 160
"""Characters of the shop's own text on a product that are read out."""
WHAT_IS_IT_ABOUT = "What is it about? One sentence is enough."
UNTIL_WHICH_DAY = "Until which day should it pause?"
ONLY_YOUR_OWN_DATA = (
    "I can only deal with the data of whoever writes to me, from their own number. Ask for a person, and a"
    " colleague will look."
)
COPIES_BY_PEOPLE = "Colleagues send copies of what is kept about you."
BEING_ERASED = (
    "Done: I am deleting what I keep about you, this chat included. The shop's own records, such as orders"
    " and invoices, are not mine to delete; a colleague answers for those."
)
NOT_KNOWN = "I do not know that. Ask for a person, and a colleague will answer."
"""Of a question that neither the records nor the shop's own answers settle."""


def one_of(names: Sequence[str]) -> str:
    """A few names to choose from: "a, b or c"."""
    return selling.listed(names, "or")


def moment(start: datetime) -> str:
    """A time as it is said: "Tuesday 1 December at 10:30", on the clock that the record names."""
    return f"{english.day(start.date())} at {start:%H:%M}"


def moments(starts: Sequence[datetime]) -> str:
    """A few times to choose from; a day is said once."""
    said: list[str] = []
    before: date | None = None
    for start in starts:
        said.append(f"{start:%H:%M}" if start.date() == before else moment(start))
        before = start.date()
    return one_of(said)


def owed(invoice: Invoice) -> str:
    """What an invoice asks for: "1,250 rupees for order 1842"."""
    return f"{english.money(invoice.amount)} for {of(invoice)}"


def of(invoice: Invoice) -> str:
    """What it is about: its order, or itself."""
    return f"order {invoice.order}" if invoice.order else f"invoice {invoice.id}"


def stock(product: Product) -> str:
    """Whether it can be bought now, as the record says."""
    if product.stock <= 0:
        return "it is sold out"
    return f"{product.stock} in stock" if product.stock <= FEW else "it is in stock"


FEW = 5
"""So many or fewer are counted out."""


def amount_of(args: Mapping[str, str]) -> str:
    """The amount that a proposal binds, as it is said."""
    return english.money(Money(int(args["amount"]), args["currency"]))


def about(args: Mapping[str, str]) -> str:
    """What a question about money begins with: "Order 1842"."""
    return capital(named(args))


def quotable(text: str) -> str:
    """The shop's own text as it may be quoted: whole sentences, short, and none that leads elsewhere."""
    said = ""
    for sentence in re.split(r"(?<=[.!?])\s+", " ".join(text.split())):
        longer = f"{said} {sentence}".strip()
        if LINK.search(sentence) or len(longer) > LONGEST_QUOTE:
            break
        said = longer
    return said


def named(args: Mapping[str, str]) -> str:
    """The same inside a sentence: "order 1842"."""
    return f"order {args['order']}" if "order" in args else f"invoice {args['invoice']}"


def capital(text: str) -> str:
    """The text as a sentence begins."""
    return text[:1].upper() + text[1:]
