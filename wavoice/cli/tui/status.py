"""The line at the top: who holds the phone, what it speaks, what lies between, what the clock says."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Click
from textual.widgets import Static

from wavoice.cli.tui.actions import ALL
from wavoice.cli.tui.messages import Do
from wavoice.cli.tui.plain import visible


class Chip(Static):
    """A value that can be clicked to change it."""

    def __init__(self, action: str) -> None:
        super().__init__(Content(""), markup=False, id=f"chip-{action}")
        self.tooltip = Content(ALL[action].help)
        self._action = action
        self._text = ""

    def show(self, text: str) -> None:
        """Draw it if it has changed; empty: not at all."""
        if text != self._text:
            self._text = text
            self.update(Content(visible(text)))
            self.display = bool(text)

    def on_click(self, event: Click) -> None:
        """Offer to change it."""
        event.stop()
        self.post_message(Do(self._action))


CHIPS = ("customer", "language", "voice", "noise", "fault", "advance")


class Status(Horizontal):
    """The chips."""

    def __init__(self) -> None:
        super().__init__()
        self._models = ""

    def compose(self) -> ComposeResult:
        """A name and the chips."""
        yield Static(Content("wavoice"), id="name", markup=False)
        for action in CHIPS:
            yield Chip(action)
        yield Static(Content(""), id="models", markup=False)

    def show(self, values: dict[str, str], models: str) -> None:
        """Draw what has changed; `values` by action, `models` what is still loading."""
        for action in CHIPS:
            self.query_one(f"#chip-{action}", Chip).show(values.get(action, ""))
        if models != self._models:
            self._models = models
            self.query_one("#models", Static).update(Content(visible(models)))
