"""Section `[observe]` of `wavoice.toml`: what is measured, and where traces go. docs/observe.md."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from wavoice.runtime.settings_speech import Section, endpoint


def _is_collector(address: str) -> str:
    """Traces name no customer, and still are nobody else's business."""
    return endpoint(address, "https://collector.example/v1/traces", "traces", "token")


class Observe(Section):
    """Metrics for Prometheus, traces for OpenTelemetry, prices for the weekly report."""

    metrics: bool = True
    """Count for Prometheus; `wavoice serve` shows it at `/metrics` of its admin address."""
    traces: Annotated[str, AfterValidator(_is_collector)] | None = None
    """Address to which spans are posted as OTLP over HTTP (protobuf), e.g.
    `http://127.0.0.1:4318/v1/traces`; absent: none are made. Needs `pip install "wavoice-bot[otel]"`."""
    traces_token: SecretStr | None = None
    """Secret reference: bearer token for that address."""
    traces_ratio: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of turns that are traced; which ones follows from their ids, so all processes agree."""
    service: str = "wavoice"
    """What traces call this installation (`service.name`)."""
    worker_port: Annotated[int, Field(ge=0, le=65_000)] | None = None
    """Where `wavoice worker` shows its metrics, at `serve.admin_host`: the first free port of sixteen from
    here on, since several may run on a machine. Absent: a worker shows none."""
    prices: Path | None = None
    """File of the owner's own prices (docs/observe.md); a relative path starts at the folder of this file.
    Absent: the report counts what would be paid for, and says that no price is known."""
