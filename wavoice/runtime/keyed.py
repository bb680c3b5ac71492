"""Hashes of names that only this deployment can make again: what is left of a person who was erased. Pure.

A plain hash of a phone number is found by trying all numbers; one under a key is not, without the key.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

_PURPOSE = b"wavoice/erasure/1"
_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Keyed:
    """Makes keyed hashes under one secret."""

    secret: bytes = field(repr=False)

    @classmethod
    def derived_from(cls, other: str) -> Keyed:
        """A secret of its own out of another: neither tells the other."""
        return cls(hmac.digest(other.encode(), _PURPOSE, hashlib.sha256))

    def __call__(self, text: str) -> str:
        """The same hash for the same text."""
        return hmac.digest(self.secret, text.encode(), hashlib.sha256).hex()[:_DIGITS]
