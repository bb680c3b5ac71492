"""What the customers of these tests do: they read an answer before they say the next thing.

So only delivery is disturbed, never what was said, nor what it answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Awaits = Literal["answer", "question", "silence"]
"""What the customer waits for before going on: anything new, something with buttons, or nothing."""

ORDERS = {
    "1842": {"day": "Thursday", "status": "packed", "items": ["Desk lamp"], "paid": "45.00 EUR"},
}
DELIVERED = {"1842": {**ORDERS["1842"], "status": "delivered"}}


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that a customer does, as a step of a scenario, and what is awaited then."""

    does: Mapping[str, Any]
    awaits: Awaits = "answer"


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One customer's conversation."""

    name: str
    turns: tuple[Turn, ...]
    orders: Mapping[str, Any]
    given: Mapping[str, Any]


def note(words: str, awaits: Awaits = "answer", **how: Any) -> Turn:
    return Turn({"note": words, **how}, awaits)


def text(words: str, awaits: Awaits = "answer", **how: Any) -> Turn:
    return Turn({"text": words, **how}, awaits)


def tap(title: str, awaits: Awaits = "answer", **how: Any) -> Turn:
    return Turn({"button": title, **how}, awaits)


def _dialogue(name: str, *turns: Turn, orders: Mapping[str, Any] = ORDERS, **given: Any) -> Dialogue:
    return Dialogue(name, turns, orders, given)


MOVE = "move my delivery to Friday"
DIALOGUES = (
    _dialogue("a_spoken_yes", note(MOVE, "question"), note("yes")),
    _dialogue("a_typed_yes", text(MOVE, "question"), text("yes please")),
    _dialogue("a_tap", note(MOVE, "question"), tap("Yes")),
    _dialogue(
        "no_wait",
        note(MOVE, "question"),
        note("no wait"),
        text("move my delivery to Saturday", "question"),
        text("yes"),
    ),
    _dialogue("another_day", text(MOVE, "question"), note("no, Saturday", "question"), note("yes")),
    _dialogue("a_plain_no", note(MOVE, "question"), tap("No"), text("thanks")),
    _dialogue("refund_by_button", text("refund order 1842", "question"), tap("Yes"), orders=DELIVERED),
    _dialogue("refund_by_code", text("refund order 1842", "question"), text("YES {code}"), orders=DELIVERED),
    _dialogue(
        "a_yes_moves_no_money",
        note("refund order 1842", "question"),
        note("yes", "question"),
        tap("No"),
        orders=DELIVERED,
    ),
    _dialogue("address", text("please change my address to 24 Lake Road", "question"), note("yes go ahead")),
    _dialogue(
        "where_is_it",
        note("where is my order?"),
        text(MOVE, "question"),
        text("where is my order?"),
        tap("Yes"),
    ),
    _dialogue("unclear_first", note(MOVE, "question"), note("hmm the thing"), note("yes")),
    _dialogue(
        "twice_in_a_row",
        note(MOVE, "question"),
        note("yes"),
        note("move my delivery to Saturday", "question"),
        tap("Yes"),
        text("where is my order?"),
    ),
    _dialogue(
        "a_stale_tap",
        Turn({"text": MOVE, "id": "first"}, "question"),
        text("move my delivery to Saturday", "question"),
        tap("Yes", quotes="first"),
        tap("Yes"),
    ),
    _dialogue("a_thumb", note(MOVE, "question"), Turn({"reaction": "👍"}), note("yes")),
    _dialogue(
        "an_edit",
        text("move my delivery to Monday", "question"),
        Turn({"edit": MOVE}, "question"),
        note("yes"),
    ),
    _dialogue("taken_back", text(MOVE, "question"), Turn({"revoke": True}, "silence"), note("yes")),
    _dialogue("a_picture", text(MOVE, "question"), Turn({"image": "my door"}), tap("Yes")),
    _dialogue(
        "stop_and_start",
        note(MOVE, "question"),
        text("STOP"),
        text("START"),
        note("move my delivery to Saturday", "question"),
        note("yes"),
    ),
    _dialogue("a_person", note("I want to speak to a human"), text("are you there?", "silence")),
    _dialogue(
        "first_contact", note(MOVE, "question"), note("yes"), consent={"voice_replies": None, "told": False}
    ),
    _dialogue("text_only", note(MOVE, "question"), note("yes"), consent={"voice_replies": False}),
)
