"""Spans add up: `on_path` and gaps cover a stretch of a turn exactly, and overlap is never counted twice."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wavoice.runtime.journal import SpanEvent, Waited
from wavoice.runtime.model import Stage
from wavoice.runtime.trace import StageReached, Trace, walk_back
from wavoice.sim.clock import VirtualClock


def span(stage: Stage, start: int, end: int) -> SpanEvent:
    return SpanEvent(stage=stage, start=start, end=end, on_path=0)


def paths(found: Sequence[SpanEvent | Waited]) -> list[int]:
    return [one.on_path for one in found if isinstance(one, SpanEvent)]


def gaps(found: Sequence[SpanEvent | Waited]) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in found if isinstance(one, Waited)]


FETCH, CLEAN, IDENTIFY, DECIDE, SPEAK = Stage.FETCH, Stage.CLEAN, Stage.IDENTIFY, Stage.DECIDE, Stage.SPEAK


@pytest.mark.parametrize(
    ("spans", "on_path", "waited"),
    [
        pytest.param([], [], [(0, 100)], id="nothing ran"),
        pytest.param([(FETCH, 0, 100)], [100], [], id="one"),
        pytest.param([(FETCH, 0, 30), (CLEAN, 30, 100)], [30, 70], [], id="one after the other"),
        pytest.param([(CLEAN, 30, 100), (FETCH, 0, 30)], [70, 30], [], id="in any order of recording"),
        pytest.param(
            [(FETCH, 0, 60), (IDENTIFY, 5, 40), (CLEAN, 60, 100)], [60, 0, 40], [], id="hidden look-up"
        ),
        pytest.param(
            [(FETCH, 0, 40), (IDENTIFY, 0, 60), (CLEAN, 60, 100)], [0, 60, 40], [], id="slower look-up"
        ),
        pytest.param(
            [(FETCH, 0, 40), (IDENTIFY, 10, 60), (CLEAN, 60, 100)], [10, 50, 40], [], id="look-up begun later"
        ),
        pytest.param([(FETCH, 10, 30), (CLEAN, 50, 90)], [20, 40], [(0, 10), (30, 50), (90, 100)], id="gaps"),
        pytest.param([(DECIDE, 0, 100), (SPEAK, 40, 60)], [100, 0], [], id="nested"),
        pytest.param([(DECIDE, 0, 100), (SPEAK, 40, 100)], [40, 60], [], id="nested, ending together"),
        pytest.param([(FETCH, 0, 100), (IDENTIFY, 0, 100)], [100, 0], [], id="tie"),
        pytest.param([(FETCH, -50, 40), (CLEAN, 40, 150)], [40, 60], [], id="sticking out on both sides"),
        pytest.param([(FETCH, -50, -10), (CLEAN, 120, 150)], [0, 0], [(0, 100)], id="outside"),
        pytest.param([(FETCH, 50, 50)], [0], [(0, 50), (50, 100)], id="took no time"),
        pytest.param([(DECIDE, 0, 20), (DECIDE, 60, 100)], [20, 40], [(20, 60)], id="same stage twice"),
    ],
)
def test_exact_figures(
    spans: list[tuple[Stage, int, int]], on_path: list[int], waited: list[tuple[int, int]]
) -> None:
    found = walk_back([span(*one) for one in spans], 0, 100)
    assert (paths(found), gaps(found)) == (on_path, waited)


def test_everything_else_of_a_span_stays() -> None:
    given_spans = [SpanEvent(stage=FETCH, start=3, end=7, on_path=0, ok=False), span(CLEAN, 7, 9)]
    found = walk_back(given_spans, 3, 9)
    assert found == [
        SpanEvent(stage=FETCH, start=3, end=7, on_path=4, ok=False),
        SpanEvent(stage=CLEAN, start=7, end=9, on_path=2),
    ]


def test_an_empty_window_has_nothing() -> None:
    assert walk_back([span(FETCH, 0, 10)], 5, 5) == [span(FETCH, 0, 10)]


moments = st.integers(-20, 120)
pairs = st.tuples(moments, moments).map(sorted)


def covered(spans: Sequence[SpanEvent], start: int, end: int) -> int:
    """Ticks of the window in which anything ran, counted one by one."""
    return len({tick for one in spans for tick in range(max(one.start, start), min(one.end, end))})


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(Stage), pairs), max_size=8), pairs)
@example([(FETCH, [0, 9]), (IDENTIFY, [0, 9]), (CLEAN, [9, 9])], [0, 10])
def test_paths_and_gaps_are_the_window(drawn: list[tuple[Stage, list[int]]], window: list[int]) -> None:
    start, end = window
    spans = [span(stage, begun, ended) for stage, (begun, ended) in drawn]
    found = walk_back(spans, start, end)
    assert all(0 <= path <= one.end - one.start for path, one in zip(paths(found), spans, strict=True))
    assert sum(paths(found)) == covered(spans, start, end)
    assert sum(paths(found)) + sum(ended - begun for begun, ended in gaps(found)) == end - start
    assert gaps(found) == sorted(gaps(found))
    assert all(covered(spans, begun, ended) == 0 for begun, ended in gaps(found))


class TestTrace:
    def test_work_is_timed_by_the_clock(self) -> None:
        clock = VirtualClock(1_000)
        trace = Trace(clock, started=900)
        with trace.span(CLEAN):
            clock.advance_to(1_040)
        trace.add(Stage.RECEIVE, 900, 950)
        assert trace.close(1_050) == (
            SpanEvent(stage=CLEAN, start=1_000, end=1_040, on_path=40),
            SpanEvent(stage=Stage.RECEIVE, start=900, end=950, on_path=50),
            Waited(start=950, end=1_000),
            Waited(start=1_040, end=1_050),
        )

    def test_failed_work_is_recorded_and_its_error_goes_on(self) -> None:
        clock = VirtualClock(0)
        trace = Trace(clock, started=0)

        def fail() -> None:
            with trace.span(IDENTIFY):
                clock.advance_to(7)
                raise LookupError

        with pytest.raises(LookupError):
            fail()
        assert trace.close(7) == (SpanEvent(stage=IDENTIFY, start=0, end=7, on_path=7, ok=False),)

    def test_the_wanted_stage_is_recorded_and_is_the_last(self) -> None:
        trace = Trace(VirtualClock(0), started=0, until=CLEAN)
        with trace.span(FETCH):
            pass
        with pytest.raises(StageReached), trace.span(CLEAN):
            assert len(trace.spans) == 1
        assert [one.stage for one in trace.spans] == [FETCH, CLEAN]
