"""The gate. Pure: a proposal, a reading, its evidence, the clock and the policy go in, a row comes out.

Rows (D01…) and the order of checks are those of the decision table in docs/gate.md; the rows
themselves stand in `rows`. What a row does to a proposal, and when one may commit, stands in
proposals.py. An approval is proven, or it does not exist: whatever no check recognises is asked again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from wavoice.runtime.cases import Case, Decision, Effect, can_hold
from wavoice.runtime.policy import Policy
from wavoice.runtime.rows import answers, before, filters, vetoes

__all__ = ["Case", "Decision", "Effect", "can_hold", "decide"]

Check = Callable[[Case, Policy], Decision | None]


def decide(case: Case, policy: Policy) -> Decision:
    """Return the first row that fits, in the order of checks of the specification."""
    for check in _CHECKS:
        if decision := check(case, policy):
            if case.vetoes and can_hold(case.proposal) and decision.effect not in _CLOSES:
                return replace(decision, held=True)
            return decision
    return Decision("D17", Effect.ASK, "not understood as an answer")


_CHECKS: tuple[Check, ...] = (
    # 1 sender, 2 duplicate, 3 stop and a person, 4 secrets, 5 what was done to a message
    before.other_sender,
    before.staff,
    before.duplicate,
    before.stop_or_person,
    before.taken_over,
    before.another_identity,
    before.secret,
    before.done_to_a_message,
    before.unreadable,
    before.silence,
    before.nothing_open,
    before.in_flight,
    vetoes.button_no,
    # every message is searched for a veto
    vetoes.collides,
    answers.guessed,
    vetoes.veto,
    vetoes.not_words,
    # 6 binding, 7 timing, 8 audio: what an approval must pass
    filters.stale_binding,
    answers.another_wish,
    filters.prompt_unseen,
    filters.too_late,
    filters.skew,
    filters.crossed,
    filters.forwarded,
    filters.undelivered,
    filters.rivals,
    filters.audio,
    # 9 change, 10 question, 11 yes, 12 unrelated, 13 ambiguous
    answers.question,
    answers.change,
    answers.repeated,
    answers.no_performative,
    answers.tap,
    answers.money,
    answers.yes,
)
_CLOSES = frozenset({Effect.SETTLE, Effect.CANCEL, Effect.REPROPOSE, Effect.OPT_OUT, Effect.IGNORE})
"""Effects beside which a veto needs no holding: they close it, or the message does not count."""
