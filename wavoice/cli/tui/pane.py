"""A pane: a scrollable place for something that `panes/` has drawn."""

from __future__ import annotations

from rich.console import RenderableType
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from wavoice.cli.tui.layout import TITLES


class Pane(VerticalScroll, can_focus=True):
    """One pane of the side; drawn again only when what it shows is something else."""

    def __init__(self, name: str) -> None:
        super().__init__(id=f"pane-{name}")
        self.border_title = Content(TITLES[name])
        self._drawn: RenderableType | None = None

    def compose(self) -> ComposeResult:
        """The drawing."""
        yield Static(markup=False)

    def draw(self, drawing: RenderableType) -> None:
        """Show this, if it is not shown already."""
        if drawing != self._drawn:
            self._drawn = drawing
            self.query_one(Static).update(drawing)
