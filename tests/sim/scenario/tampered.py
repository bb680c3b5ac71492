"""Runs as they were, and as they were not: a record with some of its events changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from tests.sim.scenario.scripts import ASKED, MOVE
from wavoice.runtime.journal import Event
from wavoice.sim.scenario.laws import check_laws
from wavoice.sim.scenario.record import Mark, Record

STOPPED = f"{ASKED}\n- text: stop messages\n- text: where is my order"
CANCELLED = f"{ASKED}\n- note: no"
PERSON = f"{ASKED}\n- text: talk to a person\n- text: where is my order"
OVERTAKEN = f"{ASKED}\n- note: yes\n- note: no wait\n  after: 1s\n- wait: 5s"
LOST = f"{ASKED}\n- note: yes\n- wait: 5s"
LOST_GIVEN = "faults: [{system: orders, does: lost_response}]"
TWO = f"{MOVE}\n- note: where is my order"


def broken(record: Record) -> set[str]:
    return {failure.kind for failure in check_laws(record)}


def with_events(record: Record, events: Iterable[Event]) -> Record:
    return replace(record, events=list(events))


def without(record: Record, *bodies: type[Any]) -> Record:
    """The run as if this had never happened."""
    return with_events(record, (event for event in record.events if not isinstance(event.body, bodies)))


def edited(
    record: Record, body: type[Any], change: Callable[[Event], Event], turn: str | None = None
) -> Record:
    """The run with every such event changed; of one turn only if it is named."""

    def one(event: Event) -> Event:
        mine = isinstance(event.body, body) and turn in (None, event.where.turn)
        return change(event) if mine else event

    return with_events(record, map(one, record.events))


def saying(**fields: Any) -> Callable[[Event], Event]:
    return lambda event: replace(event, body=replace(event.body, **fields))


def first(record: Record, body: type[Any]) -> Event:
    return next(event for event in record.events if isinstance(event.body, body))


def also(record: Record, at: int, *events: Event) -> Record:
    """The run in which these had happened too, from the given place on; marks move along."""

    def moved(mark: Mark | None) -> Mark | None:
        if mark is None or mark.events < at:
            return mark
        return replace(mark, events=mark.events + len(events))

    whole = [*record.events[:at], *events, *record.events[at:]]
    played, quiet = (
        moved(mark) if mark and mark.events > at else mark for mark in (record.played, record.quiet)
    )
    return replace(record, events=whole, played=played, quiet=quiet, repeated=moved(record.repeated))


def in_turn(event: Event, turn: str) -> Event:
    return replace(event, where=replace(event.where, turn=turn))
