"""Prometheus metrics, counted from the journal as it is written: a sink, and the text that is scraped.

Labels are closed lists (names.py), so that neither their number grows nor a personal value gets into one.
Each process counts what it has journaled; what needs the memory of a conversation (how tasks end, what is
taken back) is counted by the process that drains it. docs/observe.md names every metric and the question that
it answers.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import structlog
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from wavoice import __version__
from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock
from wavoice.runtime.seeing import names
from wavoice.runtime.seeing.course import Course
from wavoice.runtime.seeing.events import NOT_HEARD, SAID, failed_system, is_unclear, waits, was_waited_for
from wavoice.runtime.seeing.facts import (
    Answered,
    Began,
    Ended,
    Fact,
    HandedOver,
    Reached,
    TakenBack,
    Vetoed,
)

log = structlog.get_logger("wavoice")

M = TypeVar("M", Counter, Histogram)

MOST_TALKS: Final = 20_000
"""Conversations whose tasks are remembered; about 1 kB each."""
MOST_TURNS: Final = 5_000
"""Turns under way whose stages are summed up."""
_WAITS = (0.1, 0.2, 0.4, 0.8, 1.2, 2, 3, 5, 8, 13, 20, 30, 60)
_STAGES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8)


@dataclass(slots=True)
class _Sums:
    """The stages of a turn so far."""

    stages: dict[str, Micros] = field(default_factory=dict)
    queue: Micros = 0


class Metrics:
    """A journal's sink that counts. `text` is Prometheus's exposition format of that moment."""

    def __init__(self, clock: Clock, jobs: names.Jobs | None = None) -> None:
        # When a series began is twice as many series, and nobody asks.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.jobs = jobs or names.Jobs()
        """Whose names a label may hold."""
        self._clock = clock
        self._course = Course(MOST_TALKS)
        self._turns: OrderedDict[str, _Sums] = OrderedDict()
        self._series: dict[tuple[int, tuple[str, ...]], Any] = {}
        self._make()

    def write(self, event: Event) -> None:
        """Count an event; what cannot be counted is logged by kind, and never stops a turn."""
        try:
            if isinstance(event.body, journal.SpanEvent | journal.Waited):  # two in three, and no task's
                self._sum(event.where.turn, event.body)
                return
            self._count(event)
            for fact in self._course.take(event):
                self._tell(fact)
        except Exception as error:  # noqa: BLE001 -- a sink never raises: the turn is done and durable
            self.errors.inc()
            log.error("not_counted", kind=event.kind, error=type(error).__name__)

    def stand(self, pauses: int, news: Mapping[str, Micros], *, refused: bool) -> None:
        """How the bot stands now; `news`: when WhatsApp last told of a field of its webhooks."""
        self.paused.set(pauses)
        self.refused.set(refused)
        for field_, at in news.items():
            self.news.labels(names.known(field_, names.NEWS)).set(at / SECOND)

    def text(self) -> str:
        """What is scraped; tasks that came to nothing meanwhile are counted first."""
        for fact in self._course.sweep(self._clock.now()):
            self._tell(fact)
        return generate_latest(self.registry).decode()

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(f"wavoice_{name}", told, labels, registry=self.registry)

    def _histogram(self, name: str, told: str, label: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"wavoice_{name}", told, (label,), buckets=buckets, registry=self.registry)

    def _make(self) -> None:
        count, spread = self._counter, self._histogram
        self.received = count("messages_received", "Messages that customers sent.", "modality")
        self.steps = count("steps", "Tasks that came to a step.", "intent", "step", "modality")
        self.ended = count("tasks_ended", "Tasks by how they ended.", "intent", "how")
        self.taken_back = count("tasks_taken_back", "Done, and not contained after all.", "intent", "why")
        self.handed = count("hand_offs", "Hand-offs to a person.", "intent", "reason")
        self.answers = count("answers", "What came of confirmation prompts.", "intent", "tier", "answer")
        self.vetoes = count("settle_vetoes", "Yeses taken back while they settled.", "intent")
        self.writes = count("writes", "Writes by what came of them.", "intent", "outcome")
        self.turns = count("turns", "Turns by how they ended.", "how", "modality")
        self.readings = count("readings", "Messages read, and whether understood.", "modality", "result")
        self.trouble = count("trouble", "What went wrong and was survived.", "stage", "code")
        self.failures = count("integration_failures", "Other systems that failed.", "system", "kind")
        self.sent = count("messages_sent", "Messages that WhatsApp accepted.", "form")
        self.statuses = count("message_statuses", "What WhatsApp reported of our messages.", "status")
        self.notes = count("voice_notes", "Voice notes, and whether they were heard.", "result")
        self.heard = count("speech_heard_seconds", "Seconds of voice notes that were listened to.")
        self.written = count("voice_fallbacks", "Replies in text where a voice note was due.")
        self.templates = count("template_failures", "Templates that WhatsApp did not take.", "code")
        self.errors = count("events_not_counted", "Events that could not be counted: a bug.")
        self.wait = spread(
            "customer_wait_seconds", "Webhook to answer, settling included.", "modality", _WAITS
        )
        self.turn = spread("turn_seconds", "Webhook to answer without settling.", "modality", _WAITS)
        self.stage = spread("stage_seconds", "A stage of a turn, all its spans together.", "stage", _STAGES)
        self.paused = Gauge("wavoice_paused", "Pauses that operators have set.", registry=self.registry)
        self.refused = Gauge(
            "wavoice_token_refused", "1: Graph refuses the access token.", registry=self.registry
        )
        self.news = Gauge(
            "wavoice_account_news_timestamp_seconds",
            "When WhatsApp last told of account, numbers or templates.",
            ("field",),
            registry=self.registry,
        )
        info = Gauge("wavoice_build_info", "1, with the version.", ("version",), registry=self.registry)
        info.labels(__version__).set(1)

    def _count(self, event: Event) -> None:
        """What an event says by itself."""
        body, modality = event.body, names.known(event.where.modality, names.MODALITIES)
        match body:
            case journal.TurnEnded():
                self._turn_over(event, body, modality)
            case journal.Received() if body.form in SAID:
                self._at(self.received, modality).inc()
            case journal.Read():
                self._at(self.readings, modality, "unclear" if is_unclear(body) else "understood").inc()
            case journal.HeardNote():
                self._at(self.notes, "heard").inc()
                self.heard.inc(body.note_seconds)
            case journal.Replied() | journal.Noticed():
                self._sent(body)
            case journal.StatusSeen():
                self._at(self.statuses, names.known(body.status, names.STATUSES)).inc()
            case journal.Trouble():
                self._troubled(body)
            case journal.Committed() | journal.Failed() | journal.Unknown() | journal.Shadowed():
                self._at(self.writes, self.jobs.label(body.action), body.kind).inc()
                self._failed(body)

    def _at(self, metric: M, *labels: str) -> M:
        """The series with these labels; the library takes longer to find it than to count."""
        key = (id(metric), labels)
        found: M | None = self._series.get(key)
        if found is None:
            found = self._series[key] = metric.labels(*labels)
        return found

    def _sum(self, turn: str, body: journal.SpanEvent | journal.Waited) -> None:
        sums = self._turns.get(turn)
        if sums is None:
            sums = self._turns[turn] = _Sums()
            if len(self._turns) > MOST_TURNS:
                self._turns.popitem(last=False)
        took = body.end - body.start
        if isinstance(body, journal.Waited):
            sums.queue += took
        else:
            sums.stages[body.stage] = sums.stages.get(body.stage, 0) + took

    def _turn_over(self, event: Event, body: journal.TurnEnded, modality: str) -> None:
        sums = self._turns.pop(event.where.turn, None) or _Sums()
        self._at(self.turns, names.known(body.how, names.HOW_ENDED), modality).inc()
        for stage, took in sums.stages.items():
            self._at(self.stage, names.known(stage, names.STAGES)).observe(took / SECOND)
        if sums.queue:
            self._at(self.stage, "queue").observe(sums.queue / SECOND)
        if was_waited_for(event):
            wait, work = waits(body, sums.stages)
            self._at(self.wait, modality).observe(wait / SECOND)
            self._at(self.turn, modality).observe(work / SECOND)

    def _sent(self, body: journal.Replied | journal.Noticed) -> None:
        self._at(self.sent, names.known(body.form, names.FORMS)).inc(len(body.messages))
        if body.fallback is not None:
            self.written.inc()

    def _troubled(self, body: journal.Trouble) -> None:
        code = names.known(body.code, names.CODES)
        self._at(self.trouble, names.known(body.stage, names.TROUBLE_STAGES), code).inc()
        if body.stage in NOT_HEARD:
            self._at(self.notes, "not_heard").inc()
        if body.stage == "template":
            self._at(self.templates, code).inc()
        self._failed(body)

    def _failed(self, body: journal.Trouble | journal.ProposalEvent) -> None:
        failed = failed_system(body)
        if failed is not None:
            self._at(self.failures, *failed).inc()

    def _tell(self, fact: Fact) -> None:
        """What an event says of a task."""
        label: Any = self.jobs.label
        match fact:
            case Began():
                return
            case Reached(task=task, step=step, modality=modality):
                where = names.known(modality, names.MODALITIES)
                self._at(self.steps, label(task.flow), names.step_label(step), where).inc()
            case Ended(task=task):
                self._at(self.ended, label(task.flow), names.known(task.how, names.ENDS)).inc()
            case TakenBack(task=task, why=why):
                self._at(self.taken_back, label(task.flow), why).inc()
            case HandedOver(flow=flow, reason=reason):
                self._at(self.handed, label(flow), names.known(reason, names.REASONS)).inc()
            case Answered(flow=flow, tier=tier, what=what):
                self._at(self.answers, label(flow), names.known(tier, names.TIERS), what).inc()
            case Vetoed(flow=flow):
                self._at(self.vetoes, label(flow)).inc()
