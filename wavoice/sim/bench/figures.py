"""What a bench reports, and the rules that keep it honest.

A p95 is given from twenty runs on, or not at all. A row in which one run did not come to what is measured
has no figures: they would be those of the survivors. What is missing is null, is listed, and fails.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

VERSION = 1
RUNS_FOR_P95 = 20


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds of some runs."""

    p50: float | None = None
    p95: float | None = None
    """None under twenty runs."""


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a turn, or one step of the naive bot."""

    on_path: Spread
    """How long everybody waited for it; these add up to the turn."""
    ran: Spread
    """How long it ran, overlap included."""


@dataclass(frozen=True, slots=True)
class Ratios:
    """How a row compares with the others of the same run and note, by their medians."""

    sequential: float | None = None
    """How many times as long the same turn takes with one step after the other."""
    naive: float | None = None
    """How many times as long the naive bot takes."""
    floor: float | None = None
    """How many times as long as the floor this row takes."""


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of turn over one note."""

    note: str
    reply: str
    """`spoken`, `cached`, `text`; or `transcript` for the floor."""
    how: str
    """`overlapped`, `sequential`, `cold`, `naive` or `floor`."""
    runs: int
    turn_ms: Spread
    """Webhook to the answer that the reply is accepted, without a settle window."""
    customer_wait_ms: Spread
    """The same with it."""
    queue_ms: Spread = Spread()
    """Of the turn: nothing of it ran."""
    stages: Mapping[str, Step] = field(default_factory=dict)
    critical_path: tuple[str, ...] = ()
    """Stages of which a millisecond or more was waited for, in their order."""
    ratio: Ratios = Ratios()
    start_ms: Spread = Spread()
    """Cold turns only: from the start of the process until it takes notes, models warm."""
    problems: tuple[str, ...] = ()
    """Why this row has no figures."""


@dataclass(frozen=True, slots=True)
class Flight:
    """Several notes in flight at a time."""

    reply: str
    """`transcript`: the ears alone; else what the customers get."""
    in_flight: int
    runs: int
    per_second: float | None
    turn_ms: Spread
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fixture:
    """A note that was sent."""

    name: str
    seconds: float
    sha256: str


@dataclass(frozen=True, slots=True)
class Report:
    """All of one run; field names are those of `--json`."""

    machine: Mapping[str, object]
    setting: Mapping[str, object]
    """Models, threads, network: what else the figures depend on."""
    fixtures: tuple[Fixture, ...]
    rounds: int
    rows: tuple[Row, ...]
    flights: tuple[Flight, ...] = ()
    version: int = VERSION

    @property
    def missing(self) -> tuple[str, ...]:
        """Every figure that should be here and is not, with the reason."""
        failed = [(f"{row.note}, {row.how} {row.reply}", row.problems) for row in self.rows]
        failed += [(f"{each.in_flight} in flight, {each.reply}", each.problems) for each in self.flights]
        return tuple(f"{what}: {'; '.join(problems)}" for what, problems in failed if problems)

    def row(self, note: str, reply: str, how: str) -> Row | None:
        """The row of that note, reply and way, if there is one."""
        wanted = (note, reply, how)
        return next((row for row in self.rows if (row.note, row.reply, row.how) == wanted), None)


def spread(values: Sequence[float]) -> Spread:
    """Median and, from twenty values on, the nearest-rank 95th percentile; to a tenth."""
    if not values:
        return Spread()
    ordered = sorted(values)
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1] if len(ordered) >= RUNS_FOR_P95 else None
    return Spread(round(statistics.median(ordered), 1), None if p95 is None else round(p95, 1))


def ratio(long: Spread | None, short: Spread | None) -> float | None:
    """How many times as long; None if either is missing."""
    if long is None or short is None or long.p50 is None or not short.p50:
        return None
    return round(long.p50 / short.p50, 2)


def told(problems: Iterable[str]) -> tuple[str, ...]:
    """Each different problem once, with how often it came."""
    counts: dict[str, int] = {}
    for problem in problems:
        counts[problem] = counts.get(problem, 0) + 1
    return tuple(text if n == 1 else f"{text} ({n} times)" for text, n in counts.items())
