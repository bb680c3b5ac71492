"""The bot has its chat back: a person gave it back, or has kept still for long enough."""

from __future__ import annotations

from dataclasses import replace

from wavoice.runtime import journal
from wavoice.runtime.confirm import can_hold
from wavoice.runtime.hand_over import RELEASED, TIMED_OUT, silence, timer_of
from wavoice.runtime.kit import Turn
from wavoice.runtime.model import Conversation, Proposal, ProposalState, Timer
from wavoice.runtime.steps import about


async def release(turn: Turn, timer: Timer, conversation: Conversation) -> None:
    """A timer of `hand_over.timer_of` has come. `turn` is a fresh one; nothing is said in it.

    What was asked before is closed if it could still be answered: a person may have settled it.
    """
    kit, address, now = turn.kit, turn.address, turn.trace.now()
    by_time = timer.subject == timer_of(address, TIMED_OUT)
    parted = conversation.with_person
    async with kit.store.begin() as tx:
        if not conversation.handed_off:
            await tx.timers.clear(timer.subject)
            return
        if parted is not None and by_time and now < (due := parted.since + silence(kit, parted.reason)):
            await tx.timers.set(replace(timer, due_at=due))  # staff have written since
            return
        if parted is not None and not by_time and timer.due_at < parted.since:
            await tx.timers.clear(timer.subject)  # a person took over once more, after it was given back
            return
        proposal = await tx.proposals.open(address)
        if proposal is not None and (closed := _closed(proposal, now)) is not None:
            await tx.proposals.save(closed)
            await tx.timers.clear(closed.id)
            turn.log(about(journal.Cancelled, closed, "I20"))
        await tx.conversations.save(replace(conversation, handed_off=False, with_person=None, failures=0))
        for why in (TIMED_OUT, RELEASED):
            await tx.timers.clear(timer_of(address, why))
        turn.log(journal.Released(reason="timed out" if by_time else "given back"))
        turn.ended("silent", "the bot has its chat back", turn.trace.started, now)
        await turn.write_journal(tx)


def _closed(proposal: Proposal, now: int) -> Proposal | None:
    """The proposal as it ends, if a yes to it could still count."""
    if not can_hold(proposal) or now >= proposal.expires_at:
        return None
    return replace(proposal, state=ProposalState.CANCELLED, settle_at=None)
