"""The nouns of a turn: frozen values that every room shares. Imports nothing of ours.

Times are UTC integer microseconds (`Micros`), taken from the injected clock.
Money is integer minor units with an ISO 4217 code. Ids are `ports.Ids` values with a prefix:
`c_` contact, `t_` turn, `p_` proposal, `e_` effect, `m_` message, `o_` outbox group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

Micros = int
SECOND: Micros = 1_000_000


class Stage(StrEnum):
    """Stages of a turn, in the order in which they happen."""

    RECEIVE = "receive"
    FETCH = "fetch"
    CLEAN = "clean"
    TRANSCRIBE = "transcribe"
    IDENTIFY = "identify"
    INTERPRET = "interpret"
    LOOK_UP = "look_up"
    DECIDE = "decide"
    SETTLE = "settle"
    COMMIT = "commit"
    SPEAK = "speak"
    SEND = "send"


class Modality(StrEnum):
    """How the customer put it."""

    VOICE = "voice"
    TEXT = "text"
    BUTTON = "button"
    OTHER = "other"


class Tier(StrEnum):
    """Risk tier of an action (confirmation.md A2)."""

    R0 = "R0"
    """Read only."""
    R1 = "R1"
    """Reversible and cheap: done at once, with undo."""
    R2 = "R2"
    """Costly, hard to undo or visible to third parties: explicit yes."""
    R3 = "R3"
    """Money out, credentials, irreversible: explicit yes plus a discrete act."""


class Act(StrEnum):
    """Dialogue acts, reported in the order in which they were spoken."""

    REQUEST = "request"
    AFFIRM = "affirm"
    DENY = "deny"
    RETRACT = "retract"
    AMEND = "amend"
    QUESTION = "question"
    STOP = "stop"
    UNCLEAR = "unclear"


class Mark(StrEnum):
    """Polarity grammar of confirmation.md A2; fillers are dropped before."""

    YES = "Y"
    WEAK = "W"
    NO = "N"
    HOLD = "H"
    CANCEL = "C"
    MODIFY = "M"
    QUESTION = "Q"
    STOP = "S"


VETOES = frozenset({Mark.NO, Mark.HOLD, Mark.CANCEL, Mark.MODIFY, Mark.STOP})
"""Marks that at least hold a pending or settling proposal, however they were heard."""


class ProposalState(StrEnum):
    """The only list of states: pending → settling → committing → committed | unknown | failed."""

    PENDING = "pending"
    SETTLING = "settling"
    COMMITTING = "committing"
    COMMITTED = "committed"
    UNKNOWN = "unknown"
    FAILED = "failed"
    HELD = "held"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    HANDED_OFF = "handed_off"


OPEN_STATES = frozenset(
    {
        ProposalState.PENDING,
        ProposalState.SETTLING,
        ProposalState.COMMITTING,
        ProposalState.UNKNOWN,
        ProposalState.HELD,
    }
)


class PromptState(StrEnum):
    """What is known of the message that asked."""

    QUEUED = "queued"
    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    FAILED = "failed"


class Binding(StrEnum):
    """What ties an answer to one proposal version."""

    BUTTON = "button"
    QUOTE = "quote"
    SOLE_OPEN = "sole_open"
    STALE = "stale"
    """A button or quote of an older version."""
    NONE = "none"


class Outcome(StrEnum):
    """How one external write ended. `unknown` is a truthful answer."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a conversation lives: tenant, business number, contact."""

    tenant: str
    number: str
    """`phone_number_id` of the business number."""
    contact: str
    """Our own id (`c_…`); never derived from a phone number."""


@dataclass(frozen=True, slots=True)
class Alias:
    """A name that WhatsApp gives a contact; the phone may be absent, the BSUID changes with it."""

    phone: str | None
    """Digits with country code, without `+`."""
    bsuid: str | None
    """Business-scoped user id, e.g. `US.13491208655302741918`; opaque, case kept."""


