"""Rows that other tests reach only through conversations, asked directly: row, effect, reason and hold.

The reason is part of it: it stands in the journal, and a person who asks why reads it there. These lines
record what the gate does, so that a change of it is seen; what it ought to do stands, typed in from the
specification, in test_gate_table.py.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.runtime.gate_cases import ASKED, POLICY, case, proposal
from wavoice.runtime.confirm import Case, decide
from wavoice.runtime.model import (
    SECOND,
    Address,
    Alias,
    Binding,
    Conversation,
    Form,
    Modality,
    PromptState,
    Proposal,
    ProposalState,
    Tier,
)
from wavoice.runtime.proposals import CommitCase, idempotency_key, may_commit, may_retry
from wavoice.runtime.session import Consents, must_be_silent

TEXT, VOICE, OTHER, BUTTON = Modality.TEXT, Modality.VOICE, Modality.OTHER, Modality.BUTTON
SETTLING, COMMITTED = proposal(ProposalState.SETTLING), proposal(ProposalState.COMMITTED, settle_at=ASKED)
R1, R3 = proposal(tier=Tier.R1), proposal(tier=Tier.R3)
R3_SETTLING = proposal(ProposalState.SETTLING, tier=Tier.R3)


def read(made: Case, **changes: Any) -> Case:
    """The case with another reading."""
    return replace(made, reading=replace(made.reading, **changes))


def shown(made: Case, **changes: Any) -> Case:
    """The case with other evidence."""
    return replace(made, evidence=replace(made.evidence, **changes))


def done(form: Form, words: str = "", open_one: Proposal | None = None, **changes: Any) -> Case:
    """Something done to a message."""
    made = replace(case(words, OTHER if form is Form.REVOKE else TEXT, open_one), **changes)
    binding = Binding.QUOTE if form in (Form.REACTION, Form.REACTION_REMOVED) else made.evidence.binding
    return shown(made, form=form, binding=binding)


def languages(made: Case) -> Case:
    decodes = made.evidence.decodes
    return shown(made, decodes=(decodes[0], replace(decodes[1], language="hi")))


CASES: dict[str, Case] = {
    "echo": read(case("yes"), echo=True),
    "reported": read(case("yes"), reported=True),
    "irony": read(case("yes"), sarcastic=True),
    "softened voice": read(case("yes", VOICE), softened=True),
    "softened typed": read(case("yes"), softened=True),
    "softened R1 voice": read(case("yes", VOICE, R1), softened=True),
    "softened weak": read(case("ok"), softened=True),
    "softened settling": read(case("yes", open_one=SETTLING), softened=True),
    "softened R3": read(case("yes", open_one=R3), softened=True),
    "option": read(case("hmm"), option=2),
    "option and yes": read(case("yes"), option=2),
    "more than asked": read(case("yes"), mentioned={"address": ("7 Park Lane",)}),
    "more than asked, another wish": read(case("yes"), mentioned={"address": ("x",)}, intent="track_order"),
    "another wish": read(case("yes"), intent="track_order"),
    "second yes": case("yes", open_one=SETTLING),
    "second yes, another wish": read(case("yes", open_one=SETTLING), intent="track_order"),
    "money, another wish": read(case("yes", open_one=R3), intent="track_order"),
    "money, code": shown(case("yes", open_one=R3), code_fits=True),
    "money, code, unread": shown(case("yes", open_one=R3, unread=1), code_fits=True),
    "money, code again": shown(case("yes", open_one=R3_SETTLING), code_fits=True),
    "money, code spoken": shown(case("yes", VOICE, R3), code_fits=True),
    "money, wrong code": shown(case("yes", open_one=R3), code_fits=False),
    "money, weak": case("ok", open_one=R3),
    "money, value": read(case("yes", open_one=R3), mentioned={"day": ("2026-11-27",)}),
    "money, words": case("yes", open_one=R3),
    "money, spoken words": case("yes", VOICE, R3),
    "weak": case("ok"),
    "weak R1": case("ok", open_one=R1),
    "weak quoting": case("ok", binding=Binding.QUOTE),
    "emoji": read(case("ok"), text="👍"),
    "emoji quoting": read(case("ok", binding=Binding.QUOTE), text="👍"),
    "emoji R1": read(case("ok", open_one=R1), text="👍"),
    "weak, quoting, spoken": case("ok", VOICE, binding=Binding.QUOTE),
    "other language": read(case("yes"), language="hi"),
    "other language quoting": read(case("yes", binding=Binding.QUOTE), language="hi"),
    "other language R1": read(case("yes", open_one=R1), language="hi"),
    "not reviewed": read(case("yes"), reviewed=False),
    "not reviewed R1": read(case("yes", open_one=R1), reviewed=False),
    "unread": case("yes", unread=1),
    "repeats the value": read(case("yes"), slots={"day": "2026-11-27"}, mentioned={"day": ("2026-11-27",)}),
    "typed": case("yes"),
    "spoken": case("yes", VOICE),
    "decodes in two languages": languages(case("yes", VOICE)),
    "one decode": replace(case("yes", VOICE), other=None),
    "expired, yes": case("yes", open_one=proposal(ProposalState.EXPIRED)),
    "expired, no": case("no", open_one=proposal(ProposalState.EXPIRED)),
    "expired, yes and no": case("yes no", open_one=proposal(ProposalState.EXPIRED)),
    "cancelled, yes": case("yes", open_one=proposal(ProposalState.CANCELLED)),
    "cancelled, no": case("no", open_one=proposal(ProposalState.CANCELLED)),
    "committed, yes": case("yes", open_one=COMMITTED),
    "committed, no": case("no", open_one=COMMITTED),
    "committed, late no": case("no", open_one=COMMITTED, after=POLICY.inactivity / SECOND),
    "committed, no in time": case("no", open_one=COMMITTED, after=POLICY.inactivity / SECOND - 1),
    "committed, late wait": case("wait", open_one=COMMITTED, after=7200),
    "committed, no settle time": case(
        "no", open_one=proposal(ProposalState.COMMITTED), after=POLICY.inactivity / SECOND - 1
    ),
    "thumb": done(Form.REACTION, "ok"),
    "thumb R1": done(Form.REACTION, "ok", R1),
    "thumb settling": done(Form.REACTION, "ok", SETTLING),
    "thumb elsewhere": shown(done(Form.REACTION, "ok"), binding=Binding.STALE),
    "thumb, nothing open": done(Form.REACTION, "ok", COMMITTED),
    "heart": done(Form.REACTION, "hmm"),
    "thumb down": done(Form.REACTION, "no"),
    "thumb down elsewhere": shown(done(Form.REACTION, "no"), binding=Binding.STALE),
    "waiting hand": done(Form.REACTION, "wait"),
    "thumb down after": done(Form.REACTION, "no", COMMITTED),
    "thumb down, nothing": replace(done(Form.REACTION, "no"), proposal=None),
    "thumb gone": done(Form.REACTION_REMOVED),
    "thumb gone settling": done(Form.REACTION_REMOVED, open_one=SETTLING),
    "thumb gone elsewhere": shown(done(Form.REACTION_REMOVED), binding=Binding.STALE),
    "the yes gone": shown(
        done(Form.REACTION_REMOVED, open_one=SETTLING, retracts_yes=True), binding=Binding.STALE
    ),
    "thumb gone after": done(Form.REACTION_REMOVED, open_one=COMMITTED),
    "edited to no": done(Form.EDIT, "no", SETTLING, retracts_yes=True),
    "edited to another value": read(
        done(Form.EDIT, "no", SETTLING, retracts_yes=True), mentioned={"day": ("2026-11-28",)}
    ),
    "edited to wait": done(Form.EDIT, "wait", SETTLING, retracts_yes=True),
    "edited to yes": done(Form.EDIT, "yes", SETTLING, retracts_yes=True),
    "edited to nothing": done(Form.EDIT, "hmm", SETTLING, retracts_yes=True),
    "an edit is no yes": done(Form.EDIT, "yes"),
    "an edit is no yes after": done(Form.EDIT, "yes", COMMITTED),
    "an edit may veto": done(Form.EDIT, "no"),
    "unsent": done(Form.REVOKE),
    "the yes unsent": done(Form.REVOKE, open_one=SETTLING, retracts_yes=True),
    "the yes unsent in flight": done(
        Form.REVOKE, open_one=proposal(ProposalState.COMMITTING), retracts_yes=True
    ),
    "the yes unsent, unknown": done(Form.REVOKE, open_one=proposal(ProposalState.UNKNOWN), retracts_yes=True),
    "the yes unsent after": done(Form.REVOKE, open_one=COMMITTED, retracts_yes=True),
    "the yes unsent, cancelled": done(
        Form.REVOKE, open_one=proposal(ProposalState.CANCELLED), retracts_yes=True
    ),
}

SAID = """
echo: D60 ask: nothing but the words of the question
reported: D66 ask: somebody else's yes, or a supposed one
irony: D24 ask: agrees in irony
softened voice: D23 ask: an idiom that may refuse
softened typed: D23 settle: an idiom of consent, and a strong yes
softened R1 voice: D23 settle: an idiom of consent, and a strong yes
softened weak: D23 ask: an idiom that may refuse
softened settling: D23 ask held: an idiom that may refuse
softened R3: D23 ask: an idiom that may refuse
option: D67 ask: a number, where no options were listed
option and yes: D02 settle: a clear yes
more than asked: D17 ask: says more than was asked
more than asked, another wish: D15 ask: a yes and another wish, not clearly apart
another wish: D15 ask: a yes and another wish, not clearly apart
second yes: D36 settle: a second yes
second yes, another wish: D15 ask: a yes and another wish, not clearly apart
money, another wish: D15 ask: a yes and another wish in one message
money, code: D02 settle: a clear yes with the code of this question
money, code, unread: D37 settle: a clear yes with the code of this question
money, code again: D36 settle: a second yes
money, code spoken: D03 ask: money needs the button or the code
money, wrong code: D02 ask: not the code of this question
money, weak: D25 ask: a weak yes, and money needs the button or the code
money, value: D10 ask: repeats a value, and money needs the button or the code
money, words: D02 ask: money needs the button or the code
money, spoken words: D03 ask: money needs the button or the code
weak: D25 ask: too weak a yes
weak R1: D25 settle: a weak yes
weak quoting: D25 settle: a weak yes, quoting the question
emoji: D28 ask: too weak a yes
emoji quoting: D28 ask: too weak a yes
emoji R1: D28 settle: a weak yes
weak, quoting, spoken: D17 ask: the two decodes do not agree
other language: D20 ask: another language than the conversation's
other language quoting: D02 settle: a clear yes
other language R1: D02 settle: a clear yes
not reviewed: D20 ask: the words of that language were not reviewed
not reviewed R1: D02 settle: a clear yes
unread: D37 settle: commits only after the unread message is read
repeats the value: D10 settle: a yes that repeats the value
typed: D02 settle: a clear yes
spoken: D03 settle: a clear yes
decodes in two languages: D58 ask: the two decodes are in different languages
one decode: D17 ask: the two decodes do not agree
expired, yes: D39 repropose: a yes after the proposal's lifetime
expired, no: D40 nothing: nothing is waiting
expired, yes and no: D40 nothing: nothing is waiting
cancelled, yes: D40 nothing: nothing is waiting
cancelled, no: D40 nothing: nothing is waiting
committed, yes: D45 already: done already
committed, no: D43 offer_back: a veto after the commit
committed, late no: D45 already: done already
committed, no in time: D43 offer_back: a veto after the commit
committed, late wait: D43 offer_back: a veto after the commit
committed, no settle time: D43 offer_back: a veto after the commit
thumb: D26 ask: a reaction is too weak a yes
thumb R1: D26 settle: a reaction to the question
thumb settling: D36 ignore: approved already
thumb elsewhere: D26 ignore: a reaction that answers nothing
thumb, nothing open: D26 ignore: a reaction, and nothing is asked
heart: D26 ignore: a reaction that answers nothing
thumb down: D27 cancel: a negative reaction
thumb down elsewhere: D27 hold held: a negative reaction
waiting hand: D27 hold held: a negative reaction
thumb down after: D43 offer_back: a veto after the commit
thumb down, nothing: D26 ignore: a reaction, and nothing is asked
thumb gone: D27 hold: a reaction to the question was taken back
thumb gone settling: D27 hold: a reaction to the question was taken back
thumb gone elsewhere: D27 ignore: a reaction was taken back
the yes gone: D27 hold: a reaction to the question was taken back
thumb gone after: D27 ignore: a reaction was taken back
edited to no: D51 cancel: the yes was edited into a no
edited to another value: D09 repropose: another value
edited to wait: D05 hold held: wait, or not yet
edited to yes: D52 ask held: the yes was edited
edited to nothing: D52 ask held: the yes was edited
an edit is no yes: D52 ask: an edit is no fresh yes
an edit is no yes after: D45 already: done already
an edit may veto: D04 cancel: a clear no
unsent: D53 ignore: unsent, and nothing hangs on it
the yes unsent: D53 cancel: the yes was unsent
the yes unsent in flight: D53 checking: the yes was unsent while the write was under way
the yes unsent, unknown: D53 checking: the yes was unsent while the write was under way
the yes unsent after: D53 offer_back: the yes was unsent after the commit
the yes unsent, cancelled: D53 ignore: unsent, and nothing was written
"""


@pytest.mark.parametrize("line", SAID.strip().splitlines(), ids=lambda line: line.partition(":")[0])
def test_row_effect_and_reason(line: str) -> None:
    decision = decide(CASES[line.partition(":")[0]], POLICY)
    held = " held" if decision.held else ""
    assert line.partition(": ")[2] == f"{decision.row} {decision.effect}{held}: {decision.reason}"


def test_every_case_is_said() -> None:
    assert list(CASES) == [line.partition(":")[0] for line in SAID.strip().splitlines()]


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
