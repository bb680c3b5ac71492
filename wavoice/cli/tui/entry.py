"""The line that is typed: words for the bot, or a command, with what can be completed above it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Key
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from wavoice.cli.tui.messages import Line
from wavoice.cli.tui.plain import visible


@dataclass(frozen=True, slots=True)
class Completion:
    """Something that a line can become."""

    line: str
    """What stands in the line once it is chosen."""
    shown: str
    help: str
    whole: bool = False
    """Nothing needs to be added: choosing it with Enter runs it."""


CompleteLine = Callable[[str], Sequence[Completion]]
"""Finds what a line can become, best first; nothing if it is complete or no command."""


class Field(Input):
    """The input itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", id="entry.complete", show=False),
    ]

    class Complete(Message):
        """Take the completion that is marked."""

    def __init__(self, done: Callable[[], None]) -> None:
        """`done` takes the line."""
        super().__init__(
            placeholder="Type a message, / for commands", id="field", compact=True, select_on_focus=False
        )
        self._take = done

    async def _on_key(self, event: Key) -> None:
        """Take Enter where letters are taken: a binding is looked up after the letters that follow it."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self._take()
        else:
            await super()._on_key(event)

    async def action_submit(self) -> None:
        """Have the line taken at once: the next key belongs to the next line, however fast it comes."""
        self._take()

    def action_copy(self) -> None:
        """Copy what is selected; nothing is: the key is the app's."""
        if not self.selected_text:
            raise SkipAction
        super().action_copy()

    def action_complete(self) -> None:
        """Take it."""
        self.post_message(self.Complete())


class Entry(Vertical):
    """Completions, what is being answered, and the line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Above", id="entry.up", show=False, priority=True),
        Binding("down", "move(1)", "Below", id="entry.down", show=False, priority=True),
    ]

    def __init__(self, complete: CompleteLine, leave: Callable[[], None]) -> None:
        """`leave` gives the newest message the focus."""
        super().__init__(id="entry")
        self._complete, self._leave = complete, leave
        self._found: Sequence[Completion] = ()

    def compose(self) -> ComposeResult:
        """The three parts."""
        yield OptionList(id="completions", markup=False)
        yield Static(id="answering", markup=False)
        with Horizontal(id="line"):
            yield Static(Content("\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"), id="prompt", markup=False)
            yield Field(self._submit)
        yield Static(id="meter", markup=False)

    def on_mount(self) -> None:
        """Nothing is offered or answered at first."""
        options = self.query_one("#completions", OptionList)
        options.can_focus = False
        options.display = False
        self.query_one("#answering").display = False

    @property
    def field(self) -> Field:
        """The input."""
        return self.query_one(Field)

    def answering(self, text: str | None) -> None:
        """Show what the next line answers or edits; None: nothing."""
        line = self.query_one("#answering", Static)
        line.display = text is not None
        line.update(Content(visible(text or "")))

    def recording(self, meter: str | None) -> None:
        """Show the level meter in place of the line; None: the line again."""
        self.set_class(meter is not None, "recording")
        self.query_one("#meter", Static).update(Content(visible(meter or "")))

    def put(self, text: str) -> None:
        """Put a beginning into the line, for the user to go on with."""
        self.field.value = text
        self.field.cursor_position = len(text)
        self.field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Offer what the line can become."""
        event.stop()
        self.again()

    def again(self) -> None:
        """Look once more for what the line can become."""
        value = self.field.value
        self._offer(self._complete(value) if value.startswith("/") else ())

    def _submit(self) -> None:
        """A line is done, or a command is still lacking its argument."""
        self.again()  # the last letters may not have been looked at yet
        text = self.field.value.strip()
        marked = self._marked()
        if marked is not None and marked.line.strip() != text and marked.line.startswith(text):
            text = marked.line.strip() if marked.whole else text
            if not marked.whole:
                self.put(marked.line)
                return
        if not text:
            return
        self.field.clear()
        self.post_message(Line(text))

    def on_field_complete(self, event: Field.Complete) -> None:
        """Take the marked completion; without one, Tab moves on as everywhere."""
        event.stop()
        if (marked := self._marked()) is not None:
            self.put(marked.line)
        else:
            self.screen.focus_next()

    def action_move(self, step: int) -> None:
        """Through the completions; else up into the conversation.

        At once, by a binding that comes before the field: the next key belongs to what is selected then.
        """
        if self._found:
            options = self.query_one("#completions", OptionList)
            options.highlighted = ((options.highlighted or 0) + step) % len(self._found)
        elif step < 0:
            self._leave()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Chosen by mouse."""
        event.stop()
        self.put(self._found[event.option_index].line)

    def _marked(self) -> Completion | None:
        index = self.query_one("#completions", OptionList).highlighted
        return self._found[index] if self._found and index is not None else None

    def _offer(self, found: Sequence[Completion]) -> None:
        if found == self._found:
            return
        self._found = found
        options = self.query_one("#completions", OptionList)
        options.display = bool(found)
        options.set_options(
            Option(Content.assemble((visible(each.shown), "bold"), "  ", (each.help, "$dim")))
            for each in found
        )
        options.highlighted = 0 if found else None
