"""What stands in a file is run, all its points, and one result says what came of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.sim.scenario.scripts import ASKED, MOVE, MOVED, failures, line_of, load, play, result, text
from wavoice.runtime.errors import ScenarioError
from wavoice.sim.scenario.format import Step
from wavoice.sim.scenario.run import CHUNK, Result, Task, merged, plan, run_cases, run_task
from wavoice.sim.scenario.stage import Models

WRONG = "then: {writes: []}"
TYPED = "- text: move my delivery to Friday"


class TestOneRun:
    def test_that_holds_has_passed(self) -> None:
        found = result(MOVE, then=MOVED)
        assert (found.name, found.status, found.ok, found.points) == ("talk", "passed", True, 1)
        assert found.steps == ("passed", "passed", "passed")
        assert (found.failures, found.failing, found.slice, found.notes) == ((), (), (), ())
        assert found.traces == (play(MOVE).fingerprint(),)

    def test_that_does_not_hold_says_where_and_why(self) -> None:
        steps = f"{ASKED}\n- note: yes\n  expect:\n    acts: [question]\n- wait: 5s"
        found = result(steps, then=MOVED)
        assert (found.status, found.ok) == ("failed", False)
        assert found.steps == ("passed", "failed", "passed")
        assert [(one.step, one.kind, one.line) for one in found.failures] == [
            (2, "acts", line_of(text(steps), "acts"))
        ]
        assert any("read acts=[affirm]" in line for line in found.slice)
        assert all(f" {play(steps).steps[1].turn} " in line for line in found.slice)

    def test_that_ends_otherwise_fails_as_a_whole(self) -> None:
        found = result(MOVE, then=WRONG)
        assert found.steps == ("passed",) * 3
        assert [(one.step, one.kind, one.line) for one in found.failures] == [(None, "writes", 12)]

    def test_has_the_same_trace_each_time(self) -> None:
        assert run_cases(load(MOVE, then=MOVED)).trace == result(MOVE, then=MOVED).trace
        assert result(MOVE, then=MOVED).trace != result(ASKED).trace

    def test_a_question_for_a_judge_is_a_remark(self) -> None:
        found = result(f"{ASKED}\n  expect: {{judge: Is it polite?}}")
        assert (found.status, found.notes) == ("passed", ("not judged (advisory): Is it polite?",))


class TestAStepThatCannotBeDone:
    STEPS = f"{ASKED}\n- button: Maybe\n- note: yes\n- wait: 5s"

    def test_fails_with_its_line_and_what_follows_is_not_run(self) -> None:
        found = result(self.STEPS)
        assert found.steps == ("passed", "failed", "not_run", "not_run")
        (failure,) = found.failures
        assert (failure.step, failure.kind, failure.line) == (2, "button", 10)
        assert failure.reason == "there is no button 'Maybe' to tap; buttons so far: Yes, No"

    def test_does_not_hide_what_failed_before_it(self) -> None:
        steps = f"{ASKED}\n  expect:\n    reply: {{buttons: [Maybe]}}\n- button: Maybe"
        found = result(steps)
        assert found.steps == ("failed", "failed")
        assert [(one.step, one.kind) for one in found.failures] == [(1, "reply"), (2, "button")]


def test_an_error_of_the_program_is_a_failure_that_says_where() -> None:
    async def breaks(step: Step, file: Path) -> bytes:
        raise ZeroDivisionError("a fault of the program")

    found = run_cases(load(ASKED), Models(recorder=breaks))
    (failure,) = found.failures
    assert (found.status, failure.step, failure.kind) == ("failed", None, "error")
    assert failure.reason == "ZeroDivisionError: a fault of the program"
    assert failure.got.startswith("test_run.py:")
    assert "ZeroDivisionError" in found.slice[-1]


def test_an_error_in_one_point_does_not_end_the_others() -> None:
    async def breaks_once(step: Step, file: Path) -> bytes:
        raise ZeroDivisionError

    cases = load("- ${verb}: hello", rest="matrix: {verb: [note, text]}")
    found = run_cases(cases, Models(recorder=breaks_once))
    assert [point.at for point in found.failing] == ["verb=note"]
    assert found.points == 2


class TestPending:
    REST = "pending: not built yet"

    def test_that_fails_is_as_expected(self) -> None:
        found = result(MOVE, then=WRONG, rest=self.REST)
        assert (found.status, found.ok, found.pending) == ("pending", True, "not built yet")
        assert [one.kind for one in found.failures] == ["writes"]

    def test_that_passes_is_a_failure(self) -> None:
        found = result(MOVE, then=MOVED, rest=self.REST)
        (failure,) = found.failures
        assert (found.status, found.ok, failure.kind) == ("failed", False, "pending")
        assert failure.reason == "it passes now: take `pending` out of the file"


class TestMatrix:
    STEPS = "- text: move my delivery to ${day}\n- text: ${say}\n- wait: 5s"
    REST = "matrix: {day: [Friday, Sunday], say: [yes, no]}"

    def test_is_one_result_that_names_the_points_that_fail(self) -> None:
        found = result(self.STEPS, then=WRONG, rest=self.REST)
        assert (found.name, found.status, found.points) == ("talk", "failed", 4)
        assert [point.at for point in found.failing] == ["day=Friday say=yes", "day=Sunday say=yes"]
        assert found.failures == found.failing[0].failures
        assert (found.steps, len(set(found.traces))) == ((), 4)

    def test_passes_if_every_point_does(self) -> None:
        then = "then: {writes: [{day: '${day}'}]}"
        found = result(self.STEPS.replace("${say}", "yes"), then=then, rest="matrix: {day: [Friday, Sunday]}")
        assert (found.status, found.points, found.failing) == ("passed", 2, ())


class TestSweep:
    STEPS = f"{TYPED}\n- text: yes\n- text: no wait\n  id: veto\n- wait: 10s"
    REST = "sweep: {around: committed, from: -1ms, to: 1ms, step: 1ms}"

    def test_sends_the_step_at_every_offset_from_the_event_of_the_undisturbed_run(self) -> None:
        found = result(self.STEPS, then=WRONG, rest=self.REST)
        assert (found.status, found.points) == ("failed", 3)
        assert [point.at for point in found.failing] == ["+0s", "+1ms"]
        assert {one.kind for point in found.failing for one in point.failures} == {"writes"}

    def test_may_name_the_step_that_is_sent(self) -> None:
        rest = self.REST.replace("step: 1ms", "step: 2ms, sends: veto")
        found = result(f"{self.STEPS}\n- text: hello", then=WRONG, rest=rest)
        assert [point.at for point in found.failing] == ["+1ms"]

    def test_times_a_matrix_is_every_point_of_both(self) -> None:
        rest = f"{self.REST.replace('step: 1ms', 'step: 2ms')}\nmatrix: {{say: [yes, no]}}"
        found = result(self.STEPS.replace("text: yes", "text: ${say}"), then=WRONG, rest=rest)
        assert found.points == 4
        told = {point.at: point.failures[0].reason for point in found.failing}
        assert told["say=no -1ms"] == told["say=no +1ms"] == "committed never happens without the swept step"
        assert "say=yes +1ms" in told
        assert "say=yes -1ms" not in told

    def test_around_what_never_happens_fails_on_its_line(self) -> None:
        whole = text(self.STEPS, rest=self.REST.replace("committed", "expired"))
        found = result(self.STEPS, rest=self.REST.replace("committed", "expired"))
        assert {one.line for one in found.failures} == {line_of(whole, "sweep:")}

    def test_fails_if_its_event_never_happens(self) -> None:
        found = result(self.STEPS, rest="sweep: {around: expired, from: 0s, to: 0s, step: 1s}")
        assert [one.reason for one in found.failures] == ["expired never happens without the swept step"]


class TestTasks:
    LONG = "sweep: {around: committed, from: 0s, to: 100s, step: 1s}"

    def test_a_file_of_one_point_is_one_task(self) -> None:
        assert plan(load(MOVE)) == [Task(Path("talk.yaml"), "talk", 0, 1)]

    def test_a_sweep_is_split_and_no_point_is_lost(self) -> None:
        tasks = plan(load(TestSweep.STEPS, rest=f"{self.LONG}\nmatrix: {{a: [x, y]}}"))
        bounds = [(task.start, task.stop) for task in tasks]
        assert bounds[0] == (0, CHUNK)
        assert bounds[-1][1] == 202
        assert [start for start, _ in bounds[1:]] == [stop for _, stop in bounds[:-1]]

    def test_pieces_put_together_are_the_whole(self) -> None:
        cases = load(TestSweep.STEPS, then=WRONG, rest=TestSweep.REST)
        pieces = [run_cases(cases, start=start, stop=stop) for start, stop in ((0, 2), (2, 3))]
        whole = result(TestSweep.STEPS, then=WRONG, rest=TestSweep.REST)
        assert timeless(merged(pieces)) == timeless(whole)
        assert merged(pieces).trace == whole.trace

    def test_pieces_of_a_pending_file_are_pending_as_a_whole(self) -> None:
        rest = f"{TestSweep.REST}\npending: not built yet"
        cases = load(TestSweep.STEPS, then=WRONG, rest=rest)
        held, failed = run_cases(cases, stop=1), run_cases(cases, start=2, stop=3)
        assert (merged([held, failed]).status, merged([held]).status) == ("pending", "failed")

    def test_a_task_reads_its_file(self, tmp_path: Path) -> None:
        file = tmp_path / "talk.yaml"
        file.write_text(text(MOVE, then=MOVED), encoding="utf-8")
        (task,) = plan(load(MOVE))
        found = run_task(replace(task, file=file))
        assert (found.file, found.status) == (file, "passed")
        assert found.trace == result(MOVE, then=MOVED).trace

    def test_a_task_whose_file_is_wrong_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(ScenarioError, match="there is no such file"):
            run_task(Task(tmp_path / "none.yaml", "none"))


def timeless(found: Result) -> Result:
    return replace(found, ms=0)


def test_failures_are_in_the_order_of_the_steps_and_the_end_comes_last() -> None:
    steps = f"{ASKED}\n  expect: {{acts: []}}\n- note: yes\n  expect: {{acts: []}}"
    assert [(one.step, one.kind) for one in failures(steps, then=MOVED)] == [
        (1, "acts"),
        (2, "acts"),
        (None, "L9"),
        (None, "L9"),
    ]
