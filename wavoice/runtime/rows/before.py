"""Checks 1 to 5: who sent it, was it used, stop, a person, a card, and what was done to a message.

They come before any word is weighed as an answer.
"""

from __future__ import annotations

from collections.abc import Mapping

from wavoice.runtime.cases import (
    Case,
    Decision,
    Effect,
    affirms,
    can_hold,
    is_doubtful,
    says_nothing,
    state_of,
    tier_of,
)
from wavoice.runtime.model import SECOND, Binding, Form, Mark, Modality, MustStop, ProposalState, Tier
from wavoice.runtime.policy import Policy


def other_sender(case: Case, _: Policy) -> Decision | None:
    """Only the contact who was asked can answer or stop it."""
    asked = case.proposal.address.contact if case.proposal else ""
    if case.evidence.contact and asked and case.evidence.contact != asked:
        return Decision("D46", Effect.IGNORE, "somebody else's answer")
    return None


def staff(case: Case, _: Policy) -> Decision | None:
    """What staff write from the shop's own phone answers nothing; they have taken over."""
    if case.evidence.form is Form.ECHO:
        return Decision("D49", Effect.TAKEN_OVER, "staff wrote from the shop's phone", held=True)
    return None


def duplicate(case: Case, _: Policy) -> Decision | None:
    """Whatever is delivered twice counts once."""
    used = case.proposal.evidence if case.proposal else None
    if used and used.message == case.evidence.message:
        return Decision("D32", Effect.IGNORE, "this message was used already")
    return None


def stop_or_person(case: Case, _: Policy) -> Decision | None:
    """STOP is heeded at any time, also while a person has taken over."""
    intent = case.reading.intent
    if intent == "opt_out":
        return Decision("D62a", Effect.OPT_OUT, "opted out")
    if intent in ("bare_stop", "bare_cancel") and can_hold(case.proposal):
        return Decision("D63", Effect.CANCEL, "a bare stop while a question is open")
    if intent == "bare_stop":
        return Decision("D62a", Effect.OPT_OUT, "opted out")
    if case.handed_off:
        return None
    if intent == "human":
        return Decision("D62b", Effect.HAND_OFF, "asked for a person")
    if intent is not None and intent in _STOPS:
        return Decision("D64", Effect.HAND_OFF, _STOPS[intent])
    return None


_STOPS: Mapping[str, str] = {
    MustStop.DANGER: "somebody is in danger",
    MustStop.FRAUD_FLAG: "speaks of fraud or theft",
    MustStop.LEGAL_THREAT: "threatens with the law",
    MustStop.PAYMENT_DISPUTE: "disputes a payment",
    MustStop.DISTRESS: "is in distress",
    MustStop.DUPLICATE_ORDER: "was ordered or charged twice",
    MustStop.POLICY_EXCEPTION: "asks for an exception",
    MustStop.ABUSE: "abuse",
}


def taken_over(case: Case, policy: Policy) -> Decision | None:
    """Two who answer one customer contradict each other: the bot does not, unless nobody is there to."""
    if case.handed_off and case.reads_on and not is_doubtful(case, policy) and not says_nothing(case, policy):
        return Decision("D65", Effect.PROCEED, "nobody is there for now, and this only reads")
    if case.handed_off and case.reading.intent != "opt_in":
        return Decision("D65", Effect.IGNORE, "a person has taken over", held=case.vetoes)
    return None


def another_identity(case: Case, _: Policy) -> Decision | None:
    """The number was resold, or WhatsApp was set up anew: who was asked may not be who answers."""
    proposal, now = case.proposal, case.evidence.identity
    if proposal is None or not can_hold(proposal) or None in (proposal.identity, now):
        return None
    if proposal.identity == now:
        return None
    effect = Effect.HAND_OFF if proposal.tier is Tier.R3 else Effect.CANCEL
    return Decision("D48", effect, "another identity than the one that was asked")


