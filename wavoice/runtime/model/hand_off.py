"""Hand-off: why a person takes over, and what that person is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from wavoice.runtime.model.messages import Address, Alias
from wavoice.runtime.model.terms import Micros


class MustStop(StrEnum):
    """What a person has to answer, the gravest first."""

    DANGER = "danger"
    """Somebody's life or health."""
    FRAUD_FLAG = "fraud_flag"
    LEGAL_THREAT = "legal_threat"
    PAYMENT_DISPUTE = "payment_dispute"
    DISTRESS = "distress"
    DUPLICATE_ORDER = "duplicate_order"
    POLICY_EXCEPTION = "policy_exception"
    ABUSE = "abuse"
    """Words against us."""


class HandOff(StrEnum):
    """Why a person takes over: what the journal says and reports count."""

    ASKED_FOR_A_PERSON = "asked_for_a_person"
    PAYMENT_DISPUTE = "payment_dispute"
    FRAUD_FLAG = "fraud_flag"
    POLICY_EXCEPTION = "policy_exception"
    DUPLICATE_ORDER = "duplicate_order"
    DISTRESS = "distress"
    """Danger included."""
    LEGAL_THREAT = "legal_threat"
    ABUSE = "abuse"
    NOT_UNDERSTOOD = "not_understood"
    """Two failures in a row."""
    TURN_FAILED = "turn_failed"
    """A message on which the bot failed again and again."""
    JOB_FAILED = "job_failed"
    """Code of a job that broke."""
    UNKNOWN_OUTCOME = "unknown_outcome"
    """A write of which nobody knows what became."""
    NO_WAY_BACK = "no_way_back"
    """The customer wants undone what nothing undoes."""
    OVER_THE_CAP = "over_the_cap"
    IDENTITY_NONE = "identity_none"
    IDENTITY_MANY = "identity_many"
    ANOTHER_IDENTITY = "another_identity"
    """Who answers is not who was asked."""
    IDENTITY_CHANGED = "identity_changed"
    """WhatsApp says so while money is asked about."""
    STAFF_WROTE = "staff_wrote"
    """A person took over by writing."""
    SHADOW = "shadow"
    """The job may not be done by the bot yet."""
    PAUSED = "paused"
    """An operator has paused the bot."""
    OTHER = "other"
    """A reason that this version does not know."""

    @classmethod
    def named(cls, reason: str) -> Self:
        """The reason of that name; `OTHER` for one of another version."""
        return cls(reason) if reason in {one.value for one in cls} else cls("other")

    @property
    def is_grave(self) -> bool:
        """Only a person ends it soon: the bot keeps still for longer, and answers nothing meanwhile."""
        return self in _GRAVE

    @property
    def lets_read(self) -> bool:
        """While nobody is there the bot may still answer what only reads."""
        return self in _LETS_READ


_GRAVE = frozenset({HandOff.DISTRESS, HandOff.LEGAL_THREAT, HandOff.FRAUD_FLAG, HandOff.ABUSE})
_LETS_READ = frozenset(
    {
        *(
            HandOff.ASKED_FOR_A_PERSON,
            HandOff.PAYMENT_DISPUTE,
            HandOff.POLICY_EXCEPTION,
            HandOff.DUPLICATE_ORDER,
        ),
        *(HandOff.NOT_UNDERSTOOD, HandOff.UNKNOWN_OUTCOME, HandOff.NO_WAY_BACK, HandOff.OVER_THE_CAP),
        HandOff.SHADOW,
    }
)
"""Where it is known who writes, and no harm is done by going on."""


@dataclass(frozen=True, slots=True)
class WithPerson:
    """Since when a person has the chat, and why."""

    reason: str
    since: Micros
    """Of the hand-off, or of the last thing that staff wrote since."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How surely a voice note was heard."""

    note_seconds: float
    speech_seconds: float
    avg_logprob: float | None
    """None: the recogniser told no figures."""
    no_speech: float | None
    language: str
    decodes: int


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what was said."""

    at: Micros
    by: str
    """`customer`, `bot` or `staff`."""
    text: str
    """Empty where a voice note may not be kept in words."""
    modality: str = "text"
    figures: Figures | None = None
    recording: str | None = None
    """Id of the kept recording of this note, which is that of its turn; None: none is kept."""


@dataclass(frozen=True, slots=True)
class Pending:
    """What was open when a person took over."""

    proposal: str
    version: int
    action: str
    args: Mapping[str, str]
    tier: str
    state: str
    read_back: str
    digest: str


@dataclass(frozen=True, slots=True)
class Packet:
    """What a person is given to go on from; nothing in it is made up."""

    key: str
    """Its idempotency key: one hand-off, one entry."""
    thread: str
    """Names the conversation: entries of one thread belong to one open ticket."""
    reason: str
    at: Micros
    address: Address
    alias: Alias
    turn: str
    """At which turn of the journal it was handed over."""
    summary: str
    pending: Pending | None
    transcript: tuple[Line, ...]
    tried: tuple[str, ...]
    """What the bot did before, in order."""
    title: str = ""
    """What a list of tickets shows; empty: that of its reason."""


class PacketState(StrEnum):
    """How far a packet has come."""

    KEPT = "kept"
    """No ticket system is configured: it stays here."""
    WAITING = "waiting"
    """On its way into the ticket system."""
    FILED = "filed"
    REFUSED = "refused"
    """The ticket system does not take it, and said why."""


@dataclass(frozen=True, slots=True)
class HandedPacket:
    """A packet as the store keeps it."""

    packet: Packet
    state: PacketState
    ticket: str | None = None
    """What the ticket system calls the ticket."""
