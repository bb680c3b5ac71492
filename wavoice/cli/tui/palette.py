"""The command palette: every action and every command of the phone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from wavoice.cli.tui.actions import APP
from wavoice.cli.tui.layout import TITLES
from wavoice.cli.tui.messages import Do


@dataclass(frozen=True, slots=True)
class Offer:
    """A line of the palette."""

    title: str
    help: str
    action: str = ""
    """An action of the app, …"""
    line: str = ""
    """… or a command that is put into the line or, if nothing is missing from it, run."""


class Offers(Protocol):
    """The app, as far as the palette knows it."""

    def offers(self) -> Iterator[Offer]:
        """What it can do beside its actions."""
        ...

    def take(self, offer: Offer) -> None:
        """Do it."""
        ...


class Everything(Provider):
    """Finds actions and commands by any of their words."""

    def _all(self) -> Iterator[Offer]:
        yield from (Offer(action.label, action.help, action.id) for action in APP if not action.textual)
        yield from (
            Offer(f"Show {title}", f"Show the pane {title}", f"pane {pane}") for pane, title in TITLES.items()
        )
        yield from cast("Offers", self.app).offers()

    async def discover(self) -> Hits:
        """Everything, before anything is typed."""
        for offer in self._all():
            yield DiscoveryHit(offer.title, partial(self._take, offer), help=offer.help)

    async def search(self, query: str) -> Hits:
        """What matches."""
        matcher = self.matcher(query)
        for offer in self._all():
            text = f"{offer.title} · {offer.help}"
            if (score := matcher.match(text)) > 0:
                yield Hit(score, matcher.highlight(text), partial(self._take, offer), text=text)

    def _take(self, offer: Offer) -> None:
        if offer.action:
            self.app.post_message(Do(offer.action))
        else:
            cast("Offers", self.app).take(offer)