def secret(case: Case, _: Policy) -> Decision | None:
    """A number that was cut out is answered with where to pay; nothing beside it counts as a yes."""
    under_way = (ProposalState.COMMITTING, ProposalState.UNKNOWN, ProposalState.COMMITTED)
    late = case.vetoes and state_of(case) in under_way  # its own rows answer it: never silent about a write
    if case.card and not late:
        return Decision("D61", Effect.PAY_ELSEWHERE, "held a card number or a code", held=case.vetoes)
    return None


def done_to_a_message(case: Case, policy: Policy) -> Decision | None:
    """Reactions, edits and unsends (check 5)."""
    check = _FORMS.get(case.evidence.form)
    return check(case, policy) if check else None


_GLAD = frozenset(
    "\u2764\U0001f389\U0001f64c\U0001f60a\U0001f60d\U0001f970\U0001f642\U0001f600\U0001f604\U0001f4af"
)
"""Hearts, smiles and cheers: no answer, and no doubt either."""


def _reaction(case: Case, _: Policy) -> Decision | None:
    """A thumb on anything but the open question means nothing, unless it is turned down."""
    if not can_hold(case.proposal):
        late = case.vetoes and case.proposal is not None
        return None if late else Decision("D26", Effect.IGNORE, "a reaction, and nothing is asked")
    if case.vetoes:
        flat = case.evidence.binding is Binding.QUOTE and set(case.reading.marks) <= {Mark.NO, Mark.CANCEL}
        return Decision("D27", Effect.CANCEL if flat else Effect.HOLD, "a negative reaction")
    quoted = case.evidence.binding is Binding.QUOTE
    glad = case.reading.text.rstrip("\ufe0f") in _GLAD
    if quoted and not affirms(case) and not glad and state_of(case) is ProposalState.SETTLING:
        return Decision("D27", Effect.HOLD, "a doubtful reaction while a yes runs")
    if not quoted or not affirms(case):
        return Decision("D26", Effect.IGNORE, "a reaction that answers nothing")
    if state_of(case) is ProposalState.SETTLING:
        return Decision("D36", Effect.IGNORE, "approved already")
    if tier_of(case) is not Tier.R1:
        return Decision("D26", Effect.ASK, "a reaction is too weak a yes")
    return None


def _reaction_removed(case: Case, _: Policy) -> Decision | None:
    stands = state_of(case) in (ProposalState.PENDING, ProposalState.SETTLING)
    if stands and (case.retracts_yes or case.evidence.binding is Binding.QUOTE):
        return Decision("D27", Effect.HOLD, "a reaction to the question was taken back")
    return Decision("D27", Effect.IGNORE, "a reaction was taken back")


def _edit(case: Case, _: Policy) -> Decision | None:
    """An edit can take a yes back, and never makes one."""
    if case.retracts_yes and can_hold(case.proposal):
        flat = set(case.reading.marks) <= {Mark.NO, Mark.CANCEL} and not case.reading.mentioned
        if case.vetoes and flat:
            return Decision("D51", Effect.CANCEL, "the yes was edited into a no")
        if not case.vetoes:
            return Decision("D52", Effect.ASK, "the yes was edited", held=True)
    if affirms(case) and not case.vetoes and can_hold(case.proposal):
        return Decision("D52", Effect.ASK, "an edit is no fresh yes")
    return None


def _revoke(case: Case, _: Policy) -> Decision | None:
    if not case.retracts_yes:
        return Decision("D53", Effect.IGNORE, "unsent, and nothing hangs on it")
    if can_hold(case.proposal):
        return Decision("D53", Effect.CANCEL, "the yes was unsent")
    if state_of(case) in (ProposalState.COMMITTING, ProposalState.UNKNOWN):
        return Decision("D53", Effect.CHECKING, "the yes was unsent while the write was under way")
    if state_of(case) is ProposalState.COMMITTED:
        return Decision("D53", Effect.OFFER_BACK, "the yes was unsent after the commit")
    return Decision("D53", Effect.IGNORE, "unsent, and nothing was written")


_FORMS = {
    Form.REACTION: _reaction,
    Form.REACTION_REMOVED: _reaction_removed,
    Form.EDIT: _edit,
    Form.REVOKE: _revoke,
}


