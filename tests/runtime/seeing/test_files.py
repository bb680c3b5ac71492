"""Dashboard and alert rules: they parse, and every metric and label that they name exists."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from wavoice.runtime.seeing.files import ALERTS, DASHBOARD, text_of
from wavoice.runtime.seeing.metrics import Metrics
from wavoice.sim.clock import VirtualClock

DOCS = Path(__file__).parents[3] / "docs" / "observe.md"
_SERIES: dict[str | None, tuple[str, ...]] = {
    "counter": ("_total",),
    "gauge": ("",),
    "histogram": ("_bucket", "_sum", "_count"),
}
_VARIABLES = {"$__range": "7d", "$__rate_interval": "5m"}


def known() -> dict[str, set[str]]:
    """Every series that is exposed, with its labels."""
    metrics, found = Metrics(VirtualClock(0)), dict[str, set[str]]()
    for one in vars(metrics).values():
        if isinstance(one, MetricWrapperBase):
            labels = {*one._labelnames} | ({"le"} if one._type == "histogram" else set())
            found |= {f"{one._name}{suffix}": labels for suffix in _SERIES[one._type]}
    return {**found, "wavoice_build_info": {"version"}}


def dashboard() -> dict[str, Any]:
    return dict(json.loads(text_of(DASHBOARD)))


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(text_of(ALERTS))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def _asked() -> Iterator[tuple[str, str]]:
    """Every expression, with what it is of."""
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", ()):
            text = target["expr"]
            for name, value in _VARIABLES.items():
                text = text.replace(name, value)
            yield panel["title"], re.sub(r"\$\w+", "1", text)
    for rule in rules():
        yield rule["alert"], rule["expr"]


def _selectors(node: Any) -> Iterator[Any]:
    """Every selector of a parsed expression."""
    if isinstance(node, promql.VectorSelector):
        yield node
    for name in ("vector_selector", "expr", "lhs", "rhs"):
        if (inner := getattr(node, name, None)) is not None:
            yield from _selectors(inner)
    for inner in getattr(node, "args", None) or ():
        yield from _selectors(inner)


def test_every_metric_and_label_that_is_asked_for_exists() -> None:
    series = known()
    for title, text in _asked():
        found = [*_selectors(promql.parse(text))]
        assert found, f"{title} asks for nothing"
        for selector in found:
            labels = {one.name for one in selector.matchers.matchers}
            assert selector.name in series, title
            assert labels <= series[selector.name], title
        named = re.findall(r"(?:by|on) \(([^)]*)\)", text)
        grouped = {name for names in named for name in names.split(", ") if name}
        assert grouped <= set().union(*(series[one.name] for one in found)), title


def test_every_metric_is_on_the_dashboard_and_in_the_docs() -> None:
    shown = " ".join(text for _, text in _asked())
    written = DOCS.read_text(encoding="utf-8")
    for name in known():
        base = re.sub(r"_(bucket|sum|count)$", "", name)
        assert base in written, f"docs/observe.md does not tell what {base} counts"
        assert base in shown, f"{base} is counted and nobody looks at it"


def test_panels_have_a_title_a_reason_and_a_place_of_their_own() -> None:
    panels = dashboard()["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = [tuple(panel["gridPos"][side] for side in "xywh") for panel in panels]
    for n, (x, y, w, h) in enumerate(places):
        assert x + w <= 24
        for other_x, other_y, other_w, other_h in places[:n]:
            beside = x >= other_x + other_w or other_x >= x + w
            assert beside or y >= other_y + other_h or other_y >= y + h, panels[n]["title"]
    assert all(panel["title"] and (panel["type"] == "row" or panel["description"]) for panel in panels)


def test_every_alert_says_what_it_means_and_what_to_do() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"].keys() == {"summary", "action"}


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool (of Prometheus) is not on the PATH")
def test_promtool_takes_the_rules(tmp_path: Path) -> None:
    file = tmp_path / ALERTS
    file.write_text(text_of(ALERTS), encoding="utf-8")
    done = subprocess.run(["promtool", "check", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
