"""Closed lists of the field's terms, and the unit of time."""

from __future__ import annotations

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


class Form(StrEnum):
    """What a webhook reports: something said, or something done to what was said."""

    MESSAGE = "message"
    REACTION = "reaction"
    """An emoji on one of our messages; the words are the emoji."""
    REACTION_REMOVED = "reaction_removed"
    EDIT = "edit"
    """An earlier message now says something else (coexistence only)."""
    REVOKE = "revoke"
    """An earlier message was unsent (coexistence only)."""
    ECHO = "echo"
    """Staff wrote from the shop's own phone."""
    OFFER = "offer"
    """The shop's own system raises a question."""
    IDENTITY = "identity"
    """The customer's number, id or key of account has changed (D48)."""


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


class TimerKind(StrEnum):
    """Why a contact is woken."""

    SETTLE = "settle"
    """The settle window of an accepted yes has ended."""
    RESOLVE = "resolve"
    """An unknown write is looked up again."""
    OUTBOX = "outbox"
    """A reply whose delivery was interrupted is checked and, if needed, sent again."""
    OFFER = "offer"
    """An offer of the shop's own system waits until nothing else is open."""
    TICKET = "ticket"
    """What a person needs to go on is to be filed in the ticket system."""
    NOTE = "note"
    """A write is to be noted on the customer's timeline."""
    RELEASE = "release"
    """A person has had the chat for long enough, or gives it back."""
    WITHDRAW = "withdraw"
    """An operator takes back what waits for a yes."""
    REPLAY = "replay"
    """An operator has a message tried once more that was given up."""
    ERASE = "erase"
    """The customer wishes to be erased, and has confirmed it."""


class OutboxState(StrEnum):
    """Life of a reply group."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class Consent(StrEnum):
    """Purposes that a customer agrees to or withdraws."""

    MESSAGES = "messages"
    """Being written to."""
    VOICE_REPLIES = "voice_replies"
    """Being answered by voice note."""
    VOICE_DATA = "voice_data"
    """Keeping what was heard in voice notes once it has been answered."""
    SENSITIVE = "sensitive"
    """Dealing with something sensitive; asked for anew each day."""


class ConsentStatus(StrEnum):
    """What one line of the consent ledger says."""

    SHOWN = "shown"
    """The customer was told, or asked; no answer yet."""
    GRANTED = "granted"
    DENIED = "denied"
    """No to a question; nothing had been granted."""
    WITHDRAWN = "withdrawn"
    """Taken back by the customer's own word."""
