"""The screen of `wavoice inspect`: the panes of the terminal phone over a recorded journal, step by step."""

from __future__ import annotations

from datetime import tzinfo
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Footer, Static

from wavoice.cli.tui.messages import OnBubble
from wavoice.cli.tui.panes import DRAWS
from wavoice.cli.tui.panes.ink import clock
from wavoice.cli.tui.plain import visible
from wavoice.cli.tui.stage import Stage
from wavoice.cli.tui.tabs import Tab
from wavoice.cli.tui.themes import DEFAULTS, THEMES
from wavoice.sim.chat.views.walk import Walk


def _key(keys: str, action: str, label: str, tooltip: str, *, show: bool = True) -> Binding:
    """A binding that works whatever has the focus; panes scroll with the keys that are left."""
    name = action.partition("(")[0]
    return Binding(keys, action, label, id=f"inspect.{name}", tooltip=tooltip, show=show, priority=True)


class Reader(Stage):
    """The stage without what only a live phone has: a line says where in the journal it stands."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__(_nothing, DRAWS, zone)

    def compose(self) -> ComposeResult:
        """All parts; the layout says which can be seen."""
        yield Static(id="place", markup=False)
        yield from self.panes()
        yield Footer(compact=True, show_command_palette=False)


def _nothing(_line: str) -> tuple[()]:
    """Nothing is typed here."""
    return ()


class Inspector(App[None], inherit_bindings=False):
    """Steps through a journal. It reads only."""

    CSS_PATH = "app.tcss"
    CSS = "#place { height: 1; padding: 0 1; background: $panel; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        _key("n", "next_turn", "Next turn", "To where the next turn has ended"),
        _key("p", "previous_turn", "Previous turn", "To where the turn before has ended"),
        _key("right,full_stop", "next_event", "Next event", "One event on"),
        _key("left,comma", "previous_event", "Previous event", "One event back"),
        _key("home", "home", "First", "To the first event"),
        _key("end", "end", "Last", "To the last event"),
        _key("tab", "next_pane", "Pane", "Show the next pane"),
        _key("t", "theme", "Theme", "Change between dark and light", show=False),
        _key("q", "quit", "Quit", "Leave"),
        Binding("ctrl+q,ctrl+c,escape", "quit", "Quit", show=False, priority=True),
    ]
    TITLE = "wavoice inspect"
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None

    def __init__(self, walk: Walk, file: str, skipped: int, *, theme: str = "dark") -> None:
        """`skipped`: events that are not understood, so that it can be said."""
        super().__init__()
        self._walk, self._file, self._skipped = walk, file, skipped
        for each in THEMES.values():
            self.register_theme(each)
        self.theme = THEMES[theme].name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables for themes that are not ours."""
        return DEFAULTS

    def compose(self) -> ComposeResult:
        """One stage."""
        yield Reader(self._walk.screen.zone)

    def on_mount(self) -> None:
        """Begin where the walk stands."""
        self._show()

    def on_redraw(self) -> None:
        """Another size or pane."""
        self._show()

    def on_tab_chosen(self, message: Tab.Chosen) -> None:
        """A title was clicked."""
        self._stage.choose(message.pane)

    def on_on_bubble(self, message: OnBubble) -> None:
        """A trace can be read only: of what is done with a message, its turn can be shown."""
        turns = {bubble.id: bubble.turn for bubble in self._walk.screen.conversation}
        if message.what not in ("turn", "menu"):
            self.notify("A recorded journal can be read only.")
            return
        if (turn := turns.get(message.wamid)) is not None:
            self._walk.to_end_of(turn)
            self._show()

    def action_next_turn(self) -> None:
        """See the binding."""
        self._walk.next_turn()
        self._show()

    def action_previous_turn(self) -> None:
        """See the binding."""
        self._walk.previous_turn()
        self._show()

    def action_next_event(self) -> None:
        """See the binding."""
        self._walk.step(1)
        self._show()

    def action_previous_event(self) -> None:
        """See the binding."""
        self._walk.step(-1)
        self._show()

    def action_home(self) -> None:
        """See the binding."""
        self._walk.home()
        self._show()

    def action_end(self) -> None:
        """See the binding."""
        self._walk.end()
        self._show()

    def action_next_pane(self) -> None:
        """See the binding."""
        self._stage.next()

    def action_theme(self) -> None:
        """See the binding."""
        dark = self.theme == THEMES["dark"].name
        self.theme = THEMES["light" if dark else "dark"].name
        self._show()

    @property
    def _stage(self) -> Reader:
        return self.query_one(Reader)

    def _show(self) -> None:
        walk = self._walk
        screen = walk.screen
        self.query_one("#place", Static).update(Content(visible(self._place())))
        self._stage.draw(screen, walk.now)

    def _place(self) -> str:
        """Where in the journal this is."""
        walk, screen = self._walk, self._walk.screen
        who = f" · {screen.called(screen.contact)}" if len(screen.contacts) > 1 and screen.contact else ""
        skipped = f" · {self._skipped} events of a newer wavoice skipped" if self._skipped else ""
        return (
            f"{self._file} · turn {walk.turn} of {walk.turns} · event {walk.position} of {len(walk)} "
            f"{walk.here.kind} · {clock(walk.now, screen.zone, fine=True)}{who}{skipped}"
        )
