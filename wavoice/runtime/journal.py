"""One append-only journal of typed events: the only thing that tables, checks and audits read.

An event is a header (`Where`, time) and a body, one small dataclass per kind. Fields that hold
anything personal are marked `PII` and travel under a `pii` key of their own; nothing else in an
event may hold a personal value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

from wavoice.runtime.model import Micros, Modality, Stage

VERSION = 1
PII = {"pii": True}


@dataclass(frozen=True, slots=True)
class Where:
    """To which conversation, turn and job an event belongs."""

    tenant: str
    number: str
    contact: str
    turn: str
    modality: Modality | None = None
    flow: str | None = None
    """Name of the action."""
    step: str | None = None
    """`ask`, `confirm`, `commit`, …: where in the job."""


class Body(Protocol):
    """A typed event body."""

    kind: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Received:
    """A webhook message was stored; it counts as received from here on."""

    kind: ClassVar[str] = "received"
    message: str
    sent_at: Micros
    media_sha256: str | None = None
    voice: bool = False
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """What a message says that is no voice note: typed words, or what was tapped."""

    kind: ClassVar[str] = "typed"
    message: str
    button: bool = False
    """The words are the title of a button."""
    quotes: str | None = None
    """wamid of the message that it answers."""
    forwarded: bool = False
    text: str = field(default="", metadata=PII)


@dataclass(frozen=True, slots=True)
class MediaKept:
    """Original metadata of a note, as decoded: never the container's claims."""

    kind: ClassVar[str] = "media_kept"
    media_id: str
    mime_type: str
    sha256: str
    """Hex digest of the bytes that were decoded."""
    size: int
    codec: str
    source_rate: int
    channels: int
    seconds: float
    trimmed_start: float
    trimmed_end: float


@dataclass(frozen=True, slots=True)
class DecodeFigures:
    """What a recogniser pass said of itself."""

    prompt: str
    beam: int
    avg_logprob: float
    no_speech: float
    language: str
    model: str
    min_word_p: float | None = None
    text: str = field(default="", metadata=PII)


@dataclass(frozen=True, slots=True)
class HeardNote:
    """A note was transcribed."""

    kind: ClassVar[str] = "heard"
    speech_seconds: float
    note_seconds: float
    decodes: tuple[DecodeFigures, ...]
    text: str = field(default="", metadata=PII)


@dataclass(frozen=True, slots=True)
class Read:
    """A message was interpreted."""

    kind: ClassVar[str] = "read"
    acts: tuple[str, ...]
    marks: tuple[str, ...]
    intent: str | None
    decided_by: str
    slots: Mapping[str, str] = field(default_factory=dict, metadata=PII)


@dataclass(frozen=True, slots=True)
class Decided:
    """The gate chose a row of the decision table."""

    kind: ClassVar[str] = "decided"
    row: str
    effect: str
    reason: str
    proposal: str | None = None
    state: str | None = None
    """State of the proposal after the decision."""


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """One order as the shop showed it."""

    order: str
    status: str
    day: str
    """ISO date."""
    version: str
    address: str = field(default="", metadata=PII)


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The facts on which a turn went: what the shop said then."""

    kind: ClassVar[str] = "looked_up"
    customers: int
    """Records that match the sender; only one may act."""
    orders: tuple[OrderSeen, ...]


@dataclass(frozen=True, slots=True)
class ProposalEvent:
    """Shared fields of everything that happens to a proposal."""

    kind: ClassVar[str]
    proposal: str
    version: int
    action: str
    tier: str
    digest: str
    facts_version: str
    row: str = ""
    args: Mapping[str, str] = field(default_factory=dict, metadata=PII)
    read_back: str = field(default="", metadata=PII)


@dataclass(frozen=True, slots=True)
class Proposed(ProposalEvent):
    """A proposal was raised; the question is on its way."""

    kind: ClassVar[str] = "proposed"


@dataclass(frozen=True, slots=True)
class Reprompted(ProposalEvent):
    """The question was put once more."""

    kind: ClassVar[str] = "reprompted"


@dataclass(frozen=True, slots=True)
class Confirmed(ProposalEvent):
    """A proven yes: the settle window begins."""

    kind: ClassVar[str] = "confirmed"
    message: str = ""
    binding: str = ""
    settle_at: Micros = 0


@dataclass(frozen=True, slots=True)
class Held(ProposalEvent):
    """Frozen by a veto; needs a fresh yes."""

    kind: ClassVar[str] = "held"


@dataclass(frozen=True, slots=True)
class Cancelled(ProposalEvent):
    """Closed by a no; nothing was written."""

    kind: ClassVar[str] = "cancelled"


@dataclass(frozen=True, slots=True)
class Superseded(ProposalEvent):
    """Replaced by a new version or another proposal."""

    kind: ClassVar[str] = "superseded"


@dataclass(frozen=True, slots=True)
class Expired(ProposalEvent):
    """Its lifetime ended without a yes."""

    kind: ClassVar[str] = "expired"


@dataclass(frozen=True, slots=True)
class Committed(ProposalEvent):
    """The system of record has written it."""

    kind: ClassVar[str] = "committed"
    key: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Unknown(ProposalEvent):
    """The write was not answered; it is looked up by its key."""

    kind: ClassVar[str] = "unknown"
    key: str = ""


@dataclass(frozen=True, slots=True)
class Failed(ProposalEvent):
    """The write was refused or failed; nothing was written."""

    kind: ClassVar[str] = "failed"
    key: str = ""
    reason: str = field(default="", metadata=PII)
    """The shop's own words."""


