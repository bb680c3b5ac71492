"""A dashboard for Grafana and alert rules for Prometheus, as they are given to those programs."""

from __future__ import annotations

from importlib.resources import files

DASHBOARD = "grafana.json"
ALERTS = "alerts.yaml"


def text_of(name: str) -> str:
    """One of the two above."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
