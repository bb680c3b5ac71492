"""Proposals: what binds them, what a decision does to them, and when one may commit. Pure.

Only this module makes a digest or an idempotency key, moves a proposal to settling, or says that it
may commit, which is to mint a commit token.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import rfc8785

from wavoice.runtime.confirm import Case, Decision, Effect, can_hold
from wavoice.runtime.model import Address, Micros, Money, PromptState, Proposal, ProposalState, Tier
from wavoice.runtime.model import Effect as Write
from wavoice.runtime.policy import Policy
from wavoice.runtime.token import CommitToken, is_discrete, mint


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be asked, before it has an id."""

    address: Address
    action: str
    args: Mapping[str, str]
    before: Mapping[str, str]
    facts_version: str
    tier: Tier
    read_back: str
    turn: str
    money: Money | None = None
    payee: str | None = None
    not_codes: tuple[str, ...] = ()
    """Of the customer's own numbers; not bound."""


def propose(draft: Draft, proposal_id: str, version: int, now: Micros, policy: Policy) -> Proposal:
    """Make a pending proposal, bound by its digest to exactly these fields."""
    return Proposal(
        id=proposal_id,
        version=version,
        address=draft.address,
        action=draft.action,
        args=dict(draft.args),
        facts_version=draft.facts_version,
        tier=draft.tier,
        digest=digest(draft, proposal_id, version),
        read_back=draft.read_back,
        before=dict(draft.before),
        turn=draft.turn,
        created_at=now,
        expires_at=now + policy.lifetime[draft.tier],
        lapses_at=now + policy.lifetime[draft.tier],
        money=draft.money,
        payee=draft.payee,
        not_codes=draft.not_codes,
    )


def digest(draft: Draft, proposal_id: str, version: int) -> str:
    """`d1:` + sha256 over the canonical JSON (RFC 8785) of every bound field; what is absent is left out."""
    bound: dict[str, Any] = {
        "proposal": proposal_id,
        "version": version,
        "tenant": draft.address.tenant,
        "contact": draft.address.contact,
        "action": draft.action,
        "args": dict(draft.args),
        "facts_version": draft.facts_version,
        "tier": str(draft.tier),
    }
    if draft.money is not None:
        bound["money"] = {"minor": draft.money.minor, "currency": draft.money.currency}
    if draft.payee is not None:
        bound["payee"] = draft.payee
    return "d1:" + hashlib.sha256(rfc8785.dumps(bound)).hexdigest()


def idempotency_key(proposal: Proposal, step: str = "write") -> str:
    """The only key of this effect: `wv-` + 32 hex digits."""
    seed = f"{proposal.id}\n{proposal.version}\n{step}".encode()
    return "wv-" + hashlib.sha256(seed).hexdigest()[:32]


def write_of(proposal: Proposal) -> Write:
    """The one external write that a yes to this proposal approves."""
    return Write(
        key=idempotency_key(proposal),
        proposal=proposal.id,
        action=proposal.action,
        args=proposal.args,
        facts_version=proposal.facts_version,
    )


def apply(proposal: Proposal, decision: Decision, case: Case, turn: str, policy: Policy) -> Proposal:
    """Return the proposal after the decision; a transition that its state forbids leaves it as it is."""
    if proposal.state in (ProposalState.COMMITTING, ProposalState.UNKNOWN):
        stops = case.vetoes or decision.effect in (Effect.OPT_OUT, Effect.HAND_OFF, Effect.CANCEL)
        return replace(proposal, vetoed_at=proposal.vetoed_at or case.now) if stops else proposal
    match decision.effect:
        case Effect.SETTLE:
            return _settle(proposal, decision, case, turn, policy)
        case Effect.CANCEL | Effect.OPT_OUT:
            return replace(proposal, state=ProposalState.CANCELLED, settle_at=None)
        case Effect.REPROPOSE:
            expired = decision.row in ("D39", "D41")
            state = ProposalState.EXPIRED if expired else ProposalState.SUPERSEDED
            return replace(proposal, state=state, settle_at=None)
        case Effect.HOLD | Effect.HAND_OFF | Effect.TAKEN_OVER:
            return hold(proposal, case.now)
        case Effect.ASK:
            return _paused(_tried(proposal, case), decision, case.now)
        case Effect.ANSWER | Effect.PAY_ELSEWHERE:
            return _paused(proposal, decision, case.now)
        case _:
            return hold(proposal, case.now) if decision.held else proposal


