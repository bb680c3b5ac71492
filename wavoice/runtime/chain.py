"""What chains the journal: each record is sealed with the seal of the one before. Pure.

A seal covers a record's number, its columns, its public line, and a salted hash of its personal values.
These can therefore be replaced or erased, and what was said of them still be told from what was not:
the salt goes with them, so nothing of them can be guessed from what stays.

What was erased, or is kept no longer, leaves its seal behind: the chain goes on over it, and a later record,
sealed itself, says what went and what stands there now.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields

GENESIS = "wavoice journal 1"
"""Stands before the first seal."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the journal at rest, as it is sealed."""

    seq: int
    tenant: str
    number: str
    contact: str
    turn: str
    kind: str
    at: int
    retention: str
    version: int
    line: str
    pii_hash: str

    def seal(self, before: str) -> str:
        """Seal it after the record whose seal is `before`."""
        return seal(before, tuple(getattr(self, name) for name in SEALED))


SEALED = tuple(spec.name for spec in fields(Record))
"""What a seal covers, in this order."""

_encode = json.JSONEncoder(separators=(",", ":")).encode


def seal(before: str, record: tuple[int | str, ...]) -> str:
    """The seal of a record, its fields in the order of `SEALED`, after the one whose seal is `before`."""
    return hashlib.sha256(_encode((before, *record)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain, kept beside it: without it the last records could be taken away."""

    first: int
    """Number of the first record that is chained."""
    last: int
    seal: str
    begins_after: str = GENESIS
    """Seal of the record before the first: another than `GENESIS` once the first records were pruned."""


EMPTY = "{}"
"""Personal values of a record that has none any more."""


def hash_left(record: Record, pii: str, seal: str | None) -> str:
    """Hash of all that stands in a record after an erasure; `seal` covers what stood there before."""
    left = tuple(getattr(record, name) for name in SEALED if name != "pii_hash")
    return hashlib.sha256(_encode((*left, pii, seal)).encode()).hexdigest()


def hash_pii(salt: str, pii: str) -> str:
    """Salted hash of the personal values of one record, as they stand in its column."""
    return hashlib.sha256(f"{salt}\n{pii}".encode()).hexdigest()
