"""Settle → commit → speak → send: a proven yes, carried out once its window has passed.

Facts are read again, every condition is checked again, the write is recorded as intended and only
then made, under its one key. An answer that never came is looked up by that key, never repeated
blindly: "unknown" is said where it is the truth, and "done" only after it is.
"""

from __future__ import annotations

from dataclasses import replace

from wavoice.runtime import journal
from wavoice.runtime.actions import Mode, live_version
from wavoice.runtime.actions.erase_my_data import NAME as ERASE_MY_DATA
from wavoice.runtime.actions.open_ticket import NAME as OPEN_TICKET
from wavoice.runtime.confirm import Effect as Does
from wavoice.runtime.deliver import end_turn, keep_delivery, send
from wavoice.runtime.erasing import writes_of
from wavoice.runtime.hand_over import hand_over, with_hours, with_person
from wavoice.runtime.keep import call_offers, queue, reply_to, wake
from wavoice.runtime.kit import Turn
from wavoice.runtime.model import (
    SECOND,
    Micros,
    Outcome,
    ProposalState,
    Question,
    Stage,
    TimerKind,
    WriteResult,
)
from wavoice.runtime.noting import call_note
from wavoice.runtime.outcome import (
    NEVER_APPLIED,
    Woken,
    frozen,
    no_longer,
    not_committed,
    outcome,
    say_checking,
    shadowed,
    with_queued,
)
from wavoice.runtime.own_writes import OwnWrites, Writes
from wavoice.runtime.ports import UnitOfWork
from wavoice.runtime.proposals import CommitCase, may_commit, may_retry
from wavoice.runtime.read_for import live
from wavoice.runtime.speaking import speak
from wavoice.runtime.steps import Step, about
from wavoice.runtime.ticket_writes import TicketWrites
from wavoice.runtime.token import CommitToken


async def finish(turn: Turn, woken: Woken) -> None:
    """Commit what the customer approved, or say truthfully why not."""
    turn.flow, turn.step = woken.proposal.action, "commit"
    # The settle window is drawn as its own bar: a chosen wait, never latency.
    decided = woken.settled_at - turn.kit.policy.window(woken.proposal.tier, woken.evidence.modality)
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
    job = turn.jobs.about(proposal.action)
    if job.mode is Mode.OFF:
        return no_longer(turn, woken)
    if woken.conversation.paused_at is not None:
        return frozen(turn, woken)
    facts = await live(turn, woken.conversation.alias, proposal.action, proposal.args)
    today = kit.local(turn.trace.now()).date()
    version = live_version(job, proposal, facts, today) if facts else None
    with turn.trace.span(Stage.COMMIT):
        async with kit.store.begin() as tx:
            now = turn.trace.now()
            unread = await tx.inbox.unread(turn.address)
            decision = may_commit(CommitCase(proposal, now=now, unread=unread, live_version=version))
            turn.log(
                journal.Decided(
                    row=decision.row, effect=decision.effect, reason=decision.reason, proposal=proposal.id
                )
            )
            if decision.token is not None and job.mode is Mode.ON:
                own = job.own is not None and job.own.commit is not None
                woken = replace(woken, proposal=replace(proposal, own_system=own))
                await tx.proposals.save(replace(woken.proposal, state=ProposalState.COMMITTING))
                await _intend(turn, tx, woken, decision.token, now)
        kit.failpoints.reach("effect_intended")
        if decision.effect is Does.WAIT:
            await _wait(turn, woken)
            return None
        if decision.token is None:
            return not_committed(turn, woken, decision, facts)
        if job.mode is Mode.SHADOW:
            return shadowed(woken)
        orders = _system(turn, woken)
        result = _told(turn, woken, await orders.write(woken.effect, decision.token))
    kit.failpoints.reach("effect_written")
    return await outcome(turn, woken, result)


