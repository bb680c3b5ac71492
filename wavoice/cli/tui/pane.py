"""A pane: a scrollable place for something that `panes/` has drawn."""

from __future__ import annotations

from rich.console import RenderableType
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static


class Pane(VerticalScroll, can_focus=True):
    """One pane of the side; drawn again only when what it shows is something else."""

    def __init__(self, name: str) -> None:
        super().__init__(id=f"pane-{name}")
        self.dirty = True

    def compose(self) -> ComposeResult:
        """The drawing."""
        yield Static(markup=False)

    def draw(self, renderable: RenderableType) -> None:
        """Show this."""
        self.dirty = False
        self.query_one(Static).update(renderable)
