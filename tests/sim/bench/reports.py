"""Reports by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from wavoice.sim.bench.figures import Fixture, Flight, Ratios, Report, Row, Spread, Step

MACHINE = {"cpu": "Some CPU", "cores": 2, "system": "Linux", "load_before": 0.1, "python": "3.11.7"}
SETTING = {"ears": {"model": "base"}, "network": "none", "network_seed": 0, "sequential": False}


def row(reply: str = "spoken", how: str = "overlapped", p50: float | None = 280.0, **more: Any) -> Row:
    times = Spread(p50, None if p50 is None else p50 * 1.3)
    stages = {
        "transcribe": Step(Spread(180.0, 200.0), Spread(185.0, 210.0)),
        "fetch": Step(Spread(0.2), Spread(0.2)),
    }
    return replace(
        Row("4 s", reply, how, 20, times, times, Spread(0.0, 0.0), stages, ("transcribe",)), **more
    )


def report(*rows: Row, **more: Any) -> Report:
    rows = rows or (
        row(ratio=Ratios(sequential=1.2, naive=2.3, floor=1.6)),
        row("cached", p50=190.0, ratio=Ratios(naive=3.4, floor=1.1)),
        row("text", p50=230.0, ratio=Ratios(naive=2.9, floor=1.3)),
        row("spoken", "naive", 650.0),
    )
    flights = (Flight("spoken", 1, 24, 3.1, Spread(300.0)), Flight("spoken", 2, 24, 3.9, Spread(500.0)))
    whole = Report(MACHINE, SETTING, (Fixture("4 s", 3.91, "ab" * 32),), 20, rows, flights)
    return replace(whole, **more)
