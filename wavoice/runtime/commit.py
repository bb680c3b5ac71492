"""Settle → commit → speak → send: a proven yes, carried out once its window has passed.

Facts are read again, every condition is checked again, the write is recorded as intended and only
then made, under its one key. An answer that never came is looked up by that key, never repeated
blindly: "unknown" is said where it is the truth, and "done" only after it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from wavoice.runtime import journal
from wavoice.runtime.actions.builtin import JOBS
from wavoice.runtime.confirm import Case, Decision
from wavoice.runtime.confirm import Effect as Does
from wavoice.runtime.deliver import end_turn, keep_delivery, send, speak
from wavoice.runtime.keep import queue, reply_to, wake
from wavoice.runtime.kit import Turn
from wavoice.runtime.look_up import look_up
from wavoice.runtime.model import (
    SECOND,
    Act,
    Conversation,
    Effect,
    Evidence,
    Facts,
    Micros,
    Outcome,
    Proposal,
    ProposalState,
    Reading,
    Stage,
    TimerKind,
    WriteResult,
)
from wavoice.runtime.ports import UnitOfWork
from wavoice.runtime.proposals import CommitCase, may_commit, may_retry, write_of
from wavoice.runtime.replies import english
from wavoice.runtime.respond import respond
from wavoice.runtime.steps import Scene, Step, about
from wavoice.runtime.token import CommitToken

NEVER_APPLIED = "never applied"


@dataclass(frozen=True, slots=True)
class Woken:
    """A settling, committing or unknown proposal whose timer has come."""

    proposal: Proposal
    evidence: Evidence
    """What approved it."""
    settled_at: Micros
    """When its settle window ended."""
    conversation: Conversation
    by_voice: bool
    muted: bool = False
    """The customer has opted out, or a person has taken over: nothing is said any more."""
    looks: int = 0
    """How often the write was looked up before."""

    @property
    def effect(self) -> Effect:
        """The write that was approved."""
        return write_of(self.proposal)


async def finish(turn: Turn, woken: Woken) -> None:
    """Commit what the customer approved, or say truthfully why not."""
    turn.flow = woken.proposal.action
    # The settle window is drawn as its own bar: a chosen wait, never latency.
    decided = woken.settled_at - turn.kit.policy.settle[woken.evidence.modality]
    if woken.proposal.state is not ProposalState.UNKNOWN:
        turn.trace.add(Stage.SETTLE, decided, woken.settled_at)
    first = woken.proposal.state is ProposalState.SETTLING
    step = await (_commit(turn, woken) if first else _resolve(turn, woken))
    turn.kit.failpoints.reach("effect_known")
    if step is not None:
        await _answer(turn, woken, step)


async def _commit(turn: Turn, woken: Woken) -> Step | None:
    """First try: check again, intend, write. None: not yet, something earlier is unread."""
    kit, proposal = turn.kit, woken.proposal
    facts = await look_up(turn, woken.conversation.alias)
    order = facts.order(proposal.args["order"]) if facts else None
    with turn.trace.span(Stage.COMMIT):
        async with kit.store.begin() as tx:
            now = turn.trace.now()
            unread = await tx.inbox.unread(turn.address)
            decision = may_commit(
                CommitCase(proposal, now=now, unread=unread, live_version=order.version if order else None)
            )
            turn.log(
                journal.Decided(
                    row=decision.row, effect=decision.effect, reason=decision.reason, proposal=proposal.id
                )
            )
            if decision.token is not None:
                await tx.proposals.save(replace(proposal, state=ProposalState.COMMITTING))
                await _intend(turn, tx, woken, decision.token, now)
        kit.failpoints.reach("effect_intended")
        if decision.effect is Does.WAIT:
            await _wait(turn, woken)
            return None
        if decision.token is None:
            return _not_committed(turn, woken, decision, facts)
        result = await kit.orders.write(woken.effect, decision.token)
    kit.failpoints.reach("effect_written")
    return await _outcome(turn, woken, result)


async def _intend(turn: Turn, tx: UnitOfWork, woken: Woken, token: CommitToken, now: Micros) -> None:
    """Before each try: no other drain is at it, the evidence is used up, the journal knows why."""
    await tx.conversations.save(woken.conversation)
    first = await tx.effects.intend(woken.effect, now, token)
    intended = about(
        journal.Intended,
        woken.proposal,
        woken.evidence.row,
        key=token.key,
        evidence=token.evidence,
        tried_at=now,
        again=not first,
    )
    turn.log(intended)
    await turn.write_journal(tx)


async def _wait(turn: Turn, woken: Woken) -> None:
    """Something received earlier is unread: come back for it."""
    unknown = woken.proposal.state is ProposalState.UNKNOWN
    kind, looks = (TimerKind.RESOLVE, woken.looks) if unknown else (TimerKind.SETTLE, 0)
    async with turn.kit.store.begin() as tx:
        await wake(turn, tx, kind, turn.trace.now() + SECOND, woken.proposal.id, looks)
        await turn.write_journal(tx)


async def _resolve(turn: Turn, woken: Woken) -> Step | None:
    """A write that was intended and not known to be answered: look it up before anything else."""
    kit = turn.kit
    with turn.trace.span(Stage.COMMIT):
        found = await kit.orders.look_up(woken.effect.key)
        if found is None:
            async with kit.store.begin() as tx:
                now, unread = turn.trace.now(), await tx.inbox.unread(turn.address)
                token = may_retry(woken.proposal, now, unread)
                if token is not None:
                    await _intend(turn, tx, woken, token, now)
            if token is None and unread:
                await _wait(turn, woken)
                return None
            found = WriteResult(Outcome.FAILED, reason=NEVER_APPLIED)
            if token is not None:
                found = await kit.orders.write(woken.effect, token)
    return await _outcome(turn, woken, found)


async def _outcome(turn: Turn, woken: Woken, result: WriteResult) -> Step | None:
    """Turn an answer into a state and words. None: still unknown, and said already."""
    proposal, key = woken.proposal, woken.effect.key
    words = JOBS[proposal.action].words
    if words is None:
        raise ValueError(f"{proposal.action} never writes")
    async with turn.kit.store.begin() as tx:
        await tx.effects.settle(key, result, turn.trace.now())
    match result.outcome:
        case Outcome.DONE:
            done = replace(proposal, state=ProposalState.COMMITTED)
            event = about(
                journal.Committed, done, woken.evidence.row, key=key, reference=result.reference or ""
            )
            step = Step(text=words.done(proposal), proposals=(done,), events=(event,))
            return step if proposal.vetoed_at is None else _made_too_late(step, proposal)
        case Outcome.UNKNOWN:
            return await _unknown(turn, woken, key)
        case _ if proposal.vetoed_at is not None and result.reason == NEVER_APPLIED:
            stopped = replace(proposal, state=ProposalState.CANCELLED)
            event = about(journal.Cancelled, stopped, "D44")
            text = english.nothing_changed(words.still(proposal))
            return Step(text=text, proposals=(stopped,), events=(event,))
        case _:
            failed = replace(proposal, state=ProposalState.FAILED)
            event = about(journal.Failed, failed, key=key, reason=result.reason or str(result.outcome))
            return Step(
                text=f"I could not do that: {words.still(proposal)}.", proposals=(failed,), events=(event,)
            )


def _made_too_late(step: Step, proposal: Proposal) -> Step:
    """A veto came while the write was under way (D44): the way back is offered, or a person is asked."""
    done = step.text or ""
    if JOBS[proposal.action].way_back:
        return replace(step, text=english.too_late(done))
    return replace(step, text=english.too_late_for_good(done), hand_off="no_way_back")


async def _unknown(turn: Turn, woken: Woken, key: str) -> Step | None:
    """Say so once, look again with growing gaps, and ask a person when the budget is spent."""
    policy, now = turn.kit.policy, turn.trace.now()
    unknown = replace(woken.proposal, state=ProposalState.UNKNOWN)
    event = about(journal.Unknown, unknown, key=key)
    gap = min(2**woken.looks, 15) * SECOND
    if now + gap > woken.settled_at + policy.retry_budget:
        given_up = replace(unknown, state=ProposalState.HANDED_OFF)
        return Step(
            text=english.HANDED_OFF, proposals=(given_up,), events=(event,), hand_off="unknown_outcome"
        )
    said_already = woken.proposal.state is ProposalState.UNKNOWN
    if not said_already:
        return Step(text=english.CHECKING, proposals=(unknown,), events=(event,), settles=unknown)
    async with turn.kit.store.begin() as tx:
        await wake(turn, tx, TimerKind.RESOLVE, now + gap, unknown.id, woken.looks + 1)
        await turn.write_journal(tx)
    return None


def _not_committed(turn: Turn, woken: Woken, decision: Decision, facts: Facts | None) -> Step:
    """The conditions no longer hold: nothing is written."""
    proposal, job = woken.proposal, JOBS[woken.proposal.action]
    if decision.effect is Does.REPROPOSE and facts is not None:
        return _ask_anew(turn, woken, decision, facts)
    state = ProposalState.EXPIRED if decision.effect is Does.EXPIRE else ProposalState.FAILED
    closed = replace(proposal, state=state, settle_at=None)
    kind = journal.Expired if state is ProposalState.EXPIRED else journal.Failed
    reason = {} if state is ProposalState.EXPIRED else {"reason": decision.reason}
    still = job.words.still(proposal) if job.words else ""
    text = english.SYSTEM_DOWN if facts is None else english.nothing_changed(still)
    return Step(text=text, proposals=(closed,), events=(about(kind, closed, decision.row, **reason),))


def _ask_anew(turn: Turn, woken: Woken, decision: Decision, facts: Facts) -> Step:
    """D42: the record changed since it was read back, so the customer is asked about what is true now."""
    proposal, now = woken.proposal, turn.trace.now()
    scene = Scene(
        case=Case(
            reading=Reading(text="", acts=(Act.UNCLEAR,), marks=()),
            evidence=woken.evidence,
            now=now,
            proposal=proposal,
        ),
        facts=facts,
        conversation=woken.conversation,
        today=turn.kit.local(now).date(),
        turn=turn.id,
        fresh=turn.kit.ids.new("p"),
        policy=turn.kit.policy,
    )
    step = respond(decision, scene)
    return replace(step, text=f"That order changed meanwhile. {step.text}")


async def _answer(turn: Turn, woken: Woken, step: Step) -> None:
    """Keep the outcome, then say it: to the yes itself, or as a notice once "checking" was said."""
    kit = turn.kit
    notice = woken.proposal.state is ProposalState.UNKNOWN
    reply = reply_to(step, kit.codes, by_voice=woken.by_voice, notice=notice)
    speech = None if woken.muted else turn.begin(speak(turn, reply, woken.conversation.language))
    turn.log(*step.events)
    conversation = replace(
        woken.conversation,
        asking=step.asking or woken.conversation.asking,
        handed_off=woken.conversation.handed_off or step.hand_off is not None,
    )
    if step.hand_off:
        turn.log(journal.HandedOff(reason=step.hand_off))
    async with kit.store.begin() as tx:
        await tx.conversations.save(conversation)
        for proposal in step.proposals:
            await tx.proposals.save(proposal)
        await tx.timers.clear(woken.proposal.id)
        if step.settles is not None:
            await wake(turn, tx, TimerKind.RESOLVE, turn.trace.now() + SECOND, woken.proposal.id)
        if speech is None:
            how = "silent" if kit.until is None else "stopped"
            turn.ended(how, "muted", woken.evidence.received_at, turn.trace.now())
            await turn.write_journal(tx)
            return
        group = await queue(turn, tx, conversation, reply)
        await turn.write_journal(tx)
    kit.failpoints.reach("outcome_kept")
    delivery = await send(turn, group, speech)
    kit.failpoints.reach("replied")
    if notice:
        end_turn(turn, delivery, "notice", turn.trace.started)
    else:
        end_turn(turn, delivery, woken.evidence.row, woken.evidence.received_at)
    async with kit.store.begin() as tx:
        await keep_delivery(turn, tx, delivery)
        await turn.write_journal(tx)
