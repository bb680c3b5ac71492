"""Rows that other tests reach only through conversations, asked directly: row, effect, reason and hold.

The reason is part of it: it stands in the journal, and a person who asks why reads it there. These lines
record what the gate does, so that a change of it is seen; what it ought to do stands, typed in from the
specification, in test_gate_table.py.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.gate_cases import ASKED, POLICY, case, proposal
from tests.runtime.gate_rows_cases import CASES, R3_SETTLING, SETTLING
from wavoice.runtime.confirm import decide
from wavoice.runtime.model import SECOND, Address, Alias, Conversation, PromptState, Proposal, ProposalState
from wavoice.runtime.proposals import CommitCase, apply, idempotency_key, may_commit, may_retry
from wavoice.runtime.session import Consents, must_be_silent

TIMES = frozenset({"settle_at", "held_at", "vetoed_at", "expires_at", "prompted_at", "lapses_at"})
CHANGING = (*sorted(TIMES), "prompts", "prompt_state", "attempts", "code_tries", "approved_by", "reminded")
BECOMES = Path(__file__).with_name("gate_rows_becomes.txt").read_text(encoding="utf-8")
SAID = Path(__file__).with_name("gate_rows_said.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("line", SAID.strip().splitlines(), ids=lambda line: line.partition(":")[0])
def test_row_effect_and_reason(line: str) -> None:
    decision = decide(CASES[line.partition(":")[0]], POLICY)
    held = " held" if decision.held else ""
    assert line.partition(": ")[2] == f"{decision.row} {decision.effect}{held}: {decision.reason}"


def becomes(name: str) -> str:
    """What the proposal is after it, beside what it was before; times in seconds after the question."""
    made = CASES[name]
    if made.proposal is None:
        return "nothing"
    after = apply(made.proposal, decide(made, POLICY), made, "t_9", POLICY)
    told = [str(after.state)]
    for field in CHANGING:
        before, value = getattr(made.proposal, field), getattr(after, field)
        if before != value:
            told.append(f"{field}={(value - ASKED) / SECOND if field in TIMES and value else value}")
    if after.evidence != made.proposal.evidence:
        told.append(f"evidence={after.evidence and after.evidence.row}")
    return " ".join(told)


@pytest.mark.parametrize("line", BECOMES.strip().splitlines(), ids=lambda line: line.partition(":")[0])
def test_what_becomes_of_the_proposal(line: str) -> None:
    assert line.partition(": ")[2] == becomes(line.partition(":")[0])


def test_every_case_is_said() -> None:
    for lines in (SAID, BECOMES):
        assert list(CASES) == [line.partition(":")[0] for line in lines.strip().splitlines()]


def commit(open_one: Proposal = SETTLING, **changes: Any) -> CommitCase:
    """A yes whose window is over, all conditions met but those in `changes`."""
    given = replace(case("yes").evidence, digest=open_one.digest, row="D02")
    ready = replace(open_one, evidence=given, settle_at=ASKED + 12 * SECOND)
    return replace(CommitCase(ready, ASKED + 12 * SECOND, 0, "v1"), **changes)


COMMITS: dict[str, tuple[CommitCase, str, str, str]] = {
    "all is well": (commit(), "D02", "commit", "proven and unchanged"),
    "pending": (commit(proposal()), "", "ignore", "no proven yes"),
    "no evidence": (replace(commit(), proposal=SETTLING), "", "ignore", "no proven yes"),
    "too early": (commit(now=ASKED + 12 * SECOND - 1), "", "wait", "the settle window is open"),
    "unread": (commit(unread=1), "D37", "wait", "a message received earlier is unread"),
    "deadline": (commit(now=SETTLING.expires_at), "D41", "expire", "the deadline has passed"),
    "just in time": (commit(now=SETTLING.expires_at - 1), "D02", "commit", "proven and unchanged"),
    "failed": (
        commit(proposal(ProposalState.SETTLING, prompt_state=PromptState.FAILED)),
        "D54", "ignore", "the question never reached the customer",
    ),
    "changed": (commit(live_version="v2"), "D42", "repropose", "the record changed since it was read back"),
    "gone": (commit(live_version=None), "D42", "repropose", "the record changed since it was read back"),
    "money by words": (commit(R3_SETTLING), "I14", "ignore", "money needs the button or the code"),
}  # fmt: skip


@pytest.mark.parametrize("name", COMMITS)
def test_the_commit_says_why(name: str) -> None:
    asked, row, effect, reason = COMMITS[name]
    decision = may_commit(asked)
    assert (decision.row, str(decision.effect), decision.reason) == (row, effect, reason)
    assert (decision.token is not None) is (effect == "commit")


def test_without_evidence_nothing_is_retried() -> None:
    assert may_retry(proposal(ProposalState.UNKNOWN), ASKED) is None


def test_the_key_is_of_the_proposal_its_version_and_its_step() -> None:
    assert idempotency_key(proposal()) == "wv-fda2fdaad300cd63c02c3ccbbcb2d369"
    assert idempotency_key(proposal(), "write") == idempotency_key(proposal())
    assert idempotency_key(proposal(version=2)) != idempotency_key(proposal())
    assert idempotency_key(proposal(), "undo") != idempotency_key(proposal())


@pytest.mark.parametrize(
    ("handed_off", "messages", "intent", "reason"),
    [
        (False, None, None, None),
        (False, True, "track_order", None),
        (False, False, None, "opted out"),
        (False, False, "opt_out", "opted out"),
        (False, False, "opt_in", None),
        (True, None, None, "a person has taken over"),
        (True, None, "human", "a person has taken over"),
        (True, None, "opt_in", None),
        (True, None, "opt_out", None),
        (True, None, "bare_stop", None),
        (True, False, "opt_out", "opted out"),
    ],
)
def test_silence_has_its_reason(
    handed_off: bool, messages: bool | None, intent: str | None, reason: str | None
) -> None:
    talk = Conversation(Address("default", "100", "c_1"), Alias("1", None), handed_off=handed_off)
    assert must_be_silent(talk, Consents(messages=messages), intent) == reason
