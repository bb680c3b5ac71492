"""Is the journal whole? Finds any single record that was edited, taken away, added or put elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from wavoice.runtime.audit.taken_away import TakenAway, taken_away
from wavoice.runtime.chain import GENESIS, Head, Record, hash_left, hash_pii

MOST_BREAKS = 20
"""After so many there is nothing more to be learned."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as it stands in the store."""

    record: Record
    pii: str = "{}"
    salt: str | None = None
    seal: str | None = None
    """None: not chained."""


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold: number of a record, what was done to it, and how that shows."""

    seq: int
    kind: str
    """`edited`, `deleted`, `added`, `order` or `head`."""
    said: str


@dataclass(frozen=True, slots=True)
class Chained:
    """What became of checking a journal."""

    breaks: Sequence[Break]
    not_chained: int
    """Records from before the chain."""
    redacted: frozenset[int]
    """Records whose personal values were replaced or erased, as a later record says."""
    pruned_until: int = 0
    """Number of the last record that is gone, as a later one says; 0: none is."""


def check_chain(
    journal: Sequence[Stored], head: Head | None, passed: Callable[[int], None] = lambda _: None
) -> Chained:
    """Check all records, in order of their numbers. `passed` is told now and then how many are done."""
    first = head.first if head else min((one.record.seq for one in journal if one.seal), default=None)
    before = [one for one in journal if first is None or one.record.seq < first]
    chained = [] if first is None else [one for one in journal if one.record.seq >= first]
    taken = taken_away((one.record.seq, one.record.kind, one.record.line) for one in chained)
    begins_after = head.begins_after if head else GENESIS
    walk = _Walk(chained, first or 0, passed, begins_after, taken)
    breaks = [_hidden(one) for one in before if one.seal is not None] + walk.breaks
    if not walk.breaks:
        breaks += _end(chained, head, walk)
    gone, unsaid = _pruned(begins_after, first or 0, taken, walk.bad)
    breaks += unsaid
    breaks += [Break(seq, "edited", _NO_EXCUSE) for seq, by in walk.excused.items() if by in walk.bad]
    redacted = _redactions(chained, walk.bad)
    personal, emptied = _personal(chained, redacted, walk, taken)
    breaks += personal
    breaks.sort(key=lambda one: one.seq)
    touched = frozenset(redacted) | frozenset(walk.excused) | emptied
    return Chained(breaks[:MOST_BREAKS], len(before), touched, gone)


_NO_EXCUSE = "it was changed by an erasure that is not whole itself"


def _pruned(begins_after: str, first: int, taken: TakenAway, bad: set[int]) -> tuple[int, list[Break]]:
    """How far records are gone, and what is wrong if nothing that is whole says so."""
    if begins_after == GENESIS:
        return 0, []
    said = (first - 1, begins_after)
    if any(one.ends == said and one.by not in bad for one in taken.prunings):
        return first - 1, []
    return 0, [Break(first, "deleted", "records before it are missing, and no pruning says so")]


class _Walk:
    """Goes through the chained records; after a bad one it takes up the chain again behind it."""

    def __init__(
        self,
        journal: Sequence[Stored],
        first: int,
        passed: Callable[[int], None],
        begins_after: str,
        taken: TakenAway,
    ) -> None:
        self.journal = journal
        self.taken = taken
        self.excused: dict[int, int] = {}
        """Records that an erasure has changed, and the record that says so."""
        self.breaks: list[Break] = []
        self.bad: set[int] = set()
        self.seals = {begins_after}
        """What the next record may have been sealed after."""
        expected = first
        for count, one in enumerate(journal):
            if count % 1_000 == 0:
                passed(count)
            if len(self.breaks) >= MOST_BREAKS:
                break
            expected = self._step(one, expected)
        self.next = expected

    def _step(self, one: Stored, expected: int) -> int:
        seq, seal = one.record.seq, one.seal
        if seal is None:
            said = "it is not chained: inserted, changed, or written by a program from before the chain"
            self._bad(seq, "added", said)
            self.seals |= {one.record.seal(before) for before in self.seals}
            return expected if seq < expected else seq + 1
        made = {one.record.seal(before) for before in self.seals}
        erased = self._erased(one)
        fits = erased or seal in made
        moved = None if fits else self._moved(one)
        if moved is not None:
            self._bad(seq, "order", moved)
        elif seq != expected:
            gone = f"record {expected} is" if seq == expected + 1 else f"records {expected} to {seq - 1} are"
            self._bad(expected, "deleted", f"{gone} missing")
        elif not fits:
            self._bad(seq, "edited", "it is not what was sealed")
        # Either the record was changed or its seal: the next one was sealed after one of the two.
        self.seals = {seal} if fits else {seal, *made}
        return seq + 1

    def _erased(self, one: Stored) -> bool:
        """It is what an erasure left: its seal stands for what was there, and links the next one."""
        seq = one.record.seq
        left = self.taken.erased.get(seq)
        if left is None or left.hash != hash_left(one.record, one.pii, one.seal):
            return False
        self.excused[seq] = left.by
        return True

    def _moved(self, one: Stored) -> str | None:
        """What shows that this record is whole, but belongs elsewhere; looked for at the first break only."""
        if self.breaks:
            return None
        for other in self.journal:
            # What was sealed before it may still stand in its place, or have changed places with it.
            for seq in (other.record.seq, other.record.seq + 1):
                if other.seal and replace(one.record, seq=seq).seal(other.seal) == one.seal:
                    return f"it was written as record {seq}"
        return None

    def _bad(self, seq: int, kind: str, said: str) -> None:
        self.bad.add(seq)
        self.breaks.append(Break(seq, kind, said))


def _hidden(one: Stored) -> Break:
    return Break(
        one.record.seq, "head", "it is sealed, but stands before what the head calls the first record"
    )


def _end(chained: Sequence[Stored], head: Head | None, walk: _Walk) -> list[Break]:
    if head is None:
        return [Break(chained[-1].record.seq, "head", "the head of the chain is missing")] if chained else []
    if head.last >= walk.next:
        return [Break(walk.next, "deleted", f"the journal ends before record {head.last}, its last")]
    if chained and chained[-1].record.seq > head.last:
        return [Break(head.last + 1, "head", "the head of the chain names an earlier record as the last")]
    if head.seal not in walk.seals:
        return [Break(head.last, "head", "the head of the chain is not the seal of its last record")]
    return []


def check_anchor(journal: Sequence[Stored], anchor: Head) -> Break | None:
    """Is a head that was noted elsewhere still part of the chain? Finds a journal written anew as a whole."""
    found = next((one for one in journal if one.record.seq == anchor.last), None)
    if found is not None and found.seal == anchor.seal:
        return None
    return Break(anchor.last, "head", "the journal is not the one whose head was noted")


def _redactions(chained: Sequence[Stored], bad: set[int]) -> dict[int, str]:
    """What redactions that are themselves whole say of earlier records: number to hash."""
    named: dict[int, str] = {}
    for one in chained:
        if one.record.kind != "redacted" or one.record.seq in bad:
            continue
        try:
            said: Mapping[str, Sequence[object]] = json.loads(one.record.line)["data"]
            proofs = dict(zip(said["records"], said["hashes"], strict=True))
        except (ValueError, KeyError, TypeError):
            continue  # excuses nothing
        named |= {
            seq: str(proof) for seq, proof in proofs.items() if isinstance(seq, int) and seq < one.record.seq
        }
    return named


def _personal(
    chained: Sequence[Stored], redacted: Mapping[int, str], walk: _Walk, taken: TakenAway
) -> tuple[list[Break], frozenset[int]]:
    """Personal values that are neither what was sealed nor what is left of it; and who has none left."""
    found, emptied = list[Break](), set[int]()
    for one in chained:
        seq, sealed = one.record.seq, one.record.pii_hash
        if one.seal is None or seq in walk.bad or seq in walk.excused:
            continue
        if hash_pii(one.salt or "", one.pii) == redacted.get(seq, sealed):
            continue
        if taken.empties(one.record, one.pii, walk.bad):
            emptied.add(seq)
        else:
            said = "its personal values were changed, and no redaction says so"
            found.append(Break(seq, "edited", said))
    return found, frozenset(emptied)
