"""Which panes a window of some size shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Size = Literal["narrow", "wide", "huge"]

TITLES: Mapping[str, str] = {
    "chat": "Chat",
    "turn": "Turn",
    "heard": "Heard",
    "proposal": "Proposal",
    "session": "Session",
    "ledger": "Ledger",
    "journal": "Journal",
    "http": "HTTP",
}
"""Panes by id, in the order of the tabs."""

FOUR = ("heard", "proposal", "session", "ledger")
"""What a huge window shows at once, beside conversation and turn."""
RAW = ("journal", "http")

WIDE, HUGE, TALL = 100, 160, 40
"""From how many columns on panes stand beside the conversation; from how many columns and lines on all do."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is on the screen."""

    panes: tuple[str, ...]
    """Panes that are drawn."""
    tabs: tuple[str, ...]
    """Panes that can be chosen."""
    active: str
    """The chosen one."""


def size_of(columns: int, lines: int) -> Size:
    """The kind of layout that fits a window."""
    if columns >= HUGE and lines >= TALL:
        return "huge"
    return "wide" if columns >= WIDE else "narrow"


def shown(size: Size, chosen: str) -> Shown:
    """What a window of that size shows when `chosen` was asked for.

    A pane that is on the screen anyway cannot be chosen: a wide window falls back to what was heard, a
    huge one to the overview, named by `turn`.
    """
    match size:
        case "narrow":
            return Shown((chosen,), tuple(TITLES), chosen)
        case "wide":
            tabs = ("heard", "proposal", "session", "ledger", *RAW)
            active = chosen if chosen in tabs else "heard"
            return Shown(("chat", "turn", active), tabs, active)
        case "huge":
            active = chosen if chosen in RAW else "turn"
            return Shown(
                ("chat", *(("turn", *FOUR) if active == "turn" else (active,))), ("turn", *RAW), active
            )
