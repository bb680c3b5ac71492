"""How things stand once the gate has decided, and in which language it is said. Pure."""

from __future__ import annotations

from dataclasses import replace

from wavoice.runtime import journal
from wavoice.runtime.confirm import Decision, can_hold
from wavoice.runtime.model import Proposal, ProposalState
from wavoice.runtime.proposals import apply
from wavoice.runtime.replies.others import ENGLISH, Words, words_in
from wavoice.runtime.steps import Scene, about


def after(decision: Decision, scene: Scene) -> Proposal:
    """The proposal as the gate leaves it."""
    proposal = scene.case.proposal
    if proposal is None:
        raise ValueError(f"row {decision.row} needs a proposal")
    return _as_it_stands(apply(proposal, decision, scene.case, scene.turn, scene.policy), scene)


def _as_it_stands(proposal: Proposal, scene: Scene) -> Proposal:
    """What stays is told from the record as it is now; the digest does not bind it."""
    current = scene.jobs.about(proposal.action).current
    order = scene.facts.order(proposal.args.get("order", "")) if scene.facts else None
    if current is None or order is None or not can_hold(scene.case.proposal):
        return proposal
    return replace(proposal, before=current(order))


def still(scene: Scene, proposal: Proposal) -> str:
    """What stays as it is, without a capital or a full stop."""
    words = scene.jobs.about(proposal.action).words
    return words.still(proposal) if words else ""


def held_events(before: Proposal | None, after: Proposal, row: str) -> tuple[journal.Body, ...]:
    """The event of a proposal that is held from now on."""
    was_held = before is not None and before.state is ProposalState.HELD
    return (about(journal.Held, after, row),) if after.state is ProposalState.HELD and not was_held else ()


def spoken(scene: Scene) -> tuple[str, Words]:
    """The language that the customer has just used, with what can be said in it; English for any other."""
    language = scene.case.reading.language
    words = words_in(language)
    return ("en" if words is ENGLISH else language), words
