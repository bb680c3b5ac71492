"""The gate. Pure: a proposal, a reading, its evidence, the clock and the policy go in, a row comes out.

Rows (D01…) and the order of checks are those of the decision table in docs/gate.md. What a row does
to a proposal, and when one may commit, stands in proposals.py. An approval is proven, or it does not
exist: whatever no check recognises is asked again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from wavoice.runtime.cases import (
    Case,
    Decision,
    Effect,
    action_of,
    affirms,
    can_hold,
    ends_in_typed_yes,
    keeps_what_is,
    new_values,
    other_job,
    plain_yes,
    state_of,
    tier_of,
)
from wavoice.runtime.model import SECOND, Binding, Mark, Modality, PromptState, Proposal, ProposalState, Tier
from wavoice.runtime.policy import Policy

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


def _duplicate(case: Case, _: Policy) -> Decision | None:
    used = case.proposal.evidence if case.proposal else None
    if used and used.message == case.evidence.message:
        return Decision("D32", Effect.IGNORE, "this message was used already")
    return None


def _not_words(case: Case, _: Policy) -> Decision | None:
    """A reaction, a sticker, an image: no evidence of anything, and no failed answer."""
    if case.evidence.modality is Modality.OTHER:
        return Decision("D29", Effect.PROCEED, "not words")
    return None


def _stop_or_person(case: Case, _: Policy) -> Decision | None:
    intent = case.reading.intent
    if intent == "opt_out":
        return Decision("D62a", Effect.OPT_OUT, "opted out")
    if intent in ("bare_stop", "bare_cancel") and can_hold(case.proposal):
        return Decision("D63", Effect.CANCEL, "a bare stop while a question is open")
    if intent == "bare_stop":
        return Decision("D62a", Effect.OPT_OUT, "opted out")
    if intent == "human":
        return Decision("D62b", Effect.HAND_OFF, "asked for a person")
    return None


def _unreadable(case: Case, _: Policy) -> Decision | None:
    """It may hold a veto, so an open question is held until it is said again."""
    if case.unreadable and can_hold(case.proposal):
        return Decision("D71", Effect.ASK, "the note could not be read", held=True)
    return None


def _silence(case: Case, policy: Policy) -> Decision | None:
    """Recognisers invent words in noise, refusals among them: such a veto holds, it does not cancel."""
    evidence = case.evidence
    spoken = evidence.modality is Modality.VOICE and can_hold(case.proposal)
    unheard = evidence.speech_seconds < policy.min_speech_seconds or (
        bool(evidence.decodes) and evidence.decodes[-1].no_speech > policy.max_no_speech
    )
    if spoken and unheard:
        return Decision("D18", Effect.ASK, "no speech in the note")
    return None


def _nothing_open(case: Case, policy: Policy) -> Decision | None:
    """No open proposal: the latest closed one says what a yes or no could mean."""
    proposal = case.proposal
    forgotten = proposal is None or case.now - proposal.created_at >= policy.business_clock
    if proposal is not None and proposal.is_open and not (forgotten and can_hold(proposal)):
        return None
    if case.reading.intent is not None and not case.reading.intent.startswith("bare_"):
        return Decision("", Effect.PROCEED, "a request of its own")
    if not case.reading.marks or (forgotten and (case.reading.slots or not case.reading.plain)):
        return Decision("", Effect.PROCEED, "not an answer to anything")
    if proposal is None or forgotten:
        return Decision("D40", Effect.NOTHING, "nothing is waiting")
    if proposal.state is ProposalState.COMMITTED:
        if case.vetoes and _wants_it_back(case, proposal, policy):
            return Decision("D43", Effect.OFFER_BACK, "a veto after the commit")
        return Decision("D45", Effect.ALREADY, "done already")
    if proposal.state is ProposalState.EXPIRED and affirms(case):
        return Decision("D39", Effect.REPROPOSE, "a yes after the proposal's lifetime")
    return Decision("D40", Effect.NOTHING, "nothing is waiting")


def _wants_it_back(case: Case, proposal: Proposal, policy: Policy) -> bool:
    """A retraction is meant for what was done whenever it comes; a mere no only soon after it."""
    retracts = bool({Mark.HOLD, Mark.CANCEL, Mark.MODIFY} & set(case.reading.marks))
    return retracts or case.now - (proposal.settle_at or proposal.created_at) < policy.inactivity


def _in_flight(case: Case, _: Policy) -> Decision | None:
    under_way = state_of(case) in (ProposalState.COMMITTING, ProposalState.UNKNOWN)
    if under_way and (case.vetoes or not case.reads_only):
        return Decision("D44", Effect.CHECKING, "the write is not answered yet")
    return None


def _collides(case: Case, _: Policy) -> Decision | None:
    """A word that means the opposite in another enabled language never decides alone (I10)."""
    if case.reading.collides or (case.other is not None and case.other.collides):
        return Decision("D21", Effect.ASK, "a word that means the opposite in another language")
    return None


def _veto(case: Case, _: Policy) -> Decision | None:
    """Every message is searched for a veto, however it is bound, timed, forwarded or heard."""
    if not case.vetoes:
        return None
    if case.other is not None and case.other.vetoes and not case.reading.vetoes:
        return Decision("D17", Effect.ASK, "one of two decodes heard a veto")
    marks = case.reading.marks
    if ends_in_typed_yes(case):
        return Decision("D07", Effect.SETTLE, "retracted, then a strong yes, typed")
    if keeps_what_is(case):
        return Decision("D04", Effect.CANCEL, "a no that names what stays")
    if new_values(case):
        return Decision("D08" if Mark.YES in marks else "D09", Effect.REPROPOSE, "another value")
    if other_job(case):
        return Decision("D16", Effect.REMIND, "another wish")
    kinds = set(marks) & {Mark.YES, Mark.WEAK, Mark.NO, Mark.HOLD, Mark.CANCEL, Mark.MODIFY}
    if kinds <= {Mark.YES, Mark.WEAK, Mark.NO} and kinds & {Mark.YES, Mark.WEAK}:
        return Decision("D22", Effect.ASK, "yes and no")
    if kinds & {Mark.YES, Mark.WEAK}:
        first_yes = min(marks.index(mark) for mark in kinds & {Mark.YES, Mark.WEAK})
        veto_after = any(mark in (Mark.NO, Mark.HOLD, Mark.CANCEL, Mark.MODIFY) for mark in marks[first_yes:])
        if veto_after:
            return Decision("D06", Effect.HOLD, "a yes, then a veto")
        return Decision("D07", Effect.ASK, "a veto, then a yes")
    if kinds <= {Mark.NO, Mark.CANCEL}:
        return Decision("D04", Effect.CANCEL, "a clear no")
    if Mark.MODIFY in kinds and Mark.HOLD not in kinds:
        return Decision("D09", Effect.HOLD, "wants a change, not said which")
    return Decision("D05", Effect.HOLD, "wait, or not yet")


def _stale_binding(case: Case, _: Policy) -> Decision | None:
    if case.evidence.binding is Binding.STALE:
        return Decision("D31", Effect.ANSWER, "answers an older question")
    return None


def _prompt_unseen(case: Case, _: Policy) -> Decision | None:
    proposal = case.proposal
    if proposal and (proposal.prompted_at is None or proposal.prompt_state is PromptState.FAILED):
        return Decision("D54", Effect.ANSWER, "the question never reached the customer")
    return None


def _too_late(case: Case, _: Policy) -> Decision | None:
    proposal = case.proposal
    if proposal is None or case.evidence.received_at < proposal.expires_at or not affirms(case):
        return None
    return Decision("D39", Effect.REPROPOSE, "a yes after the proposal's lifetime")


def _crossed(case: Case, _: Policy) -> Decision | None:
    """A note that may have begun before the question was accepted cannot answer it.

    WhatsApp's timestamps are whole seconds, of the sending: the note ended before the next one.
    """
    evidence, proposal = case.evidence, case.proposal
    if proposal is None or proposal.prompted_at is None or not affirms(case):
        return None
    if proposal.state is ProposalState.HELD and evidence.received_at <= proposal.prompted_at:
        return Decision("D38", Effect.ASK, "came before the question was put again")
    if evidence.binding in (Binding.BUTTON, Binding.QUOTE):
        return None
    began = evidence.event_at // SECOND + 1 - evidence.note_seconds
    if began * SECOND < proposal.prompted_at:
        return Decision("D38", Effect.ASK, "began before the question was asked")
    return None


def _forwarded(case: Case, _: Policy) -> Decision | None:
    if case.evidence.forwarded and affirms(case):
        return Decision("D50", Effect.ASK, "what was forwarded is not said now")
    return None


def _undelivered(case: Case, _: Policy) -> Decision | None:
    """Who taps or quotes the question has seen it; anybody else may not have."""
    proposal = case.proposal
    if proposal is None or not affirms(case) or tier_of(case) is Tier.R1:
        return None
    seen = case.evidence.binding in (Binding.BUTTON, Binding.QUOTE)
    if not seen and proposal.prompt_state in _ON_ITS_WAY:
        return Decision("D55", Effect.ASK, "the question is not known to have arrived")
    return None


def _audio(case: Case, policy: Policy) -> Decision | None:
    """Voice evidence: speech, one salient answer, both decodes a plain yes above the floor."""
    evidence = case.evidence
    if evidence.modality is not Modality.VOICE or case.reading.intent not in (None, action_of(case)):
        return None
    heard_nothing = (
        not evidence.decodes
        or evidence.decodes[-1].no_speech > policy.max_no_speech
        or not case.reading.text.strip()
    )
    if heard_nothing:
        return Decision("D18", Effect.ASK, "no speech in the note")
    if not affirms(case):
        return None
    if evidence.note_seconds > policy.long_note_seconds:
        return Decision("D68", Effect.ASK, "a yes inside a long note")
    if evidence.decodes[0].avg_logprob < policy.min_avg_logprob:
        return Decision("D17", Effect.ASK, "heard with too little confidence")
    if case.reading.near_miss or (case.other is not None and case.other.near_miss):
        return Decision("D17", Effect.ASK, "sounds like a no")
    if tier_of(case) is not Tier.R1 and (case.other is None or not plain_yes(case.other)):
        return Decision("D17", Effect.ASK, "the two decodes do not agree")
    return None


def _question(case: Case, _: Policy) -> Decision | None:
    asks = Mark.QUESTION in case.reading.marks or "?" in case.reading.text
    if asks and not other_job(case):
        return Decision("D14" if affirms(case) else "D13", Effect.ANSWER, "a question about it")
    return None


def _change(case: Case, _: Policy) -> Decision | None:
    if not new_values(case) or other_job(case):
        return None
    if not new_values(replace(case, other=None)):
        return Decision("D17", Effect.ASK, "one of two decodes heard another value")
    row = "D08" if affirms(case) else "D09"
    return Decision(row, Effect.REPROPOSE, "another value, without an edit term")


def _repeated(case: Case, _: Policy) -> Decision | None:
    """The request once more is neither a yes nor unclear."""
    if case.reading.intent == action_of(case) and not affirms(case):
        return Decision("D17", Effect.ANSWER, "the same request again")
    return None


def _unrelated(case: Case, _: Policy) -> Decision | None:
    if not other_job(case):
        return None
    if affirms(case):
        return Decision("D15", Effect.ASK, "a yes and another wish in one message")
    settling = state_of(case) is ProposalState.SETTLING
    return Decision("D16", Effect.REMIND, "another wish", held=settling and not case.reads_only)


def _unreviewed(case: Case, _: Policy) -> Decision | None:
    """Words that nobody checked confirm what is costly only with a discrete act beside them."""
    discrete = case.evidence.binding in (Binding.BUTTON, Binding.QUOTE)
    if affirms(case) and not case.reading.reviewed and not discrete and tier_of(case) is not Tier.R1:
        return Decision("D20", Effect.ASK, "the words of that language were not reviewed")
    return None


def _yes(case: Case, _: Policy) -> Decision | None:
    if case.evidence.binding is Binding.BUTTON:
        return Decision("D01", Effect.SETTLE, "button of this version")
    if not affirms(case):
        return None
    if tier_of(case) is Tier.R3:
        return Decision("D02", Effect.ASK, "needs the button")
    if not plain_yes(case.reading):
        weak = case.reading.plain and Mark.YES not in case.reading.marks
        quoted = case.evidence.binding is Binding.QUOTE and case.evidence.modality is Modality.TEXT
        if weak and (quoted or tier_of(case) is Tier.R1):
            return Decision("D25", Effect.SETTLE, "a weak yes, quoting the question")
        return Decision("D25" if weak else "D17", Effect.ASK, "not a plain yes")
    if set(case.reading.mentioned) - set(case.proposal.args if case.proposal else ()):
        return Decision("D17", Effect.ASK, "says more than was asked")
    if case.unread:
        return Decision("D37", Effect.SETTLE, "commits only after the unread message is read")
    if case.reading.slots:
        return Decision("D10", Effect.SETTLE, "a yes that repeats the value")
    return Decision(
        "D03" if case.evidence.modality is Modality.VOICE else "D02", Effect.SETTLE, "a clear yes"
    )


def _button_no(case: Case, _: Policy) -> Decision | None:
    if case.evidence.binding is Binding.BUTTON and Mark.NO in case.reading.marks:
        return Decision("D04", Effect.CANCEL, "button of this version")
    return None


_CHECKS: tuple[Check, ...] = (
    _duplicate,
    _not_words,
    _stop_or_person,
    _unreadable,
    _silence,
    _nothing_open,
    _button_no,
    _in_flight,
    _collides,
    _veto,
    _stale_binding,
    _unrelated,
    _prompt_unseen,
    _too_late,
    _crossed,
    _forwarded,
    _undelivered,
    _audio,
    _question,
    _change,
    _repeated,
    _unreviewed,
    _yes,
)
_ON_ITS_WAY = frozenset({PromptState.QUEUED, PromptState.ACCEPTED, PromptState.SENT})
_CLOSES = frozenset({Effect.SETTLE, Effect.CANCEL, Effect.REPROPOSE, Effect.OPT_OUT, Effect.IGNORE})
