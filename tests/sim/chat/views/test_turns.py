"""The waterfall adds up: path and waits of every turn are its wall time within a millisecond."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.journals import talk
from tests.rehearsing import Desk
from tests.sim.chat.views.folding import MS, fold, have, real_time, turns_of_all
from wavoice.runtime import journal
from wavoice.runtime.journal import Event, SpanEvent, Where
from wavoice.runtime.model import Modality, Stage
from wavoice.runtime.trace import walk_back
from wavoice.sim.chat.views import BarForm, TurnView
from wavoice.sim.scenario.load import load_cases
from wavoice.sim.scenario.perform import perform
from wavoice.sim.trace_file import read_trace

SCENARIOS = sorted((Path(__file__).parents[4] / "scenarios").rglob("*.yaml"))
SCENARIOS = [file for file in SCENARIOS if file.parent.name != "worlds"]
WHERE = Where("default", "100", "c_1", "t_1", Modality.VOICE)
REPLAYED = Path(__file__).with_name("replayed.jsonl")
"""Journal of a real replay: `wavoice replay fixtures/audio/reschedule_yes__street_10db.ogg --journal DIR`."""


def broken(turns: Sequence[TurnView]) -> list[str]:
    """Every turn that does not add up, or whose path is not one line through its bars."""
    return [problem for turn in turns for problem in _problems(turn)]


def _problems(turn: TurnView) -> list[str]:
    found = []
    if turn.ended_at is None:
        return []
    if abs(turn.off_by) > MS:
        found.append(f"{turn.id}: off by {turn.off_by} µs")
    moment = turn.started_at
    for bar in turn.path:
        if bar.path_start < moment:
            found.append(
                f"{turn.id}: {bar.stage} overlaps the path before it by {moment - bar.path_start} µs"
            )
        if not bar.start <= bar.path_start <= bar.path_start + bar.on_path <= bar.end:
            found.append(f"{turn.id}: the path leaves the bar of {bar.stage}")
        moment = bar.path_start + bar.on_path
    if turn.path and moment > turn.ended_at:
        found.append(f"{turn.id}: the path ends {moment - turn.ended_at} µs behind the turn")
    return found


class TestTheLaw:
    def test_of_notes_in_real_time(self) -> None:
        turns = fold(real_time()).turns
        assert broken(turns) == []
        assert [turn.unseen_ms for turn in turns] == [0.0] * len(turns)
        assert len([turn for turn in turns if turn.how == "answered"]) >= 4

    def test_of_a_real_replay(self) -> None:
        turns = fold(read_trace(REPLAYED).events).turns
        assert broken(turns) == []
        assert [(turn.how, turn.unseen_ms) for turn in turns] == [("answered", 0.0), ("answered", 0.0)]

    def test_of_writes_that_settle_and_are_retried(self) -> None:
        turns = fold(have(talk)).turns
        assert broken(turns) == []
        assert [turn.unseen_ms for turn in turns] == [0.0] * 7
        assert turns[-1].settle_ms == 2500.0
        assert turns[-1].queue_ms == 1000.0, "the lost answer was waited for"

    @settings(derandomize=True, deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.tuples(st.sampled_from(list(Stage)), st.integers(0, 900), st.integers(0, 400)), max_size=12
        ),
        st.integers(0, 1400),
    )
    def test_of_any_spans(self, found: list[tuple[Stage, int, int]], end: int) -> None:
        spans = [
            SpanEvent(stage=stage, start=start * MS, end=(start + took) * MS, on_path=0)
            for stage, start, took in found
            if stage is not Stage.SETTLE
        ]
        bodies = [journal.Received("wamid.1", 0), *walk_back(spans, 0, end * MS)]
        ended = journal.TurnEnded("answered", "", 0, end * MS)
        (turn,) = fold(Event(0, WHERE, body) for body in (*bodies, ended)).turns
        assert broken([turn]) == []
        assert turn.off_by == 0
        assert turn.unseen_ms == 0

    @pytest.mark.parametrize(
        "file",
        [
            pytest.param(file, marks=pytest.mark.long if place % 10 else pytest.mark.bulk, id=file.stem)
            for place, file in enumerate(SCENARIOS)
        ],
    )
    def test_of_all_scenarios(self, file: Path) -> None:
        for case in load_cases(file):
            assert broken(turns_of_all(fold(perform(case).events))) == []


class TestBars:
    def test_overlap_is_seen_and_not_counted(self) -> None:
        (first, *_) = fold(real_time()).turns
        looked_up = [bar for bar in first.bars if bar.stage == Stage.LOOK_UP]
        assert [bar.on_path for bar in looked_up] == [0]
        assert all(bar.overlaps == bar.end - bar.start for bar in looked_up)

    def test_settle_is_felt_and_no_latency(self) -> None:
        settled = fold(have(talk)).turns[2]
        assert settled.turn_ms == 0.0
        assert settled.customer_wait_ms == 1500.0
        (settle,) = [bar for bar in settled.bars if bar.form is BarForm.SETTLE]
        assert settled.work(settle.end) - settled.work(settle.start) == 0

    def test_a_settle_window_that_runs_is_drawn_until_it_is_due(self) -> None:
        async def until_the_yes(at: Desk) -> None:
            await at.types("move my delivery to Friday")
            await at.types("yes")

        turn = fold(have(until_the_yes)).turns[-1]
        assert turn.how == "settling"
        assert turn.turn_ms is None
        (bar,) = [bar for bar in turn.bars if bar.open]
        assert (bar.form, bar.end - bar.start) == (BarForm.SETTLE, 1_500_000)

    def test_a_turn_that_was_overtaken_has_no_wait_of_the_customer(self) -> None:
        async def overtaken(at: Desk) -> None:
            await at.types("move my delivery to Friday")
            await at.types("yes")
            await at.types("no wait", after=0.5)

        turn = fold(have(overtaken)).turns[1]
        assert (turn.how, turn.customer_wait_ms, turn.settle_ms) == ("overtaken", None, 500.0)
        assert turn.off_by == 0

    def test_a_wait_that_was_cut_short_counts_as_far_as_it_came(self) -> None:
        async def overtaken(at: Desk) -> None:
            await at.types("move my delivery to Friday")
            at.world.fault("timeout", at="write")
            at.world.fault("timeout", at="look_up")
            await at.types("yes")
            await at.types("no wait", after=3)

        turn = fold(have(overtaken)).turns[1]
        assert turn.how == "overtaken"
        assert broken([turn]) == []

    def test_what_died_with_the_process_is_a_bar_of_its_own(self) -> None:
        events = [event for event in real_time() if event.kind not in ("span", "waited")]
        for turn in fold(events).turns:
            assert turn.off_by == 0
            assert [bar.form for bar in turn.bars] == [BarForm.UNSEEN]

    def test_a_turn_under_way_has_no_figures(self) -> None:
        turn = fold([Event(5, WHERE, journal.Received("wamid.1", 0, voice=True))]).turns[0]
        assert (turn.how, turn.turn_ms, turn.ended_at, turn.started_at) == ("under_way", None, None, 5)


class TestFigures:
    def answers(self, count: int) -> list[Event]:
        events = []
        for number in range(count):
            where = Where("default", "100", "c_1", f"t_{number}", Modality.TEXT)
            start, end = number * 10_000 * MS, number * 10_000 * MS + (number + 1) * 10 * MS
            span = SpanEvent(Stage.DECIDE, start, end, end - start)
            bodies = (
                journal.Received(f"wamid.{number}", 0),
                span,
                journal.TurnEnded("answered", "", start, end),
                journal.Replied("o_1", "text", (f"wamid.a{number}",)),
            )
            events += [Event(start, where, body) for body in bodies]
        return events

    @pytest.mark.parametrize(
        ("runs", "p50", "p95"),
        [(0, None, None), (1, None, None), (2, 15.0, None), (19, 100.0, None), (20, 105.0, 190.0)],
    )
    def test_a_p50_needs_two_and_a_p95_twenty(self, runs: int, p50: float | None, p95: float | None) -> None:
        figures = fold(self.answers(runs), "c_1").figures
        assert figures.runs == runs
        assert (figures.turn_ms.p50, figures.turn_ms.p95) == (p50, p95)
        assert figures.customer_wait_ms == figures.turn_ms

    def test_what_a_wake_sent_is_no_answer(self) -> None:
        events = [event for event in self.answers(20) if event.kind != "received"]
        assert fold(events, "c_1").figures.runs == 0
