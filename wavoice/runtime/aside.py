"""Messages past the gate: what staff wrote, what was edited or unsent unread, and another identity."""

from __future__ import annotations

from dataclasses import replace

from wavoice.runtime import journal
from wavoice.runtime.confirm import can_hold
from wavoice.runtime.hear import Words
from wavoice.runtime.keep import keep
from wavoice.runtime.kit import Turn
from wavoice.runtime.model import Form, HandOff, Inbound, Micros, Offered, ProposalState, Tier
from wavoice.runtime.replies import english
from wavoice.runtime.steps import Step, about, freezing
from wavoice.runtime.understand import Known, interpret

GIVES_BACK = frozenset({"bot", "/bot", "#bot"})
"""What staff write from the shop's own phone, alone in a message, to give the bot its chat back."""


async def step_aside(turn: Turn, message: Inbound, known: Known) -> bool:
    """Deal with a message that gets no answer of its own; False for every other."""
    if message.form is Form.ECHO:
        await _staff_wrote(turn, message, known)
        return True
    if message.offer is not None:
        await _offered(turn, message, known, message.offer)
        return True
    if known.amended_by is not None and not _still_counts(turn, message, known):
        # One turn answers for both: that of the edit, or of the unsend.
        await _end(turn, message, known, Step(), ("overtaken", known.amended_by))
        return True
    return False


def _still_counts(turn: Turn, message: Inbound, known: Known) -> bool:
    """A veto that was received stops what runs even if it was taken back since (I3)."""
    if known.proposal is None or not known.proposal.is_open:
        return False
    if message.media is not None:
        return True  # it may hold one: it has to be heard
    reading, _ = interpret(turn, message, known, Words(text=message.text or ""))
    return reading.vetoes


async def _staff_wrote(turn: Turn, message: Inbound, known: Known) -> None:
    """D65: two writers confuse everybody. What waits for a yes is frozen, and the bot is silent."""
    if (message.text or "").strip().casefold() in GIVES_BACK:
        released = (journal.Released(reason="staff gave it back"),) if known.conversation.handed_off else ()
        step = Step(releases=True, events=released)
        await _end(turn, message, known, step, ("silent", "staff gave the conversation back"))
        return
    step, anew = freezing(known.proposal, turn.trace.now(), "D65"), not known.conversation.handed_off
    if anew:
        step = replace(
            step,
            hand_off=HandOff.STAFF_WROTE,
            events=(*step.events, journal.HandedOff(reason=HandOff.STAFF_WROTE)),
        )
    turn.log(journal.Decided(row="D65", effect="hand_off" if anew else "ignore", reason="staff wrote"))
    await _end(turn, message, known, step, ("silent", "staff wrote from the shop's own phone"))


async def _offered(turn: Turn, message: Inbound, known: Known, offered: Offered) -> None:
    """D69: at most one question is open. The offer is written down, and asked by a wake of its own."""
    offers = (*known.conversation.offers, offered)
    known = replace(known, conversation=replace(known.conversation, offers=offers), meant=False)
    await _end(turn, message, known, Step(), ("silent", "an offer of the shop"))


def identity_changed(known: Known, now: Micros) -> Step:
    """D48: whoever writes from now on may be somebody else, so nothing that was asked stands.

    Who they are is read anew with their next message, by the name that they have then.
    """
    proposal = known.proposal
    if proposal is None or not proposal.is_open:
        return Step(silent="nothing was open", asking=None)
    if not can_hold(proposal):  # being written: it is not repeated, and its outcome is told
        vetoed = replace(proposal, vetoed_at=proposal.vetoed_at or now)
        return Step(silent="the write is not answered yet", proposals=(vetoed,))
    void = replace(proposal, state=ProposalState.CANCELLED, settle_at=None)
    step = Step(
        text=english.IDENTITY_CHANGED, proposals=(void,), events=(about(journal.Cancelled, void, "D48"),)
    )
    if proposal.tier is not Tier.R3:
        return step
    handed = journal.HandedOff(reason=HandOff.IDENTITY_CHANGED)
    events = (*step.events, handed)
    return replace(step, text=english.HANDED_OFF, hand_off=HandOff.IDENTITY_CHANGED, events=events)


async def _end(turn: Turn, message: Inbound, known: Known, step: Step, how: tuple[str, str]) -> None:
    turn.log(*step.events)
    step = replace(step, asking=known.conversation.asking)
    turn.ended(*how, message.received_at, turn.trace.now())
    await keep(turn, message, known, Words(text=""), step, None)
