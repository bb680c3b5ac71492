"""What an operator asked for, done in the customer's own drain: a question taken back, a message tried again.

`wavoice ops` only sets a timer; whoever drains that contact does the work, after what the customer wrote
before, so that two processes never decide about one conversation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from wavoice.runtime import journal
from wavoice.runtime.confirm import can_hold
from wavoice.runtime.consent import standing
from wavoice.runtime.deliver import end_turn, keep_delivery, send
from wavoice.runtime.hand_over import RELEASED, TIMED_OUT, timer_of
from wavoice.runtime.keep import keep_proposals, queue, reply_to
from wavoice.runtime.kit import Turn
from wavoice.runtime.model import Conversation, HandOff, Proposal, ProposalState, Timer
from wavoice.runtime.replies import english
from wavoice.runtime.speaking import speak
from wavoice.runtime.steps import Step, about

WITHDRAW: Final = "withdraw."
REPLAY: Final = "replay."
"""Before the id of what a timer is about: what ends with a proposal's own timers does not end this one."""


async def withdraw(turn: Turn, timer: Timer, conversation: Conversation) -> None:
    """Take back what waits for a yes, and say so. What is being written is not repeated, and looked up."""
    kit, now = turn.kit, turn.trace.now()
    async with kit.store.begin() as tx:
        await tx.timers.clear(timer.subject)
        proposal = await tx.proposals.get(timer.subject.removeprefix(WITHDRAW))
        if proposal is None or not proposal.is_open:
            return
        consents = standing(await tx.consents.lines(turn.address), now, kit.policy)
        step = _withdrawn(turn, proposal)
        if consents.messages is False or conversation.handed_off:
            step = replace(step, text=None)
        turn.log(journal.Operated("withdrawn", proposal.id), *step.events)
        await keep_proposals(turn, tx, proposal, step)
        await tx.conversations.save(conversation)
        if step.text is None:
            turn.ended("silent", "an operator took the question back", turn.trace.started, now)
            await turn.write_journal(tx)
            return
        group = await queue(turn, tx, conversation, reply_to(step, kit.codes, by_voice=False, notice=True))
        await turn.write_journal(tx)
    delivery = await send(turn, group, turn.ahead(speak(turn, group.reply)))
    end_turn(turn, delivery, "notice", turn.trace.started)
    async with kit.store.begin() as tx:
        await keep_delivery(turn, tx, delivery)
        await turn.write_journal(tx)


def _withdrawn(turn: Turn, proposal: Proposal) -> Step:
    """Whose time is over is closed without a word; what may be written already is vetoed, as by a no."""
    now = turn.trace.now()
    if not can_hold(proposal):
        vetoed = replace(proposal, vetoed_at=proposal.vetoed_at or now)
        return Step(text=english.WITHDRAWN_TOO_LATE, proposals=(vetoed,))
    if now >= proposal.expires_at:
        expired = replace(proposal, state=ProposalState.EXPIRED, settle_at=None)
        return Step(proposals=(expired,), events=(about(journal.Expired, expired),))
    closed = replace(proposal, state=ProposalState.CANCELLED, settle_at=None)
    words = turn.jobs.about(proposal.action).words
    text = english.withdrawn(words.still(closed) if words else None)
    return Step(text=text, proposals=(closed,), events=(about(journal.Cancelled, closed),))


async def replay(turn: Turn, timer: Timer, conversation: Conversation) -> None:
    """Put a message that was given up back into the inbox; the chat that it cost the bot comes with it."""
    tried = timer.subject.removeprefix(REPLAY)
    async with turn.kit.store.begin() as tx:
        await tx.timers.clear(timer.subject)
        if not was_given_up(await tx.journal.read(tried)):
            return
        parted = conversation.with_person
        if conversation.handed_off and parted is not None and parted.reason == HandOff.TURN_FAILED:
            await tx.conversations.save(replace(conversation, handed_off=False, with_person=None, failures=0))
            for why in (TIMED_OUT, RELEASED):
                await tx.timers.clear(timer_of(turn.address, why))
            turn.log(journal.Released(reason="a message is tried again"))
        turn.log(journal.Operated("replayed", tried), turn=tried)
        await tx.operations.again(tried)
        await turn.write_journal(tx)


def was_given_up(events: Iterable[journal.Event]) -> bool:
    """True if a person was called because of that message, and it was not tried again since."""
    given_up = False
    for event in events:
        match event.body:
            case journal.HandedOff(reason=HandOff.TURN_FAILED):
                given_up = True
            case journal.Operated(act="replayed"):
                given_up = False
            case _:
                pass
    return given_up
