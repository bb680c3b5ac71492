"""Single layers of the gate, each by itself: what covers for another layer is not seen from outside."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.runtime.gate_cases import ASKED, MONDAY, POLICY, case, proposal
from wavoice.runtime.confirm import Case, Effect, decide
from wavoice.runtime.interpret.rules import RulesInterpreter
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
from wavoice.runtime.ports import Situation
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


@pytest.mark.parametrize(("speech", "then"), [(0.4, Effect.SETTLE), (1.08, Effect.ASK)])
def test_a_lone_yeah_in_more_speech_than_it_takes_is_asked_about(speech: float, then: Effect) -> None:
    """In babble "yet" was heard as "yeah" by both decodes, in a second of speech."""
    assert decide(case("Yeah.", Modality.VOICE, other="Yeah", speech=speech), POLICY).effect is then
    assert decide(case("Yes, go ahead.", Modality.VOICE, speech=speech), POLICY).effect is Effect.SETTLE


@pytest.mark.parametrize(
    "other", ["my wife said yes", "yeah right", "yes if it is free", "yes?", "yes for the first"]
)
def test_a_decode_that_would_not_approve_by_itself_agrees_with_nothing(other: str) -> None:
    decision = decide(case("Yes please.", Modality.VOICE, other=other), POLICY)
    assert decision.effect not in (Effect.SETTLE, Effect.COMMIT)


def test_a_no_problem_beside_a_code_is_not_bare() -> None:
    assert not RulesInterpreter().read("yes, don't worry", Situation(now=MONDAY)).bare
    assert RulesInterpreter().read("yes please", Situation(now=MONDAY)).bare
