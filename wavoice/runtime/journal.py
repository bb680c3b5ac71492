"""One append-only journal of typed events: the only thing that tables, checks and audits read.

An event is a header (`Where`, time) and a body, one small dataclass per kind. Fields that hold
anything personal are marked `PII` and travel under a `pii` key of their own; nothing else in an
event may hold a personal value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

from wavoice.runtime.journal_course import (
    PII,
    ConsentChanged,
    ConsentShown,
    DecodeFigures,
    HandedOff,
    HeardNote,
    MediaKept,
    Noted,
    Redacted,
    Released,
    SpanEvent,
    StatusSeen,
    Ticketed,
    Trouble,
    TurnEnded,
    Waited,
)
from wavoice.runtime.journal_ops import Erased, Operated, Pruned
from wavoice.runtime.model import Micros, Modality

__all__ = [
    "ConsentChanged",
    "ConsentShown",
    "DecodeFigures",
    "Erased",
    "HandedOff",
    "HeardNote",
    "MediaKept",
    "Noted",
    "Operated",
    "Pruned",
    "Redacted",
    "Released",
    "SpanEvent",
    "StatusSeen",
    "Ticketed",
    "Trouble",
    "TurnEnded",
    "Waited",
]
"""What stands in journal_course.py and journal_ops.py and is used from here, like all that follows."""

VERSION = 2
"""1 had no `intended` and not everything that an audit asks for; its lines are still read."""


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
    """Where in the job: `commit`, or a `steps.Step.name` such as `ask:SLOT` or `confirm`."""


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
    form: str = "message"
    """A `Form`: something said, or something done to what was said."""
    target: str | None = None
    """wamid of the message that a reaction, an edit or an unsend is about."""
    quotes: str | None = None
    """wamid of the message that it answers."""
    taps: str | None = None
    """Digest in the id of the tapped button."""
    identity: str | None = None
    """WhatsApp's identity key hash of the sender, where the webhook brought one."""
    source: str | None = None
    """What led the customer into the chat, e.g. `ad 120226305854810726` (Click-to-WhatsApp)."""
    click: str | None = None
    """WhatsApp's click id of that advertisement (`ctwa_clid`)."""


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
class Read:
    """A message was interpreted."""

    kind: ClassVar[str] = "read"
    acts: tuple[str, ...]
    marks: tuple[str, ...]
    intent: str | None
    decided_by: str
    slots: Mapping[str, str] = field(default_factory=dict, metadata=PII)
    sure: float = 1.0
    """How sure who decided is of the intent, or that there is none."""
    likely: Mapping[str, float] = field(default_factory=dict)
    """What it may ask for, with a probability each; empty where nobody had to guess."""
    llm: Mapping[str, float] = field(default_factory=dict)
    """What an LLM would have it be (`none`: no job), and how sure it says it is; empty: none was asked."""


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
    payment: Mapping[str, int | str] | None = field(default=None, metadata=PII)
    """`minor`, `currency`, `refunded`, `brand` and `last4` of an order that is paid."""
    items: tuple[str, ...] = field(default=(), metadata=PII)


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
    money: Mapping[str, int | str] | None = field(default=None, metadata=PII)
    """`minor` and `currency`, as they are bound."""
    payee: str | None = field(default=None, metadata=PII)
    read_back: str = field(default="", metadata=PII)
    expires_at: Micros = 0
    """Until when a yes counts; of an accepted yes, until when it may be carried out."""
    takes: bool | None = None
    """`money` is taken from the customer, and not paid out; None in journals from before this was noted."""


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
    code: bool = False
    """It was the code of this version, typed."""


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
    key: str = ""
    """Of the write that the shop refused because its record had changed; empty: none had been tried."""


@dataclass(frozen=True, slots=True)
class Expired(ProposalEvent):
    """Its lifetime ended without a yes."""

    kind: ClassVar[str] = "expired"


@dataclass(frozen=True, slots=True)
class Intended(ProposalEvent):
    """The gate has permitted a write, which is made next: everything that it was permitted on."""

    kind: ClassVar[str] = "intended"
    key: str = ""
    evidence: str = ""
    """wamid of the yes."""
    tried_at: Micros = 0
    """The time by which the gate decided."""
    again: bool = False
    """An earlier try was not answered."""


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
class Shadowed(ProposalEvent):
    """A proven yes to a job in shadow: this would have been written, and a person is asked to do it."""

    kind: ClassVar[str] = "shadowed"
    key: str = ""
    """Of the write that was not made."""


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
    proposal: str | None = None
    """The proposal that it asks about."""
    digest: str | None = None
    accepted_at: Micros = 0
    """When WhatsApp accepted its first message, which is the one with the buttons."""
    text: str = field(default="", metadata=PII)
    spoken: str | None = field(default=None, metadata=PII)
    """Words of its voice note, where they are not the text."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """WhatsApp accepted a message that a wake sent."""

    kind: ClassVar[str] = "noticed"
    group: str
    form: str
    messages: tuple[str, ...]
    fallback: str | None = None
    proposal: str | None = None
    """The proposal that it asks about."""
    digest: str | None = None
    accepted_at: Micros = 0
    """When WhatsApp accepted its first message, which is the one with the buttons."""
    text: str = field(default="", metadata=PII)
    spoken: str | None = field(default=None, metadata=PII)
    """Words of its voice note, where they are not the text."""


BODIES: Mapping[str, type[Any]] = {
    body.kind: body
    for body in (
        Received, Typed, MediaKept, HeardNote, LookedUp, Read, Decided, Proposed, Reprompted, Confirmed,
        Held, Cancelled, Superseded, Expired, Intended, Committed, Shadowed, Unknown, Failed, Replied,
        Noticed, HandedOff, Released, ConsentShown, ConsentChanged,
        StatusSeen, Ticketed, Noted, Trouble, Redacted, SpanEvent, Waited, TurnEnded, Operated, Erased,
        Pruned,
    )
}  # fmt: skip


SCENARIO_EVENTS = frozenset(
    {
        "received", "heard", "read", "proposed", "reprompted", "confirmed", "held", "cancelled", "superseded",
        "expired", "committed", "shadowed", "unknown", "failed", "undone", "replied", "noticed", "handed_off",
        "released", "consent_shown", "consent_changed",
    }
)  # fmt: skip
"""What happens to a customer and a job. The others say how, and may change from one version to the next."""


def without_words(body: Body) -> Body:
    """The same event without what was heard in a voice note; its figures stay."""
    if not isinstance(body, HeardNote):
        return body
    decodes = tuple(replace(decode, text="", words=()) for decode in body.decodes)
    return replace(body, text="", decodes=decodes)


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
