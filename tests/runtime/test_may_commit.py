"""What is checked once more when the settle window of a yes has passed."""

from __future__ import annotations

from dataclasses import replace

from tests.runtime.gate_cases import ASKED, case, proposal
from wavoice.runtime.confirm import Effect
from wavoice.runtime.model import SECOND, Proposal, ProposalState
from wavoice.runtime.proposals import CommitCase, may_commit


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
