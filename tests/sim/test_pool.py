"""Scenarios over processes and points; repetitions that must leave one trace."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.sim.scenario.scripts import NOTHING, text
from wavoice.runtime.errors import ScenarioError
from wavoice.sim.scenario import pool, run
from wavoice.sim.scenario.failure import Failure
from wavoice.sim.scenario.load import Case, load_cases
from wavoice.sim.scenario.real_ears import find_audio
from wavoice.sim.scenario.run import Result, Task, plan
from wavoice.sim.trace_file import read_trace

ASKS = "- text: where is my order\n  expect: {reply: {contains: ['1842']}}"
FAILS = "- text: where is my order\n  expect: {reply: {contains: [Sorry]}}"
TAKEN_BACK = "- text: move my delivery to Friday\n- text: 'yes'\n- text: no wait"
SWEEP = "sweep: {around: confirmed, from: 100ms, to: 500ms, step: 100ms}"


def files(folder: Path, **steps: str) -> list[list[Case]]:
    """Files by name; what stands behind a `|` in their steps is the rest of the file."""
    for name, said in steps.items():
        listed, _, rest = said.partition("|")
        whole = text(listed, "", NOTHING, rest).replace("scenario: talk", f"scenario: {name}")
        (folder / f"{name}.yaml").write_text(whole, encoding="utf-8")
    return [load_cases(folder / f"{name}.yaml") for name in steps]


class TestRuns:
    def test_a_result_a_file_as_it_is_done(self, tmp_path: Path) -> None:
        first, second = pool.run_files(files(tmp_path, good=ASKS, bad=FAILS), 1)
        assert (first.name, first.status, first.points) == ("good", "passed", 1)
        assert (second.name, second.status, second.failures[0].kind) == ("bad", "failed", "reply")
        assert first.file == tmp_path / "good.yaml"

    def test_nothing_runs_before_it_is_asked_for(self, tmp_path: Path) -> None:
        cases = files(tmp_path, good=ASKS, bad=FAILS)
        results = pool.run_files(cases, 1)
        assert next(results).name == "good"
        (tmp_path / "bad.yaml").write_text(text(ASKS).replace("scenario: talk", "scenario: bad"))
        assert [one.status for one in results] == ["passed"]

    def test_no_files_no_results(self) -> None:
        assert list(pool.run_files([], 1)) == []

    def test_the_points_of_a_file_are_one_result_however_they_are_cut(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cases = files(tmp_path, swept=f"{TAKEN_BACK}|{SWEEP}", after=ASKS)
        whole, _ = pool.run_files(cases, 1)
        monkeypatch.setattr(run, "CHUNK", 2)
        assert [(task.start, task.stop) for task in plan(cases[0])] == [(0, 2), (2, 4), (4, 5)]
        cut, after = pool.run_files(cases, 1)
        assert (cut.name, cut.points, cut.status, after.name) == ("swept", 5, "passed", "after")
        assert (cut.trace, len(cut.traces)) == (whole.trace, 5)

    def test_points_that_fail_in_any_part_are_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(run, "CHUNK", 1)
        steps = '- text: where is my order\n  expect: {reply: {contains: ["${word}"]}}'
        cases = files(tmp_path, many=f"{steps}|matrix: {{word: [Order, Sorry, packed, never]}}")
        (result,) = pool.run_files(cases, 1)
        assert (result.status, result.points) == ("failed", 4)
        assert [point.at for point in result.failing] == ["word=Sorry", "word=never"]
        assert result.failures[0].expected == "Sorry"

    def test_journals_of_the_first_points(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(run, "CHUNK", 2)
        cases = files(tmp_path, good=ASKS, swept=f"{TAKEN_BACK}|{SWEEP}")
        journals = tmp_path / "journals"
        journals.mkdir()
        assert len(list(pool.run_files(cases, 1, journals=journals))) == 2
        assert sorted(file.name for file in journals.iterdir()) == ["good.jsonl", "swept.jsonl"]
        assert any(event.kind == "replied" for event in read_trace(journals / "good.jsonl").events)

    def test_whoever_stops_asking_ends_it(self, tmp_path: Path) -> None:
        results = pool.run_files(files(tmp_path, good=ASKS, bad=FAILS), 1)
        next(results)
        results.close()  # type: ignore[attr-defined]
        assert list(results) == []

    def test_cores_are_counted(self) -> None:
        assert 1 <= pool.cores() <= (os.cpu_count() or 1)


def by_hash_seed(tasks: Sequence[Task], times: int) -> list[Result]:
    """Stands in for a runtime that depends on chance: what it leaves differs with the hash seed."""
    fixed = "fixed" if "PYTHONHASHSEED" in os.environ else "free"
    return [
        Result(task.file, task.name, "passed", traces=(str(hash("chance")),), notes=(fixed,))
        for _ in range(times)
        for task in tasks
    ]


class TestRepetitions:
    @pytest.mark.bulk
    def test_what_depends_on_chance_is_found_whatever_seed_the_caller_fixed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Two processes, three repetitions."""
        monkeypatch.setenv("PYTHONHASHSEED", "0")
        monkeypatch.setattr(pool, "_repeat", by_hash_seed)
        monkeypatch.setattr(pool, "PROCESSES", 2)
        first, second = pool.repeat_files(files(tmp_path, one=ASKS, two=FAILS), 3, 2)
        assert (first.name, first.status, first.points) == ("one", "failed", 3)
        assert (second.name, second.status, second.points) == ("two", "failed", 3)
        (failure,) = first.failures
        assert (failure.kind, failure.reason, failure.expected) == (
            "trace", "3 runs left 2 different traces", "one trace",
        )  # fmt: skip
        assert failure.got.count(",") == 1
        assert first.notes == ("free",)
        assert os.environ["PYTHONHASHSEED"] == "0"

    def test_equal_runs_are_one_result(self) -> None:
        one = Result(Path("a.yaml"), "a", "passed", traces=("x", "y"), points=2, ms=3)
        whole = pool._same_each_time([one, one, one])
        assert (whole.status, whole.points, whole.ms, whole.failures) == ("passed", 6, 9, ())
        assert whole.trace == one.trace

    def test_a_failure_is_told_before_a_difference(self) -> None:
        good = Result(Path("a.yaml"), "a", "passed", traces=("x",))
        bad = Result(Path("a.yaml"), "a", "failed", (Failure(1, "reply", "no"),), traces=("y",))
        whole = pool._same_each_time([good, bad])
        assert (whole.status, whole.failures) == ("failed", bad.failures)


class TestNotesForRealEars:
    NAME = "fixtures/audio/where.ogg"

    def write(self, folder: Path) -> Path:
        file = folder / self.NAME
        file.parent.mkdir(parents=True)
        file.write_bytes(b"OggS")
        return file

    def test_a_note_lies_here_or_above_the_scenario(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        scenario = tmp_path / "project" / "scenarios" / "audio" / "talk.yaml"
        above = self.write(tmp_path / "project")
        assert find_audio(self.NAME, scenario) == above
        here = self.write(tmp_path / "here")
        assert find_audio(self.NAME, scenario) == here

    def test_a_note_that_is_nowhere_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ScenarioError) as caught:
            find_audio(self.NAME, tmp_path / "talk.yaml")
        assert str(caught.value) == (
            f"{tmp_path}/talk.yaml: there is no audio file {self.NAME} here or above the scenario."
        )
