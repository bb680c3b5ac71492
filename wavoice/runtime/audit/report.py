"""The audit of a journal: first the chain, then the proofs of every effect."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from wavoice.runtime import journal
from wavoice.runtime.audit.chain_check import Break, Chained, Stored, check_chain
from wavoice.runtime.audit.dialogue import Dialogue, Line, Step, gather
from wavoice.runtime.audit.proofs import Violation, violations
from wavoice.runtime.chain import Head
from wavoice.runtime.journal import Event
from wavoice.runtime.journal_lines import from_json
from wavoice.runtime.model import SECOND, Micros

_TELLS = frozenset(
    body.kind
    for body in (
        journal.Received, journal.MediaKept, journal.Read, journal.Replied, journal.Noticed,
        journal.StatusSeen, journal.Proposed, journal.Confirmed, journal.Held, journal.Cancelled,
        journal.Superseded, journal.Expired, journal.Intended, journal.Committed, journal.Unknown,
    )
)  # fmt: skip
"""Kinds that a proof looks at: most of a journal is figures."""
WHOLE_AFTER: Micros = 24 * 3600 * SECOND
"""Where the first records are pruned, a write needs at most those of a day before it (the business clock)."""


@dataclass(frozen=True, slots=True)
class Unproven:
    """An effect of which the journal does not hold enough: it began before this version, or is cut off."""

    proposal: str
    seq: int


@dataclass(slots=True)
class Report:
    """What an audit found."""

    records: int = 0
    not_chained: int = 0
    breaks: Sequence[Break] = ()
    redacted: int = 0
    effects: int = 0
    """Idempotency keys under which a write was tried."""
    proved: int = 0
    unproven: list[Unproven] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    whole_from: Micros = 0
    """Of a pruned journal: from when on it holds all that a proof needs."""

    @property
    def ok(self) -> bool:
        """The journal is whole and no effect lacks its proof."""
        return not self.breaks and not self.violations


def audit(
    stored: Sequence[Stored],
    head: Head | None,
    since: Micros = 0,
    passed: Callable[[int], None] = lambda _: None,
) -> Report:
    """Check the chain of all records, and prove the effects tried at or after `since`."""
    return prove(stored, check_chain(stored, head, passed), since)


def prove(stored: Sequence[Stored], chained: Chained, since: Micros = 0) -> Report:
    """Prove the effects; of a journal without a chain, such as a trace, pass an empty `Chained`."""
    report = Report(records=len(stored), not_chained=chained.not_chained, redacted=len(chained.redacted))
    breaks, lines = list(chained.breaks), list[Line]()
    for one in stored:
        if one.record.kind not in _TELLS:
            continue
        line = _line(one)
        if line is None:
            if all(one.record.seq != known.seq for known in breaks):
                breaks.append(Break(one.record.seq, "edited", "it cannot be read as an event"))
            continue
        lines.append(line)
    report.breaks = breaks
    if stored and chained.pruned_until:
        report.whole_from = stored[0].record.at + WHOLE_AFTER
    return _proved(lines, chained.redacted, since, report)


def prove_events(events: Sequence[Event]) -> Report:
    """Prove the effects of a journal that was just written by this program; numbers count from 0."""
    lines = [Line(seq, event) for seq, event in enumerate(events) if event.kind in _TELLS]
    return _proved(lines, frozenset(), 0, Report(records=len(events)))


def _proved(lines: Iterable[Line], redacted: frozenset[int], since: Micros, report: Report) -> Report:
    conversations: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
    for line in lines:
        where = line.event.where
        conversations[where.tenant, where.number, where.contact].append(line)
    for said in conversations.values():
        _prove_all(gather(said), redacted, since, report)
    report.violations.sort(key=lambda one: one.seq)
    return report


def _line(one: Stored) -> Line | None:
    try:
        line = json.loads(one.record.line)
        event = from_json({**line, "pii": json.loads(one.pii)})
        return Line(one.record.seq, event, int(line.get("version", 1)))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _prove_all(dialogue: Dialogue, redacted: frozenset[int], since: Micros, report: Report) -> None:
    tries: dict[str, list[Step]] = defaultdict(list)
    for step in dialogue.of(journal.Intended):
        if isinstance(step.body, journal.Intended):
            tries[step.body.key].append(step)
    for steps in tries.values():
        if all(isinstance(one.body, journal.Intended) and one.body.tried_at < since for one in steps):
            continue
        report.effects += 1
        found = [one for step in steps for one in violations(dialogue, step, redacted)]
        first = steps[0].body
        in_part = isinstance(first, journal.Intended) and first.tried_at < report.whole_from
        if found and (in_part or _began_before_proofs(dialogue, steps[0])):
            report.unproven.append(Unproven(steps[0].body.proposal, steps[0].seq))
        elif found:
            report.violations += dict.fromkeys(found)
        else:
            report.proved += 1
    _done_without_a_try(dialogue, set(tries), max(since, report.whole_from), report)


def _began_before_proofs(dialogue: Dialogue, step: Step) -> bool:
    """The question was put by a program that did not note what a proof needs."""
    raised = [one.seq for one in dialogue.of(journal.Proposed) if one.body.digest == step.body.digest]
    return bool(raised) and raised[0] <= dialogue.old_until


def _done_without_a_try(dialogue: Dialogue, tried: set[str], since: Micros, report: Report) -> None:
    """The shop has written, or may have, and no decision of the gate stands before it."""
    seen = set(tried)
    for step in (*dialogue.of(journal.Committed), *dialogue.of(journal.Unknown)):
        key = getattr(step.body, "key", "")
        if key in seen or step.body.expires_at < since:
            continue
        seen.add(key)
        report.effects += 1
        if step.seq <= dialogue.old_until:
            report.unproven.append(Unproven(step.body.proposal, step.seq))
            continue
        said = "it was written, and no decision of the gate to write stands before it"
        report.violations.append(Violation(step.body.proposal, "I1", step.seq, said))
