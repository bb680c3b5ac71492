"""The weekly review as values: what is written as JSON, field by field. docs/observe.md has it in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wavoice.runtime.model import Micros
from wavoice.runtime.seeing.report.cost import Cost


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds, or whatever is said beside it: the nearest rank, no interpolation."""

    count: int
    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Containment:
    """Tasks that were truly finished, without a person and without a return within a day."""

    judged: int
    """Tasks that are over for a day, those left out that the customer called off."""
    contained: int
    rate: float | None
    too_recent: int
    """Over for less than a day: nobody can say yet."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One job."""

    flow: str
    begun: int
    done: int
    called_off: int
    lost: int
    under_way: int
    completion: float | None
    """Done, of those that are over and were not called off."""
    containment: Containment
    handle_seconds: Spread
    """From the first message to the accepted answer, of those that were done."""
    vetoes: int
    """Yeses taken back while they settled."""
    taken: Mapping[str, int]
    """Money that customers paid, in minor units by currency."""
    paid_out: Mapping[str, int]
    """Money that went back to them."""
    paid: int
    """How many done tasks `taken` is of."""


@dataclass(frozen=True, slots=True)
class DropOff:
    """A step of a job at which tasks came to nothing."""

    flow: str
    step: str
    lost: int
    reached: int
    """Tasks that came to this step."""
    rate: float
    how: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class VoiceQuality:
    """What voice notes were like."""

    notes: int
    minutes: float
    not_heard: Mapping[str, int]
    """By code of what was wrong."""
    unclear: int
    """Read, and neither a job nor an answer was found."""
    read: int
    unclear_rate: float | None
    logprob_p50: float | None
    logprob_p5: float | None
    """One note in twenty was heard less surely than this."""
    languages: Mapping[str, int]
    replies: int
    """That were voice notes, or should have been."""
    in_text_instead: int


@dataclass(frozen=True, slots=True)
class Questions:
    """What came of confirmation prompts."""

    answers: Mapping[str, int]
    error_rate: float | None
    """Unclear answers, of all that were given: yes, no, changed, held and unclear."""
    vetoes: int
    veto_rate: float | None
    """Of every yes."""


@dataclass(frozen=True, slots=True)
class HandOffs:
    """When people took over."""

    total: int
    rate: float | None
    """Tasks that a person took over, of those that are over."""
    by_reason: Mapping[str, int]
    by_flow: Mapping[str, Mapping[str, int]]
    minutes: Spread
    """For how long people had the chat; not how long they worked."""


@dataclass(frozen=True, slots=True)
class Report:
    """The review of a span of time."""

    version: int
    since: Micros
    until: Micros
    records: int
    contacts: int
    conversations: int
    resolved: int
    """Conversations with something done, nothing lost, no person and no return."""
    messages: Mapping[str, int]
    turns: Mapping[str, int]
    containment: Containment
    completion: float | None
    order_completion: float | None
    """The same of the jobs in which somebody orders; null where nobody did."""
    handle_seconds: Spread
    flows: tuple[Flow, ...]
    drop_offs: tuple[DropOff, ...]
    """The worst first."""
    voice: VoiceQuality
    questions: Questions
    hand_offs: HandOffs
    customer_wait_ms: Mapping[str, Spread]
    """Webhook to answer, the settle window included; by modality, and `all`."""
    turn_ms: Mapping[str, Spread]
    """The same without the settle window."""
    stages_ms: Mapping[str, Spread]
    writes: Mapping[str, int]
    trouble: Mapping[str, int]
    failures: Mapping[str, int]
    """Other systems, as `orders timeout`."""
    cost: Cost
