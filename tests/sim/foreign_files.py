"""Files of other tools, written for a test, and what our own loader reads of what they become."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wavoice.sim.scenario.foreign import Draft, Imported, read_foreign
from wavoice.sim.scenario.load import Case, load_cases

ACTIONS = {
    "move_order": "reschedule_delivery",
    "move_order.order_id": "order",
    "move_delivery": "reschedule_delivery",
    "find_order": "track_order",
}
GIVEN = {"now": "2026-11-23T10:00:00", "zone": "UTC"}


def write(folder: Path, text: str, name: str = "theirs.yaml") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return file


def read(folder: Path, text: str, actions: Mapping[str, str] | None = None) -> Imported:
    return read_foreign(write(folder, text), ACTIONS if actions is None else actions)


def loaded(draft: Draft) -> Case:
    """The one case of a draft, as our own loader reads it."""
    (case,) = load_cases(Path(f"{draft.name}.yaml"), draft.text)
    return case


def shown(draft: Draft) -> Any:
    """All that the scenario says, durations in microseconds."""
    return loaded(draft).scenario.model_dump(mode="json", by_alias=True, exclude_unset=True)


def steps(imported: Imported) -> Any:
    """Steps of the only draft."""
    (draft,) = imported.scenarios
    return shown(draft)["steps"]


def refused(imported: Imported) -> list[tuple[int, str]]:
    return [(one.line, one.what) for one in imported.refused]
