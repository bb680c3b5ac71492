"""The conversation: bubbles that are drawn once and changed in place, and remarks of the phone itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from wavoice.cli.tui.bubble import Row
from wavoice.cli.tui.messages import Do
from wavoice.cli.tui.plain import visible

if TYPE_CHECKING:
    from wavoice.sim.chat.views.bubble import Bubble

KEPT = 200
"""Bubbles that are kept on the screen; the journal has all."""


class Remark(Static):
    """A line of the phone itself: a hint, what came of a command, what is missing on this machine."""

    def __init__(self, text: str, level: str) -> None:
        super().__init__(Content(visible(text, lines=True)), markup=False, classes=level)


class Typing(Static):
    """`typing …` of the bot."""


class Conversation(VerticalScroll, can_focus=False):
    """All that was said, newest at the bottom; stays there until the user scrolls up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("end", "scroll_end", "Newest", id="bubble.newest", show=False),
    ]

    def __init__(self, zone: tzinfo) -> None:
        super().__init__(id="chat")
        self.zone = zone
        """In which the times of messages that come from now on are shown."""
        self._rows: dict[str, Row] = {}
        self._order: list[str] = []
        self._typing = Typing(Content("typing …"), markup=False)

    def on_mount(self) -> None:
        """Begin at the end."""
        self.mount(self._typing)
        self._typing.display = False
        self.anchor()

    @property
    def rows(self) -> Sequence[Row]:
        """The bubbles on the screen, oldest first."""
        return tuple(self._rows[name] for name in self._order)

    def show(self, bubbles: Sequence[Bubble]) -> None:
        """Bring the screen to this state: new bubbles are added, changed ones drawn again, others left."""
        recent = bubbles[-KEPT:]
        self._drop(frozenset(view.id for view in recent))
        below: Widget = self._typing
        for view in reversed(recent):
            row = self._rows.get(view.id)
            if row is None:
                self._rows[view.id] = row = Row(view, self.zone)
                self.mount(row, before=below)
            else:
                row.show(view)
            below = row
        self._order = [view.id for view in recent]

    def _drop(self, wanted: frozenset[str]) -> None:
        for gone in [name for name in self._rows if name not in wanted]:
            self._rows.pop(gone).remove()

    def remark(self, text: str, level: str = "note") -> None:
        """Say something of our own; `level` is `note`, `hint`, `warning` or `error`."""
        self.mount(Remark(text, level), before=self._typing)

    def typing(self, on: bool) -> None:
        """Show the bot typing, or not."""
        if self._typing.display != on:
            self._typing.display = on

    def playing(self, bubble: str | None) -> None:
        """Mark the one note that is played."""
        for name, row in self._rows.items():
            row.play(name == bubble)

    def select(self, bubble: str | None = None, step: int = 0) -> None:
        """Give a bubble the focus: that one, or the one `step` below; the line is below the last."""
        rows = self.rows
        if not rows:
            return
        if bubble is not None and bubble in self._rows:
            target = self._rows[bubble]
        else:
            focused = self.screen.focused
            here = rows.index(focused) if isinstance(focused, Row) and focused in rows else len(rows)
            if here + step >= len(rows):
                self.app.post_message(Do("back"))
                return
            target = rows[max(0, here + step)]
        self.screen.set_focus(target)
