"""What a business may know of a customer: the number hides behind a username, unless it is known.

Rules: business-scoped user id pages (2026). A number is told if the user has no username, or wrote
with or was sent something at that number within 30 days, per business number, or stands in the
portfolio's contact book. Such an exchange enters the contact book. The user id changes with the
number and never with the username.
"""

from __future__ import annotations

from dataclasses import replace

from pydantic import BaseModel, Field

from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.emulator.wire import Person

REMEMBERED: Micros = 30 * 24 * 3600 * SECOND
"""How long the number of a username user is told after the last exchange with it."""


class IdentityState(BaseModel, defer_build=True):
    """What WhatsApp remembers for one business number."""

    last_by_phone: dict[str, Micros] = Field(default_factory=dict)
    """By user id: the last exchange with the phone number."""
    contact_book: dict[str, str] = Field(default_factory=dict)
    """Phone numbers by user id."""


class IdentityRules:
    """One business number's knowledge of its customers. `contact_book`: whether the portfolio keeps one."""

    def __init__(self, *, contact_book: bool = True) -> None:
        self.state = IdentityState()
        self._keeps_book = contact_book

    def load(self, state: IdentityState) -> None:
        """Take this over."""
        self.state = state

    def view(self, person: Person, now: Micros) -> Person:
        """Return the person as webhooks show them: without a phone number if it is hidden."""
        if person.phone is None or person.username is None:
            return person
        if person.bsuid in self.state.contact_book:
            return person
        last = self.state.last_by_phone.get(person.bsuid)
        return person if last is not None and now - last < REMEMBERED else replace(person, phone=None)

    def exchanged(self, person: Person, now: Micros) -> None:
        """A message or call went between them, the number being known to the business."""
        if person.phone is None:
            return
        self.state.last_by_phone[person.bsuid] = now
        if self._keeps_book:
            self.state.contact_book[person.bsuid] = person.phone

    def met(self, person: Person, now: Micros) -> None:
        """The business knows the number from elsewhere: as after an exchange, but for the contact book."""
        if person.phone is not None:
            self.state.last_by_phone.setdefault(person.bsuid, now)

    def forget(self, bsuid: str) -> bool:
        """Strike a user from the contact book; False if there is none. The 30 days run on."""
        return self.state.contact_book.pop(bsuid, None) is not None

    def renumbered(self, old: str, now: Person) -> None:
        """A user has another number and another id; what was known of the number is known of the new one."""
        last = self.state.last_by_phone.pop(old, None)
        if last is not None and now.phone is not None:
            self.state.last_by_phone[now.bsuid] = last
        if self.state.contact_book.pop(old, None) is not None and now.phone is not None:
            self.state.contact_book[now.bsuid] = now.phone
