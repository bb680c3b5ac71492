"""Everything the app can be told, once: bindings, command palette, help and mouse read this table."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do."""

    id: str
    """Name in the file of keys; `bubble.` means: with the message that is selected."""
    keys: str
    """Keys as Textual names them, with commas between them."""
    label: str
    """A word or two, for the footer."""
    help: str
    """One sentence, for palette, help and tooltip."""
    group: str
    footer: bool = False

    textual: str = ""
    """Textual's own action that does it, where there is one."""

    def binding(self) -> Binding:
        """The binding; those of the app work while a line is typed as well."""
        of_bubble, _, what = self.id.rpartition(".")
        return Binding(
            self.keys,
            self.textual or (f"tell('{what}')" if of_bubble else f"do('{what}')"),
            self.label,
            id=self.id,
            tooltip=self.help,
            show=self.footer,
            priority=not of_bubble and self.id not in _YIELDING,
        )


_YIELDING = frozenset({"back"})
"""A dialog, a list or a field that has the focus comes first."""

APP = (
    Action(
        "record", "ctrl+r", "Record", "Record a voice note from the microphone; again: send it", "Speak", True
    ),
    Action("fixture", "ctrl+o", "Fixture", "Send a recorded voice note", "Speak", True),
    Action("listen", "ctrl+l", "Listen", "Play the newest voice note of the bot; again: stop", "Speak", True),
    Action("quote", "ctrl+b", "Quote", "Answer one of the bot's earlier messages", "Speak"),
    Action("press", "ctrl+g", "Press", "Press a button, that of an old question as well", "Speak"),
    Action("edit", "f11", "Edit", "Edit your newest message", "Speak"),
    Action("unsend", "f12", "Unsend", "Unsend your newest message", "Speak"),
    Action("stop_all", "ctrl+t", "STOP", "Send STOP: the customer wants no more messages", "Speak"),
    Action("save", "ctrl+s", "Save", "Save what just happened as fixture and scenario", "Speak", True),
    Action("customer", "f2", "Customer", "Hand the phone to another customer", "The world"),
    Action("language", "f3", "Language", "Speak another language", "The world"),
    Action("voice", "f4", "Voice", "Change the voice that says /say lines", "The world"),
    Action("reload", "f5", "Reload", "Load your bot.py again", "The world"),
    Action("noise", "f6", "Noise", "Put noise behind the microphone", "The world"),
    Action(
        "fault", "f7", "Fault", "Break something: slow orders, lost payments, duplicates", "The world", True
    ),
    Action("advance", "f8", "Advance", "Let time pass", "The world"),
    Action("next_pane", "ctrl+n", "Pane", "Show the next pane", "Panes", True),
    Action("journal", "f9", "Journal", "Show the raw journal", "Panes"),
    Action("http", "f10", "HTTP", "Show the raw HTTP exchanges", "Panes"),
    Action("theme", "ctrl+y", "Theme", "Change between dark and light", "Program"),
    Action("back", "escape", "Back", "Discard a recording, drop a quote, return to the line", "Program"),
    Action("help", "f1", "Help", "Show all keys and commands", "Program", True),
    Action(
        "palette",
        "ctrl+p",
        "Palette",
        "Find any action or command by name",
        "Program",
        True,
        "command_palette",
    ),
    Action("quit", "ctrl+q", "Quit", "Leave; what was said is kept in the store", "Program"),
)
"""What works wherever the focus is."""

BUBBLE = (
    Action("bubble.menu", "enter", "Actions", "Choose what to do with this message", "With a message", True),
    Action("bubble.up", "up,k", "Earlier", "Select the message above", "With a message"),
    Action("bubble.down", "down,j", "Later", "Select the message below", "With a message"),
    Action("bubble.quote", "q", "Quote", "Answer this message", "With a message", True),
    Action("bubble.play", "space,p", "Play", "Play this voice note; again: stop", "With a message", True),
    Action("bubble.react", "r", "React", "Put an emoji on this message", "With a message", True),
    Action("bubble.edit", "e", "Edit", "Edit this message of yours", "With a message", True),
    Action("bubble.unsend", "u", "Unsend", "Unsend this message of yours", "With a message", True),
    Action("bubble.turn", "w", "Turn", "Show where the time of its turn went", "With a message", True),
)
"""What works on the selected message."""

GROUPS = ("Speak", "With a message", "The world", "Panes", "Program")
"""In the order of the help screen."""

ALL = {action.id: action for action in (*APP, *BUBBLE)}
"""By id."""
