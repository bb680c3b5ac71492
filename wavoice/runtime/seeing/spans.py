"""Traces for OpenTelemetry, made from the journal once a turn is over: one trace a turn, one span a stage.

Nothing is measured here: starts and ends are the journal's own (trace.py), so that traces and tables never
disagree. No attribute holds a personal value: personal fields of events are not looked at. The library is an
extra, and exports from a thread of its own.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog

from wavoice import __version__
from wavoice.runtime import journal
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.journal import Event
from wavoice.runtime.model import Micros
from wavoice.runtime.settings import resolve_secret
from wavoice.runtime.settings_observe import Observe

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

    from wavoice.runtime.seeing.otel import TurnIds

log = structlog.get_logger("wavoice")

MOST_TURNS: Final = 2_000
"""Turns under way that are remembered; the oldest is given up first."""
QUEUE: Final = 4_096
"""Spans that wait for the exporter; what comes beyond is dropped, and the exporter says so."""
_PATIENCE = 5.0
"""Seconds that the collector has for an answer."""
_NANO = 1_000


@dataclass(slots=True)
class _Course:
    """What a turn has told so far."""

    spans: list[journal.SpanEvent] = field(default_factory=list)
    waits: list[journal.Waited] = field(default_factory=list)
    events: list[tuple[str, Micros, Mapping[str, str]]] = field(default_factory=list)
    intent: str = ""
    row: str = ""


def trace_id(turn: str) -> int:
    """The trace of a turn: the same in every process, and found by whoever knows the turn's id."""
    return int.from_bytes(hashlib.sha256(turn.encode()).digest()[:16])


class TraceSink:
    """A journal's sink that makes spans of turns that are over."""

    def __init__(self, provider: TracerProvider, ids: TurnIds) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("wavoice", __version__)
        self._ids = ids
        self._turns: OrderedDict[str, _Course] = OrderedDict()

    def write(self, event: Event) -> None:
        """Take an event; a turn that ends is handed to the exporter, and nothing stops it."""
        try:
            self._take(event)
        except Exception as error:  # noqa: BLE001 -- a sink never raises: the turn is done and durable
            log.error("not_traced", kind=event.kind, error=type(error).__name__)

    def close(self) -> None:
        """Export what waits, and end the exporter's thread; takes as long as the collector may."""
        self._provider.shutdown()

    def _take(self, event: Event) -> None:
        body = event.body
        if isinstance(body, journal.TurnEnded):
            self._export(event, body, self._turns.pop(event.where.turn, _Course()))
            return
        if not isinstance(body, _OF_A_TURN):
            return
        course = self._turns.get(event.where.turn)
        if course is None:
            course = self._turns[event.where.turn] = _Course()
            if len(self._turns) > MOST_TURNS:
                self._turns.popitem(last=False)
        _note(course, event)

    def _export(self, event: Event, ended: journal.TurnEnded, course: _Course) -> None:
        from opentelemetry.context import Context  # noqa: PLC0415
        from opentelemetry.trace import Status, StatusCode, set_span_in_context  # noqa: PLC0415

        self._ids.of(event.where.turn)
        starts = [ended.started_at, *(span.start for span in course.spans)]
        root = self._tracer.start_span(
            "turn",
            context=Context(),
            start_time=min(starts) * _NANO,
            attributes=_attributes(event, ended, course),
        )
        if ended.how == "undelivered":
            root.set_status(Status(StatusCode.ERROR))
        for name, at, told in course.events:
            root.add_event(name, dict(told), timestamp=at * _NANO)
        inside = set_span_in_context(root, Context())
        for span in course.spans:
            attributes = {"wavoice.on_path_us": span.on_path}
            made = self._tracer.start_span(
                str(span.stage), context=inside, start_time=span.start * _NANO, attributes=attributes
            )
            _finish(made, span.end, ok=span.ok)
        for wait in course.waits:
            made = self._tracer.start_span("queue", context=inside, start_time=wait.start * _NANO)
            _finish(made, wait.end, ok=True)
        root.end(max([ended.ended_at, *(span.end for span in course.spans)]) * _NANO)


def _finish(span: Span, end: Micros, *, ok: bool) -> None:
    from opentelemetry.trace import Status, StatusCode  # noqa: PLC0415

    if not ok:
        span.set_status(Status(StatusCode.ERROR))
    span.end(end * _NANO)


_OF_A_TURN = (
    *(journal.SpanEvent, journal.Waited, journal.Read, journal.Decided, journal.Trouble, journal.HandedOff),
    journal.ProposalEvent,
)


def _note(course: _Course, event: Event) -> None:
    body = event.body
    match body:
        case journal.SpanEvent():
            course.spans.append(body)
        case journal.Waited():
            course.waits.append(body)
        case journal.Read():
            course.intent = body.intent or course.intent
        case journal.Decided():
            course.row = body.row or course.row
        case journal.Trouble():
            course.events.append(("trouble", event.at, {"stage": body.stage, "code": body.code}))
        case journal.HandedOff():
            course.events.append(("handed_off", event.at, {"reason": str(body.reason)}))
        case journal.ProposalEvent():  # an event on the span of its turn
            told = {"proposal": body.proposal, "job": body.action, "tier": body.tier}
            course.events.append((body.kind, event.at, told))


def _attributes(event: Event, ended: journal.TurnEnded, course: _Course) -> dict[str, str]:
    where = event.where
    told = {
        "tenant": where.tenant,
        "number": where.number,
        "contact": where.contact,
        "turn": where.turn,
        "modality": where.modality,
        "job": where.flow,
        "step": where.step,
        "intent": course.intent,
        "row": course.row,
        "how": ended.how,
    }
    return {f"wavoice.{name}": str(value) for name, value in told.items() if value}


def open_traces(chosen: Observe, exporter: SpanExporter | None = None) -> TraceSink:
    """A sink that exports to `chosen.traces`, or to the exporter given.

    Raises `ConfigError` where the library is not installed, or the token cannot be read.
    """
    try:
        from wavoice.runtime.seeing.otel import provider  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("opentelemetry"):
            raise
        raise ConfigError(
            "observe.traces needs the OpenTelemetry library, which is not installed.",
            remedy='Install it with: pip install "wavoice-bot[otel]"',
        ) from error
    token = resolve_secret(chosen.traces_token).get_secret_value() if chosen.traces_token else None
    made, ids = provider(chosen, token, exporter, queue=QUEUE, patience=_PATIENCE)
    return TraceSink(made, ids)
