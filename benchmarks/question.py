"""The one question that the benchmarks of the gate ask."""

from __future__ import annotations

from dataclasses import replace

from wavoice.runtime.model import Address, Micros, PromptState, Proposal, Tier
from wavoice.runtime.policy import Policy
from wavoice.runtime.proposals import Draft, propose

PROMPT = "Order 1842: move it to Friday 27 November? Reply yes or no."


def question(at: Micros, policy: Policy, tier: Tier = Tier.R2) -> Proposal:
    """It as a proposal that was asked, and delivered, at that moment."""
    draft = Draft(
        address=Address("default", "100", "c_1"),
        action="reschedule_delivery",
        args={"order": "1842", "day": "2026-11-27"},
        before={"order": "1842", "day": "2026-11-26"},
        facts_version="v1",
        tier=tier,
        read_back=PROMPT,
        turn="t_1",
    )
    return replace(
        propose(draft, "p_1", 1, at, policy),
        prompts=("wamid.PROMPT",),
        prompted_at=at,
        prompt_state=PromptState.DELIVERED,
    )
