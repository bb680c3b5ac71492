"""Results of a replay as JSON lines, and whether later ones are worse."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from wavoice.runtime.errors import UserInputError
from wavoice.sim.report import NoteResult

_RESULT = TypeAdapter(NoteResult)
TOLERANCE = 0.02
"""A word error rate may grow by this much before it counts as worse."""


def to_line(result: NoteResult) -> str:
    """One JSON object; its keys are the fields of `NoteResult`."""
    return json.dumps(dataclasses.asdict(result), ensure_ascii=False)


def read_results(file: Path) -> list[NoteResult]:
    """Read what `--json` wrote. Raises `UserInputError` that names file and line."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserInputError(f"{file} cannot be read.", remedy="Write it with --json first.") from error
    results = [_read(file, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not results:
        raise UserInputError(f"{file} holds no results.", remedy="Write it with --json first.")
    return results


def _read(file: Path, number: int, line: str) -> NoteResult:
    try:
        return _RESULT.validate_json(line)
    except ValidationError as error:
        raise UserInputError(
            f"{file}:{number} is not a replay result.", remedy="Write it with --json first."
        ) from error


def worse(before: Sequence[NoteResult], now: Sequence[NoteResult]) -> Iterator[str]:
    """Say which notes of `before` came out worse, in another way, or not at all."""
    by_fixture = {result.fixture: result for result in now}
    for old in before:
        new = by_fixture.get(old.fixture)
        if new is None:
            yield f"{old.fixture} was not replayed"
        elif old.ok and not new.ok:
            yield f"{old.fixture}: {'; '.join(new.problems)}"
        elif (old.expected is None or new.outcome == "stopped") and new.outcome != old.outcome:
            yield f"{old.fixture}: was {old.outcome}, is {new.outcome}"
        elif old.wer is not None and (new.wer is None or new.wer > old.wer + TOLERANCE):
            yield f"{old.fixture}: word error rate was {old.wer}, is {new.wer}"
