"""All keys and commands, made from the table of actions and the keys as they are bound now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from wavoice.cli.tui.actions import APP, BUBBLE, GROUPS

KEYS_WIDE = 14
COMMANDS_WIDE = 40


def help_lines(keys: Mapping[str, str], commands: Iterable[tuple[str, str]], where: str) -> Sequence[Content]:
    """The help: `keys` by id of the action as they are shown, commands, `where` keys are set."""
    lines: list[Content] = []
    for group in GROUPS:
        lines += [Content.styled(group, "$primary bold")]
        lines += [
            Content.assemble((f"  {keys[action.id]:<{KEYS_WIDE}}", "bold"), action.help)
            for action in (*APP, *BUBBLE)
            if action.group == group
        ]
        lines.append(Content(""))
    lines.append(Content.styled("Commands", "$primary bold"))
    for usage, about in commands:
        pad = usage if len(usage) < COMMANDS_WIDE else f"{usage}\n  {'':<{COMMANDS_WIDE}}"
        lines.append(Content.assemble((f"  {pad:<{COMMANDS_WIDE}}", "bold"), about))
    lines += [Content(""), Content.styled(where, "$dim")]
    return lines


class Help(ModalScreen[None]):
    """The help, to scroll through."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1,question_mark", "leave", "Back", id="help.leave"),
    ]

    def __init__(self, lines: Sequence[Content]) -> None:
        super().__init__()
        self._lines = lines

    def compose(self) -> ComposeResult:
        """One scrollable page."""
        with VerticalScroll(id="dialog", classes="tall"):
            yield Static(Content("\n").join(self._lines), markup=False)

    def action_leave(self) -> None:
        """Back to the phone."""
        self.dismiss(None)
