"""Runs what stands in a file, all its points, and says what came of it."""

from __future__ import annotations

import hashlib
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from wavoice.runtime.author.app import App
from wavoice.runtime.author.load import AppFile, load_from
from wavoice.sim.scenario.checks import check
from wavoice.sim.scenario.failure import Failure
from wavoice.sim.scenario.laws import check_laws, check_proofs
from wavoice.sim.scenario.load import Case, load_cases
from wavoice.sim.scenario.perform import Swept, perform
from wavoice.sim.scenario.record import Record
from wavoice.sim.scenario.slices import explain
from wavoice.sim.scenario.stage import Models
from wavoice.sim.scenario.values import as_text
from wavoice.sim.trace_file import Trace, write_trace

CHUNK = 40
"""Points that one task runs: short enough that two cores share a sweep."""


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a sweep or a matrix that failed."""

    at: str
    """Offset or values."""
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What one scenario came to."""

    file: Path
    name: str
    status: str
    """`passed`, `failed`, or `pending` (failed, as expected)."""
    failures: tuple[Failure, ...] = ()
    steps: tuple[str, ...] = ()
    """`passed`, `failed` or `not_run`, a step."""
    points: int = 1
    """How many runs it took: offsets of a sweep times combinations of a matrix."""
    failing: tuple[Point, ...] = ()
    pending: str | None = None
    traces: tuple[str, ...] = ()
    """A hash a point, over everything that happened: the same in every run."""
    ms: float = 0.0
    slice: tuple[str, ...] = ()
    """The lines of the journal that explain the first failure."""
    notes: tuple[str, ...] = ()
    """What was not judged, or not found and not needed."""

    @property
    def trace(self) -> str:
        """One hash over all points."""
        return hashlib.sha256("\n".join(self.traces).encode()).hexdigest()

    @property
    def ok(self) -> bool:
        """True unless somebody has to look at it."""
        return self.status in ("passed", "pending")


@dataclass(frozen=True, slots=True)
class Task:
    """Some points of one file; small enough to be sent to another process."""

    file: Path
    name: str
    start: int = 0
    stop: int | None = None
    journals: Path | None = None
    """Folder into which the journal of the first point is written."""
    app: AppFile | None = None
    """The bot; None: the sample bot."""


def plan(cases: Sequence[Case], journals: Path | None = None, app: AppFile | None = None) -> list[Task]:
    """Tasks that together run every point of a file."""
    first = cases[0]
    count = sum(len(_offsets(case)) for case in cases)
    bounds = range(0, count, CHUNK)
    return [
        Task(first.source.file, first.scenario.scenario, start, min(start + CHUNK, count), journals, app)
        for start in bounds
    ]


def run_task(task: Task, models: Models | None = None) -> Result:
    """Read the file and run the task's points. Raises `ScenarioError` if the file is wrong."""
    models = with_app(models, task.app)
    result = run_cases(load_cases(task.file), models, task.start, task.stop)
    if task.journals is not None and task.start == 0:
        _write_journal(load_cases(task.file)[0], models, task.journals)
    return result


def with_app(models: Models | None, app: AppFile | None) -> Models:
    """The models, and the jobs of a bot that is loaded once in a process."""
    return replace(models or Models(), app=None if app is None else _loaded(app))


@cache
def _loaded(app: AppFile) -> App:
    return load_from(app)


def _write_journal(case: Case, models: Models | None, folder: Path) -> None:
    """Run once more and keep the journal: of the first point; a sweep's is the undisturbed run."""
    sweep = case.scenario.sweep
    record = perform(case, models, None if sweep is None else Swept(_swept_step(case), None))
    trace = Trace(record.events, case.scenario.given.zone, record.names)
    write_trace(folder / f"{case.scenario.scenario}.jsonl", trace)


def run_cases(
    cases: Sequence[Case], models: Models | None = None, start: int = 0, stop: int | None = None
) -> Result:
    """Run the points from `start` to before `stop`, counted over all cases and offsets."""
    began = time.perf_counter()
    scenario = cases[0].scenario
    points = [(case, offset) for case in cases for offset in _offsets(case)][start:stop]
    around: dict[int, int | None] = {}
    results = [_run_point(case, offset, around, models or Models()) for case, offset in points]
    failing = tuple(
        Point(at, one.failures) for (at, one) in zip(map(_at, points), results, strict=True) if one.failures
    )
    first = next((one for one in results if one.failures), results[0])
    several = len(points) > 1 or start > 0
    return Result(
        file=cases[0].source.file,
        name=scenario.scenario,
        status="failed" if failing else "passed",
        failures=first.failures,
        steps=() if several else first.steps,
        points=len(points),
        failing=failing if several else (),
        pending=scenario.pending,
        traces=tuple(trace for one in results for trace in one.traces),
        ms=(time.perf_counter() - began) * 1000,
        slice=first.slice,
        notes=first.notes,
    )


