"""One walk through the journal: everything that the figures are made of, nothing yet summed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.runtime.model import Micros
from wavoice.runtime.seeing import names
from wavoice.runtime.seeing.course import Course
from wavoice.runtime.seeing.events import NOT_HEARD, SAID, failed_system, is_unclear, waits, was_waited_for
from wavoice.runtime.seeing.facts import Answered, Began, Fact, HandedOver, Vetoed
from wavoice.runtime.seeing.tasks import DAY, Task

Place = tuple[str, str, str]
"""Tenant, number, contact."""


@dataclass(frozen=True, slots=True)
class Span:
    """From when (inclusive) to when (exclusive)."""

    since: Micros
    until: Micros

    def holds(self, at: Micros) -> bool:
        """The moment lies in it."""
        return self.since <= at < self.until


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that WhatsApp accepted."""

    at: Micros
    place: Place
    message: str
    template: bool
    voice: bool


@dataclass(slots=True)
class Waits:
    """How long answers took, by modality of the message."""

    customer: dict[str, list[Micros]] = field(default_factory=dict)
    turn: dict[str, list[Micros]] = field(default_factory=dict)
    stages: dict[str, list[Micros]] = field(default_factory=dict)


@dataclass(slots=True)
class Voice:
    """What voice notes were like."""

    heard: int = 0
    micros: Micros = 0
    """Length of what was listened to."""
    logprobs: list[float] = field(default_factory=list)
    languages: Counter[str] = field(default_factory=Counter)
    not_heard: Counter[str] = field(default_factory=Counter)
    read: int = 0
    unclear: int = 0
    due: int = 0
    """Replies that were voice notes, or should have been."""
    fallbacks: int = 0


@dataclass(slots=True)
class Gathered:
    """What the journal holds of a span of time. Tasks and sent messages are kept from before it, too."""

    span: Span
    records: int = 0
    tasks: list[tuple[Place, Task]] = field(default_factory=list)
    received: Counter[str] = field(default_factory=Counter)
    said: dict[Place, list[Micros]] = field(default_factory=dict)
    """When each customer said something, from before the span on."""
    entries: dict[Place, list[Micros]] = field(default_factory=dict)
    """When an advertisement led a customer here."""
    turns: Counter[str] = field(default_factory=Counter)
    waits: Waits = field(default_factory=Waits)
    voice: Voice = field(default_factory=Voice)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    vetoes: Counter[str] = field(default_factory=Counter)
    hand_offs: Counter[tuple[str, str]] = field(default_factory=Counter)
    with_person: list[Micros] = field(default_factory=list)
    trouble: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)
    writes: Counter[tuple[str, str]] = field(default_factory=Counter)
    sent: list[Sent] = field(default_factory=list)
    arrived: set[str] = field(default_factory=set)
    """wamids of ours that were delivered."""
    statuses: int = 0


def gather(events: Iterable[Event], span: Span) -> Gathered:
    """Walk through events in the order of the journal; what is later than the span is not looked at."""
    found, course, walk = Gathered(span), Course(), _Walk()
    for event in events:
        if event.at >= span.until:
            continue
        inside = event.at >= span.since
        found.records += inside
        place = (event.where.tenant, event.where.number, event.where.contact)
        _take(found, walk, event, place, inside=inside)
        for fact in course.take(event):
            _fact(found, place, fact, inside=inside)
    for _ in course.sweep(span.until):
        pass
    return found


@dataclass(slots=True)
class _Walk:
    stages: dict[str, dict[str, Micros]] = field(default_factory=dict)
    parted: dict[Place, Micros] = field(default_factory=dict)


def _fact(found: Gathered, place: Place, fact: Fact, *, inside: bool) -> None:
    match fact:
        case Began(task=task):
            found.tasks.append((place, task))
        case HandedOver(flow=flow, reason=reason) if inside:
            found.hand_offs[flow or names.NONE, reason] += 1
        case Answered(flow=flow, what=what) if inside:
            found.answers[flow, what] += 1
        case Vetoed(flow=flow) if inside:
            found.vetoes[flow] += 1


