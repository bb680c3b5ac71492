"""What a conversation remembers and waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wavoice.runtime.model.hand_off import WithPerson
from wavoice.runtime.model.messages import Address, Alias, Offered, Referral
from wavoice.runtime.model.terms import Consent, ConsentStatus, Micros, TimerKind


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
    """One dated line of the consent ledger: what was said, when, by whom, and what proves it."""

    address: Address
    purpose: Consent
    status: ConsentStatus
    at: Micros
    source: str
    """What brought it: `first_contact` or `question` (we told or asked), `answer` (to a question),
    `message` (the customer's own wish), or the name of an import."""
    wording: str = ""
    """The words that the customer was shown; empty if it was the customer's own wish."""
    proof: str = ""
    """wamid of the customer's message; of our own where we told or asked."""
    shown_in: str = ""
    """wamid of our message with the wording, beside an answer to it."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A job that still lacks something, and what was asked for."""

    intent: str
    slots: Mapping[str, str]
    missing: str
    since: Micros = 0
    """When it was last spoken of; forgotten after the business clock."""


@dataclass(frozen=True, slots=True)
class Question:
    """A yes-or-no question that is about no proposal: it asks for a consent."""

    purpose: Consent
    asked_at: Micros


@dataclass(frozen=True, slots=True)
class Conversation:
    """Task state and memory of one contact on one business number."""

    address: Address
    alias: Alias
    epoch: int = 0
    """Fence: only the drain that took this epoch may commit."""
    language: str = "en"
    asking: Asking | None = None
    """The half-said job: it outlives the chat session and ends with the business clock."""
    aside: Asking | None = None
    """The half-said job before it, left for another one."""
    queued: Asking | None = None
    """A wish that came with a yes: dealt with once that is carried out (D15)."""
    question: Question | None = None
    """What was last asked about consent; only the very next words answer it."""
    memory: tuple[tuple[str, str], ...] = ()
    """The last turns as (what the customer said, what the bot said); at most `policy.memory`."""
    last_seen_at: Micros | None = None
    """When the customer last said something (`session.has_meaning`): the inactivity clock runs from here."""
    wrote_at: Micros | None = None
    """When WhatsApp last had a message of any kind from the customer: its own 24 hours run from here."""
    handed_off: bool = False
    """A person has taken over: the bot is silent."""
    with_person: WithPerson | None = None
    """Since when, and why; None also where an earlier version handed over."""
    failures: int = 0
    """Messages in a row that were not heard or not understood while nothing was open."""
    offers: tuple[Offered, ...] = ()
    """What the shop has offered and is not asked yet (D69)."""
    identity: str | None = None
    """Identity key hash that the customer's messages brought last (D48)."""
    referral: Referral | None = None
    """The advertisement that led the customer here last."""
    paused_at: Micros | None = None
    """Since when the bot is paused; read with the conversation, and never written with it."""
