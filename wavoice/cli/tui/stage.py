"""Everything that is on the screen, arranged for its size; draws what it is handed and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from rich.console import RenderableType
from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Footer

from wavoice.cli.tui.conversation import Conversation
from wavoice.cli.tui.entry import CompleteLine, Entry
from wavoice.cli.tui.layout import FOUR, RAW, TITLES, Shown, shown, size_of
from wavoice.cli.tui.messages import Redraw
from wavoice.cli.tui.pane import Pane
from wavoice.cli.tui.status import Status
from wavoice.cli.tui.tabs import PaneTabs

if TYPE_CHECKING:
    from wavoice.runtime.model import Micros
    from wavoice.sim.chat.views.screen import Screen

Draw = Callable[["Screen", "Micros", int], RenderableType]
"""Draws a pane from what is known, the moment, and the columns there are."""


class Stage(Container):
    """Status, tabs, conversation, panes, line and footer."""

    def __init__(self, complete: CompleteLine, draws: Mapping[str, Draw], zone: tzinfo = UTC) -> None:
        super().__init__(id="stage")
        self._complete, self._draws, self._zone = complete, draws, zone
        self._chosen = "chat"
        self._shown: Shown | None = None

    def compose(self) -> ComposeResult:
        """All parts; the layout says which can be seen."""
        yield Status()
        yield from self.panes()
        yield Entry(self._complete, lambda: self.chat.select(step=-1))
        yield Footer(compact=True, show_command_palette=False)

    def panes(self) -> ComposeResult:
        """Conversation and panes, with their tabs."""
        yield PaneTabs(classes="top")
        with Horizontal(id="body"):
            yield Conversation(self._zone)
            with Vertical(id="side"):
                yield Pane("turn")
                yield PaneTabs(classes="side")
                with Container(id="four"):
                    for name in FOUR:
                        yield Pane(name)
                for name in RAW:
                    yield Pane(name)

    def on_resize(self) -> None:
        """Another size may show other panes."""
        self._arrange()

    @property
    def chat(self) -> Conversation:
        """The conversation."""
        return self.query_one(Conversation)

    @property
    def entry(self) -> Entry:
        """The line."""
        return self.query_one(Entry)

    @property
    def status(self) -> Status:
        """The line at the top."""
        return self.query_one(Status)

    def choose(self, pane: str) -> None:
        """Show a pane."""
        self._chosen = pane
        self._arrange()

    def next(self) -> None:
        """Show the pane behind the active one."""
        if self._shown is not None:
            tabs = self._shown.tabs
            self.choose(tabs[(tabs.index(self._shown.active) + 1) % len(tabs)])

    def back(self) -> None:
        """To the conversation, where it is hidden."""
        if self._shown is not None and "chat" not in self._shown.panes:
            self.choose("chat")

    def draw(self, model: Screen, now: Micros, *, panes: bool = True) -> None:
        """Draw what is known now: bubbles that have changed, and the panes that can be seen."""
        with self.app.batch_update():
            self.chat.show(model.conversation)
            if panes:
                self.tick(model, now)
            else:
                # With the new bubble, which is mounted next: two layouts would cost twice.
                self.call_later(self.chat.typing, model.at(now).typing)

    def tick(self, model: Screen, now: Micros) -> None:
        """Draw what time has changed."""
        self.chat.typing(model.at(now).typing)
        for name in self._panes():
            pane = self.query_one(f"#pane-{name}", Pane)
            pane.draw(self._draws[name](model, now, max(20, pane.content_size.width)))

    def _panes(self) -> tuple[str, ...]:
        return tuple(name for name in self._shown.panes if name != "chat") if self._shown else ()

    def _arrange(self) -> None:
        size = size_of(self.size.width, self.size.height)
        now = shown(size, self._chosen)
        if now == self._shown and self.has_class(size):
            return
        self._shown = now
        for each in ("narrow", "wide", "huge"):
            self.set_class(each == size, each)
        self.set_class("chat" not in now.panes, "paned")
        self.query_one("#four").set_class(not set(FOUR) & set(now.panes), "hidden")
        for name in TITLES:
            if name != "chat":
                self.query_one(f"#pane-{name}").set_class(name not in now.panes, "hidden")
        for tabs in self.query(PaneTabs):
            tabs.show(now, overview=size == "huge")
        self.post_message(Redraw())
