"""The part of a journal that explains a failure, in lines that a person can read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.scenario.failure import Failure
from wavoice.sim.scenario.record import Record

MOST_LINES = 16
_QUIET = (journal.SpanEvent, journal.Waited, journal.MediaKept, journal.StatusSeen, journal.LookedUp)
_HIDDEN = frozenset(
    {"digest", "facts_version", "tier", "decodes", "messages", "group", "media_sha256", "key"}
)


def explain(record: Record, failure: Failure) -> Iterator[str]:
    """Lines of the turn that failed, else of its step, else of the end of the run."""
    began = record.steps[0].began.at if record.steps else 0
    if failure.turn is not None:
        events = [event for event in record.events if event.where.turn == failure.turn]
    elif failure.step is not None:
        runs = [run for run in record.steps if run.number == failure.step]
        events = record.of_step(runs[0]) if runs else []
    else:
        events = list(record.events)
    told = [event for event in events if not isinstance(event.body, _QUIET)]
    yield from lines(told[-MOST_LINES:], began)


def lines(events: Sequence[Event], began: Micros) -> Iterator[str]:
    """One line an event: when, since the scenario began; which turn; what; with what."""
    for event in events:
        fields = {spec.name: getattr(event.body, spec.name) for spec in dataclasses.fields(event.body)}
        said = " ".join(f"{name}={_short(value)}" for name, value in fields.items() if _tells(name, value))
        yield f"{(event.at - began) / SECOND:+9.3f}s {event.where.turn} {event.kind} {said}".rstrip()


def _tells(name: str, value: Any) -> bool:
    return (
        name not in _HIDDEN
        and value not in (None, "", (), {}, False)
        and not name.endswith(("_at", "_sha256"))
    )


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {item}" for key, item in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(str(item) for item in value) + "]"
    text = str(value)
    return repr(text) if " " in text else text
