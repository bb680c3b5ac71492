"""Single layers of the gate, each by itself: what covers for another layer is not seen from outside."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.runtime.gate_cases import ASKED, POLICY, case, proposal
from wavoice.runtime.confirm import Case, Effect, decide
from wavoice.runtime.model import (
    SECOND,
    Binding,
    Mark,
    Modality,
    PromptState,
    Proposal,
    ProposalState,
    Reading,
    Tier,
)
from wavoice.runtime.proposals import apply, hold

TEXT, BUTTON = Modality.TEXT, Modality.BUTTON
RETRACTED_YES = "no wait, yes"


def effect(made: Case) -> Effect:
    return decide(made, POLICY).effect


def tap(mark: Mark, open_one: Proposal) -> Case:
    """A button of that question."""
    made = case("yes", BUTTON, open_one, binding=Binding.BUTTON)
    return replace(made, reading=Reading(text="", acts=(), marks=(mark,)))


def test_no_wait_yes_typed_in_time_is_a_yes() -> None:
    assert decide(case(RETRACTED_YES), POLICY).row == "D07"
    assert effect(case(RETRACTED_YES)) is Effect.SETTLE


@pytest.mark.parametrize(
    "late",
    [
        case(RETRACTED_YES, after=-5),
        case(RETRACTED_YES, after=POLICY.lifetime[Tier.R2] / SECOND),
        case(RETRACTED_YES, open_one=proposal(prompt_state=PromptState.SENT)),
        case(RETRACTED_YES, open_one=proposal(prompt_state=PromptState.FAILED)),
        case(RETRACTED_YES, open_one=proposal(prompted_at=None)),
        case(RETRACTED_YES, open_one=proposal(tier=Tier.R3)),
    ],
    ids=["crossed", "expired", "on its way", "failed", "never asked", "money"],
)
def test_a_retraction_before_a_yes_excuses_it_from_no_check(late: Case) -> None:
    decision = decide(late, POLICY)
    assert decision.effect is not Effect.SETTLE
    assert late.proposal is not None
    after = apply(late.proposal, decision, late, "t_2", POLICY)
    assert after.state in (ProposalState.HELD, ProposalState.EXPIRED, ProposalState.SUPERSEDED)


@pytest.mark.parametrize("state", [ProposalState.COMMITTING, ProposalState.UNKNOWN])
def test_a_no_that_is_tapped_during_the_write_is_not_told_that_nothing_changed(state: ProposalState) -> None:
    tapped = tap(Mark.NO, proposal(state))
    decision = decide(tapped, POLICY)
    assert decision.effect is Effect.CHECKING
    assert tapped.proposal is not None
    assert apply(tapped.proposal, decision, tapped, "t_2", POLICY).vetoed_at == tapped.now


def test_what_is_known_of_the_first_question_says_nothing_of_the_one_put_again() -> None:
    held = hold(proposal(prompt_state=PromptState.READ), ASKED + SECOND)
    assert held.prompt_state is PromptState.QUEUED
    again = replace(held, prompted_at=ASKED + 2 * SECOND, prompt_state=PromptState.ACCEPTED)
    assert decide(case("yes", open_one=again), POLICY).row == "D55"
    seen = replace(again, prompt_state=PromptState.DELIVERED)
    assert effect(case("yes", open_one=seen)) is Effect.SETTLE
