"""What is noted of a write where whoever opens the case next sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from wavoice.runtime.model.hand_off import Line
from wavoice.runtime.model.messages import Address
from wavoice.runtime.model.shop import Money
from wavoice.runtime.model.terms import Micros


class Confirmed(StrEnum):
    """What a customer did to say yes."""

    BUTTON = "button"
    CODE = "code"
    """Typed the code of that question."""
    QUOTE = "quote"
    """Answered the very message that asked."""
    TYPED = "typed"
    SPOKEN = "spoken"
    REACTION = "reaction"


@dataclass(frozen=True, slots=True)
class CaseNote:
    """One write, as people of the shop find it: what was asked, heard, confirmed and done.

    Nothing in it is made up, and of the customer's no more than the write itself needs: no name, no phone
    number, of a card what a receipt shows.
    """

    key: str
    """Idempotency key of the write: one write, one note."""
    thread: str
    """Names the conversation, as in hand-offs: an open ticket of it shows the note as well."""
    at: Micros
    """When it was known to be done."""
    address: Address
    customer: str
    """Id of the customer's record."""
    turn: str
    """Where in the journal the yes stands."""
    action: str
    args: Mapping[str, str]
    """What was written, as it was read back."""
    before: Mapping[str, str]
    """The same as it was before."""
    asked: Line
    """The request, in the customer's words; without any where a voice note may not be kept."""
    question: str
    """What the customer was asked."""
    heard: Line
    """The yes, and how surely it was heard."""
    confirmed: Confirmed
    row: str
    """Row of the decision table that took it."""
    done: str
    """What the customer was told."""
    reference: str
    """What the system of record calls it."""
    money: Money | None = None
    """What was paid out."""
    payee: str | None = None
    """Where to, e.g. `visa 4242`."""
