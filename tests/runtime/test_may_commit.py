"""What is checked once more when the settle window of a yes has passed."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, replace

import pytest

from tests.runtime.gate_cases import ASKED, case, proposal
from wavoice.runtime.confirm import Effect
from wavoice.runtime.errors import CommitRefusedError
from wavoice.runtime.model import SECOND, Binding, Modality, Proposal, ProposalState, Tier
from wavoice.runtime.proposals import CommitCase, idempotency_key, may_commit, may_retry, write_of
from wavoice.runtime.token import CommitToken, check


def settling(**changes: object) -> Proposal:
    """A proposal whose proven yes has waited long enough."""
    yes = case("yes").evidence
    more = {"evidence": yes, "settle_at": ASKED, "expires_at": ASKED + 60 * SECOND, **changes}
    return proposal(ProposalState.SETTLING, **more)


def commit(waiting: Proposal, live_version: str | None = "v1", unread: int = 0) -> tuple[str, Effect]:
    decision = may_commit(CommitCase(waiting, ASKED + SECOND, unread, live_version))
    return decision.row, decision.effect


def test_a_proven_yes_to_what_is_still_so() -> None:
    assert commit(settling())[1] is Effect.COMMIT


def test_evidence_that_is_bound_to_another_version() -> None:
    other = replace(case("yes").evidence, digest="d1:0000")
    assert commit(settling(evidence=other)) == ("D31", Effect.IGNORE)


def test_something_received_and_unread() -> None:
    assert commit(settling(), unread=1) == ("D37", Effect.WAIT)


def test_a_record_that_changed_or_is_gone() -> None:
    assert commit(settling(), live_version="v2") == ("D42", Effect.REPROPOSE)
    assert commit(settling(), live_version=None) == ("D42", Effect.REPROPOSE)


def test_the_window_is_still_open() -> None:
    assert commit(settling(settle_at=ASKED + 2 * SECOND))[1] is Effect.WAIT


def test_the_deadline_has_passed() -> None:
    assert commit(settling(expires_at=ASKED + SECOND)) == ("D41", Effect.EXPIRE)


def test_only_a_commit_carries_a_token_and_it_is_for_exactly_this() -> None:
    waiting = settling()
    token = may_commit(CommitCase(waiting, ASKED + SECOND, 0, "v1")).token
    assert token is not None
    assert (token.digest, token.evidence) == (waiting.digest, "wamid.ANSWER")
    assert (token.key, token.deadline) == (idempotency_key(waiting), waiting.expires_at)
    check(write_of(waiting), token)
    for unread, version in ((1, "v1"), (0, "v2")):
        assert may_commit(CommitCase(waiting, ASKED + SECOND, unread, version)).token is None


def test_money_needs_the_button_or_the_code_up_to_the_last_moment() -> None:
    spoken = case("yes").evidence
    assert commit(settling(tier=Tier.R3)) == ("I14", Effect.IGNORE)
    tapped = replace(spoken, binding=Binding.BUTTON)
    coded = replace(spoken, code_fits=True)
    aloud = replace(coded, modality=Modality.VOICE)
    for evidence, effect in ((tapped, Effect.COMMIT), (coded, Effect.COMMIT), (aloud, Effect.IGNORE)):
        assert commit(settling(tier=Tier.R3, evidence=evidence))[1] is effect


@pytest.mark.parametrize("state", [ProposalState.COMMITTING, ProposalState.UNKNOWN])
def test_a_retry_is_a_decision_of_its_own(state: ProposalState) -> None:
    waiting = replace(settling(), state=state)
    first, second = (may_retry(waiting, ASKED + SECOND) for _ in range(2))
    assert first is not None
    assert second is not first
    assert may_retry(waiting, waiting.expires_at) is None
    assert may_retry(waiting, ASKED + SECOND, unread=1) is None
    assert may_retry(replace(waiting, vetoed_at=ASKED), ASKED + SECOND) is None
    assert may_retry(replace(waiting, state=ProposalState.COMMITTED), ASKED + SECOND) is None


def test_a_token_is_neither_forged_nor_copied() -> None:
    token = may_commit(CommitCase(settling(), ASKED + SECOND, 0, "v1")).token
    assert token is not None
    named = {name: getattr(token, name) for name in ("key", "write", "digest", "facts_version", "tier")}
    named |= {name: getattr(token, name) for name in ("evidence", "proof", "discrete", "deadline")}
    for attempt in (
        lambda: CommitToken(gate=object(), **named),
        lambda: replace(token, gate=None, deadline=2**60),
        lambda: copy.copy(token),
        lambda: copy.deepcopy(token),
        lambda: pickle.dumps(token),
    ):
        with pytest.raises(CommitRefusedError):
            attempt()
    with pytest.raises(ValueError, match="gate"):
        replace(token, deadline=2**60)  # type: ignore[call-arg]
    with pytest.raises(FrozenInstanceError):
        token.deadline = 2**60  # type: ignore[misc]
