"""Events that say how it went: what a note was, where the time went, what was
survived or redacted, what customers agreed to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from wavoice.runtime.model import Micros, Stage

PII = {"pii": True}
"""Marks a personal value, see journal.py."""


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
    measured: bool = True
    """False: the two figures above are fillers, the recogniser told none."""
    text: str = field(default="", metadata=PII)
    words: tuple[tuple[str, float], ...] = field(default=(), metadata=PII)
    """Each word with how probable it is; empty where the recogniser told none, or its text was changed."""


@dataclass(frozen=True, slots=True)
class HeardNote:
    """A note was transcribed."""

    kind: ClassVar[str] = "heard"
    speech_seconds: float
    note_seconds: float
    decodes: tuple[DecodeFigures, ...]
    language_p: float | None = None
    """Where it was heard once more, in a language that was looked for: how probable that is."""
    text: str = field(default="", metadata=PII)


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


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something went wrong and was survived."""

    kind: ClassVar[str] = "trouble"
    stage: str
    code: str
    detail: str = field(default="", metadata=PII)
    """In the words of whoever refused; they may name a customer."""


@dataclass(frozen=True, slots=True)
class Ticketed:
    """What a person needs to go on is in the ticket system."""

    kind: ClassVar[str] = "ticketed"
    key: str
    """Idempotency key of the entry."""
    reason: str
    """A `model.HandOff`."""
    ticket: str = field(default="", metadata=PII)
    """What the ticket system calls the ticket, in its own words."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A write stands on the customer's timeline, for whoever opens the case next."""

    kind: ClassVar[str] = "noted"
    key: str
    """Idempotency key of the write."""
    action: str
    note: str = field(default="", metadata=PII)
    """What the CRM calls the note, in its own words."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """Personal values of earlier records were replaced or erased; their lines still stand."""

    kind: ClassVar[str] = "redacted"
    reason: str
    """`card`, `erasure`, …"""
    records: tuple[int, ...]
    """Numbers of the records."""
    hashes: tuple[str, ...]
    """Salted hashes of what stands there now."""


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
class StatusSeen:
    """WhatsApp reported on one of our messages."""

    kind: ClassVar[str] = "status_seen"
    message: str
    status: str
    proposal: str | None = None
    """The proposal that our message asks about."""
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class HandedOff:
    """A person takes over; the bot is silent."""

    kind: ClassVar[str] = "handed_off"
    reason: str
    """A `model.HandOff`; `HandOff.named` reads that of another version."""


@dataclass(frozen=True, slots=True)
class Released:
    """The bot has the conversation back from a person."""

    kind: ClassVar[str] = "released"
    reason: str
