"""Who is on the emulated WhatsApp, found by phone number or by business-scoped user id."""

from __future__ import annotations

from wavoice.sim.emulator.graph_errors import GraphError
from wavoice.sim.emulator.numbers import spellings, wa_id
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.emulator.wire import Person


class Directory:
    """Handsets by what their owners are known as today: numbers and user ids change.

    `own` is the business's number.
    """

    def __init__(self, own: str) -> None:
        self._own = own
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

        Its digits may differ from those given: Brazilian and Mexican numbers have two forms, and the
        business's own country code may be missing. Raises `GraphError` 131009 for what is no number,
        and for a user id that nobody has.
        """
        if to is not None:
            digits = spellings(to, self._own)
            for spelling in digits:
                if (phone := self.by_digits(spelling)) is not None:
                    return phone.person, phone
            return Person(name="", bsuid="", phone=wa_id(digits[0])), None
        phone = self.by_user_id(recipient or "")
        if phone is None:
            raise GraphError(131009, "Param recipient is not a user known to this business portfolio")
        return phone.person, phone

    def _remember(self, key: str, phone: Phone | None) -> None:
        # Strangers are not kept: who joins later must be found.
        if phone is not None:
            self._found[key] = phone