@dataclass(frozen=True, slots=True)
class Replied:
    """WhatsApp accepted a reply group."""

    kind: ClassVar[str] = "replied"
    group: str
    form: str
    """`voice`, `text`, `buttons` or `voice+buttons`."""
    messages: tuple[str, ...]
    fallback: str | None = None
    """Why text went out where voice was due."""
    text: str = field(default="", metadata=PII)


@dataclass(frozen=True, slots=True)
class Noticed:
    """WhatsApp accepted a message that a wake sent."""

    kind: ClassVar[str] = "noticed"
    group: str
    form: str
    messages: tuple[str, ...]
    fallback: str | None = None
    text: str = field(default="", metadata=PII)


@dataclass(frozen=True, slots=True)
class HandedOff:
    """A person takes over; the bot is silent."""

    kind: ClassVar[str] = "handed_off"
    reason: str


@dataclass(frozen=True, slots=True)
class ConsentChanged:
    """The customer's word on a purpose was added to the consent ledger."""

    kind: ClassVar[str] = "consent_changed"
    purpose: str
    given: bool
    status: str = ""
    """`granted`, `denied` or `withdrawn`."""
    source: str = ""
    """`answer` to our question, `message` of the customer's own accord, or the name of an import."""
    wording: str = ""
    """Name of the words that were shown (`consent.wording_id`); empty for the customer's own wish."""
    proof: str = ""
    """wamid of the customer's message."""
    shown_in: str = ""
    """wamid of our message that showed the words."""


@dataclass(frozen=True, slots=True)
class ConsentShown:
    """The customer was told, or asked: WhatsApp has accepted the words. Nothing is agreed to yet."""

    kind: ClassVar[str] = "consent_shown"
    purpose: str
    source: str
    """`first_contact` or `question`."""
    wording: str
    """Name of the words."""
    proof: str
    """wamid of our message."""


@dataclass(frozen=True, slots=True)
class Released:
    """A person had taken over, and the conversation is the bot's again."""

    kind: ClassVar[str] = "released"
    reason: str


@dataclass(frozen=True, slots=True)
class StatusSeen:
    """WhatsApp reported on one of our messages."""

    kind: ClassVar[str] = "status_seen"
    message: str
    status: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something went wrong and was survived."""

    kind: ClassVar[str] = "trouble"
    stage: str
    code: str
    detail: str = field(default="", metadata=PII)
    """In the words of whoever refused; they may name a customer."""


@dataclass(frozen=True, slots=True)
class SpanEvent:
    """One stage of a turn. `on_path` of all spans, gaps and settle add up to the wall time."""

    kind: ClassVar[str] = "span"
    stage: Stage
    start: Micros
    end: Micros
    on_path: Micros
    ok: bool = True


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """A turn is over: answered, overtaken by a later turn, or silent for a stated reason."""

    kind: ClassVar[str] = "turn_ended"
    how: str
    """`answered`, `overtaken`, `silent`, `undelivered`, or `stopped` in a rehearsal."""
    reason: str
    started_at: Micros
    ended_at: Micros


@dataclass(frozen=True, slots=True)
class Waited:
    """A gap in which nothing of this turn ran: its queue."""

    kind: ClassVar[str] = "waited"
    start: Micros
    end: Micros


BODIES: Mapping[str, type[Any]] = {
    body.kind: body
    for body in (
        Received, Typed, MediaKept, HeardNote, LookedUp, Read, Decided, Proposed, Reprompted, Confirmed,
        Held, Cancelled, Superseded, Expired, Committed, Unknown, Failed, Replied, Noticed, HandedOff,
        Released, ConsentShown, ConsentChanged,
        StatusSeen, Trouble, SpanEvent, Waited, TurnEnded,
    )
}  # fmt: skip


SCENARIO_EVENTS = frozenset(
    {
        "received", "heard", "read", "proposed", "reprompted", "confirmed", "held", "cancelled", "superseded",
        "expired", "committed", "unknown", "failed", "undone", "replied", "noticed", "handed_off", "released",
        "consent_shown", "consent_changed",
    }
)  # fmt: skip
"""What happens to a customer and a job. The others say how, and may change from one version to the next."""


def without_words(body: Body) -> Body:
    """The same event without what was heard in a voice note; its figures stay."""
    if not isinstance(body, HeardNote):
        return body
    return replace(body, text="", decodes=tuple(replace(decode, text="") for decode in body.decodes))


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the journal."""

    at: Micros
    where: Where
    body: Any
    """An instance of one of `BODIES`."""

    @property
    def kind(self) -> str:
        """Name of the event, e.g. `committed`."""
        return str(self.body.kind)


class Sink(Protocol):
    """Where events go. One sink per process; stores and screens listen to it."""

    def write(self, event: Event) -> None:
        """Take one event; never raises, never blocks."""
        ...
