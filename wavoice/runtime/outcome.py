"""What an approved write came to, as a state and in words: done, unknown, too late, or not made after all.

"Done" is said only after it is, "unknown" where that is the truth; a changed record is asked about anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from wavoice.runtime import journal, session
from wavoice.runtime.actions import Job
from wavoice.runtime.confirm import Case, Decision
from wavoice.runtime.confirm import Effect as Does
from wavoice.runtime.consent import Consents
from wavoice.runtime.keep import wake
from wavoice.runtime.kit import Turn
from wavoice.runtime.links import reference_of
from wavoice.runtime.model import (
    NEEDS_A_PERSON,
    PENDING,
    SECOND,
    Act,
    Conversation,
    Effect,
    Evidence,
    Facts,
    HandOff,
    Micros,
    Outcome,
    Proposal,
    ProposalState,
    Reading,
    TimerKind,
    WriteResult,
)
from wavoice.runtime.proposals import hold, write_of
from wavoice.runtime.read_for import live
from wavoice.runtime.replies import english
from wavoice.runtime.requests import GONE, start
from wavoice.runtime.respond import respond
from wavoice.runtime.steps import Scene, Step, about

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
    consents: Consents
    muted: bool = False
    """The customer has opted out, or a person has taken over: nothing is said any more."""
    looks: int = 0
    """How often the write was looked up before."""

    @property
    def notice(self) -> bool:
        """The yes itself was answered already, with "checking": what follows is told on its own."""
        return self.proposal.state is ProposalState.UNKNOWN and self.proposal.checking_at is not None

    @property
    def by_voice(self) -> bool:
        """The answer is a voice note."""
        return session.answers_by_voice(self.evidence.modality, self.consents)

    @property
    def effect(self) -> Effect:
        """The write that was approved."""
        return write_of(self.proposal)


async def outcome(turn: Turn, woken: Woken, result: WriteResult) -> Step | None:
    """Turn an answer into a state and words. None: still unknown, and said already."""
    proposal, key = woken.proposal, woken.effect.key
    words = turn.jobs.about(proposal.action).words
    if words is None:
        raise ValueError(f"{proposal.action} never writes")
    async with turn.kit.store.begin() as tx:
        await tx.effects.settle(key, result, turn.trace.now())
    match result.outcome:
        case Outcome.DONE:
            done = replace(
                proposal,
                state=ProposalState.COMMITTED,
                reference=reference_of(result, turn.kit.policy),
                committed_at=turn.trace.now(),
            )
            event = about(
                journal.Committed, done, woken.evidence.row, key=key, reference=result.reference or ""
            )
            said = words.done(done)
            said = english.requested(said) if result.reason == PENDING else said
            step = Step(text=said, proposals=(done,), events=(event,))
            if proposal.vetoed_at is None:
                return step
            back = turn.jobs.back(proposal.action)
            return _made_for_good(step) if back is None else await _too_late(turn, woken, step, back)
        case Outcome.UNKNOWN:
            return await _unknown(turn, woken, key)
        case _ if proposal.vetoed_at is not None and (
            result.outdated or result.asks or result.reason == NEVER_APPLIED
        ):
            stopped = replace(proposal, state=ProposalState.CANCELLED)
            event = about(journal.Cancelled, stopped, "D44")
            text = english.nothing_changed(words.still(proposal))
            return Step(text=text, proposals=(stopped,), events=(event,))
        case _ if (result.outdated or result.asks) and (
            facts := await live(turn, woken.conversation.alias, proposal.action, proposal.args)
        ) is not None:
            why = (
                "the system asks before it goes on" if result.asks else "the record changed at the very write"
            )
            anew = Decision("D42", Does.REPROPOSE, why)
            turn.log(journal.Decided(anew.row, anew.effect, anew.reason, proposal.id))
            return _with_key(_ask_anew(turn, woken, anew, facts, asks=result.asks), key)
        case _:
            failed = replace(proposal, state=ProposalState.FAILED)
            event = about(journal.Failed, failed, key=key, reason=result.reason or str(result.outcome))
            text = f"I could not do that: {words.still(proposal)}."
            if result.reason != NEEDS_A_PERSON:
                return Step(text=text, proposals=(failed,), events=(event,))
            handed = f"{text} {english.HANDED_OFF}"
            return Step(text=handed, proposals=(failed,), events=(event,), hand_off=HandOff.JOB_FAILED)


def _made_for_good(step: Step) -> Step:
    """A veto came while the write was under way (D44), and nothing leads back: the truth, and a person."""
    return replace(step, text=english.too_late_for_good(step.text or ""), hand_off=HandOff.NO_WAY_BACK)


async def _unknown(turn: Turn, woken: Woken, key: str) -> Step | None:
    """Look again with growing gaps, say so once, and ask a person when the budget is spent."""
    policy, now = turn.kit.policy, turn.trace.now()
    unknown = replace(woken.proposal, state=ProposalState.UNKNOWN)
    if woken.proposal.state is not ProposalState.UNKNOWN:
        turn.log(about(journal.Unknown, unknown, key=key))
    due = now + min(2**woken.looks, 15) * SECOND
    if due > woken.settled_at + policy.retry_budget:
        return _give_up(turn, unknown)
    say_at = woken.evidence.received_at + policy.say_checking
    if not woken.notice and now >= say_at:
        return say_checking(turn, unknown)
    if not woken.notice:
        due = min(due, say_at)
        turn.log(*turn.trace.close(due))  # the turn of the yes goes on then
    async with turn.kit.store.begin() as tx:
        await tx.conversations.save(woken.conversation)
        await tx.proposals.save(unknown)
        await tx.timers.clear(unknown.id)
        await wake(turn, tx, TimerKind.RESOLVE, due, unknown.id, woken.looks + 1)
        await turn.write_journal(tx)
    return None


def say_checking(turn: Turn, proposal: Proposal) -> Step:
    """It has taken too long to say nothing: the answer to the yes is that it is being checked."""
    told = replace(proposal, state=ProposalState.UNKNOWN, checking_at=turn.trace.now())
    return Step(text=english.CHECKING, proposals=(told,), settles=told)


def _give_up(turn: Turn, proposal: Proposal) -> Step:
    """Nobody knows what became of the write: a person finds out, and the books say so."""
    given_up = replace(proposal, state=ProposalState.HANDED_OFF)
    reason = "the write stayed unknown"
    turn.log(journal.Decided("D44", Does.HAND_OFF, reason, given_up.id, given_up.state))
    return Step(text=english.HANDED_OFF, proposals=(given_up,), hand_off=HandOff.UNKNOWN_OUTCOME)


async def _too_late(turn: Turn, woken: Woken, step: Step, back: Job) -> Step:
    """D43: the veto came too late. The way back is a proposal with its own yes, from live facts."""
    done, said = step.proposals[0], step.text or ""
    alias = woken.conversation.alias
    facts = None if woken.muted else await live(turn, alias, back.name, done.args)
    if facts is None:
        return replace(step, text=english.too_late(said))
    decision = Decision("D43", Does.OFFER_BACK, "the veto came while the write was under way")
    undone = respond(decision, _scene(turn, woken, done, facts))
    if undone.asks is None:
        return replace(step, text=english.too_late(said))
    asked = undone.asks
    turn.log(journal.Decided(decision.row, decision.effect, decision.reason, asked.id, asked.state))
    return replace(
        undone,
        text=english.too_late(said, asked.read_back),
        proposals=(done, *undone.proposals),
        events=(*step.events, *undone.events),
    )


def shadowed(woken: Woken) -> Step:
    """The job is in shadow: what would have been written is journaled, and a person is asked to do it."""
    left = replace(woken.proposal, state=ProposalState.HANDED_OFF, settle_at=None)
    event = about(journal.Shadowed, left, woken.evidence.row, key=woken.effect.key)
    return Step(text=english.SHADOWED, proposals=(left,), events=(event,), hand_off=HandOff.SHADOW)


def frozen(turn: Turn, woken: Woken) -> Step:
    """An operator has paused the bot since the yes: held, said, and handed to a person."""
    held, still = _held(turn, woken, "the bot is paused")
    return Step(
        text=f"{english.nothing_changed(still)} {english.PAUSED}" if still else english.PAUSED,
        proposals=(held,),
        events=(about(journal.Held, held),),
        hand_off=HandOff.PAUSED,
    )


def no_longer(turn: Turn, woken: Woken) -> Step:
    """The job has gone since its yes, or was switched off: held, and said."""
    held, still = _held(turn, woken, GONE)
    return Step(text=english.no_longer(still), proposals=(held,), events=(about(journal.Held, held),))


def _held(turn: Turn, woken: Woken, why: str) -> tuple[Proposal, str]:
    """What was about to be written, held, and what stays as it is."""
    held = hold(woken.proposal, turn.trace.now())
    turn.log(journal.Decided("", Does.HOLD, why, held.id, held.state))
    words = turn.jobs.about(held.action).words
    return held, words.still(held) if words else ""


def not_committed(turn: Turn, woken: Woken, decision: Decision, facts: Facts | None) -> Step:
    """The conditions no longer hold: nothing is written."""
    proposal, job = woken.proposal, turn.jobs.about(woken.proposal.action)
    if decision.effect is Does.REPROPOSE and facts is not None:
        return _ask_anew(turn, woken, decision, facts)
    state = ProposalState.EXPIRED if decision.effect is Does.EXPIRE else ProposalState.FAILED
    closed = replace(proposal, state=state, settle_at=None)
    kind = journal.Expired if state is ProposalState.EXPIRED else journal.Failed
    reason = {} if state is ProposalState.EXPIRED else {"reason": decision.reason}
    still = job.words.still(proposal) if job.words else ""
    text = english.SYSTEM_DOWN if facts is None else english.nothing_changed(still)
    return Step(text=text, proposals=(closed,), events=(about(kind, closed, decision.row, **reason),))


def _ask_anew(turn: Turn, woken: Woken, decision: Decision, facts: Facts, *, asks: bool = False) -> Step:
    """D42: the record changed since it was read back, so the customer is asked about what is true now.

    `asks`: nothing changed, but the system asks something more; that is a new term (D11), and a new yes.
    """
    asked = replace(woken.proposal, state=ProposalState.SETTLING)  # the write that was tried is refused
    step = respond(decision, _scene(turn, woken, asked, facts))
    if asks:
        return step
    what = "That order" if "order" in asked.args else "That"
    return step if step.hand_off else replace(step, text=f"{what} changed meanwhile. {step.text}")


def _with_key(step: Step, key: str) -> Step:
    """The old version was tried and refused: only that permits another key for its proposal (I2)."""
    events = (
        replace(event, key=key) if isinstance(event, journal.Superseded) else event for event in step.events
    )
    return replace(step, events=tuple(events))


def _scene(turn: Turn, woken: Woken, proposal: Proposal, facts: Facts) -> Scene:
    """What an answer that no message asked for may depend on."""
    now = turn.trace.now()
    return Scene(
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
        jobs=turn.jobs,
        consents=woken.consents,
    )


async def with_queued(turn: Turn, woken: Woken, step: Step) -> Step:
    """D15: the wish that came with the yes is dealt with in the answer to it."""
    wish, done = woken.conversation.queued, step.proposals[-1] if step.proposals else None
    if wish is None or done is None or done.state is not ProposalState.COMMITTED:
        return step
    facts = await live(turn, woken.conversation.alias, wish.intent, wish.slots)
    if facts is None or step.hand_off or step.asks:
        return step
    then = start(turn.jobs.about(wish.intent), wish.slots, _scene(turn, woken, done, facts))
    return replace(
        then,
        text=f"{step.text} {then.text}",
        proposals=(*step.proposals, *then.proposals),
        events=(*step.events, *then.events),
    )
