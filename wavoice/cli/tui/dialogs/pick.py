"""Choose one of a list, by arrows, by mouse, or by typing a part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from wavoice.cli.tui.plain import visible


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be chosen."""

    value: str
    title: str
    about: str = ""


class Pick(ModalScreen[str | None]):
    """Returns the value of the choice, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave it", id="pick.leave"),
        Binding("up", "move(-1)", "Above", id="pick.up", show=False),
        Binding("down", "move(1)", "Below", id="pick.down", show=False),
        Binding("enter", "take", "Choose", id="pick.take", priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[Choice], *, free: str = "") -> None:
        """`free`: what else may be typed; empty: only what is listed."""
        super().__init__()
        self._title, self._all, self._found, self._free = title, choices, list(choices), free

    def compose(self) -> ComposeResult:
        """Title, filter, list."""
        with Vertical(id="dialog"):
            yield Static(Content(visible(self._title)), id="title", markup=False)
            yield Input(placeholder=self._free or "type to filter", id="filter", compact=True)
            yield OptionList(id="choices", markup=False)

    def on_mount(self) -> None:
        """Show everything."""
        self.query_one("#choices").can_focus = False
        self.query_one(Input).focus()
        self._show()

    def on_click(self, event: Click) -> None:
        """A click beside the dialog leaves it."""
        if event.widget is self:
            self.dismiss(None)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Keep what contains all the words."""
        words = event.value.casefold().split()
        self._found = [
            each
            for each in self._all
            if all(word in f"{each.title} {each.about}".casefold() for word in words)
        ]
        self._show()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Chosen by mouse."""
        self.dismiss(self._found[event.option_index].value)

    def action_move(self, step: int) -> None:
        """Mark another one."""
        options = self.query_one(OptionList)
        if self._found:
            options.highlighted = ((options.highlighted or 0) + step) % len(self._found)

    def action_take(self) -> None:
        """Return the marked one, or what was typed where that is allowed."""
        index = self.query_one(OptionList).highlighted
        if self._found and index is not None:
            self.dismiss(self._found[index].value)
        elif self._free and (typed := self.query_one(Input).value.strip()):
            self.dismiss(typed)

    def action_leave(self) -> None:
        """Choose nothing."""
        self.dismiss(None)

    def _show(self) -> None:
        options = self.query_one(OptionList)
        options.set_options(Option(_line(each)) for each in self._found)
        options.highlighted = 0 if self._found else None


def _line(choice: Choice) -> Content:
    about = f"  {visible(choice.about)}" if choice.about else ""
    return Content.assemble((visible(choice.title), "bold"), (about, "$dim"))
