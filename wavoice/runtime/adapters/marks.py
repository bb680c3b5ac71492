"""Marks: what wavoice leaves on a vendor's record where the vendor knows no idempotency keys. Pure.

A line each: `wv-… body at action open|done`. `body` is a fingerprint of the whole effect, so that a key
belongs to its first body; `at` our clock in seconds; `done` is written by the very call that does the
work, `open` before a call that cannot carry the mark, whose result has to be looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from wavoice.runtime.model import SECOND, Effect, Micros
from wavoice.runtime.token import fingerprint

KEPT: Final = 24
"""Marks of one record: the newest; an older write has long been settled."""
_LINE = re.compile(r"(\S{1,80}) ([0-9a-f]{16}) (\d{1,12}) ([a-z_]{1,60}) (open|done)")


@dataclass(frozen=True, slots=True)
class Mark:
    """That a write was begun, or done, under a key."""

    key: str
    body: str
    """`body_of` the effect."""
    at: Micros
    action: str
    done: bool

    def line(self) -> str:
        """As it stands on the record."""
        return f"{self.key} {self.body} {self.at // SECOND} {self.action} {'done' if self.done else 'open'}"


def body_of(effect: Effect) -> str:
    """16 hex digits over everything that is written."""
    return fingerprint(effect).rpartition(":")[2][:16]


def mark_of(effect: Effect, now: Micros, *, done: bool) -> Mark:
    """The mark of that effect."""
    return Mark(effect.key, body_of(effect), now, effect.action, done)


def read_marks(text: str | None) -> tuple[Mark, ...]:
    """The marks of a record, oldest first; lines that are none, of somebody else's, are passed over."""
    found = (_LINE.fullmatch(line.strip()) for line in (text or "").splitlines())
    return tuple(
        Mark(one[1], one[2], int(one[3]) * SECOND, one[4], one[5] == "done")
        for one in found
        if one is not None
    )


def with_mark(marks: Iterable[Mark], mark: Mark) -> str:
    """The text of a record with that mark as its newest; an older one of the same key goes."""
    others = [one for one in marks if one.key != mark.key]
    return "\n".join(one.line() for one in [*others, mark][-KEPT:])


def without_mark(marks: Iterable[Mark], key: str) -> str:
    """The text of a record whose mark of that key was taken away."""
    return "\n".join(one.line() for one in marks if one.key != key)
