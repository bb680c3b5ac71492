"""What each pane draws: `DRAWS` by name of the pane, of what is known, the moment, and the columns.

Drawings are rich texts. Words of others are plain text in them, never markup.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from wavoice.cli.tui.panes import heard, ledger, proposal, raw, session, waterfall
from wavoice.cli.tui.panes.ink import Page
from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.chat.views.screen import Screen

T = TypeVar("T")
Draw = Callable[[Screen, Micros, int], Page]
"""The columns are those of the moment; the drawing takes what it has when it is drawn."""


def _turn(screen: Screen, _now: Micros, _width: int) -> Page:
    return Page(waterfall.waterfall, (screen.turn, screen.figures))


def _heard(screen: Screen, _now: Micros, _width: int) -> Page:
    return Page(heard.heard, (screen.heard, screen.policy, screen.zone))


def _proposal(screen: Screen, now: Micros, _width: int) -> Page:
    current = screen.proposal
    others = tuple(one for one in screen.proposals if current is not None and one.id != current.id)
    return Page(proposal.proposal, (current, others, screen.at(now), screen.policy, screen.zone))


def _session(screen: Screen, now: Micros, _width: int) -> Page:
    # Its clocks show minutes: a page that is another one every microsecond would be laid out each time.
    at = screen.at(now - now % SECOND)
    return Page(session.session, (screen.session, at, screen.policy, screen.zone))


def _ledger(screen: Screen, _now: Micros, _width: int) -> Page:
    return Page(ledger.ledger, (screen.ledger, screen.zone))


def _journal(screen: Screen, _now: Micros, _width: int) -> Page:
    return Page(raw.journal, (*_last(screen.journal), screen.skipped, screen.zone))


def _http(screen: Screen, _now: Micros, _width: int) -> Page:
    return Page(raw.http, (*_last(screen.http), screen.zone))


def _last(everything: Sequence[T]) -> tuple[tuple[T, ...], int]:
    """What a pane holds of a long list, and how many came before."""
    return tuple(everything[-raw.SHOWN :]), max(0, len(everything) - raw.SHOWN)


DRAWS: Mapping[str, Draw] = {
    "turn": _turn,
    "heard": _heard,
    "proposal": _proposal,
    "session": _session,
    "ledger": _ledger,
    "journal": _journal,
    "http": _http,
}
