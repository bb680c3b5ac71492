"""The rules that keep a bench honest: few runs have no p95, a failed run leaves no figures."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.sim.bench.reports import report, row
from wavoice.sim.bench.figures import RUNS_FOR_P95, Flight, Spread, ratio, spread
from wavoice.sim.bench.notes import BenchNote
from wavoice.sim.bench.runners import Sample
from wavoice.sim.bench.runners import row as rowed
from wavoice.sim.bench.turn import compared
from wavoice.sim.bench.wanted import wanted

NOTE = BenchNote("4 s", b"ogg", 3.9)


@dataclass(frozen=True)
class Scripted:
    how: str = "overlapped"
    reply: str = "spoken"

    async def run(self, note: BenchNote) -> Sample:
        raise NotImplementedError


def took(ms: float, **on_path: float) -> Sample:
    return Sample(ms, ms, 0.5, on_path, on_path)


def test_no_p95_under_twenty_runs() -> None:
    few = spread([float(n) for n in range(RUNS_FOR_P95 - 1)])
    enough = spread([float(n) for n in range(RUNS_FOR_P95)])
    assert (few.p50, few.p95) == (9.0, None)
    assert (enough.p50, enough.p95) == (9.5, 18.0)
    assert spread([]) == Spread(None, None)


def test_a_row_has_its_stages_in_the_order_of_a_turn() -> None:
    found = rowed(Scripted(), NOTE, [took(300.0, speak=100.0, transcribe=180.0, fetch=0.2)])
    assert list(found.stages) == ["fetch", "transcribe", "speak"]
    assert found.critical_path == ("transcribe", "speak")
    assert found.turn_ms == Spread(300.0)


def test_one_run_that_went_another_way_leaves_no_figures() -> None:
    failed = Sample(problem="the reply was text, not voice")
    found = rowed(Scripted(), NOTE, [took(300.0, speak=1.0), failed, failed])
    assert (found.turn_ms, found.stages) == (Spread(), {})
    assert found.problems == ("the reply was text, not voice (2 times)",)
    assert report(found).missing == ("4 s, overlapped spoken: the reply was text, not voice (2 times)",)


def test_what_was_never_run_is_missing() -> None:
    assert rowed(Scripted(), NOTE, []).problems == ("it was never run",)


def test_what_fails_in_flight_is_missing() -> None:
    broken = Flight("cached", 8, 32, None, Spread(), ("a turn did not end",))
    assert report(flights=(broken,)).missing == ("8 in flight, cached: a turn did not end",)


def test_ratios_are_those_of_the_same_note() -> None:
    rows = compared(
        [
            row(p50=200.0),
            row("spoken", "sequential", 260.0),
            row("spoken", "naive", 500.0),
            row("transcript", "floor", 160.0),
            row("spoken", p50=400.0, note="8 s"),
        ]
    )
    assert (rows[0].ratio.sequential, rows[0].ratio.naive, rows[0].ratio.floor) == (1.3, 2.5, 1.25)
    assert rows[4].ratio.naive is None


def test_a_ratio_to_nothing_is_nothing() -> None:
    assert ratio(None, Spread(1.0)) is None
    assert ratio(Spread(1.0), Spread(None)) is None


class TestWanted:
    def test_every_promise_is_held_against_its_bound(self) -> None:
        found = {each.figure: each.met for each in wanted(report())}
        assert found["spoken reply, p50 ms"]
        assert found["spoken reply, p95 ms"]
        assert found["cached reply, times as fast as naive"]
        assert found["spoken turns a second, at best"]
        assert not found["text reply, p50 ms"]
        assert not found["text reply, times the floor"]

    def test_a_missing_figure_keeps_no_promise(self) -> None:
        spoken, *_ = wanted(report(row(p50=None), row("cached"), row("text")))
        assert (spoken.found, spoken.met) == (None, False)

    @pytest.mark.parametrize(("network", "count"), [("mobile", 2), ("wifi", 0)])
    def test_a_network_has_promises_of_its_own(self, network: str, count: int) -> None:
        far = report(setting={"network": network})
        assert len(wanted(far)) == count

    def test_without_the_note_there_is_no_promise(self) -> None:
        assert wanted(report(row(note="8 s"))) == []
