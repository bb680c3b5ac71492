"""What the product promises of a warm 4-s note, on two cores with the default models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from wavoice.sim.bench.figures import Report, Row
from wavoice.sim.bench.stand import Reply

NOTE = "4 s"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A figure, its bound, and what was found; None: it is missing, or was not measured."""

    figure: str
    sign: Literal["≤", "≥"]
    bound: float
    found: float | None

    @property
    def met(self) -> bool:
        """True if it was found on the right side of its bound."""
        if self.found is None:
            return False
        return self.found <= self.bound if self.sign == "≤" else self.found >= self.bound


def wanted(report: Report) -> list[Wanted]:
    """The promises that this report can speak of; without a 4-s note of the whole runtime none."""
    rows = {row.reply: row for row in report.rows if (row.note, row.how) == (NOTE, "overlapped")}
    if not rows.keys() >= set(Reply):
        return []
    if report.setting["network"] == "none":
        return [*_near(rows), *_in_flight(report)]
    return [*_far(rows["spoken"])] if report.setting["network"] == "mobile" else []


def _near(rows: dict[str, Row]) -> Iterator[Wanted]:
    spoken = rows["spoken"]
    yield Wanted("spoken reply, p50 ms", "≤", 300, spoken.turn_ms.p50)
    yield Wanted("spoken reply, p95 ms", "≤", 450, spoken.turn_ms.p95)
    yield Wanted("spoken reply, times as fast as naive", "≥", 2.0, spoken.ratio.naive)
    for reply in ("cached", "text"):
        yield Wanted(f"{reply} reply, p50 ms", "≤", 220, rows[reply].turn_ms.p50)
        yield Wanted(f"{reply} reply, times the floor", "≤", 1.25, rows[reply].ratio.floor)
    yield Wanted("cached reply, times as fast as naive", "≥", 2.8, rows["cached"].ratio.naive)


def _in_flight(report: Report) -> Iterator[Wanted]:
    """The best of the numbers in flight is the capacity."""
    bounds = (
        ("transcript", "transcripts", 8.0),
        ("spoken", "spoken turns", 3.5),
        ("cached", "cached turns", 6.0),
    )
    for reply, name, bound in bounds:
        rates = [flight.per_second for flight in report.flights if flight.reply == reply]
        if rates:
            best = None if None in rates else max(rate for rate in rates if rate is not None)
            yield Wanted(f"{name} a second, at best", "≥", bound, best)


def _far(spoken: Row) -> Iterator[Wanted]:
    yield Wanted("spoken reply over mobile, p50 ms", "≤", 600, spoken.turn_ms.p50)
    yield Wanted("spoken reply over mobile, p95 ms", "≤", 800, spoken.turn_ms.p95)
