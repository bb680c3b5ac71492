"""Checks 6 to 8: what an approval must pass: binding, timing, audio."""

from __future__ import annotations

from wavoice.runtime.cases import (
    UNSURE,
    Case,
    Decision,
    Effect,
    affirms,
    is_vouched_for,
    other_job,
    plain_yes,
    tier_of,
)
from wavoice.runtime.model import (
    SECOND,
    Binding,
    Form,
    Micros,
    Modality,
    PromptState,
    ProposalState,
    Reading,
    Tier,
)
from wavoice.runtime.policy import HOUR, Policy
from wavoice.runtime.rows.before import no_speech, skewed

_BOUND = (Binding.BUTTON, Binding.QUOTE)
_ON_ITS_WAY = frozenset({PromptState.QUEUED, PromptState.ACCEPTED, PromptState.SENT})
WEEK: Micros = 7 * 24 * HOUR
"""How long WhatsApp redelivers a webhook."""


def stale_binding(case: Case, _: Policy) -> Decision | None:
    """A tap on, or a quote of, another message than the open question."""
    if case.evidence.binding is Binding.STALE:
        return Decision("D31", Effect.ANSWER, "answers an older question")
    return None


def prompt_unseen(case: Case, _: Policy) -> Decision | None:
    """Nobody agrees to what was never shown."""
    proposal = case.proposal
    if proposal and (proposal.prompted_at is None or proposal.prompt_state is PromptState.FAILED):
        return Decision("D54", Effect.ANSWER, "the question never reached the customer")
    return None


def too_late(case: Case, _: Policy) -> Decision | None:
    """The server's clock decides, and at the very moment it is too late."""
    proposal = case.proposal
    if proposal is None or not affirms(case):
        return None
    late = case.evidence.received_at - proposal.expires_at
    if late < 0:
        return None
    return Decision(
        "D41" if late < SECOND else "D39", Effect.REPROPOSE, "a yes after the proposal's lifetime"
    )


def skew(case: Case, _: Policy) -> Decision | None:
    """A time that cannot be true proves no order of events."""
    if affirms(case) and skewed(case):
        return Decision("D70", Effect.ASK, "dated in the future")
    return None


def crossed(case: Case, policy: Policy) -> Decision | None:
    """A note that may have begun before the question was accepted cannot answer it.

    WhatsApp's timestamps are whole seconds, of the sending: the note ended before the next one.
    """
    evidence, proposal = case.evidence, case.proposal
    if proposal is None or proposal.prompted_at is None or not affirms(case):
        return None
    if proposal.state is ProposalState.HELD and evidence.received_at <= proposal.prompted_at:
        burst = proposal.held_at is not None and evidence.received_at - proposal.held_at <= policy.join_window
        return Decision("D35" if burst else "D38", Effect.ASK, "came before the question was put again")
    if evidence.binding in _BOUND:
        return None
    began = _sent_at(case) // SECOND + 1 - evidence.note_seconds
    if began * SECOND < proposal.prompted_at:
        return Decision("D38", Effect.ASK, "began before the question was asked")
    return None


def _sent_at(case: Case) -> Micros:
    """The webhook's time; ours where that is damaged (D70)."""
    sent, received = case.evidence.event_at, case.evidence.received_at
    return sent if received - WEEK <= sent <= received else received


def forwarded(case: Case, _: Policy) -> Decision | None:
    """What somebody else said once is not said now."""
    if case.evidence.forwarded and affirms(case):
        return Decision("D50", Effect.ASK, "what was forwarded is not said now")
    return None


def undelivered(case: Case, _: Policy) -> Decision | None:
    """Who taps or quotes the question has seen it; anybody else may not have."""
    proposal = case.proposal
    if proposal is None or not affirms(case) or tier_of(case) is Tier.R1:
        return None
    if case.evidence.binding in _BOUND:
        return None
    if proposal.prompt_state in _ON_ITS_WAY:
        return Decision("D55", Effect.ASK, "the question is not known to have arrived")
    if case.voice_only and proposal.prompt_state is not PromptState.PLAYED:
        return Decision("D56", Effect.ASK, "the spoken question was not played yet")
    return None


def rivals(case: Case, _: Policy) -> Decision | None:
    """With two open offers only a tap or a quote says which."""
    if case.rivals and affirms(case) and case.evidence.binding not in _BOUND:
        return Decision("D69", Effect.ASK, "more than one question is open")
    return None


def audio(case: Case, policy: Policy) -> Decision | None:
    """Voice evidence: speech, one salient answer, both decodes a plain yes above the floor."""
    evidence = case.evidence
    if evidence.modality is not Modality.VOICE or (other_job(case) and not affirms(case)):
        return None
    if not evidence.decodes or no_speech(case, policy) or not case.reading.text.strip():
        return Decision("D18", Effect.ASK, "no speech in the note")
    if not affirms(case):
        return None
    if evidence.note_seconds > policy.long_note_seconds:
        return Decision("D68", Effect.ASK, "a yes inside a long note")
    if evidence.background:
        return Decision("D59", Effect.ASK, "more than one voice in the note")
    if not is_vouched_for(case):
        return Decision("D17", Effect.ASK, "heard by a recogniser that tells no figures")
    if evidence.decodes[0].avg_logprob < policy.min_avg_logprob:
        return Decision("D17", Effect.ASK, UNSURE)
    if case.reading.faint and evidence.speech_seconds > policy.max_syllable_seconds:
        return Decision("D17", Effect.ASK, "more was said than was heard")
    if case.reading.near_miss or (case.other is not None and case.other.near_miss):
        return Decision("D17", Effect.ASK, "sounds like a no")
    return _decodes_differ(case) if tier_of(case) is not Tier.R1 else None


def _decodes_differ(case: Case) -> Decision | None:
    """One decode is no second opinion, and two must agree."""
    languages = {decode.language for decode in case.evidence.decodes}
    if len(languages) > 1:
        return Decision("D58", Effect.ASK, "the two decodes are in different languages")
    other = case.other
    if other is None or other.intent != case.reading.intent or not _gives_a_yes(other, other_job(case)):
        return Decision("D17", Effect.ASK, "the two decodes do not agree")
    return None


def _gives_a_yes(reading: Reading, beside_a_wish: bool) -> bool:
    """True for what would approve by itself: "yes", and not "my wife said yes"."""
    yes = reading.yes_first if beside_a_wish else plain_yes(reading)
    supposed = reading.reported or reading.sarcastic or reading.echo
    limited = reading.conditional or reading.partial or reading.has_question_mark
    return yes and not supposed and not limited


def is_quoted_text(case: Case) -> bool:
    """True for a typed message that quotes the question."""
    evidence = case.evidence
    typed = evidence.modality is Modality.TEXT and evidence.form is Form.MESSAGE
    return typed and evidence.binding is Binding.QUOTE
