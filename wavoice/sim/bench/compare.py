"""Figures of two runs side by side, where that is honest: one machine, one set of notes, one network."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from wavoice.runtime.errors import UserInputError
from wavoice.sim.bench.figures import VERSION, Report, Spread

_REPORT = TypeAdapter(Report)
SAME_MACHINE = ("cpu", "cores", "system")
"""Two machines that agree in these cannot be told apart."""
SAME_SETTING = ("network", "network_seed", "sequential")
WORSE = 1.1
"""A median may grow by a tenth before it counts as worse: less comes and goes with the hour."""


@dataclass(frozen=True, slots=True)
class Change:
    """One figure, before and now, in milliseconds; or in turns a second."""

    what: str
    before: float
    now: float | None
    """None: it is missing now."""
    more_is_better: bool = False

    @property
    def worse(self) -> bool:
        """True if it is missing, or worse by more than a tenth."""
        if self.now is None:
            return True
        slower = self.before / self.now if self.more_is_better else self.now / self.before
        return slower > WORSE


def to_json(report: Report) -> str:
    """One JSON document; its keys are the fields of `Report`, and what is missing."""
    whole = dataclasses.asdict(report) | {"missing": report.missing}
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def read_report(file: Path) -> Report:
    """Read what `--json` wrote. Raises `UserInputError`, also for a file of a later version."""
    try:
        whole = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserInputError(f"{file} cannot be read.", remedy="Write it with --json first.") from error
    if isinstance(whole, dict):
        if whole.get("version") != VERSION:
            raise UserInputError(f"{file} has version {whole.get('version')}; this one reads {VERSION}.")
        whole.pop("missing", None)
    try:
        return _REPORT.validate_python(whole)
    except ValidationError as error:
        raise UserInputError(
            f"{file} is no report of a bench.", remedy="Write it with --json first."
        ) from error


def check_comparable(before: Report, now: Report) -> None:
    """Raise `UserInputError`, which names what differs, unless their figures may be compared."""
    different = [
        *_different("machine", before.machine, now.machine, SAME_MACHINE),
        *_different("setting", before.setting, now.setting, SAME_SETTING),
        *_other_notes(before, now),
    ]
    if different:
        raise UserInputError(
            f"These figures cannot be compared: {'; '.join(different)}.",
            remedy="Measure both on one machine with the same notes and network.",
        )


def changes(before: Report, now: Report) -> list[Change]:
    """Every median of before that is not missing there, and what it is now."""
    return [*_of_rows(before, now), *_of_flights(before, now)]


def _of_rows(before: Report, now: Report) -> Iterator[Change]:
    for old in before.rows:
        new = now.row(old.note, old.reply, old.how)
        if old.turn_ms.p50 is not None:
            found = (new.turn_ms if new else Spread()).p50
            yield Change(f"{old.note}, {old.how} {old.reply}, ms", old.turn_ms.p50, found)


def _of_flights(before: Report, now: Report) -> Iterator[Change]:
    rates = {(flight.reply, flight.in_flight): flight.per_second for flight in now.flights}
    for old in before.flights:
        if old.per_second is not None:
            found = rates.get((old.reply, old.in_flight))
            name = f"{old.in_flight} in flight, {old.reply}, a second"
            yield Change(name, old.per_second, found, more_is_better=True)


def _different(
    what: str, before: Mapping[str, object], now: Mapping[str, object], keys: tuple[str, ...]
) -> Iterator[str]:
    for key in keys:
        if before.get(key) != now.get(key):
            yield f"{what}: {key} was {before.get(key)}, is {now.get(key)}"


def _other_notes(before: Report, now: Report) -> Iterator[str]:
    """Bytes decide; a note that is sent in one of the two only is another set of notes."""
    old, new = ({each.name: each.sha256 for each in one.fixtures} for one in (before, now))
    for name in [*old, *(name for name in new if name not in old)]:
        if old.get(name) != new.get(name):
            yield f"fixtures: the note of {name} is not the same"
