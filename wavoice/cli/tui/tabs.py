"""One line of tabs."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from wavoice.cli.tui.layout import TITLES, Shown


class Tab(Static):
    """The title of a pane."""

    class Chosen(Message):
        """Show this pane."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, pane: str) -> None:
        super().__init__(Content(TITLES[pane]), markup=False)
        self.pane = pane

    def on_click(self) -> None:
        """Show it."""
        self.post_message(self.Chosen(self.pane))


class PaneTabs(Horizontal):
    """The panes that can be chosen."""

    def compose(self) -> ComposeResult:
        """All of them; `show` hides what cannot be chosen."""
        for pane in TITLES:
            yield Tab(pane)

    def show(self, shown: Shown, *, overview: bool) -> None:
        """Offer these, mark the active one; `overview`: the first stands for all that is shown at once."""
        for tab in self.query(Tab):
            tab.display = tab.pane in shown.tabs
            tab.set_class(tab.pane == shown.active, "active")
            if tab.pane == "turn":
                tab.update(Content("Overview" if overview else TITLES["turn"]))
