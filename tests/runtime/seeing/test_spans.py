"""Traces: one a turn, a span a stage, with the journal's own times, posted to a collector."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.rehearsing import desk
from tests.runtime.seeing.talks import talk
from wavoice.runtime.build import Parts
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.journal import Event
from wavoice.runtime.model import Stage
from wavoice.runtime.seeing.seen import watch
from wavoice.runtime.seeing.spans import TraceSink, open_traces, trace_id
from wavoice.runtime.settings_observe import Observe
from wavoice.sim.clock import VirtualClock

COLLECTOR = "http://127.0.0.1:4318/v1/traces"


TALK = ("note: please move my delivery to Friday", "text: yes", "wait: 20s")


def _exported(sink: TraceSink, exporter: InMemorySpanExporter, events: list[Event]) -> list[ReadableSpan]:
    for event in events:
        sink.write(event)
    sink.close()
    return [*exporter.get_finished_spans()]


def test_a_turn_is_a_trace_and_a_stage_is_a_span_of_the_same_times() -> None:
    events = [*talk(*TALK)]
    exporter = InMemorySpanExporter()
    spans = _exported(open_traces(Observe(traces=COLLECTOR), exporter), exporter, events)
    roots = [span for span in spans if span.parent is None]
    ended = [event for event in events if event.kind == "turn_ended"]
    assert [span.attributes["wavoice.turn"] for span in roots if span.attributes] == [
        event.where.turn for event in ended
    ]
    for root, event in zip(roots, ended, strict=True):
        assert root.context is not None
        assert root.context.trace_id == trace_id(event.where.turn)
        stages = [one.body for one in events if one.kind == "span" and one.where.turn == event.where.turn]
        made = [
            (span.name, span.start_time, span.end_time)
            for span in spans
            if span.parent and span.context and span.context.trace_id == root.context.trace_id
        ]
        wanted = [(str(body.stage), body.start * 1000, body.end * 1000) for body in stages]
        assert [one for one in made if one[0] != "queue"] == wanted
    assert len({span.context.span_id for span in spans if span.context}) == len(spans)
    yes = roots[-1]
    assert yes.attributes is not None
    assert yes.attributes["wavoice.job"] == "reschedule_delivery"
    assert yes.attributes["wavoice.step"] == "commit"
    assert [event.name for event in yes.events] == ["confirmed", "intended", "committed"]
    assert (yes.end_time or 0) - (yes.start_time or 0) > 1e9, "the settle window belongs to the turn"


def test_nothing_personal_is_in_a_trace() -> None:
    events = [*talk(*TALK)]
    exporter = InMemorySpanExporter()
    spans = _exported(open_traces(Observe(traces=COLLECTOR), exporter), exporter, events)
    text = " ".join(span.to_json() for span in spans)
    assert all(word not in text for word in ("Friday", "delivery to", "919812300001", "Asha"))


def test_a_share_of_turns_follows_from_their_ids() -> None:
    turns = [f"t_{number:032x}" for number in range(2_000)]
    low = sum(trace_id(turn) % 2**64 < 2**64 // 4 for turn in turns)
    assert 400 < low < 600


class _Collector(BaseHTTPRequestHandler):
    got: list[tuple[str | None, ExportTraceServiceRequest]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        request = ExportTraceServiceRequest.FromString(gzip.decompress(body))
        self.got.append((self.headers["Authorization"], request))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name of the base class
        """Nothing is printed."""


@pytest.fixture
def collector() -> Iterator[tuple[str, type[_Collector]]]:
    handler = type("Handler", (_Collector,), {"got": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/traces", handler
    server.shutdown()
    server.server_close()
    thread.join()


async def test_traces_are_posted_as_otlp_with_a_token(
    collector: tuple[str, type[_Collector]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, handler = collector
    monkeypatch.setenv("COLLECTOR_TOKEN", "s3cret")
    chosen = Observe.model_validate(
        {"traces": address, "traces_token": "env:COLLECTOR_TOKEN", "service": "shop"}
    )
    clock = VirtualClock(0)
    async with watch(chosen, clock) as seen, desk(parts=Parts(sink=seen)) as at:
        await at.types("where is my order")
    (token, request) = handler.got[0]
    assert token == "Bearer s3cret"
    resource = request.resource_spans[0]
    named = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert named["service.name"] == "shop"
    spans = [span for scope in resource.scope_spans for span in scope.spans]
    assert {"turn", str(Stage.RECEIVE), str(Stage.SEND)} <= {span.name for span in spans}
    assert seen.text is not None
    assert "wavoice_turns_total" in seen.text()


def test_without_the_library_the_command_that_adds_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    for name in [name for name in sys.modules if name.startswith("opentelemetry.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "wavoice.runtime.seeing.otel", raising=False)
    with pytest.raises(ConfigError, match=r'pip install "wavoice-bot\[otel\]"'):
        open_traces(Observe(traces=COLLECTOR))


async def test_nothing_is_traced_unless_an_address_is_set() -> None:
    async with watch(Observe(metrics=False), VirtualClock(0)) as seen:
        assert (seen.metrics, seen.traces, seen.text) == (None, None, None)


@pytest.mark.parametrize("address", ["http://collector.example/v1/traces", "ftp://127.0.0.1/", "collector"])
def test_traces_do_not_leave_in_the_clear(address: str) -> None:
    with pytest.raises(ValueError, match="traces"):
        Observe(traces=address)


def test_a_turn_that_cannot_be_traced_stops_nothing() -> None:
    sink = open_traces(Observe(traces=COLLECTOR), exporter := InMemorySpanExporter())
    sink.write(Event(0, None, None))  # type: ignore[arg-type]
    sink.close()
    assert exporter.get_finished_spans() == ()
