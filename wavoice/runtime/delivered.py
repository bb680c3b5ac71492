"""A question whose delivery is not known yet: its status may be a moment behind the answer (D55)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from wavoice.runtime.confirm import Case, decide
from wavoice.runtime.kit import Turn
from wavoice.runtime.model import Micros

LOOK: Micros = 250_000
"""How often the store is asked whether the status has come."""


async def await_delivery(turn: Turn, case: Case) -> Case:
    """The case as it stands once the status has come, or `status_lag` after the answer at the latest."""
    kit, proposal = turn.kit, case.proposal
    if proposal is None or decide(case, kit.policy).row != "D55":
        return case
    until = case.evidence.received_at + kit.policy.status_lag
    while (now := kit.clock.now()) < until:
        await kit.clock.wait(asyncio.Event(), min(until, now + LOOK))
        async with kit.store.begin() as tx:
            stored = await tx.proposals.get(proposal.id)
        if stored is None or stored.digest != proposal.digest:
            break
        case = replace(case, proposal=replace(proposal, prompt_state=stored.prompt_state))
        if decide(case, kit.policy).row != "D55":
            break
    return replace(case, now=turn.trace.now())
