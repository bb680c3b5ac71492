"""The consent ledger, read: what a customer was told and asked, and what was said to it. Pure.

A consent is the customer's own: it is proven by a message of the customer and, where we asked, by the
message that showed the words. Silence, a forward, noise and an answer that may be meant for something
else change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256

from wavoice.runtime.cases import Case, affirms, is_vouched_for, says_nothing
from wavoice.runtime.model import (
    SECOND,
    Consent,
    ConsentRecord,
    ConsentStatus,
    Mark,
    Micros,
    Modality,
    Proposal,
    ProposalState,
    Question,
    Tier,
)
from wavoice.runtime.policy import Policy

FIRST_CONTACT = "first_contact"
QUESTION = "question"
ANSWER = "answer"
MESSAGE = "message"
"""Sources of a line of the ledger."""

ASKED_IN_PASSING = (Consent.VOICE_REPLIES, Consent.VOICE_DATA)
"""What a customer who sends voice notes is asked once, in this order."""


@dataclass(frozen=True, slots=True)
class Consents:
    """The latest word of a customer on each purpose; None if never asked."""

    messages: bool | None = None
    voice_replies: bool | None = None
    voice_data: bool | None = None
    sensitive: bool | None = None
    """Granted within the business clock and since the last opt-out: else it is asked for again."""
    told: bool = False
    """The first-contact notice has reached WhatsApp."""
    asked: Mapping[Consent, ConsentRecord] = field(default_factory=dict)
    """The latest question about each purpose that WhatsApp has accepted."""


def standing(lines: Iterable[ConsentRecord], now: Micros, policy: Policy) -> Consents:
    """Fold the ledger of one contact; the latest word is the latest by its own date."""
    word: dict[Consent, ConsentRecord] = {}
    asked: dict[Consent, ConsentRecord] = {}
    told, left_at = False, None
    for line in lines:
        if line.purpose is Consent.MESSAGES and line.status is ConsentStatus.WITHDRAWN:
            left_at = line.at if left_at is None else max(line.at, left_at)
        if line.status is not ConsentStatus.SHOWN:
            if line.purpose not in word or line.at >= word[line.purpose].at:
                word[line.purpose] = line
        elif line.source == FIRST_CONTACT:
            told = True
        else:
            asked[line.purpose] = line
    given = {purpose: line.status is ConsentStatus.GRANTED for purpose, line in word.items()}
    sensitive = word.get(Consent.SENSITIVE)
    # Who left and came back has agreed to messages again, not to this.
    lapsed = sensitive is not None and (
        now - sensitive.at >= policy.business_clock or (left_at is not None and sensitive.at <= left_at)
    )
    return Consents(
        messages=given.get(Consent.MESSAGES),
        voice_replies=given.get(Consent.VOICE_REPLIES),
        voice_data=given.get(Consent.VOICE_DATA),
        sensitive=None if lapsed else given.get(Consent.SENSITIVE),
        told=told,
        asked=asked,
    )


def wording_id(line: ConsentRecord) -> str:
    """Name of the words shown, the same for the same words: what the journal says instead of them."""
    if not line.wording:
        return ""
    return f"{line.purpose}:{sha256(line.wording.encode()).hexdigest()[:12]}"


def entered(line: ConsentRecord, *, given: bool, asked: ConsentRecord | None) -> ConsentRecord:
    """The line of the customer's word: to `asked`, or of the customer's own accord if that is None."""
    if given:
        status = ConsentStatus.GRANTED
    elif asked is not None and line.purpose is not Consent.MESSAGES:
        status = ConsentStatus.DENIED
    else:
        status = ConsentStatus.WITHDRAWN
    if asked is None:
        return replace(line, status=status, source=MESSAGE)
    return replace(line, status=status, source=ANSWER, wording=asked.wording, shown_in=asked.proof)


def answer(
    question: Question, consents: Consents, case: Case, policy: Policy, quotes: str | None = None
) -> bool | None:
    """Yes or no to a question about consent; None if the message may be meant for anything else.

    Only the very next words answer it, within the lifetime of a harmless question, begun after it was
    accepted by WhatsApp. A yes must be one in every decode, with no doubt beside it.
    """
    asked = consents.asked.get(question.purpose)
    evidence = case.evidence
    if asked is None or asked.at < question.asked_at or (quotes is not None and quotes != asked.proof):
        return None
    late = case.now - question.asked_at >= policy.lifetime[Tier.R1]
    began = (evidence.event_at // SECOND + 1 - evidence.note_seconds) * SECOND
    if late or began < asked.at or evidence.forwarded:
        return None
    spoken = evidence.modality in (Modality.VOICE, Modality.TEXT)
    if not spoken or case.unreadable or says_nothing(case, policy) or case.reading.intent is not None:
        return None
    readings = [case.reading] if case.other is None else [case.reading, case.other]
    kinds = [set(reading.marks) for reading in readings]
    if any(reading.has_question_mark for reading in readings):
        return None
    if all(kind and kind <= {Mark.NO, Mark.CANCEL} for kind in kinds):
        return False
    agreed = all(kind and kind <= {Mark.YES, Mark.WEAK} for kind in kinds)
    if agreed and is_vouched_for(case) and affirms(case) and all(reading.plain for reading in readings):
        return True
    return None


def to_ask(consents: Consents, case: Case, policy: Policy) -> Consent | None:
    """What to ask in passing, once a request of a customer who speaks has been answered, or None.

    Never at first contact, never twice, and never where a "no" could be meant for a write just made.
    """
    if case.evidence.modality is not Modality.VOICE or not consents.told or _just_written(case, policy):
        return None
    for purpose in ASKED_IN_PASSING:
        if getattr(consents, purpose) is None and purpose not in consents.asked:
            return purpose
    return None


def _just_written(case: Case, policy: Policy) -> bool:
    proposal: Proposal | None = case.proposal
    if proposal is None:
        return False
    if proposal.is_open:
        return True
    written = proposal.state is ProposalState.COMMITTED
    return written and case.now - (proposal.settle_at or proposal.created_at) < policy.inactivity
