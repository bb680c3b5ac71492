"""Who approved what: one line a decision that closed a proposal or a conversation, from the journal alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wavoice.runtime import journal
from wavoice.runtime.journal import Event

_OUTCOMES: Mapping[type[Any], str] = {
    journal.Committed: "committed",
    journal.Cancelled: "cancelled",
    journal.Superseded: "superseded",
    journal.Expired: "expired",
    journal.Held: "held",
    journal.Failed: "failed",
    journal.Unknown: "unknown",
}


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One decision: what came of which proposal, and whose words decided it."""

    outcome: str
    contact: str
    turn: str
    action: str | None = None
    proposal: str | None = None
    row: str = ""
    """Row of the decision table; for a commit that of the yes."""
    message: str | None = None
    """wamid of the deciding message; None if no message decided."""
    words: str | None = None
    confidence: float | None = None
    """Mean log-probability of decode A of a spoken answer."""
    reason: str | None = None


def audit(events: Sequence[Event]) -> list[AuditLine]:
    """Lines in the order in which things were decided."""
    said = _Said(events)
    return list(_lines(events, said))


def _lines(events: Sequence[Event], said: _Said) -> Iterator[AuditLine]:
    approved: dict[tuple[str, int], tuple[str, str]] = {}
    for event in events:
        body, turn = event.body, event.where.turn
        if isinstance(body, journal.Confirmed):
            approved[body.proposal, body.version] = (turn, body.row)
        elif isinstance(body, journal.HandedOff):
            yield said.line("handed_off", event, turn, reason=body.reason)
        elif (outcome := _OUTCOMES.get(type(body))) is not None:
            deciding, row = turn, body.row
            if isinstance(body, journal.Committed | journal.Failed | journal.Unknown):
                deciding, row = approved.get((body.proposal, body.version), (turn, body.row))
            reason = body.reason if isinstance(body, journal.Failed) else None
            yield said.line(outcome, event, deciding, row=row, reason=reason)


class _Said:
    """What was said in each turn, and how surely it was heard."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.messages: dict[str, str] = {}
        self.words: dict[str, str] = {}
        self.sure: dict[str, float] = {}
        for event in events:
            body, turn = event.body, event.where.turn
            if isinstance(body, journal.Received):
                self.messages[turn] = body.message
            elif isinstance(body, journal.Typed):
                self.words[turn] = body.text
            elif isinstance(body, journal.HeardNote):
                self.words[turn] = body.text
                self.sure[turn] = body.decodes[0].avg_logprob

    def line(
        self, outcome: str, event: Event, turn: str, *, row: str = "", reason: str | None = None
    ) -> AuditLine:
        """One line about an event that the words of `turn` brought about."""
        proposal = event.body if isinstance(event.body, journal.ProposalEvent) else None
        return AuditLine(
            outcome=outcome,
            contact=event.where.contact,
            turn=turn,
            action=proposal.action if proposal else None,
            proposal=proposal.proposal if proposal else None,
            row=row,
            message=self.messages.get(turn),
            words=self.words.get(turn),
            confidence=self.sure.get(turn),
            reason=reason,
        )