def _take(found: Gathered, walk: _Walk, event: Event, place: Place, *, inside: bool) -> None:
    body = event.body
    match body:
        case journal.Received():
            _received(found, event, place, body, inside=inside)
        case journal.Replied() | journal.Noticed():
            _sent(found, event, place, body, inside=inside)
        case journal.StatusSeen():
            found.statuses += inside
            if body.status in {"delivered", "read", "played"}:
                found.arrived.add(body.message)
        case journal.SpanEvent():
            stages = walk.stages.setdefault(event.where.turn, {})
            stages[body.stage] = stages.get(body.stage, 0) + body.end - body.start
        case journal.TurnEnded():
            stages = walk.stages.pop(event.where.turn, {})
            if inside:
                _turn_over(found, event, body, stages)
        case journal.HandedOff():
            walk.parted.setdefault(place, event.at)
        case journal.Released():
            since = walk.parted.pop(place, None)
            if since is not None and inside:
                found.with_person.append(event.at - since)
        case _ if inside:
            _inside(found, event)


def _inside(found: Gathered, event: Event) -> None:
    """What is only counted, and only within the span."""
    body, voice = event.body, found.voice
    match body:
        case journal.HeardNote():
            voice.heard += 1
            voice.micros += round(body.note_seconds * 1_000_000)
            if body.decodes:
                last = body.decodes[-1]
                voice.languages[last.language] += 1
                if last.measured:
                    voice.logprobs.append(last.avg_logprob)
        case journal.Read() if event.where.modality == "voice":
            voice.read += 1
            voice.unclear += is_unclear(body)
        case journal.Trouble():
            found.trouble[body.stage, body.code] += 1
            if body.stage in NOT_HEARD:
                voice.not_heard[body.code] += 1
            _failed(found, body)
        case journal.Committed() | journal.Failed() | journal.Unknown() | journal.Shadowed():
            found.writes[body.action, body.kind] += 1
            _failed(found, body)


def _failed(found: Gathered, body: journal.Trouble | journal.ProposalEvent) -> None:
    failed = failed_system(body)
    if failed is not None:
        found.failures[failed] += 1


def _received(found: Gathered, event: Event, place: Place, body: journal.Received, *, inside: bool) -> None:
    if body.form not in SAID:
        return
    if inside:
        found.received[str(event.where.modality or "other")] += 1
    found.said.setdefault(place, []).append(event.at)
    if body.source:
        found.entries.setdefault(place, []).append(event.at)


def _sent(
    found: Gathered, event: Event, place: Place, body: journal.Replied | journal.Noticed, *, inside: bool
) -> None:
    at, voice = body.accepted_at or event.at, "voice" in body.form
    for message in body.messages:
        last = message == body.messages[-1]
        found.sent.append(Sent(at, place, message, body.form == "template", voice and last))
    if inside and (voice or body.fallback is not None):
        found.voice.due += 1
        found.voice.fallbacks += not voice


def _turn_over(found: Gathered, event: Event, body: journal.TurnEnded, stages: dict[str, Micros]) -> None:
    found.turns[body.how] += 1
    for stage, took in stages.items():
        found.waits.stages.setdefault(stage, []).append(took)
    if was_waited_for(event):
        modality, (wait, work) = str(event.where.modality), waits(body, stages)
        found.waits.customer.setdefault(modality, []).append(wait)
        found.waits.turn.setdefault(modality, []).append(work)


def conversations(found: Gathered) -> list[tuple[Place, Micros, Micros]]:
    """Conversations that began in the span: place, begin, and when the next one of that customer begins.

    One ends when its customer has said nothing for a day.
    """
    talks: list[tuple[Place, Micros, Micros]] = []
    for place, moments in found.said.items():
        starts = [at for n, at in enumerate(moments) if n == 0 or at - moments[n - 1] >= DAY]
        for start, after in zip(starts, [*starts[1:], found.span.until], strict=True):
            if found.span.holds(start):
                talks.append((place, start, after))
    return talks
