"""Who writes to whom, and the ids that WhatsApp gives them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Business:
    """A business number and the account it belongs to."""

    waba: str = "200000000000001"
    """WhatsApp Business Account; `entry[].id` of every webhook."""
    number: str = "100000000000001"
    """`phone_number_id`."""
    display_phone: str = "15550100100"
    """Digits only."""
    name: str = "Corner Shop"


@dataclass(frozen=True, slots=True)
class Person:
    """A WhatsApp user as the business sees them."""

    name: str
    bsuid: str
    """Business-scoped user id, e.g. `US.1349…`."""
    phone: str | None = None
    """Digits with country code; None for a user who hides it behind a username."""
    username: str | None = None
    """With its leading `@`."""
    parent_bsuid: str | None = None
    """The user for all portfolios of an enterprise, e.g. `US.ENT.1181…`; None unless Meta enrolled it."""


class WireIds:
    """Ids as they look on the wire, the same in every run of one seed, unique within a run."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.issued = 0
        """How many there are so far: with it another run of the seed goes on where this one stands."""

    @property
    def seed(self) -> int:
        """What all ids are made from."""
        return self._seed

    def load(self, seed: int, issued: int) -> None:
        """Go on where another run stood."""
        self._seed, self.issued = seed, issued

    def wamid(self) -> str:
        """Return a message id."""
        return f"wamid.{base64.b64encode(self._bytes()[:33]).decode()}"

    def wacid(self) -> str:
        """Return a call id."""
        return f"wacid.{base64.urlsafe_b64encode(self._bytes()[:24]).decode()}"

    def digits(self) -> str:
        """Return a media id: sixteen digits, as a string."""
        return str(10**15 + int.from_bytes(self._bytes()[:6], "big"))

    def bsuid(self, country: str = "US") -> str:
        """Return a business-scoped user id of that country (ISO 3166-1 alpha-2)."""
        return f"{country}.{self.digits()}"

    def token(self) -> str:
        """Return an opaque word: the hash of a URL, a trace id."""
        return base64.urlsafe_b64encode(self._bytes()[:18]).decode()

    def _bytes(self) -> bytes:
        self.issued += 1
        return hashlib.sha512(f"{self._seed}/{self.issued}".encode()).digest()
