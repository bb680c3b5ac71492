"""What records of erasure and pruning say of others: which were changed, emptied, or are gone. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from wavoice.runtime.chain import EMPTY, Record


@dataclass(frozen=True, slots=True)
class Left:
    """What an erasure left of a record."""

    hash: str
    by: int
    """Number of the record that says so."""


@dataclass(frozen=True, slots=True)
class Pruning:
    """What policy kept no longer."""

    by: int
    until: int
    classes: frozenset[str]
    """Of which the personal values are gone; none: the records themselves are."""
    seal: str

    @property
    def ends(self) -> tuple[int, str] | None:
        """Number and seal of the last record that is gone."""
        return None if self.classes else (self.until, self.seal)


@dataclass(frozen=True, slots=True)
class TakenAway:
    """All that is said to be changed or gone; whether who says so is whole is for the caller to know."""

    erased: Mapping[int, Left] = field(default_factory=dict)
    prunings: tuple[Pruning, ...] = ()

    def empties(self, record: Record, pii: str, bad: set[int]) -> bool:
        """A pruning that is whole says that this record has no personal values any more, and it has none."""
        return pii == EMPTY and any(
            one.until >= record.seq and record.retention in one.classes and one.by not in bad
            for one in self.prunings
        )


def taken_away(records: Iterable[tuple[int, str, str]]) -> TakenAway:
    """Read it from numbers, kinds and lines, in order. What cannot be read excuses nothing."""
    erased, prunings = dict[int, Left](), list[Pruning]()
    for seq, kind, line in records:
        if kind not in ("erased", "pruned"):
            continue
        try:
            said = json.loads(line)["data"]
            if kind == "pruned":
                classes = frozenset(map(str, said["classes"]))
                prunings.append(Pruning(seq, int(said["until"]), classes, str(said["seal"])))
                continue
            pairs = zip(said["records"], said["hashes"], strict=True)
            erased |= {int(one): Left(str(left), seq) for one, left in pairs if int(one) < seq}
        except (ValueError, KeyError, TypeError):
            continue
    return TakenAway(erased, tuple(prunings))
