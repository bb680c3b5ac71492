"""What the shop's own system offers: asked when nothing else is open, and proven like any other yes (D69).

An offer comes in as a row of the inbox and waits as a row of the timers, so it survives a crash and
never stands beside another open question.
"""

from __future__ import annotations

from dataclasses import replace

from wavoice.runtime import journal
from wavoice.runtime.confirm import Case
from wavoice.runtime.consent import standing
from wavoice.runtime.deliver import end_turn, keep_delivery, send
from wavoice.runtime.keep import call_offers, queue, reply_to, wake
from wavoice.runtime.kit import Turn
from wavoice.runtime.model import (
    SECOND,
    Act,
    Binding,
    Conversation,
    Evidence,
    Form,
    Micros,
    Modality,
    Offered,
    Proposal,
    ProposalState,
    Reading,
    Timer,
    TimerKind,
)
from wavoice.runtime.ports import UnitOfWork
from wavoice.runtime.read_for import live
from wavoice.runtime.requests import start
from wavoice.runtime.speaking import speak
from wavoice.runtime.steps import Scene, Step, about

_PAUSED = (ProposalState.PENDING, ProposalState.HELD)


async def ask_offer(turn: Turn, timer: Timer, conversation: Conversation) -> None:
    """Its timer has come: ask, wait on, or let the offer go. `turn` is a fresh one."""
    kit, now = turn.kit, turn.trace.now()
    offered = next((one for one in conversation.offers if one.id == timer.subject), None)
    async with kit.store.begin() as tx:
        if offered is None:
            await tx.timers.clear(timer.subject)
            return
        consents = standing(await tx.consents.lines(turn.address), now, kit.policy)
        opted_out = consents.messages is False
        if opted_out or now >= offered.until:
            await _let_go(turn, tx, conversation, offered, "opted out" if opted_out else "too late")
            return
        before = await tx.proposals.open(turn.address)
        due = _waits_until(turn, conversation, before)
        if due is not None:
            await wake(turn, tx, TimerKind.OFFER, min(due, offered.until), offered.id)
            return
    facts = await live(turn, conversation.alias, offered.action, offered.args)
    scene = Scene(
        case=_nobody_said(now),
        facts=facts,
        conversation=conversation,
        today=kit.local(now).date(),
        turn=turn.id,
        fresh=kit.ids.new("p"),
        policy=kit.policy,
        jobs=turn.jobs,
        consents=consents,
    )
    step = start(turn.jobs.about(offered.action), offered.args, scene)
    if facts is None:
        async with kit.store.begin() as tx:
            await wake(turn, tx, TimerKind.OFFER, min(now + 60 * SECOND, offered.until), offered.id)
            await turn.write_journal(tx)
    elif step.asks is None and not step.opens:
        # Nobody is asked out of the blue whether something sensitive may be dealt with.
        why = "it does not fit the order" if step.question is None else f"no consent: {step.question}"
        async with kit.store.begin() as tx:
            await _let_go(turn, tx, conversation, offered, why)
    else:
        await _ask(turn, conversation, offered, _closing(step, before))


def _waits_until(turn: Turn, conversation: Conversation, before: Proposal | None) -> Micros | None:
    """When to look again; None if nothing stands in the way now."""
    now = turn.trace.now()
    if conversation.handed_off or conversation.paused_at is not None:
        return now + turn.kit.policy.inactivity
    if before is not None and not (before.state in _PAUSED and now >= before.expires_at):
        return max(before.expires_at, now + SECOND)
    quiet = (conversation.last_seen_at or 0) + turn.kit.policy.offer_quiet
    if now < quiet:  # what is said right after an answer is still about that
        return quiet
    half_said = conversation.asking is not None or conversation.question is not None
    if not half_said or conversation.last_seen_at is None:
        return None
    # a half-said job or question is forgotten then
    over = conversation.last_seen_at + turn.kit.policy.inactivity
    return over if now < over else None


def _nobody_said(now: Micros) -> Case:
    evidence = Evidence("", Modality.OTHER, Binding.NONE, None, None, now, now, form=Form.OFFER)
    return Case(Reading(text="", acts=(Act.UNCLEAR,), marks=()), evidence, now)


def _closing(step: Step, before: Proposal | None) -> Step:
    """A question whose lifetime is over is closed in the books before another is asked."""
    if before is None:
        return step
    expired = replace(before, state=ProposalState.EXPIRED, settle_at=None)
    return replace(
        step,
        proposals=(expired, *step.proposals),
        events=(about(journal.Expired, expired, "D69"), *step.events),
    )


async def _ask(turn: Turn, conversation: Conversation, offered: Offered, step: Step) -> None:
    kit = turn.kit
    turn.flow, turn.step = offered.action, step.name
    reply = reply_to(step, kit.codes, by_voice=False, notice=True)
    turn.log(*step.events)
    after = _without(conversation, offered)
    if step.asking is not None:
        after = replace(after, asking=replace(step.asking, since=turn.trace.now()))
    async with kit.store.begin() as tx:
        await tx.conversations.save(after)
        for proposal in step.proposals:
            await tx.proposals.save(proposal)
        await tx.timers.clear(offered.id)
        await call_offers(turn, tx, after)
        group = await queue(turn, tx, after, reply)
        await turn.write_journal(tx)
    kit.failpoints.reach("outcome_kept")
    delivery = await send(turn, group, turn.ahead(speak(turn, reply)))
    end_turn(turn, delivery, "notice", turn.trace.started)
    async with kit.store.begin() as tx:
        await keep_delivery(turn, tx, delivery)
        await turn.write_journal(tx)


async def _let_go(turn: Turn, tx: UnitOfWork, conversation: Conversation, offered: Offered, why: str) -> None:
    await tx.conversations.save(_without(conversation, offered))
    await tx.timers.clear(offered.id)
    await call_offers(turn, tx, _without(conversation, offered))
    turn.log(journal.Trouble(stage="offer", code="not_offered", detail=why))
    await turn.write_journal(tx)


def _without(conversation: Conversation, offered: Offered) -> Conversation:
    return replace(conversation, offers=tuple(one for one in conversation.offers if one.id != offered.id))
