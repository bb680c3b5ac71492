"""The scenario gate: the author's own scenarios, on the runtime that is about to be shipped."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.settings import Settings

MOST_TOLD = 8
"""Failures that are told; `wavoice test` tells all."""
_WAVOICE = "from wavoice.cli.main import main; main()"


@dataclass(frozen=True, slots=True)
class Judged:
    """What the scenarios came to."""

    passed: int
    pending: int
    failed: tuple[str, ...] = ()
    """One line each."""
    trouble: str = ""
    """Why they could not be judged, in the words of `wavoice test`."""

    @property
    def ok(self) -> bool:
        """True if a release may go on."""
        return not self.failed and not self.trouble and self.passed > 0

    @property
    def told(self) -> str:
        """In words."""
        pending = f", {self.pending} pending" if self.pending else ""
        return f"{self.passed} scenarios passed{pending}"


def scenario_paths(settings: Settings) -> list[Path]:
    """Where the scenarios are. Raises `UserInputError` where there is nothing."""
    root = settings.config.parent.resolve()
    paths = [root / path for path in settings.deploy.scenarios]
    missing = [str(path) for path in paths if not path.exists()]
    if missing or not paths:
        raise UserInputError(
            f"There are no scenarios: {', '.join(missing) or 'deploy.scenarios is empty'}.",
            remedy='Write one (docs/scenarios.md), or say why none is needed: --skip-gate "REASON".',
        )
    return paths


def scenario_files(settings: Settings) -> list[Path]:
    """Every file of them, sorted: what was judged has to be known when a deploy is taken up again."""
    found: set[Path] = set()
    for path in scenario_paths(settings):
        found |= {path} if path.is_file() else {file for file in path.rglob("*") if file.is_file()}
    return sorted(found)


async def judge(settings: Settings) -> Judged:
    """Run `wavoice test` on them in a process of its own, with this Python and these settings.

    A process of its own because workers are forked, and a deploy has open connections.
    """
    with tempfile.TemporaryDirectory(prefix="wavoice-gate-") as folder:
        results = Path(folder) / "results.jsonl"
        arguments = ["test", "--quiet", "--json", str(results), *map(str, scenario_paths(settings))]
        running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _WAVOICE,
            *arguments,
            cwd=settings.config.parent.resolve(),
            env={**os.environ, "WAVOICE_CONFIG": str(settings.config.resolve()), "NO_COLOR": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            _, said = await running.communicate()
        except asyncio.CancelledError:
            running.kill()
            await running.wait()
            raise
        lines = results.read_text(encoding="utf-8").splitlines() if results.is_file() else []
    return read_results(
        [json.loads(line) for line in lines], running.returncode or 0, said.decode("utf-8", "replace")
    )


def read_results(rows: Sequence[dict[str, Any]], code: int, said: str) -> Judged:
    """What came of it. A code other than 0 without a failed scenario means that a file was wrong."""
    failed = [row for row in rows if row["status"] == "failed"]
    told = tuple(_told(row) for row in failed)
    trouble = said.strip()[-600:] if code and not failed else ""
    return Judged(
        passed=sum(row["status"] == "passed" for row in rows),
        pending=sum(row["status"] == "pending" for row in rows),
        failed=told,
        trouble=trouble or ("wavoice test ended with an error" if code and not failed else ""),
    )


def _told(row: dict[str, Any]) -> str:
    first = next(iter(row.get("failures") or ()), None)
    why = f": {first['kind']}: {first['reason']}" if first else ""
    return f"{Path(row['file']).name}: {row['name']}{why}"
