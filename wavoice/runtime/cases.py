"""What the gate decides on and what a decision is; plain questions about a case."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from wavoice.runtime.model import (
    Binding,
    Evidence,
    Form,
    Mark,
    Micros,
    Modality,
    Proposal,
    ProposalState,
    Reading,
    Tier,
)
from wavoice.runtime.policy import Policy
from wavoice.runtime.token import CommitToken


class Effect(StrEnum):
    """What a row does to the open proposal, and so what is said."""

    PROCEED = "proceed"
    """Not an answer: treat the message as a request of its own."""
    SETTLE = "settle"
    """Proven yes: store the evidence, wait the settle window, re-check, commit."""
    ASK = "ask"
    """Ask once more with buttons, same version."""
    HOLD = "hold"
    """Freeze; needs a fresh yes."""
    CANCEL = "cancel"
    """Close, and say what was not done."""
    REPROPOSE = "repropose"
    """Supersede with what the customer says now, read back from live facts."""
    ANSWER = "answer"
    """Restate the question; it stays open."""
    REMIND = "remind"
    """Deal with the other wish, keep the question open, remind once."""
    NOTHING = "nothing"
    """Nothing is waiting for a yes or no."""
    ALREADY = "already"
    """It is done already."""
    OFFER_BACK = "offer_back"
    """Done already; offer the way back as a proposal of its own."""
    CHECKING = "checking"
    """The write was not answered yet: say so, decide nothing."""
    IGNORE = "ignore"
    """Say nothing, change nothing."""
    OPT_OUT = "opt_out"
    """Cancel, withdraw consent, one acknowledgement."""
    HAND_OFF = "hand_off"
    """Hold, and let a person take over."""
    TAKEN_OVER = "taken_over"
    """Staff write themselves: hold, and say nothing from now on."""
    PAY_ELSEWHERE = "pay_elsewhere"
    """Say where to pay instead; a question stays open."""
    COMMIT = "commit"
    """The settle window is over and every condition still holds."""
    WAIT = "wait"
    """Not yet: something received earlier is unread."""
    EXPIRE = "expire"
    """Too late to commit."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A row of the table, what it does, and why in a few words."""

    row: str
    effect: Effect
    reason: str
    held: bool = False
    """A veto was found: the proposal is held whatever else happens."""
    token: CommitToken | None = field(default=None, compare=False)
    """With COMMIT alone: what the adapters ask for."""


@dataclass(frozen=True, slots=True)
class Case:
    """One message as the gate sees it."""

    reading: Reading
    evidence: Evidence
    now: Micros
    proposal: Proposal | None = None
    """The open proposal, else the latest one raised within the business clock."""
    other: Reading | None = None
    """Reading of decode A, where two were made."""
    unread: int = 0
    """Messages of this contact that are stored and not yet read."""
    reads_only: bool = False
    """The message asks for a job that only reads (R0)."""
    unreadable: bool = False
    """The note could not be fetched, opened or listened to: what it says is not known."""
    over_budget: bool = False
    """It was not listened to because the voice minutes of the day are used up: no failed answer."""

    handed_off: bool = False
    """A person has taken over this conversation (D65)."""
    reads_on: bool = False
    """A person has taken over, nobody is there for now, and the message asks for what only reads."""
    rivals: int = 0
    """Other open offers beside this one (D69)."""
    voice_only: bool = False
    """The question went out as a voice note alone (D56)."""
    card: bool = False
    """A card number, a security code or a one-time password was cut out of it (D61)."""
    language: str = "en"
    """Language of the conversation."""
    retracts_yes: bool = False
    """The message that was edited or unsent is the yes that runs (D51, D53)."""

    @property
    def vetoes(self) -> bool:
        """A veto in any decode."""
        return self.reading.vetoes or (self.other is not None and self.other.vetoes)


def can_hold(proposal: Proposal | None) -> bool:
    """True while a veto can still freeze it."""
    states = (ProposalState.PENDING, ProposalState.SETTLING, ProposalState.HELD)
    return proposal is not None and proposal.state in states


