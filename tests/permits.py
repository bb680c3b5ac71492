"""Commit tokens for tests of what writes: minted as the gate does, for any effect."""

from __future__ import annotations

from dataclasses import replace

from tests.runtime.gate_cases import ASKED, case, proposal
from wavoice.runtime.model import SECOND, Effect, Evidence, Micros, ProposalState
from wavoice.runtime.token import Admission, CommitToken, mint

NOW = ASKED + 15 * SECOND


def admission(now: Micros = NOW) -> Admission:
    """Admission at a moment at which permits are good."""
    return Admission(lambda: now)


def permit(effect: Effect, evidence: Evidence | None = None, **changes: object) -> CommitToken:
    """A token for exactly that effect; `changes` are of the proposal that was approved."""
    approved = replace(
        proposal(ProposalState.SETTLING, expires_at=NOW + 60 * SECOND),
        id=effect.proposal,
        action=effect.action,
        args=effect.args,
        facts_version=effect.facts_version,
    )
    return mint(effect, replace(approved, **changes), evidence or case("yes").evidence)  # type: ignore[arg-type]
