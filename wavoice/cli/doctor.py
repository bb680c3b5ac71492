"""`wavoice doctor`: what this machine lacks, and the command that adds it."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def command(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
) -> None:
    """Say what is missing on this machine, what it would add, and the command that adds it.

    Exit code 0: replays can run; 1: something they need is missing.

    \b
    Examples:
      wavoice doctor
      wavoice doctor --json
    """  # noqa: D301 -- \b keeps the lines of the examples apart
    from wavoice.sim.doctor import examine  # noqa: PLC0415

    findings = examine()
    if as_json:
        typer.echo(json.dumps([finding.__dict__ for finding in findings], indent=2))
    else:
        for finding in findings:
            mark = "ok  " if finding.ok else "MISSING" if finding.needed else "none"
            typer.echo(f"{mark:8}{finding.name:12}{finding.adds}: {finding.detail}")
            if finding.remedy:
                typer.echo(f"{'':20}{finding.remedy}")
    raise typer.Exit(0 if all(finding.ok or not finding.needed for finding in findings) else 1)