@dataclass(frozen=True, slots=True)
class MediaRef:
    """What a webhook says about an audio file: never its length or size."""

    id: str
    mime_type: str
    sha256: str
    """Hex or base64 of the bytes; both occur on the wire."""
    voice: bool
    """True for a note recorded in the app, false for a forwarded file."""
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message of a webhook, parsed and not yet stored."""

    number: str
    """`phone_number_id` of the business number that it was sent to."""
    id: str
    """The wamid."""
    alias: Alias
    sent_at: Micros
    modality: Modality
    type: str
    """WhatsApp's own type, e.g. `audio`, `text`, `sticker`."""
    body: Mapping[str, object]
    """The message as it came, card numbers removed."""
    text: str | None = None
    media: MediaRef | None = None
    button: str | None = None
    quotes: str | None = None
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What a webhook reports on one of our messages."""

    number: str
    message: str
    reference: str | None
    """Our `Outgoing.reference`, echoed."""
    status: PromptState
    at: Micros
    error_code: int | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """One stored inbound message: one turn."""

    id: str
    """The wamid."""
    turn: str
    address: Address
    alias: Alias
    seq: int
    """Order of arrival; equals commit order."""
    modality: Modality
    sent_at: Micros
    """The webhook's own timestamp (whole seconds)."""
    received_at: Micros
    """When the webhook reached us; decides what was received before what."""
    text: str | None = None
    media: MediaRef | None = None
    button: str | None = None
    """Id of the tapped button."""
    quotes: str | None = None
    """wamid of the message that this one answers."""
    forwarded: bool = False
    attempts: int = 0
    """How often this turn was begun before and did not finish."""
    stored_at: Micros = 0
    """When it was about to be made durable: end of the stage `receive`."""


@dataclass(frozen=True, slots=True)
class Audio:
    """Decoded customer audio: mono float32 PCM in [-1, 1] at 16 kHz, as raw little-endian bytes."""

    pcm: bytes
    seconds: float
    """Length of the note as decoded, before trimming; never the container's claim."""
    trimmed_start: float = 0.0
    """Seconds of leading silence that `pcm` no longer holds."""
    trimmed_end: float = 0.0
    codec: str = "opus"
    source_rate: int = 48_000
    channels: int = 1
    bytes_in: int = 0
    rate: int = 16_000


@dataclass(frozen=True, slots=True)
class Decode:
    """One pass of a recogniser over a note."""

    text: str
    avg_logprob: float
    """Mean log-probability per token; ≤ 0."""
    no_speech: float
    """Probability that the window holds no speech."""
    language: str
    prompt: str
    """`negative` (decode A), `none` (decode B), or `words` (B with names that were to be expected)."""
    beam: int
    words: tuple[tuple[str, float], ...] = ()
    """Token text with its probability; for read-backs, never a floor."""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the ears return. `decodes[-1]` is the transcript (decode B, no prompt)."""

    decodes: tuple[Decode, ...]
    speech_seconds: float
    """Speech found by voice activity detection."""
    note_seconds: float

    @property
    def transcript(self) -> Decode:
        """The decode whose text is used as what was said."""
        return self.decodes[-1]


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
    plain: bool = True
    """Every word is accounted for; an answer with unexplained words is never a plain yes."""
    near_miss: bool = False
    """Holds a word that ears confuse with a no (no, now, no way, know)."""

    @property
    def vetoes(self) -> bool:
        """True if any mark of a veto is present."""
        return any(mark in VETOES for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Customer:
    """A record of the shop's own system."""

    id: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Order:
    """Live truth about one order, with the version at which it was read."""

    id: str
    customer: str
    status: str
    """`open`, `packed`, `shipped`, `delivered` or `cancelled`."""
    day: date
    """Promised delivery day in the shop's zone."""
    delivery_address: str
    items: tuple[str, ...]
    version: str
    """Changes with every write to the order; compared again before a commit."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who writes: none, one or many records. Only one may act."""

    customers: tuple[Customer, ...]

    @property
    def customer(self) -> Customer | None:
        """The record, if there is exactly one."""
        return self.customers[0] if len(self.customers) == 1 else None


