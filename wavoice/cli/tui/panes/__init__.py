"""What each pane draws: `DRAWS` by name of the pane, of what is known, the moment, and the columns.

Drawings are rich texts. Words of others are plain text in them, never markup.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rich.text import Text

from wavoice.cli.tui.panes import heard, ledger, proposal, raw, session, waterfall
from wavoice.cli.tui.panes.ink import page
from wavoice.runtime.model import Micros
from wavoice.sim.chat.views.screen import Screen

Draw = Callable[[Screen, Micros, int], Text]


def _turn(screen: Screen, _now: Micros, width: int) -> Text:
    return page(waterfall.waterfall(screen.turn, screen.figures, width))


def _heard(screen: Screen, _now: Micros, _width: int) -> Text:
    return page(heard.heard(screen.heard, screen.policy, screen.zone))


def _proposal(screen: Screen, now: Micros, _width: int) -> Text:
    current = screen.proposal
    others = [one for one in screen.proposals if current is not None and one.id != current.id]
    return page(proposal.proposal(current, others, screen.at(now), screen.policy, screen.zone))


def _session(screen: Screen, now: Micros, _width: int) -> Text:
    return page(session.session(screen.session, screen.at(now), screen.policy, screen.zone))


def _ledger(screen: Screen, _now: Micros, _width: int) -> Text:
    return page(ledger.ledger(screen.ledger, screen.zone))


def _journal(screen: Screen, _now: Micros, width: int) -> Text:
    return page(raw.journal(screen.journal, screen.skipped, width, screen.zone))


def _http(screen: Screen, _now: Micros, width: int) -> Text:
    return page(raw.http(screen.http, width, screen.zone))


DRAWS: Mapping[str, Draw] = {
    "turn": _turn,
    "heard": _heard,
    "proposal": _proposal,
    "session": _session,
    "ledger": _ledger,
    "journal": _journal,
    "http": _http,
}
