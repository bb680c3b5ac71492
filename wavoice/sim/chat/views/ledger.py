"""Every write that was tried, what came of it, and the yes that it stands on. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.runtime.model import Micros

TRYING, DONE, UNKNOWN, FAILED, REFUSED, SHADOW = "trying", "done", "unknown", "failed", "refused", "shadow"
"""What became of a write. `refused`: the record had changed, so that nothing was written. `shadow`: its job
only looks on, so that it was not made, and a person was asked."""


@dataclass(frozen=True, slots=True)
class Approval:
    """The customer's yes."""

    message: str
    """wamid."""
    binding: str
    """What ties it to the question: `button`, `quote` or `sole_open`; empty if the trace lacks it."""
    row: str
    at: Micros
    code: bool = False
    """It was the code of this version, typed."""
    words: str = ""
    """What was said, as far as it may be shown."""
    modality: str = ""


@dataclass(frozen=True, slots=True)
class Write:
    """One write to the shop, under its one key."""

    key: str
    proposal: str
    version: int
    contact: str
    action: str
    tier: str
    args: Mapping[str, str]
    state: str
    """`trying`, `done`, `unknown`, `failed`, `refused` or `shadow`."""
    at: Micros
    """When the gate permitted it first."""
    tries: int = 0
    money: Mapping[str, int | str] | None = None
    payee: str | None = None
    reference: str | None = None
    """What the shop calls it."""
    reason: str = ""
    ended_at: Micros | None = None
    approval: Approval | None = None
    """None: the trace begins after it, and the write stands unproven here."""


class Ledger:
    """Folds the journal of one contact into its writes, oldest first."""

    def __init__(self) -> None:
        self._writes: dict[str, Write] = {}
        self._yes: dict[str, Approval] = {}
        """By digest of what was approved."""
        self._words: dict[str, tuple[str, str]] = {}
        """Words and modality of each turn."""
        self._messages: dict[str, str] = {}
        """Turns by the wamid that began them."""

    @property
    def views(self) -> tuple[Write, ...]:
        """All writes."""
        return tuple(self._writes.values())

    def take(self, event: Event) -> None:
        """Take the next event of this contact."""
        body, turn = event.body, event.where.turn
        match body:
            case journal.Received():
                self._messages[body.message] = turn
                self._words[turn] = ("", str(event.where.modality or ""))
            case journal.Typed(text=text) | journal.HeardNote(text=text):
                self._words[turn] = (text, str(event.where.modality or ""))
            case journal.Confirmed():
                words, modality = self._words.get(self._messages.get(body.message, ""), ("", ""))
                self._yes[body.digest] = Approval(
                    body.message, body.binding, body.row, event.at, body.code, words, modality
                )
            case journal.Intended():
                self._intended(event, body)
            case journal.Committed():
                self._ended(event, body, body.key, DONE, reference=body.reference or None)
            case journal.Unknown():
                self._ended(event, body, body.key, UNKNOWN)
            case journal.Failed():
                self._ended(event, body, body.key, FAILED, reason=body.reason)
            case journal.Superseded() if body.key:
                self._ended(event, body, body.key, REFUSED, reason="the record had changed")
            case journal.Shadowed():
                approval = self._yes.get(body.digest)
                self._writes[body.key] = replace(_write(event, body, body.key, SHADOW), approval=approval)
            case journal.Redacted():
                self._redacted(turn)

    def _intended(self, event: Event, body: journal.Intended) -> None:
        before = self._writes.get(body.key)
        if before is not None:
            self._writes[body.key] = replace(before, tries=before.tries + 1, state=TRYING, ended_at=None)
            return
        approval = self._yes.get(body.digest)
        if approval is not None and approval.message != body.evidence:
            approval = None  # it stands on another message than the one that was seen
        self._writes[body.key] = replace(
            _write(event, body, body.key, TRYING),
            at=body.tried_at or event.at,
            tries=1,
            approval=approval,
        )

    def _ended(
        self,
        event: Event,
        body: journal.ProposalEvent,
        key: str,
        state: str,
        *,
        reference: str | None = None,
        reason: str = "",
    ) -> None:
        """A failure without a key is one before any write: nothing was tried."""
        if not key:
            return
        before = self._writes.get(key) or _write(event, body, key, state)
        self._writes[key] = replace(
            before, state=state, reference=reference, reason=reason, ended_at=event.at
        )

    def _redacted(self, turn: str) -> None:
        messages = {message for message, its in self._messages.items() if its == turn}
        for key, write in self._writes.items():
            if write.approval is not None and write.approval.message in messages:
                self._writes[key] = replace(write, approval=replace(write.approval, words=""))


def _write(event: Event, body: journal.ProposalEvent, key: str, state: str) -> Write:
    return Write(
        key=key,
        proposal=body.proposal,
        version=body.version,
        contact=event.where.contact,
        action=body.action,
        tier=body.tier,
        args=dict(body.args),
        state=state,
        at=event.at,
        money=body.money,
        payee=body.payee,
    )
