"""What `wavoice deploy` prints: a line a step, what was looked at, and how it ended; or JSON lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from wavoice.deploy.sequence import Report
    from wavoice.deploy.steps import Step
    from wavoice.deploy.target import Finding

_MARKS = {"done": "ok", "skipped": "-", "failed": "FAILED", "undone": "undone", "planned": "would"}


class Lines:
    """Prints steps as they end."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def step(self, step: Step) -> None:
        """One step."""
        if self._as_json:
            typer.echo(json.dumps(step.as_json(), ensure_ascii=False))
            return
        seconds = "" if step.outcome == "planned" else f"{step.seconds:7.1f} s"
        typer.echo(f"{_MARKS[step.outcome]:7}{step.name:14}{step.host:24}{seconds:>10}  {step.told}")
        self.findings([finding for finding in step.findings if not finding.ok], under="       ")
        if step.remedy and not step.findings:
            typer.echo(f"{'':7}{step.remedy}")

    def findings(self, findings: Sequence[Finding], under: str = "") -> None:
        """What was looked at."""
        for finding in findings:
            if self._as_json:
                typer.echo(json.dumps(_row(finding), ensure_ascii=False))
                continue
            mark = "ok" if finding.ok else "FAILED" if finding.needed else "look"
            typer.echo(f"{under}{mark:7}{finding.name:14}{finding.told}")
            if finding.remedy:
                typer.echo(f"{under}{'':21}{finding.remedy}")

    def report(self, report: Report, done: str) -> None:
        """How it ended. `done`: what to say if all went well."""
        if self._as_json:
            typer.echo(json.dumps(_ended(report)))
        elif report.ok:
            typer.echo(f"\n{done} in {report.seconds:.1f} s.")
        else:
            typer.echo(_failure(report), err=True)


def _failure(report: Report) -> str:
    failed = next(step for step in report.steps if step.outcome == "failed")
    undone = ", ".join(step.name for step in report.steps if step.outcome == "undone")
    went_on = f"Taken back: {undone}." if undone else "Nothing had been changed."
    return (
        f"\nFailed at {failed.name} on {failed.host}. {went_on}\nMend it, then go on with: {report.goes_on}"
    )


def _row(finding: Finding) -> dict[str, object]:
    keys = ("name", "ok", "needed", "told", "remedy")
    return {key: getattr(finding, key) for key in keys}


def _ended(report: Report) -> dict[str, object]:
    return {
        "ok": report.ok,
        "release": report.release,
        "failed_at": report.failed_at or None,
        "goes_on": report.goes_on or None,
        "seconds": round(report.seconds, 3),
    }
