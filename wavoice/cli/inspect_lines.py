"""A journal as plain lines: an event a line, a sum a turn; or all that is known of one turn."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from wavoice.cli.tui.layout import TITLES
from wavoice.cli.tui.panes import DRAWS
from wavoice.cli.tui.panes.ink import DIM, STRONG, Page, joined, line, ms
from wavoice.cli.tui.panes.raw import entry
from wavoice.sim.chat.views.screen import Screen
from wavoice.sim.chat.views.turns import TurnView
from wavoice.sim.chat.views.walk import Walk

_OF_A_TURN = ("turn", "heard", "proposal", "session", "ledger")
"""Panes that are shown of one turn."""


def lines(walk: Walk) -> Iterator[Text]:
    """Every event, and after the last one of a turn what it came to."""
    walk.end()
    screen = walk.whole()
    several = len(screen.contacts) > 1
    turns = _by_id(screen)
    last = {walk.last_of(number): turns.get(turn) for number, turn in enumerate(walk.turn_ids, 1)}
    for each in screen.journal:
        who = (f"{screen.called(each.contact)} ", DIM) if several and each.contact else ""
        yield entry(each, screen.zone, who)
        if (turn := last.get(each.number)) is not None:
            yield _sum(turn)


def turn_lines(walk: Walk, number: int, width: int) -> Iterator[Text | Page]:
    """The panes as they stood when that turn had ended, and its events."""
    walk.to_turn(number)
    screen = walk.screen
    for name in _OF_A_TURN:
        yield line((TITLES[name], STRONG))
        yield DRAWS[name](screen, walk.now, width)
        yield Text()
    yield line((TITLES["journal"], STRONG))
    for each in screen.journal:
        if each.turn == walk.turn_ids[number - 1]:
            yield entry(each, screen.zone)


def _by_id(screen: Screen) -> dict[str, TurnView]:
    """Turns of all contacts."""
    found: dict[str, TurnView] = {}
    for contact in screen.contacts:
        screen.look_at(contact)
        found.update((turn.id, turn) for turn in screen.turns)
    return found


def _sum(turn: TurnView) -> Text:
    path = " ".join(f"{bar.stage} {bar.on_path / 1000:.0f}" for bar in turn.path if bar.on_path >= 1000)
    wait = "" if turn.customer_wait_ms is None else f"customer waits {ms(turn.customer_wait_ms)}"
    row = f"row {turn.row}" if turn.row else ""
    told = joined((turn.how, f"turn {ms(turn.turn_ms)}", wait, row, f"path {path}" if path else ""))
    return line(("     = ", DIM), (told, STRONG))
