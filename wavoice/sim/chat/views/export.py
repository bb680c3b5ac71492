"""A journal's views as plain JSON values, for programs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import Enum
from typing import Any

from wavoice.sim.chat.views.screen import Screen
from wavoice.sim.chat.views.turns import TurnView
from wavoice.sim.chat.views.walk import Walk

VERSION = 1


def as_json(file: str, walk: Walk, skipped: int, turn: str | None = None) -> Mapping[str, Any]:
    """All that the panes show at the place where the walk is; `turn`: that turn alone.

    Times are microseconds since 1970, figures milliseconds. A bar's `on_path` and the waits of a turn add up
    to its wall time.
    """
    screen = walk.whole()
    found = [_contact(screen, contact, turn) for contact in screen.contacts]
    kept = [one for one in found if turn is None or one["turns"]]
    return {"version": VERSION, "file": file, "events": len(walk), "skipped": skipped, "contacts": kept}


def _contact(screen: Screen, contact: str, turn: str | None) -> dict[str, Any]:
    screen.look_at(contact)
    views: dict[str, Any] = {
        "contact": contact,
        "name": screen.called(contact),
        "turns": [_turn(one) for one in screen.turns if turn in (None, one.id)],
        "heard": [plain(one) for one in screen.readings if turn in (None, one.turn)],
    }
    if turn is not None:
        return views
    return {
        **views,
        "messages": [plain(one) for one in screen.conversation],
        "proposals": [plain(one) for one in screen.proposals],
        "writes": [plain(one) for one in screen.ledger],
        "session": plain(screen.session),
        "figures": plain(screen.figures),
    }


def _turn(turn: TurnView) -> dict[str, Any]:
    return {**plain(turn), "path": [bar.stage for bar in turn.path], "over": list(turn.over)}


def plain(value: Any) -> Any:
    """Dataclasses as objects, tuples as lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {spec.name: plain(getattr(value, spec.name)) for spec in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value