@dataclass(frozen=True, slots=True)
class Facts:
    """What was looked up for this customer, and when."""

    identity: Identity
    orders: tuple[Order, ...]
    read_at: Micros

    def order(self, order_id: str) -> Order | None:
        """The order with that id, if it is this customer's."""
        return next((order for order in self.orders if order.id == order_id), None)


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
    approved_by: str | None = None
    """Turn whose yes is being carried out."""

    @property
    def is_open(self) -> bool:
        """True while it still waits for something."""
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True)
class Effect:
    """One external write under its one idempotency key."""

    key: str
    proposal: str
    action: str
    args: Mapping[str, str]
    facts_version: str


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What a system of record answered to a write or to a look-up by key."""

    outcome: Outcome
    reference: str | None = None
    reason: str | None = None
    """Why it was refused or failed, in the system's words; never shown to the customer."""


@dataclass(frozen=True, slots=True)
class Button:
    """A reply button; the id carries the digest it answers."""

    id: str
    title: str
    """At most 20 characters."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply group in words; `deliver` turns it into messages."""

    text: str
    buttons: tuple[Button, ...] = ()
    by_voice: bool = False
    """Speak it as a voice note; text goes out instead if speech fails or is too slow."""
    proposal: str | None = None
    """The proposal that this asks about."""
    digest: str | None = None
    notice: bool = False
    """Sent by a wake, not as the answer to a message."""


@dataclass(frozen=True, slots=True)
class Speech:
    """Synthesised audio: mono float32 PCM bytes at `rate`."""

    pcm: bytes
    rate: int
    voice: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message for WhatsApp: exactly one of text, buttons with text, or a voice note."""

    to: Alias
    reference: str
    """Our outbox id, echoed in every status (`biz_opaque_callback_data`)."""
    text: str | None = None
    buttons: tuple[Button, ...] = ()
    media: str | None = None
    """Uploaded media id of a voice note."""
    answers: str | None = None
    """wamid that this quotes."""


class TimerKind(StrEnum):
    """Why a contact is woken."""

    SETTLE = "settle"
    """The settle window of an accepted yes has ended."""
    RESOLVE = "resolve"
    """An unknown write is looked up again."""
    OUTBOX = "outbox"
    """A reply whose delivery was interrupted is checked and, if needed, sent again."""


@dataclass(frozen=True, slots=True)
class Timer:
    """A due moment as a row; re-checked by generation in the transaction that acts on it."""

    id: str
    address: Address
    kind: TimerKind
    due_at: Micros
    subject: str
    """Id of the proposal or outbox group."""
    generation: int
    attempts: int = 0


class OutboxState(StrEnum):
    """Life of a reply group."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class OutboxGroup:
    """A stored reply group; survives a crash between decision and delivery."""

    id: str
    address: Address
    to: Alias
    turn: str
    reply: Reply
    created_at: Micros
    state: OutboxState = OutboxState.QUEUED
    messages: tuple[str, ...] = ()
    """wamids that WhatsApp gave its parts."""
    attempts: int = 0


class Consent(StrEnum):
    """Purposes that a customer agrees to or withdraws."""

    MESSAGES = "messages"
    VOICE_REPLIES = "voice_replies"


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One dated line of the consent ledger."""

    address: Address
    purpose: Consent
    given: bool
    at: Micros
    source: str
    """wamid, or the name of the import that brought it."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A job that still lacks something, and what was asked for."""

    intent: str
    slots: Mapping[str, str]
    missing: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """Task state and memory of one contact on one business number."""

    address: Address
    alias: Alias
    epoch: int = 0
    """Fence: only the drain that took this epoch may commit."""
    language: str = "en"
    asking: Asking | None = None
    memory: tuple[tuple[str, str], ...] = ()
    """The last turns as (what the customer said, what the bot said); at most `policy.memory`."""
    last_seen_at: Micros | None = None
    handed_off: bool = False
    """A person has taken over: the bot is silent."""
