"""What the journal says of one conversation: who said, asked and decided what, by record numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from wavoice.runtime import journal
from wavoice.runtime.journal import Event, ProposalEvent, Where
from wavoice.runtime.model import VETOES, Mark, Micros, PromptState

_STOPS = frozenset({"opt_out", "bare_stop", "bare_cancel"})
_ARRIVED = frozenset({PromptState.DELIVERED, PromptState.READ, PromptState.PLAYED})


@dataclass(frozen=True, slots=True)
class Line:
    """One event of the journal with its number."""

    seq: int
    event: Event
    version: int = journal.VERSION
    """Of the line: 1 lacks what a proof needs."""


@dataclass(slots=True)
class Said:
    """A message of the customer."""

    seq: int
    at: Micros
    """When it was received."""
    body: journal.Received
    seconds: float = 0.0
    marks: tuple[str, ...] = ()
    intent: str | None = None
    read_seq: int | None = None

    @property
    def vetoes(self) -> bool:
        """A veto was read in it, or it asks for silence."""
        return bool(VETOES & set(self.marks)) or self.intent in _STOPS

    @property
    def affirms(self) -> bool:
        """A strong or weak yes was read in it."""
        return Mark.YES in self.marks or Mark.WEAK in self.marks


@dataclass(frozen=True, slots=True)
class Asked:
    """WhatsApp has accepted a question about one version of a proposal."""

    seq: int
    at: Micros
    digest: str
    message: str | None
    """wamid of its first message."""
    messages: tuple[str, ...] = ()
    text: str | None = None
    """None: known only from a status."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a proposal."""

    seq: int
    where: Where
    body: ProposalEvent


@dataclass(slots=True)
class Dialogue:
    """All of one conversation that a proof may need."""

    said: dict[str, Said] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    statuses: list[tuple[int, journal.StatusSeen]] = field(default_factory=list)
    old_until: int = 0
    """Number of the last line from before the proofs."""

    def of(self, kind: type[ProposalEvent], before: int | None = None) -> Iterator[Step]:
        """Steps of one kind, in order; those before a record."""
        return (
            step
            for step in self.steps
            if isinstance(step.body, kind) and (before is None or step.seq < before)
        )

    def failed(self, asked: Asked, before: int) -> bool:
        """WhatsApp reported that the question failed, and nothing says that it arrived all the same."""
        seen = {
            status.status
            for seq, status in self.statuses
            if seq < before and status.message in (asked.message, *asked.messages[:1])
        }
        return PromptState.FAILED in seen and not seen & _ARRIVED


def gather(lines: Iterable[Line]) -> Dialogue:
    """Sort the events of one conversation.

    A status asks nothing again: it counts as a question only where the answer to its sending was lost.
    """
    found, turns = Dialogue(), dict[str, Said]()
    seconds, accepted = dict[str, float](), set[str]()
    for line in lines:
        seq, event = line.seq, line.event
        if line.version < journal.VERSION:
            found.old_until = seq
        match event.body:
            case journal.Received() as body:
                turns[event.where.turn] = found.said[body.message] = Said(seq, event.at, body)
            case journal.MediaKept() as body:
                seconds[event.where.turn] = body.seconds
            case journal.Read() as body:
                _read(turns.get(event.where.turn), seq, body, seconds.get(event.where.turn, 0.0))
            case journal.Replied() | journal.Noticed() as body if body.digest:
                first = body.messages[0] if body.messages else None
                asked = Asked(seq, body.accepted_at, body.digest, first, body.messages, body.text)
                found.asked.append(asked)
                accepted.update(body.messages)
            case journal.StatusSeen() as body:
                found.statuses.append((seq, body))
                if body.digest and body.status != PromptState.FAILED and body.message not in accepted:
                    found.asked.append(Asked(seq, event.at, body.digest, body.message))
            case ProposalEvent() as body:
                found.steps.append(Step(seq, event.where, body))
            case _:
                pass
    return found


def _read(said: Said | None, seq: int, body: journal.Read, seconds: float) -> None:
    """A turn that failed is read again: what any try found counts."""
    if said is None:
        return
    said.marks = tuple(body.marks) if said.read_seq is None else (*said.marks, *body.marks)
    said.intent = body.intent or said.intent
    said.read_seq, said.seconds = seq, seconds
