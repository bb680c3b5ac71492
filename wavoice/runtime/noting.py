"""A write on its way onto the customer's timeline: noted once, looked for before it is noted again.

The note is made from proposal and journal when its timer comes, so that it needs no rows of its own, and
nothing waits for it: the reply has gone out by then, and what the customer writes meanwhile comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wavoice.runtime import journal
from wavoice.runtime.actions.registry import Jobs
from wavoice.runtime.arrivals import where_in
from wavoice.runtime.codes import Codes
from wavoice.runtime.filing import again_or_over
from wavoice.runtime.journal import Event
from wavoice.runtime.keep import wake
from wavoice.runtime.kit import Kit, Turn
from wavoice.runtime.model import (
    Binding,
    CaseNote,
    Confirmed,
    Evidence,
    Form,
    Line,
    Modality,
    Outcome,
    Proposal,
    ProposalState,
    Timer,
    TimerKind,
    WriteResult,
)
from wavoice.runtime.outgoing import record
from wavoice.runtime.packets import figures_of
from wavoice.runtime.ports import UnitOfWork
from wavoice.runtime.proposals import idempotency_key
from wavoice.runtime.steps import Step

NO_SYSTEM = WriteResult(Outcome.UNKNOWN, reason="no timeline is configured any more")
_SUBJECT = "note."
"""Before the id of the proposal: what ends with a proposal's own timers does not end this one."""


async def call_note(turn: Turn, tx: UnitOfWork, step: Step) -> None:
    """Have what this step says is done noted, once nobody waits for the reply."""
    if turn.kit.timeline is None:
        return
    for proposal in step.proposals:
        if proposal.state is ProposalState.COMMITTED and proposal.committed_at is not None:
            await wake(turn, tx, TimerKind.NOTE, turn.trace.now(), f"{_SUBJECT}{proposal.id}")


async def file_note(kit: Kit, timer: Timer) -> None:
    """The timer of a note has come: note it once, or come back later.

    What the CRM refuses for good is in the journal, which says so; anything else is tried for as long as
    it takes.
    """
    async with kit.store.begin() as tx:
        proposal = await tx.proposals.get(timer.subject.removeprefix(_SUBJECT))
        if proposal is None or proposal.evidence is None or proposal.committed_at is None:
            await tx.timers.clear(timer.subject)
            return
        note = await _note_of(kit, tx, proposal, proposal.evidence)
    result = await _file(kit, note, timer.attempts)
    kit.failpoints.reach("noted")
    now = kit.clock.now()
    async with kit.store.begin() as tx:
        body: journal.Body = journal.Noted(note.key, note.action, result.reference or "")
        if result.outcome is not Outcome.DONE:
            body = journal.Trouble("note", f"note_{result.outcome}", result.reason or "")
        await again_or_over(kit, tx, timer, result, now)
        await record(kit, tx, Event(now, where_in(note.address, note.turn), body))


async def _file(kit: Kit, note: CaseNote, attempts: int) -> WriteResult:
    if kit.timeline is None:
        return NO_SYSTEM
    found = await kit.timeline.find(note.key) if attempts else None
    return found or await kit.timeline.note(note)


async def _note_of(kit: Kit, tx: UnitOfWork, proposal: Proposal, evidence: Evidence) -> CaseNote:
    asked = await tx.journal.read(proposal.turn)
    heard = await tx.journal.read(proposal.approved_by or proposal.turn)
    return case_note(proposal, evidence, (asked, heard), kit.jobs, kit.codes)


def case_note(
    proposal: Proposal,
    evidence: Evidence,
    said: tuple[Sequence[Event], Sequence[Event]],
    jobs: Jobs,
    codes: Codes,
) -> CaseNote:
    """The note of a write that is done. `said`: journals of the turns of the request and of the yes."""
    words = jobs.about(proposal.action).words
    asked, heard = _line(said[0]), _line(said[1], evidence.message)
    code = codes.of(proposal)
    if code is not None:  # the code of a question is the customer's alone
        heard = replace(heard, text=heard.text.replace(code, "****"))
    return CaseNote(
        key=idempotency_key(proposal),
        thread=proposal.address.thread,
        at=proposal.committed_at or 0,
        address=proposal.address,
        customer=proposal.customer,
        turn=proposal.approved_by or proposal.turn,
        action=proposal.action,
        args=dict(proposal.args),
        before=dict(proposal.before),
        asked=asked,
        question=proposal.read_back,
        heard=heard,
        confirmed=_how(evidence),
        row=evidence.row,
        done=words.done(proposal) if words else "",
        reference=proposal.reference or "",
        money=proposal.money,
        payee=proposal.payee,
    )


def _how(evidence: Evidence) -> Confirmed:
    if evidence.binding is Binding.BUTTON:
        return Confirmed.BUTTON
    if evidence.form is Form.REACTION:
        return Confirmed.REACTION
    if evidence.modality is Modality.VOICE:
        return Confirmed.SPOKEN
    if evidence.code_fits:
        return Confirmed.CODE
    return Confirmed.QUOTE if evidence.binding is Binding.QUOTE else Confirmed.TYPED


def _line(said: Sequence[Event], message: str | None = None) -> Line:
    """What the customer said in that turn; of several messages of one thought, the named or the last one."""
    line = Line(0, "customer", "")
    for event in said:
        body = event.body
        if isinstance(body, journal.HeardNote):
            line = Line(event.at, "customer", body.text, str(Modality.VOICE), figures_of(body))
        elif isinstance(body, journal.Typed) and message in (None, body.message):
            how = Modality.BUTTON if body.button else Modality.TEXT
            line = Line(event.at, "customer", body.text, str(how))
    return line
