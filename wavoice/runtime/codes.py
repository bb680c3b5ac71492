"""The four digits of "YES 4071": with the word, typed, they confirm one version of an R3 proposal. Pure.

A code is made anew from the digest whenever it is shown or checked, and stored nowhere but in the
message that shows it. Any change of a bound field makes another digest, and so voids it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from wavoice.runtime.model import Proposal

DIGITS = 4
_ALL = 10**DIGITS
_MOST_TRIES = 1_000
_PURPOSE = b"wavoice/codes/1"


@dataclass(frozen=True, slots=True)
class Codes:
    """Makes and checks codes under one secret."""

    secret: bytes = field(repr=False)

    @classmethod
    def derived_from(cls, other: str) -> Codes:
        """A secret of its own out of another: neither tells the other."""
        return cls(hmac.digest(other.encode(), _PURPOSE, hashlib.sha256))

    def of(self, proposal: Proposal) -> str | None:
        """`HMAC(secret, digest) mod 10^4`, never a number in `proposal.not_codes`.

        A code that is such a number is passed over: the digest is then followed by a counter, `#1`, `#2`, …
        None if that finds none; such a question can only be confirmed by its button.
        """
        taken = {number.zfill(DIGITS) for number in proposal.not_codes}
        for counter in range(_MOST_TRIES):
            seed = proposal.digest if counter == 0 else f"{proposal.digest}#{counter}"
            mac = hmac.digest(self.secret, seed.encode(), hashlib.sha256)
            code = f"{int.from_bytes(mac) % _ALL:0{DIGITS}d}"
            if code not in taken:
                return code
        return None

    def fits(self, proposal: Proposal, said: str) -> bool:
        """True if these are the digits of this version; takes as long for any four digits."""
        code = self.of(proposal)
        return code is not None and hmac.compare_digest(code.encode(), said.encode())
