"""Results for machines: JSON lines and JUnit."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wavoice.sim.scenario.failure import Failure
from wavoice.sim.scenario.run import Result

MOST_POINTS = 12


def to_line(result: Result) -> str:
    """One JSON object; its keys are the fields of `Result`, with one `trace` over all points."""
    fields = dataclasses.asdict(result)
    del fields["traces"]
    return json.dumps({**fields, "trace": result.trace}, ensure_ascii=False, default=str)


def in_words(failure: Failure, file: Path) -> str:
    """One failure in one line: where, which assertion, why, what was expected, what came."""
    where = f"{file}:{failure.line}" if failure.line else str(file)
    step = f"step {failure.step} " if failure.step is not None else ""
    said = f"{where}: {step}{failure.kind}: {failure.reason}"
    if failure.expected:
        said += f"; expected {failure.expected}"
    return f"{said}; got {failure.got}" if failure.got else said


def points_in_words(result: Result) -> str:
    """Which points of a sweep or a matrix failed; empty if it has only one."""
    if not result.failing:
        return ""
    shown = [point.at for point in result.failing[:MOST_POINTS]]
    more = len(result.failing) - len(shown)
    of = f" ({len(result.failing)} of {result.points})"
    return "failing: " + ", ".join(shown) + (f" and {more} more" if more else "") + of


def write_junit(file: Path, results: Sequence[Result], seconds: float) -> None:
    """Write a JUnit XML report, which CI systems show; a pending scenario is a skipped test."""
    from junitparser import Error, JUnitXml, Skipped, TestCase, TestSuite  # noqa: PLC0415

    suites: dict[str, Any] = {}
    for result in results:
        folder = result.file.parent.name or "."
        suite = suites.setdefault(folder, TestSuite(folder))
        case = TestCase(result.name, classname=folder, time=round(result.ms / 1000, 3))
        if result.status == "pending":
            case.result = [Skipped(result.pending or "")]
        elif not result.ok:
            case.result = [_junit_failure(result, error=Error)]
        suite.add_testcase(case)
    report = JUnitXml("wavoice test")
    for suite in suites.values():
        report.add_testsuite(suite)
    report.time = round(seconds, 3)
    report.write(str(file), pretty=True)


def _junit_failure(result: Result, error: Any) -> Any:
    from junitparser import Failure as JUnitFailure  # noqa: PLC0415

    first = result.failures[0] if result.failures else None
    kind = error if first is not None and first.kind == "error" else JUnitFailure
    one = kind(_printable(first.reason) if first else result.status, first.kind if first else "")
    told = [in_words(failure, result.file) for failure in result.failures]
    told += [f"{point.at}: {in_words(point.failures[0], result.file)}" for point in result.failing]
    one.text = _printable("\n".join([*told, *result.slice]))
    return one


def _printable(text: str) -> str:
    """Without the characters that XML 1.0 forbids (section 2.2)."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)