def _settle(proposal: Proposal, decision: Decision, case: Case, turn: str, policy: Policy) -> Proposal:
    if proposal.state not in (ProposalState.PENDING, ProposalState.HELD):
        return proposal
    settle_at = case.now + policy.window(proposal.tier, case.evidence.modality)
    return replace(
        proposal,
        state=ProposalState.SETTLING,
        evidence=replace(case.evidence, row=decision.row),
        settle_at=settle_at,
        expires_at=settle_at + policy.commit_grace,
        approved_by=turn,
    )


def _tried(proposal: Proposal, case: Case) -> Proposal:
    """A wrong code has tries of its own: its words were clear. What nobody listened to is no try."""
    if case.over_budget:
        return proposal
    if case.evidence.code_fits is False:
        return replace(proposal, code_tries=proposal.code_tries + 1)
    return replace(proposal, attempts=proposal.attempts + 1)


def _paused(proposal: Proposal, decision: Decision, now: Micros) -> Proposal:
    """Whatever asks the customer something cannot let an earlier yes run on."""
    if decision.held or proposal.state is ProposalState.SETTLING:
        return hold(proposal, now)
    return proposal


def hold(proposal: Proposal, now: Micros) -> Proposal:
    """Freeze: the yes is void and so is the question, until it is put again. Past holding it stays."""
    if not can_hold(proposal):
        return proposal
    return replace(
        proposal,
        state=ProposalState.HELD,
        settle_at=None,
        evidence=None,
        approved_by=None,
        held_at=now,
        expires_at=proposal.lapses_at or proposal.expires_at,
        prompts=(),
        prompt_state=PromptState.QUEUED,
        prompted_at=None,
    )


@dataclass(frozen=True, slots=True)
class CommitCase:
    """A settling proposal whose window has ended, beside the live state."""

    proposal: Proposal
    now: Micros
    unread: int
    live_version: str | None
    """Version of the record now; None if it is gone."""


def may_commit(case: CommitCase) -> Decision:
    """Every condition once more: evidence, window, barrier, deadline, unchanged facts."""
    proposal = case.proposal
    if proposal.state is not ProposalState.SETTLING or proposal.evidence is None:
        return Decision("", Effect.IGNORE, "no proven yes")
    if proposal.evidence.digest != proposal.digest:
        return Decision("D31", Effect.IGNORE, "the evidence is bound to another version")
    if proposal.tier is Tier.R3 and not is_discrete(proposal.evidence):
        return Decision("I14", Effect.IGNORE, "money needs the button or the code")
    if proposal.settle_at is None or case.now < proposal.settle_at:
        return Decision("", Effect.WAIT, "the settle window is open")
    if case.unread:
        return Decision("D37", Effect.WAIT, "a message received earlier is unread")
    if case.now >= proposal.expires_at:
        return Decision("D41", Effect.EXPIRE, "the deadline has passed")
    if proposal.prompt_state is PromptState.FAILED:
        return Decision("D54", Effect.IGNORE, "the question never reached the customer")
    if case.live_version != proposal.facts_version:
        return Decision("D42", Effect.REPROPOSE, "the record changed since it was read back")
    token = mint(write_of(proposal), proposal, proposal.evidence)
    return Decision(proposal.evidence.row, Effect.COMMIT, "proven and unchanged", token=token)


def may_retry(proposal: Proposal, now: Micros, unread: int = 0) -> CommitToken | None:
    """A second commit decision: an unanswered write may be repeated under its key only before its
    deadline, without a veto, and with nothing unread that might hold one.
    """
    under_way = proposal.state in (ProposalState.COMMITTING, ProposalState.UNKNOWN)
    if not under_way or now >= proposal.expires_at or proposal.vetoed_at is not None or unread:
        return None
    return mint(write_of(proposal), proposal, proposal.evidence) if proposal.evidence else None
