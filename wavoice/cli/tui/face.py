"""What the actions ask of the screen: `control.Screenful` on the app."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import ModalScreen
from textual.timer import Timer

from wavoice.cli.tui.actions import ALL
from wavoice.cli.tui.dialogs.help import Help, help_lines
from wavoice.cli.tui.dialogs.pick import Choice, Pick
from wavoice.cli.tui.stage import Stage
from wavoice.cli.tui.themes import THEMES
from wavoice.sim.chat.commands import COMMANDS

if TYPE_CHECKING:
    from wavoice.cli.tui.opening import Live
    from wavoice.sim.chat.views.bubble import Bubble

KEYS_FILE = (
    "Other keys: wavoice chat --keys FILE, see docs/chat.md. Panes, arrows, mouse: everything can be clicked."
)


class Screenful:
    """The screen, as far as actions go. Before there is a session it has dialogs, help and remarks only."""

    def __init__(self, app: App[None], changed: Callable[[], None], key_of: Callable[[str], str]) -> None:
        """`changed` has the screen drawn; `key_of` tells the keys of an action as they are shown."""
        self._app, self._changed, self._key_of = app, changed, key_of
        self.live: Live | None = None

    @property
    def stage(self) -> Stage:
        """What is on the screen."""
        return self._app.query_one(Stage)

    async def pick(self, title: str, choices: Sequence[Choice], *, free: str = "") -> str | None:
        """Let the user choose."""
        return await self._app.push_screen_wait(Pick(title, choices, free=free))

    def ask(self, dialog: Coroutine[Any, Any, None]) -> None:
        """Run a dialog, one at a time."""
        if isinstance(self._app.screen, ModalScreen):
            dialog.close()
            self._app.bell()
        else:
            self._app.run_worker(dialog, group="dialog")

    def look(self) -> None:
        """Draw what is known now: the clock may have been moved, and nothing have come of it."""
        self._changed()

    def later(self, act: Callable[[], object]) -> None:
        """Do it after what goes on now."""
        self._app.call_later(act)

    def say(self, text: str, level: str = "note") -> None:
        """Show a line of our own in the conversation."""
        self.stage.chat.remark(text, level)

    def answering(self, text: str | None) -> None:
        """Show what the next line answers or edits."""
        self.stage.entry.answering(text)

    def put(self, text: str) -> None:
        """Put a beginning into the line."""
        self.stage.entry.put(text)

    def meter(self, line: str | None) -> None:
        """Show the level meter in place of the line; None: the line again."""
        self.stage.entry.recording(line)

    def every(self, seconds: float, act: Callable[[], None]) -> Timer:
        """Do it again and again, until the timer is stopped."""
        return self._app.set_interval(seconds, act)

    async def recorded(self, pcm: bytes) -> None:
        """Send a recording."""
        if self.live is not None:
            await self.live.control.send(pcm)

    def bubbles(self) -> Sequence[Bubble]:
        """The conversation of whoever holds the phone."""
        return () if self.live is None else self.live.looked_at().conversation

    def media(self, wamid: str) -> bytes | None:
        """Sound of a note."""
        return None if self.live is None else self.live.views.media(wamid)

    def choose(self, pane: str | None) -> None:
        """Show a pane; None: the next one."""
        if pane is None:
            self.stage.next()
        else:
            self.stage.choose(pane)

    def select(self, step: int) -> None:
        """Move the selection in the conversation."""
        self.stage.chat.select(step=step)

    def home(self) -> None:
        """To the end of the conversation, and the line."""
        self.stage.back()
        self.stage.chat.anchor()
        self.stage.entry.field.focus()

    def mark(self, playing: str | None) -> None:
        """Show which note plays."""
        self.stage.chat.playing(playing)

    def other_theme(self) -> None:
        """Dark or light."""
        self._app.theme = THEMES["light" if self._app.current_theme.dark else "dark"].name

    def help(self) -> None:
        """Show all keys and commands."""
        if not isinstance(self._app.screen, ModalScreen):
            keys = {name: self._key_of(name) for name in ALL}
            usages = [(f"/{each.name} {each.arguments}".rstrip(), each.help) for each in COMMANDS]
            self._app.push_screen(Help(help_lines(keys, usages, KEYS_FILE)))

    def leave(self) -> None:
        """End the app; the session is its opener's."""
        self._app.exit()