def says_nothing(case: Case, policy: Policy) -> bool:
    """True for a note without speech, whatever words a recogniser invented for it (D18, D19)."""
    evidence = case.evidence
    if evidence.modality is not Modality.VOICE or case.unreadable:
        return False
    if evidence.speech_seconds < policy.min_speech_seconds or not case.reading.text.strip():
        return True
    return bool(evidence.decodes) and evidence.decodes[-1].no_speech > policy.max_no_speech


UNSURE = "heard with too little confidence"


def is_doubtful(case: Case, policy: Policy) -> bool:
    """True for a note whose words are a guess: nobody acts on them, and nobody reads them back.

    "Where is my order?" names no value and changes nothing, so it may be heard worse than a wish. Without
    figures it cannot be told: words are then read back, and approved by other means than a voice.
    """
    decodes = case.evidence.decodes
    harmless = case.reads_only and not case.reading.mentioned and not case.vetoes
    floor = policy.min_read_logprob if harmless else policy.min_request_logprob
    spoken = case.evidence.modality is Modality.VOICE and not case.unreadable
    return spoken and bool(decodes) and decodes[-1].measured and decodes[-1].avg_logprob < floor


def is_vouched_for(case: Case) -> bool:
    """True unless it was heard by a recogniser that tells no figures: then no yes is taken from it."""
    return all(decode.measured for decode in case.evidence.decodes)


def state_of(case: Case) -> ProposalState | None:
    """State of the proposal, if there is one."""
    return case.proposal.state if case.proposal else None


def tier_of(case: Case) -> Tier | None:
    """Risk tier of the proposal."""
    return case.proposal.tier if case.proposal else None


def action_of(case: Case) -> str | None:
    """Action of the proposal."""
    return case.proposal.action if case.proposal else None


def affirms(case: Case) -> bool:
    """True if it holds a strong or weak yes, whatever else it holds."""
    return Mark.YES in case.reading.marks or Mark.WEAK in case.reading.marks


def plain_yes(reading: Reading) -> bool:
    """A strong yes in which every word is accounted for."""
    return (
        Mark.YES in reading.marks
        and reading.plain
        and not reading.vetoes
        and Mark.QUESTION not in reading.marks
    )


def other_job(case: Case) -> bool:
    """True if it asks for another job than the one proposed."""
    return case.reading.intent is not None and case.reading.intent != action_of(case)


def new_values(case: Case) -> bool:
    """True if a bound slot is said with another value, or with more than one."""
    args = case.proposal.args if case.proposal else {}
    readings = [case.reading] if case.other is None else [case.reading, case.other]
    return any(
        value != args[slot]
        for reading in readings
        for slot, values in reading.mentioned.items()
        if slot in args
        for value in values
    )


def keeps_what_is(case: Case) -> bool:
    """True for "no, leave it on Thursday", said of a delivery that is due on Thursday."""
    before = case.proposal.before if case.proposal else {}
    said = case.reading.mentioned
    refuses = set(case.reading.marks) <= {Mark.NO, Mark.CANCEL}
    return refuses and bool(said) and all(set(values) == {before.get(slot)} for slot, values in said.items())


def ends_in_typed_yes(case: Case) -> bool:
    """D07's one exception: typed, pending, no slot, a retraction first and a strong yes last."""
    marks = case.reading.marks
    return (
        case.evidence.modality is Modality.TEXT
        and state_of(case) is ProposalState.PENDING
        and tier_of(case) is not Tier.R3
        and not case.reading.mentioned
        and case.reading.plain
        and not case.evidence.forwarded
        and case.evidence.form is Form.MESSAGE
        and case.evidence.binding is not Binding.STALE
        and case.reading.taken_back
        and marks[0] is Mark.HOLD
        and marks[-1] is Mark.YES
        and set(marks) <= {Mark.HOLD, Mark.YES}
    )
