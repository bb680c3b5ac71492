"""Readings, evidence and proposals: what the gate works on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wavoice.runtime.model.messages import Address
from wavoice.runtime.model.shop import Money
from wavoice.runtime.model.speech import Decode
from wavoice.runtime.model.terms import (
    OPEN_STATES,
    VETOES,
    Act,
    Binding,
    Form,
    Mark,
    Micros,
    Modality,
    PromptState,
    ProposalState,
    Tier,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message means: acts in spoken order, the marks behind them, a job and its slots."""

    text: str
    acts: tuple[Act, ...]
    marks: tuple[Mark, ...]
    """Polarity in spoken order, idioms and fillers removed."""
    intent: str | None = None
    """Name of an action, `human`, or nothing."""
    slots: Mapping[str, str] = field(default_factory=dict)
    """Canonical values (days as ISO dates); a repair keeps only its repair."""
    mentioned: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Every value heard for a slot, in spoken order: more than one is a doubt."""
    decided_by: str = "rules"
    """Who found the job: `rules`, which are certain or silent, `embeddings` or `llm`."""
    sure: float = 1.0
    """How sure they are of the job, or that there is none: 0 to 1."""
    likely: tuple[tuple[str, float], ...] = ()
    """What it may ask for, likeliest first, each with its probability, `out_of_scope` among them; empty
    where nobody had to guess."""
    rival: str | None = None
    """The job that others would have it be: who asks for what costs something is asked which."""
    llm: tuple[tuple[str, float], ...] = ()
    """What an LLM would have it be, and how sure it says it is; empty where none was asked."""
    plain: bool = True
    """Every word is accounted for; an answer with unexplained words is never a plain yes."""
    explicit: bool = False
    """A yes that can mean nothing else: "yes", "go ahead"; "perfect" may praise what was just said."""
    runs_on: bool = False
    """What people say after their yes and mean nothing by: "ok", "thanks"."""
    loose: bool = False
    """A strong yes, then words that nobody accounts for: a yes in what it means, and asked about."""
    yes_first: bool = False
    """A plain yes, then nothing but a question that only reads: "yes, and where is my parcel?" (D15)."""
    asks_only: bool = False
    """Nothing but the question where an order is."""
    bare: bool = False
    """Nothing but a yes and courtesy, with or without a code."""
    taken_back: bool = False
    """A short "wait" that a clear yes takes back: "no wait, yes" (D07)."""
    faint: bool = False
    """Nothing but one short word that ears also write for others: "yeah" for "yet"."""
    near_miss: bool = False
    """Holds a word that ears confuse with a no (no, now, no way, know)."""
    language: str = "en"
    """Language whose words decided."""
    reviewed: bool = True
    """The words of that language were checked on replies that nobody here wrote."""
    collides: bool = False
    """Its deciding word means the opposite in another enabled language (D21)."""
    conditional: bool = False
    """Agrees on a condition: "yes if it is free" (D11)."""
    partial: bool = False
    """Agrees to a part: "yes for the first" (D12)."""
    reported: bool = False
    """Somebody else's yes, or a supposed one: "my wife said yes" (D66)."""
    sarcastic: bool = False
    """Agrees in irony: "yeah right" (D24)."""
    softened: bool = False
    """An idiom with a negator that means consent was taken out: "no, no problem, go ahead" (D23)."""
    echo: bool = False
    """Nothing is left once the words of the question are taken out (D60)."""
    option: int | None = None
    """A bare number, as where options were listed (D67)."""
    code: str | None = None
    """The four digits of "YES 4071" (A2, R3)."""

    @property
    def has_question_mark(self) -> bool:
        """A question mark of any script stands in it."""
        return any(sign in self.text for sign in "?\u061f\uff1f\u203d\u2047\u2048\u2049\u2753\u2754")

    @property
    def vetoes(self) -> bool:
        """True if any mark of a veto is present."""
        return any(mark in VETOES for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What approved (or did not approve) a proposal; consumed once."""

    message: str
    """wamid of the answer."""
    modality: Modality
    binding: Binding
    prompt: str | None
    """wamid of the message that asked."""
    digest: str | None
    """Digest of the version that was asked about."""
    event_at: Micros
    received_at: Micros
    note_seconds: float = 0.0
    speech_seconds: float = 0.0
    decodes: tuple[Decode, ...] = ()
    forwarded: bool = False
    form: Form = Form.MESSAGE
    """A message, or what was done to one."""
    contact: str = ""
    """Who answered; empty where nothing but the contact of the proposal is possible."""
    identity: str | None = None
    """WhatsApp's identity key hash of the sender, where the webhook brought one (D48)."""
    background: bool = False
    """More than one source of speech, or a deciding word far below the loudest (D59)."""
    code_fits: bool | None = None
    """The four digits said are those of this digest; None if none were said."""
    row: str = ""
    """Row of the decision table that used it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An action waiting for its yes. A change of any bound field makes a new version."""

    id: str
    version: int
    address: Address
    action: str
    args: Mapping[str, str]
    """Canonical: NFC strings, ISO dates."""
    facts_version: str
    tier: Tier
    digest: str
    read_back: str
    """The words in which the customer was asked."""
    before: Mapping[str, str]
    """The same arguments as they stand in the live record: what stays if nothing is done."""
    turn: str
    """The turn that raised it."""
    created_at: Micros
    expires_at: Micros
    state: ProposalState = ProposalState.PENDING
    attempts: int = 0
    """Failed tries to get a clear answer."""
    prompts: tuple[str, ...] = ()
    """wamids of the messages that asked for this version."""
    prompt_state: PromptState = PromptState.QUEUED
    prompted_at: Micros | None = None
    """When WhatsApp accepted the question."""
    evidence: Evidence | None = None
    settle_at: Micros | None = None
    """When the settle window of an accepted yes ends."""
    held_at: Micros | None = None
    """When a veto froze it; only what was said after the question was put again can take it up."""
    vetoed_at: Micros | None = None
    """When a veto came while the write was under way: it is not repeated."""
    checking_at: Micros | None = None
    """When the customer was told that an unanswered write is being checked: from then on, notices."""
    approved_by: str | None = None
    """Turn whose yes is being carried out."""
    identity: str | None = None
    """Identity key hash of the customer when it was asked (D48)."""
    lapses_at: Micros | None = None
    """When its lifetime ends if nobody approves it; `expires_at` moves with a yes, and back with a veto."""
    reminded: bool = False
    """Another wish in between has recalled it once (D16)."""
    reference: str | None = None
    """What the system of record called the write."""
    code_tries: int = 0
    """Wrong codes so far; after three the code is void."""
    money: Money | None = None
    """What a yes would pay out, or take."""
    payee: str | None = None
    """Where it would go, e.g. `visa 4242`."""
    takes: bool = False
    """`money` is taken from the customer, and not paid out."""
    customer: str = ""
    """Id of the record whose facts it was made from; nobody else's are written to."""
    committed_at: Micros | None = None
    """When it was known to be done."""
    own_system: bool = False
    """It is carried out by the job's own function, and looked up there."""
    language: str = "en"
    """Of the question, where the author wrote it in the customer's."""
    not_codes: tuple[str, ...] = ()
    """Numbers that the customer may say for another reason: the code is none of them."""

    @property
    def is_open(self) -> bool:
        """True while it still waits for something."""
        return self.state in OPEN_STATES
