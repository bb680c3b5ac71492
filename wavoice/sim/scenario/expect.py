"""`expect` and `then`: the closed list of assertion kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from wavoice.runtime.model import Act, Consent, ConsentStatus, ProposalState
from wavoice.sim.scenario.strict import Phrases, Strict
from wavoice.sim.scenario.values import Duration

EventName = Literal[
    "received", "heard", "read", "proposed", "reprompted", "confirmed", "held", "cancelled", "superseded",
    "expired", "committed", "shadowed", "unknown", "failed", "undone", "replied", "noticed", "handed_off",
    "released", "consent_shown", "consent_changed", "erased",
]  # fmt: skip
StageName = Literal[
    "receive", "fetch", "clean", "transcribe", "identify", "interpret", "look_up", "decide", "commit",
    "speak", "send", "turn",
]  # fmt: skip
Form = Literal["voice", "text", "buttons", "voice+buttons"]


def _none_or(value: object) -> str:
    return "none" if value == "none" else "some"


class PartExpect(Strict):
    """One message of a reply group."""

    form: Literal["voice", "text", "buttons"]
    """What kind of message it is."""
    contains: Phrases = ()
    """Texts that it holds, whatever the case; of a voice note, its words."""
    excludes: Phrases = ()
    """Texts that it does not hold."""


class ReplyExpect(Strict):
    """One reply group."""

    contains: Phrases = ()
    """Texts that it holds, whatever the case."""
    excludes: Phrases = ()
    """Texts that it does not hold."""
    form: Form | None = None
    """How it went out."""
    buttons: tuple[str, ...] | None = None
    """Exactly these titles, in this order; `[]`: none."""
    max_words: Annotated[int, Field(ge=1)] | None = None
    """Most words."""
    max_seconds: Annotated[float, Field(gt=0)] | None = None
    """Longest voice note."""
    parts: tuple[PartExpect, ...] | None = None
    """Exactly these messages, in this order."""


Reply = Annotated[
    Annotated[Literal["none"], Tag("none")] | Annotated[ReplyExpect, Tag("some")], Discriminator(_none_or)
]


class ProposalExpect(Strict):
    """The proposal as it stands when the step ends."""

    state: ProposalState | None = None
    """Its state."""
    action: str | None = None
    """Its action."""
    args: dict[str, Any] = Field(default_factory=dict)
    """Some of its arguments; a weekday is the next such day after `now`."""


Proposal = Annotated[
    Annotated[Literal["none"], Tag("none")] | Annotated[ProposalExpect, Tag("some")], Discriminator(_none_or)
]
Write = dict[str, Any]
"""`action` and some of the arguments of one business write."""


class ConsentExpect(Strict):
    """One line of the consent ledger."""

    purpose: Consent
    """What it is about."""
    status: ConsentStatus
    """`shown`: we told or asked; `granted`, `denied` (no to a question), `withdrawn`: the customer's word."""
    source: str | None = None
    """`first_contact` or `question`; `answer` to a question, or `message` of the customer's own accord."""


class Expect(Strict):
    """What must hold when a step ends."""

    acts: tuple[Act, ...] | None = None
    """Exactly these dialogue acts, in spoken order."""
    proposal: Proposal | None = None
    """The proposal then, or `none` if there has been none."""
    reply: Reply | None = None
    """`none`, or what the one reply group of this step is like."""
    notice: Reply | None = None
    """The same for messages that a wake sent."""
    writes: tuple[Write, ...] | None = None
    """Exactly the business writes since the step began."""
    events: tuple[EventName, ...] | None = None
    """These journal events, in this order; others may stand between them."""
    absent: tuple[EventName, ...] | None = None
    """None of these journal events."""
    consents: tuple[ConsentExpect, ...] | None = None
    """Exactly the lines that the consent ledger gained in this step, in this order."""
    within: Mapping[StageName, Duration] | None = None
    """Longest time of a stage, or of the whole `turn`; the settle window does not count."""
    handoff: str | None = None
    """Reason of the hand-off to a person in this step; `none` if there is none."""
    judge: str | None = None
    """A question about the reply for a human or a model: advisory, never fails a run."""


class LogExpect(Strict):
    """One line of the audit: who approved, which words, how sure, what came of it."""

    action: str | None = None
    """The action."""
    outcome: str | None = None
    """`committed`, `cancelled`, `held`, `expired`, `failed`, `unknown`, `superseded` or `handed_off`."""
    by: str | None = None
    """Name of the customer whose words decided."""
    words: str | None = None
    """The deciding words, whatever the case; of a button, its title."""
    confidence: float | None = None
    """Mean log-probability of a spoken answer, within 0.01."""
    row: str | None = None
    """Row of the decision table."""
    reason: str | None = None
    """Why it was handed over or failed."""


class TicketExpect(Strict):
    """One ticket of the shop's ticket system."""

    reasons: tuple[str, ...]
    """Exactly the reasons of its entries, in this order."""
    from_: Annotated[str | None, Field(alias="from")] = None
    """Name of the customer; default: the `contact`."""
    contains: Phrases = ()
    """Texts that its entries hold, whatever the case: summary, transcript, what was tried."""
    excludes: Phrases = ()
    """Texts that they do not hold."""
    pending: ProposalState | Literal["none"] | None = None
    """State of the proposal in its last entry; `none` if there is none."""


class Then(Strict):
    """What must hold at the end, when nothing more is due."""

    writes: tuple[Write, ...]
    """Exactly the business writes of the whole scenario: `[]` means none."""
    world: dict[str, dict[str, dict[str, Any]]] | None = None
    """Some of the shop's end state: `{orders: {"1842": {day: Friday}}}`."""
    log: tuple[LogExpect, ...] | None = None
    """Exactly the audit's lines, in this order, each with some of its fields."""
    handoff: str | None = None
    """Reason of the hand-off to a person, whenever it came; `none` if there was none."""
    tickets: tuple[TicketExpect, ...] | None = None
    """Exactly the tickets of the shop's ticket system, in the order in which they were opened."""
    absent: tuple[EventName, ...] | None = None
    """None of these journal events in the whole scenario."""
