"""What a conversation remembers and waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wavoice.runtime.model.messages import Address, Alias, Offered
from wavoice.runtime.model.terms import Consent, Micros, TimerKind


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
    offers: tuple[Offered, ...] = ()
    """What the shop has offered and is not asked yet (D69)."""
    identity: str | None = None
    """Identity key hash that the customer's messages brought last (D48)."""
