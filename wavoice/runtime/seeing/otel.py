"""The OpenTelemetry library, set up without its environment variables: settings stand in `[observe]`."""

from __future__ import annotations

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

from wavoice import __version__
from wavoice.runtime.seeing.spans import trace_id
from wavoice.runtime.settings_observe import Observe


class TurnIds(IdGenerator):
    """Ids of a trace and its spans follow from the turn's, so that nothing has to be drawn."""

    def __init__(self) -> None:
        self._turn, self._spans = "", 0

    def of(self, turn: str) -> None:
        """The next root span is that turn's."""
        self._turn, self._spans = turn, 0

    def generate_trace_id(self) -> int:
        """See `IdGenerator`."""
        return trace_id(self._turn)

    def generate_span_id(self) -> int:
        """See `IdGenerator`."""
        self._spans += 1
        return trace_id(f"{self._turn}/{self._spans}") % 2**64 or 1


def provider(
    chosen: Observe, token: str | None, exporter: SpanExporter | None, *, queue: int, patience: float
) -> tuple[TracerProvider, TurnIds]:
    """A provider that exports in batches from a thread of its own, and the ids of its traces."""
    ids = TurnIds()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    exporter = exporter or OTLPSpanExporter(
        endpoint=chosen.traces, headers=headers, timeout=patience, compression=Compression.Gzip
    )
    made = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(chosen.traces_ratio)),
        resource=Resource({"service.name": chosen.service, "service.version": __version__}),
        id_generator=ids,
        span_limits=SpanLimits(
            max_attributes=32,
            max_span_attributes=32,
            max_event_attributes=16,
            max_events=64,
            max_attribute_length=200,
            max_span_attribute_length=200,
        ),
        shutdown_on_exit=False,
    )
    made.add_span_processor(
        BatchSpanProcessor(
            exporter,
            max_queue_size=queue,
            schedule_delay_millis=2_000,
            max_export_batch_size=512,
            export_timeout_millis=patience * 1_000,
        )
    )
    return made, ids
