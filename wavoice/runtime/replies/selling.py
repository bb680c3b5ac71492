"""What is said of things that are sold, ordered and paid for, in English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time

from wavoice.runtime.replies.english import day

NOTHING_FOR_SALE = "I see nothing for sale right now. Ask for a person, and a colleague will help you."
NOT_TOGETHER = "I cannot order these together. Please order them one by one."
NOTHING_BEFORE = "You have no order that I could repeat. What would you like to order?"
NOTHING_TO_CONFIRM = "No order of yours waits to be confirmed."
CANNOT_BE_CANCELLED = "It cannot be cancelled any more, but you can ask me for a refund."
WHERE_TO = "Where should it go? Please give me the address."
WHICH_POSTAL_CODE = "Please give me the whole address, with its postal code."
PAY_BY_LINK = "Ask me for the payment link when you want to pay."
OVER_THE_CAP = "That is more than I may order on my own. A colleague will take over here."
HAVE_CASH = "Please have the cash ready at the door."
PAYS: Mapping[str, str] = {
    "cod": "cash on delivery",
    "link": "paid by link",
    "card": "with your saved card",
}
"""How an order is paid, as it is said."""


def listed(names: Sequence[str], last: str = "and") -> str:
    """A few names in a row."""
    *most, one = names
    return f"{', '.join(most)} {last} {one}" if most else one


def pieces(title: str, count: int) -> str:
    """So many of a product: "2 Desk lamps", "2 Rice 5 kg"."""
    if count == 1:
        return title
    plural = title if any(map(str.isdigit, title)) or title.endswith("s") else f"{title}s"
    return f"{count} {plural}"


def which_product(titles: Sequence[str]) -> str:
    """Ask what is wanted, beside some of what there is."""
    have = f" We have {listed(titles)}, for example." if titles else ""
    return f"Which product should it be?{have}"


def did_you_mean(titles: Sequence[str]) -> str:
    """Not to be answered by yes: the name is said."""
    return f"Which do you mean: {listed(titles, 'or')}?"


def not_sold(name: str, titles: Sequence[str]) -> str:
    """Something that is not in the catalogue, beside what is."""
    have = f" We have {listed(titles)}, for example." if titles else ""
    return f"We do not sell {name}.{have} Which product should it be?"


def sold_out(title: str, others: Sequence[str]) -> str:
    """None are left."""
    have = f" We have {listed(others)}." if others else ""
    return f"{title} is sold out.{have} Which product should it be?"


def only_so_many(title: str, stock: int) -> str:
    """Fewer are left than were wanted."""
    return f"We have only {pieces(title, stock)}. How many should it be?"


def not_sold_any_more(order: str, gone: Sequence[str]) -> str:
    """An order that cannot be repeated."""
    what = f"{listed(gone)} of order {order}" if gone else f"what was in order {order}"
    return f"We do not sell {what} any more. Tell me what you would like instead."


def how_to_pay(ways: Sequence[str]) -> str:
    """Ask, from what the shop takes."""
    return f"How would you like to pay: {listed([PAYS[way] for way in ways], 'or')}?"


def no_saved_card(ways: Sequence[str]) -> str:
    """A card was named, and none is known."""
    return f"You have no saved card. {how_to_pay(ways)}" if ways else "You have no saved card."


def several_cards(ways: Sequence[str]) -> str:
    """Which one is meant cannot be told."""
    return (
        f"You have several saved cards, and I may not guess. {how_to_pay([w for w in ways if w != 'card'])}"
    )


def not_delivered_to(code: str) -> str:
    """Outside the delivery area."""
    return f"We do not deliver to {code}. Which other address should it go to?"


def earliest(first: date, after: date) -> str:
    """A day on which it cannot come, and the next one on which it can."""
    return f"It can come on {day(max(first, after))} at the earliest. Which day should it come?"


def would_come(what: str, comes: date, wanted: date | None, before: time | None) -> str:
    """By when something would come, ordered now; `before`: the hour until which that holds."""
    until = f"ordered before {before:%H:%M}" if before else "ordered now"
    lead = until.capitalize() if wanted is None else f"{'Yes' if comes <= wanted else 'No'}: {until}"
    return f"{lead}, {what} would come on {day(comes)}."
