"""Who is on the emulated WhatsApp, found by phone number or by business-scoped user id."""

from __future__ import annotations

import re

from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.emulator.wire import Person


class Directory:
    """Handsets by what their owners are known as today: numbers and user ids change."""

    def __init__(self) -> None:
        self.phones: list[Phone] = []
        """In the order of joining."""
        self._found: dict[str, Phone] = {}

    def add(self, phone: Phone) -> None:
        """Connect a handset."""
        self.phones.append(phone)

    def by_digits(self, digits: str) -> Phone | None:
        """Return the handset that answers to a phone number."""
        known = self._found.get(digits)
        if known is None or known.person.phone != digits:
            known = next((phone for phone in self.phones if phone.person.phone == digits), None)
            self._remember(digits, known)
        return known

    def by_user_id(self, bsuid: str) -> Phone | None:
        """Return the handset of a business-scoped user id."""
        known = self._found.get(bsuid)
        if known is None or known.person.bsuid != bsuid:
            known = next((phone for phone in self.phones if phone.person.bsuid == bsuid), None)
            self._remember(bsuid, known)
        return known

    def addressee(self, to: str | None, recipient: str | None) -> tuple[Person, Phone | None]:
        """Return who is meant; `to` wins. No handset: a number that is not on WhatsApp.

        Raises `GraphError` 131009 for a user id that nobody has.
        """
        if to is not None:
            digits = bare_digits(to)
            phone = self.by_digits(digits)
            return (Person(name="", bsuid="", phone=digits), None) if phone is None else (phone.person, phone)
        phone = self.by_user_id(recipient or "")
        if phone is None:
            raise GraphError(131009, "Param recipient is not a user known to this business portfolio")
        return phone.person, phone

    def _remember(self, key: str, phone: Phone | None) -> None:
        # Strangers are not kept: who joins later must be found.
        if phone is not None:
            self._found[key] = phone


def bare_digits(address: str) -> str:
    """Return the number behind `+1 (555) 010-0100`; all of these marks are allowed on the wire."""
    return re.sub(r"[+\s()-]", "", address)