def merged(results: Sequence[Result]) -> Result:
    """One result of all tasks of a file; whoever marked it pending is told if it passes."""
    first = next((one for one in results if one.failures), results[0])
    failing = tuple(point for one in results for point in one.failing)
    whole = replace(
        first,
        points=sum(one.points for one in results),
        failing=failing,
        status="failed" if any(one.status == "failed" for one in results) else "passed",
        traces=tuple(trace for one in results for trace in one.traces),
        ms=sum(one.ms for one in results),
    )
    return whole if whole.pending is None else _as_pending(whole)


def _as_pending(result: Result) -> Result:
    if result.status == "failed":
        return replace(result, status="pending")
    told = Failure(
        None, "pending", "it passes now: take `pending` out of the file", result.pending or "", "passed"
    )
    return replace(result, status="failed", failures=(told,))


def _offsets(case: Case) -> list[int | None]:
    sweep = case.scenario.sweep
    return [None] if sweep is None else list(range(sweep.from_, sweep.to + 1, sweep.step))


def _at(point: tuple[Case, int | None]) -> str:
    case, offset = point
    values = " ".join(f"{name}={value}" for name, value in case.values.items())
    moment = "" if offset is None else f"{'-' if offset < 0 else '+'}{as_text(abs(offset))}"
    return " ".join(part for part in (values, moment) if part)


def _run_point(case: Case, offset: int | None, around: dict[int, int | None], models: Models) -> Result:
    """One run, checked; an exception of the program is a failure that says where it came from."""
    began = time.perf_counter()
    try:
        swept = None
        if offset is not None:
            if id(case) not in around:
                around[id(case)] = _moment_of(case, models)
            moment = around[id(case)]
            if moment is None:
                name = case.scenario.sweep.around if case.scenario.sweep else ""
                told = f"{name} never happens without the swept step"
                return _result(case, [Failure(None, "sweep", told, line=case.line("sweep", "around"))])
            swept = Swept(_swept_step(case), moment + offset)
        record = perform(case, models, swept)
        listened = models.recorder is not None
        failures = [_with_line(case, one) for one in _failures(case, record, listened=listened)]
    except Exception as error:  # noqa: BLE001 -- one scenario's trouble must not end the others
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        told = "".join(traceback.format_exception_only(error)).strip()
        return replace(_result(case, [Failure(None, "error", told, got=where)]), slice=_tail(error))
    ms = (time.perf_counter() - began) * 1000
    steps = tuple(_status(number, failures, record) for number in range(1, len(case.scenario.steps) + 1))
    explained = tuple(explain(record, failures[0])) if failures else ()
    return replace(
        _result(case, failures),
        steps=steps,
        traces=(record.fingerprint(),),
        ms=ms,
        slice=explained,
        notes=tuple(_notes(case)),
    )


def _tail(error: Exception) -> tuple[str, ...]:
    return tuple("".join(traceback.format_exception(error)).splitlines()[-12:])


def _result(case: Case, failures: Sequence[Failure]) -> Result:
    status = "failed" if failures else "passed"
    return Result(case.source.file, case.name, status, tuple(failures))


def _failures(case: Case, record: Record, *, listened: bool) -> list[Failure]:
    failures = check(case.scenario, record, listened=listened)
    if record.broken is not None:
        return failures
    return [*failures, *check_laws(record), *check_proofs(record)]


def _with_line(case: Case, failure: Failure) -> Failure:
    if failure.line is not None:
        return failure
    if failure.step is None:
        return replace(failure, line=case.line("then", failure.kind))
    return replace(failure, line=case.line("steps", failure.step - 1, "expect", failure.kind))


def _status(number: int, failures: Sequence[Failure], record: Record) -> str:
    if number not in {run.number for run in record.steps}:
        return "not_run"
    return "failed" if any(failure.step == number for failure in failures) else "passed"


def _notes(case: Case) -> list[str]:
    asked = [step.expect.judge for step in case.scenario.steps if step.expect.judge]
    return [f"not judged (advisory): {question}" for question in asked]


def _swept_step(case: Case) -> int:
    sweep, steps = case.scenario.sweep, case.scenario.steps
    wanted = None if sweep is None else sweep.sends
    found = [i for i, step in enumerate(steps) if step.by_customer and wanted in (None, step.id)]
    return found[-1]


def _moment_of(case: Case, models: Models) -> int | None:
    """When the event happens if the swept step is left out; its last occurrence."""
    sweep = case.scenario.sweep
    record = perform(case, models, Swept(_swept_step(case), None))
    moments = [event.at for event in record.events if sweep is not None and event.kind == sweep.around]
    return moments[-1] if moments else None
