"""Whether a business number is registered for sending, and its two-step PIN.

Cloud API, "Register a business phone number": six digits that are checked if the number has a PIN
and set if it has none; ten registrations and deregistrations in 72 hours.
"""

from __future__ import annotations

import re

from pydantic import BaseModel

from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.emulator.graph_errors import GraphError

ATTEMPTS = 10
ATTEMPTS_SPAN: Micros = 72 * 3600 * SECOND


class RegistrationState(BaseModel, defer_build=True):
    """All that is known of a number's registration."""

    registered: bool = True
    pin: str | None = None
    attempts: list[Micros] = []
    """Registrations and deregistrations of the last 72 hours, oldest first, failed ones too."""


class Registration:
    """One business number. Refusals are `GraphError`."""

    def __init__(self, state: RegistrationState) -> None:
        self.state = state

    def load(self, state: RegistrationState) -> None:
        """Go on where another emulator stood."""
        self.state = state

    def require(self) -> None:
        """Raise 133010 unless the number may send."""
        if not self.state.registered:
            raise GraphError(133010, "The phone number is not registered on the WhatsApp Business Platform")

    def register(self, pin: object, at: Micros) -> None:
        """Register; a number without a PIN gets this one.

        Raises 133016 for the 11th try in 72 h, 100 for what is no PIN, 133005 for a wrong one.
        """
        self._count(at)
        said = _six_digits(pin)
        if self.state.pin is not None and said != self.state.pin:
            raise GraphError(133005, "The two-step verification PIN is not the one of this phone number")
        self.state.pin = said
        self.state.registered = True

    def deregister(self, at: Micros) -> None:
        """Deregister; the PIN stays. Raises 133016 for the 11th try in 72 h, 133010 if it is not."""
        self._count(at)
        self.require()
        self.state.registered = False

    def set_pin(self, pin: object) -> None:
        """Set or replace the two-step PIN. Raises 100 for what is no PIN."""
        self.state.pin = _six_digits(pin)

    def _count(self, at: Micros) -> None:
        recent = [moment for moment in self.state.attempts if moment > at - ATTEMPTS_SPAN]
        self.state.attempts = recent
        if len(recent) >= ATTEMPTS:
            raise GraphError(
                133016, f"More than {ATTEMPTS} registrations and deregistrations of this number in 72 hours"
            )
        recent.append(at)


def _six_digits(pin: object) -> str:
    if not isinstance(pin, str) or re.fullmatch(r"[0-9]{6}", pin) is None:
        raise GraphError(100, "Param pin must be a string of 6 digits")
    return pin
