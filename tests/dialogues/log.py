"""What happened in a dialogue, as the checker may know it: plain values, copied when they happen.

The model's own objects go on living in the runtime; sharing one with the checker would let a bug hide
itself by changing what the checker reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Heard:
    """One reading of a message: its marks in spoken order as letters, and what else it holds."""

    marks: str = ""
    text: str = ""
    intent: str | None = None
    said: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Every value heard for a slot."""
    flags: frozenset[str] = frozenset()
    """`unplain`, `near_miss`, `conditional`, `partial`, `reported`, `sarcastic`, `softened`, `echo`,
    `collides`, `unreviewed`."""
    language: str = "en"
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Got:
    """A message was acknowledged."""

    at: int
    id: str
    sender: str
    channel: str
    """`voice`, `text`, `button` or `other`."""
    form: str
    sent_at: int
    readings: tuple[Heard, ...]
    """The last is the transcript; before it that of decode A, if there was one."""
    button: str | None = None
    quotes: str | None = None
    target: str | None = None
    forwarded: bool = False
    file: bool = False
    """Audio that was not recorded now."""
    seconds: float = 0.0
    speech: float = 0.0
    logprob: float = 0.0
    no_speech: float = 0.0
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class Unheard:
    """The ears failed on a note: whatever is in it, nobody knows."""

    at: int
    id: str


@dataclass(frozen=True, slots=True)
class Done:
    """A message has been decided."""

    at: int
    id: str
    turn: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """The same message came again; `changed` says what came of it."""

    at: int
    id: str
    changed: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A proposal was stored in another state or version."""

    at: int
    proposal: str
    version: int
    digest: str
    action: str
    args: Mapping[str, str]
    tier: str
    facts_version: str
    contact: str
    created_at: int
    was: str
    """Its state before; empty for a new one or a new version."""
    state: str
    evidence: str | None
    tenant: str = ""
    identity: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """WhatsApp accepted a message of ours."""

    at: int
    id: str
    to: str
    text: str
    digest: str | None
    """That of its buttons."""
    group: str


@dataclass(frozen=True, slots=True)
class Status:
    """What became of a message of ours."""

    at: int
    id: str
    status: str


@dataclass(frozen=True, slots=True)
class Tried:
    """The shop was asked to write."""

    at: int
    key: str
    proposal: str
    action: str
    args: Mapping[str, str]
    facts_version: str
    live: str | None
    """Version that the runtime read last."""
    applied: bool
    answered: bool
    token: tuple[str, str, str, int]
    """Key, digest, evidence and deadline of the commit token."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A turn ended."""

    at: int
    turn: str
    how: str
    reason: str


@dataclass(frozen=True, slots=True)
class Released:
    """The bot has a chat back that a person had."""

    at: int
    contact: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The runtime caught an exception that nobody expected."""

    at: int
    what: str


@dataclass(frozen=True, slots=True)
class Over:
    """The last timer has run."""

    groups: Mapping[str, tuple[str, bool]]
    """Turn of every reply group, and whether it was a notice."""


Entry = Over | Got | Unheard | Done | Repeated | Moved | Sent | Status | Tried | Ended | Released | Failed