def unreadable(case: Case, _: Policy) -> Decision | None:
    """It may hold a veto, so an open question is held until it is said again."""
    if case.unreadable and can_hold(case.proposal):
        return Decision("D71", Effect.ASK, "the note could not be read", held=True)
    return None


def silence(case: Case, policy: Policy) -> Decision | None:
    """Recognisers invent words in noise, refusals among them: such a veto holds, it does not cancel."""
    evidence = case.evidence
    spoken = evidence.modality is Modality.VOICE and can_hold(case.proposal)
    if spoken and (evidence.speech_seconds < policy.min_speech_seconds or no_speech(case, policy)):
        return Decision("D18", Effect.ASK, "no speech in the note")
    if spoken and _invented(case, policy):
        return Decision("D19", Effect.ASK, "words that recognisers invent in noise")
    return None


def no_speech(case: Case, policy: Policy) -> bool:
    """True if the recogniser itself takes the note for silence."""
    decodes = case.evidence.decodes
    return bool(decodes) and decodes[-1].no_speech > policy.max_no_speech


def _invented(case: Case, policy: Policy) -> bool:
    said = " ".join("".join(c if c.isalnum() else " " for c in case.reading.text.casefold()).split())
    doubtful = any(decode.no_speech > policy.invented_no_speech for decode in case.evidence.decodes)
    return doubtful and said.startswith(policy.invented)


def nothing_open(case: Case, policy: Policy) -> Decision | None:
    """No open proposal: the latest closed one says what a yes or no could mean."""
    proposal = case.proposal
    forgotten = proposal is None or case.now - proposal.created_at >= policy.business_clock
    if proposal is not None and proposal.is_open and not (forgotten and can_hold(proposal)):
        return None
    if case.evidence.modality is Modality.OTHER and not case.vetoes:
        return Decision("D29", Effect.PROCEED, "not words")
    if case.reading.intent is not None and not case.reading.intent.startswith("bare_"):
        return Decision("", Effect.PROCEED, "a request of its own")
    if not case.reading.marks or (forgotten and (case.reading.slots or not case.reading.plain)):
        return Decision("", Effect.PROCEED, "not an answer to anything")
    if proposal is None or forgotten:
        return Decision("D40", Effect.NOTHING, "nothing is waiting")
    return _after_it_closed(case, policy)


def _after_it_closed(case: Case, policy: Policy) -> Decision:
    if state_of(case) is ProposalState.COMMITTED:
        if case.vetoes and _wants_it_back(case, policy):
            return Decision("D43", Effect.OFFER_BACK, "a veto after the commit")
        return Decision("D45", Effect.ALREADY, "done already")
    if state_of(case) is ProposalState.EXPIRED and affirms(case) and not case.vetoes:
        return Decision("D39", Effect.REPROPOSE, "a yes after the proposal's lifetime")
    return Decision("D40", Effect.NOTHING, "nothing is waiting")


def _wants_it_back(case: Case, policy: Policy) -> bool:
    """A retraction is meant for what was done whenever it comes; a mere no only soon after it."""
    if case.proposal is None:
        return False
    retracts = bool({Mark.HOLD, Mark.CANCEL, Mark.MODIFY} & set(case.reading.marks))
    done = case.proposal.settle_at or case.proposal.created_at
    return retracts or case.now - done < policy.inactivity


def in_flight(case: Case, _: Policy) -> Decision | None:
    """Past the pivot nothing is decided: the truth is that it is being checked."""
    under_way = state_of(case) in (ProposalState.COMMITTING, ProposalState.UNKNOWN)
    if under_way and (case.vetoes or not case.reads_only):
        late = case.vetoes and state_of(case) is ProposalState.COMMITTING
        return Decision("D34" if late else "D44", Effect.CHECKING, "the write is not answered yet")
    return None


def skewed(case: Case) -> bool:
    """True if the webhook's time lies more than a minute ahead of ours."""
    return case.evidence.event_at > case.evidence.received_at + 60 * SECOND
