"""A store that holds many conversations, one after the other: what scenarios left, each renamed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from wavoice.runtime.adapters.clock import Uuid7Ids
from wavoice.runtime.adapters.store import SqliteStore
from wavoice.runtime.journal import Event
from wavoice.runtime.journal_lines import from_json, to_json
from wavoice.runtime.model import SECOND
from wavoice.runtime.policy import HOUR
from wavoice.sim.scenario.load import find_files, load_cases
from wavoice.sim.scenario.perform import perform

SCENARIOS = Path(__file__).parents[3] / "scenarios"
BEGIN = 1_795_400_000 * SECOND
"""In November 2026."""
_TIMES = frozenset({"at", "start", "end", "started_at", "ended_at", "accepted_at", "sent_at", "settle_at"})
_NAMES = frozenset({"contact", "turn", "message", "messages", "proposal", "group", "evidence"})


def scenario_files(every: int = 1) -> list[Path]:
    """Scenarios without a sweep; each n-th of them."""
    found = [file for file in find_files([SCENARIOS]) if "sweep:" not in file.read_text(encoding="utf-8")]
    return found[::every]


def played(files: Iterable[Path], gap: int = 5 * HOUR) -> Iterator[Event]:
    """What each scenario's first point leaves, `gap` after the one before, as other customers' talks."""
    for number, file in enumerate(files):
        events = perform(load_cases(file)[0]).events
        shift = BEGIN + number * gap - min(event.at for event in events)
        yield from (renamed(event, f"s{number}", shift) for event in events)


def renamed(event: Event, prefix: str, shift: int) -> Event:
    """The event at another time, of a conversation of its own."""
    line = to_json(event)
    changed = _changed(line, prefix, shift)
    changed["data"] = _changed(line["data"], prefix, shift)
    return from_json(changed)


def _changed(values: Mapping[str, Any], prefix: str, shift: int) -> dict[str, Any]:
    return {name: _value(name, value, prefix, shift) for name, value in values.items()}


def _value(name: str, value: Any, prefix: str, shift: int) -> Any:
    if name in _TIMES and isinstance(value, int) and value:
        return value + shift
    if name in _NAMES and isinstance(value, str):
        return f"{prefix}.{value}"
    if name in _NAMES and isinstance(value, list):
        return [f"{prefix}.{one}" for one in value]
    return value


def stored(file: Path, events: Sequence[Event]) -> Path:
    """A store with that journal."""

    async def write() -> None:
        store = await SqliteStore.open(file, ids=Uuid7Ids())
        async with store.begin() as tx:
            await tx.journal.add(events)
        await store.close()

    asyncio.run(write())
    return file
