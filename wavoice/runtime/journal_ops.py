"""Events of operating: what an operator did, and what was taken out of the journal, so that it shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from wavoice.runtime.journal_course import PII
from wavoice.runtime.model import Micros


@dataclass(frozen=True, slots=True)
class Operated:
    """An operator changed something."""

    kind: ClassVar[str] = "operated"
    act: str
    """`paused`, `resumed`, `replayed`, `withdrawn`, `given_back`, `exported`, `pruned`."""
    subject: str = ""
    """The turn, proposal or business number that it is about."""
    reason: str = field(default="", metadata=PII)
    """In the operator's own words."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What earlier records said of a person was taken out of them; that they stood there is still proved."""

    kind: ClassVar[str] = "erased"
    source: str
    """`operator`, or `customer` for the customer's own wish."""
    records: tuple[int, ...]
    """Numbers of the records, all before this one."""
    hashes: tuple[str, ...]
    """What stands there now, each with its number (`chain.hash_left`)."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What policy keeps no longer was taken away: words of records of some classes, or the first records."""

    kind: ClassVar[str] = "pruned"
    until: int
    """Number of the last record that is concerned."""
    classes: tuple[str, ...] = ()
    """Retention classes of which the personal values are gone up to there; empty: the records themselves."""
    before: Micros = 0
    """What was older than this."""
    seal: str = ""
    """Of the last record that is gone: the next one was sealed after it."""