def _system(turn: Turn, woken: Woken) -> Writes:
    """Who carries it out, and knows what became of it."""
    tickets, action = turn.kit.tickets, woken.proposal.action
    if action == ERASE_MY_DATA:
        return writes_of(turn, woken.effect.key)
    if action == OPEN_TICKET and tickets is not None:
        asked, alias = woken.proposal, woken.conversation.alias
        at = woken.evidence.received_at
        return TicketWrites(tickets, turn.kit.admission, turn.address, alias, at, asked.turn)
    if not woken.proposal.own_system:
        return turn.kit.orders
    own = turn.jobs.about(woken.proposal.action).own
    return OwnWrites(own, turn.kit.admission, turn.kit.policy, woken.effect)


def _told(turn: Turn, woken: Woken, result: WriteResult) -> WriteResult:
    """The answer; why an author's own function gave none is noted, as nobody else does."""
    if woken.proposal.own_system and result.outcome is Outcome.UNKNOWN:
        turn.log(journal.Trouble(stage="commit", code="own_write", detail=result.reason or ""))
    return result


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


def _still_on(turn: Turn, woken: Woken) -> bool:
    """The job may write, and nobody has paused the bot meanwhile."""
    return turn.jobs.about(woken.proposal.action).mode is Mode.ON and woken.conversation.paused_at is None


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
    unsaid = woken.proposal.state is ProposalState.UNKNOWN and not woken.notice
    if unsaid and turn.trace.now() >= woken.evidence.received_at + kit.policy.say_checking:
        return say_checking(turn, woken.proposal)
    with turn.trace.span(Stage.COMMIT):
        orders = _system(turn, woken)
        found = await orders.look_up(woken.effect.key)
        if found is None:
            async with kit.store.begin() as tx:
                now, unread = turn.trace.now(), await tx.inbox.unread(turn.address)
                still_on = _still_on(turn, woken)
                token = may_retry(woken.proposal, now, unread) if still_on else None
                if token is not None:
                    await _intend(turn, tx, woken, token, now)
            if token is None and unread and still_on:
                await _wait(turn, woken)
                return None
            found = WriteResult(Outcome.FAILED, reason=NEVER_APPLIED)
            if token is not None:
                found = await orders.write(woken.effect, token)
    return await outcome(turn, woken, _told(turn, woken, found))


async def _answer(turn: Turn, woken: Woken, step: Step) -> None:
    """Keep the outcome, then say it: to the yes itself, or as a notice once "checking" was said."""
    kit = turn.kit
    notice = woken.notice
    step = with_hours(turn, await with_queued(turn, woken, step))
    reply = reply_to(step, kit.codes, by_voice=woken.by_voice, notice=notice)
    speech = None if woken.muted else turn.ahead(speak(turn, reply))
    turn.log(*step.events)
    conversation = replace(
        woken.conversation,
        asking=replace(step.asking, since=turn.trace.now()) if step.asking else woken.conversation.asking,
        queued=woken.conversation.queued if step.settles is not None else None,
        question=Question(step.question, turn.trace.now()) if step.question else woken.conversation.question,
        handed_off=woken.conversation.handed_off or step.hand_off is not None,
        with_person=with_person(woken.conversation, step, turn.trace.now()),
    )
    if step.hand_off:
        turn.log(journal.HandedOff(reason=step.hand_off))
    async with kit.store.begin() as tx:
        await tx.conversations.save(conversation)
        for proposal in step.proposals:
            await tx.proposals.save(proposal)
        await tx.timers.clear(woken.proposal.id)
        await call_offers(turn, tx, conversation)
        await call_note(turn, tx, step)
        if step.settles is not None:
            await wake(turn, tx, TimerKind.RESOLVE, turn.trace.now() + SECOND, woken.proposal.id)
        if speech is None:
            how = "silent" if kit.until is None else "stopped"
            turn.ended(how, "muted", woken.evidence.received_at, turn.trace.now())
            await turn.write_journal(tx)
            await hand_over(turn, tx, conversation, step, None)
            return
        group = await queue(turn, tx, conversation, reply)
        await turn.write_journal(tx)
        await hand_over(turn, tx, conversation, step, reply)
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
