"""The app: hands the parts what has happened and what the user wants, and draws only what has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from wavoice.cli.tui import menus
from wavoice.cli.tui.actions import ALL, APP
from wavoice.cli.tui.completions import Completions
from wavoice.cli.tui.control import Control
from wavoice.cli.tui.entry import Field
from wavoice.cli.tui.face import Screenful
from wavoice.cli.tui.messages import Do, JournalEvent, Line, OnBubble, PhoneFact, Redraw, Tick
from wavoice.cli.tui.opening import TEXT as OPENING
from wavoice.cli.tui.opening import Live, Open, Opened
from wavoice.cli.tui.pace import QUIET, Pace
from wavoice.cli.tui.palette import Everything, Offer
from wavoice.cli.tui.panes import DRAWS
from wavoice.cli.tui.sound import Devices, missing
from wavoice.cli.tui.stage import Stage
from wavoice.cli.tui.tabs import Tab
from wavoice.cli.tui.themes import ANSI, DEFAULTS, THEMES
from wavoice.runtime.errors import WavoiceError
from wavoice.runtime.journal import Event
from wavoice.sim.chat.commands import COMMANDS
from wavoice.sim.chat.facts import Fact, Notice
from wavoice.sim.chat.views import Screen

if TYPE_CHECKING:
    from wavoice.sim.chat.views.bubble import Bubble

HINT = "Type “move my delivery to Friday”, or press {record} and say it. {help} shows everything."
SECOND = 1.0


class ChatApp(App[None], inherit_bindings=False):
    """The terminal phone on a session that outlives it; the session may be opened behind the first screen."""

    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar[set[Any]] = {Everything}
    BINDINGS: ClassVar[list[BindingType]] = [
        *(action.binding() for action in APP),
        Binding("ctrl+c", "how_to_leave", "How to leave", show=False),
    ]
    TITLE = "wavoice chat"

    def __init__(
        self,
        opened: Opened | Open,
        *,
        keys: Mapping[str, str] | None = None,
        theme: str = "dark",
        typed: str = "",
        quiet: float = QUIET,
    ) -> None:
        """`keys`: by id of the action, as `keymap.read_keymap` returns them.

        `typed`: lines that were entered before there was a screen, the last perhaps not to its end.
        `quiet`: see `Pace`.
        """
        super().__init__()
        self._opened, self._keys, self._typed = opened, dict(keys or {}), typed
        self._pace = Pace(self._redraw, quiet)
        self.face = Screenful(self, self._pace.changed, self.key_of)
        """What actions do with the screen."""
        self._live: Live | None = None
        self._waiting: list[Callable[[], None]] = []
        """What was entered or pressed before there was a session."""
        self._completions = Completions(COMMANDS, self._want)
        self._stale = False
        """Panes are not drawn yet that can wait for the end of the turn."""
        self.failure: WavoiceError | None = None
        """Why the session could not be opened."""
        for each in THEMES.values():
            self.register_theme(each)
        self.theme = THEMES[theme].name
        self.ansi_theme_dark, self.ansi_theme_light = ANSI["dark"], ANSI["light"]
        self.set_keymap(self._keys)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables for themes that are not ours."""
        return DEFAULTS

    def compose(self) -> ComposeResult:
        """One stage."""
        yield Stage(self._completions, DRAWS)

    def on_mount(self) -> None:
        """Take lines at once; go on when there is a session."""
        self.query_one(Field).focus()
        self.face.say(HINT.format(record=self.key_of("record"), help=self.key_of("help")), "hint")
        if isinstance(self._opened, Opened):
            self._begin(self._opened)
        else:
            self.stage.status.show({}, OPENING)
            self.run_worker(self._open(self._opened), group="opening")
        *lines, begun = self._typed.split("\n")
        for line in filter(str.strip, lines):
            self._line(line.strip())
        if begun:
            self.face.put(begun)

    async def _open(self, opening: Open) -> None:
        try:
            self._begin(await opening())
        except WavoiceError as error:
            self.failure = error
            self.exit(return_code=2)

    def _begin(self, opened: Opened) -> None:
        """Show what was, then listen, then do what was typed meanwhile."""
        chat = opened.chat
        names = {chat.contacts[each.key]: each.name for each in chat.customers}
        views = Screen(chat.runtime.bot.kit.policy, names, chat.settings.shop.zone)
        self._live = self.face.live = Live(chat, views, Control(chat, opened.sound, self.face))
        self.stage.chat.zone = ZoneInfo(chat.settings.shop.zone)
        for each in chat.past:
            self._take(each)
        chat.listen(self._heard)
        self.run_worker(self._live.control.hands.work(), name="hands", group="hands")
        self.set_interval(SECOND, self._tick)
        self._pace.changed()
        self.run_worker(self._say_missing(opened.sound), group="missing")
        waiting, self._waiting = self._waiting, []
        for act in waiting:
            act()

    async def _say_missing(self, sound: Devices) -> None:
        if (lacks := await missing(sound)) is not None:
            self.face.say(lacks, "warning")

    async def on_unmount(self) -> None:
        """Let go of the devices."""
        self._pace.stop()
        if self._live is not None:
            await self._live.control.close()

    @property
    def _at(self) -> Live:
        """What is there once the session is open; nothing else asks for it."""
        if self._live is None:
            raise RuntimeError("the session is not open yet")
        return self._live

    async def idle(self) -> None:
        """Return when everything that the user asked for is done; what comes of it may take longer."""
        await self._at.control.hands.idle()

    def bubbles(self) -> Sequence[Bubble]:
        """The conversation."""
        return self.face.bubbles()

    @property
    def stage(self) -> Stage:
        """What is on the screen."""
        return self.query_one(Stage)

    # what happens

    def _heard(self, news: Event | Fact) -> None:
        self.post_message(JournalEvent(news) if isinstance(news, Event) else PhoneFact(news))

    def on_journal_event(self, message: JournalEvent) -> None:
        """The runtime wrote."""
        self._take(message.event)
        self._pace.news(message.event)

    def on_phone_fact(self, message: PhoneFact) -> None:
        """The handset shows."""
        self._take(message.fact)
        self._pace.news(message.fact)

    def _take(self, news: Event | Fact) -> None:
        if isinstance(news, Event):
            self._at.views.take(news)
        else:
            self._at.views.tell(news)
        if isinstance(news, Notice):
            self.face.say(news.text)

    def _tick(self) -> None:
        self.post_message(Tick(self._at.chat.clock.now()))

    def on_tick(self, message: Tick) -> None:
        """Count-downs, typing, clocks, the end of a note that plays."""
        if not self.is_running:  # the last tick of an app that is being taken down
            return
        self._at.control.look()
        if self._stale:
            self._pace.changed()
        elif not self._pace.busy:
            self.stage.tick(self._at.looked_at(), message.now)
            self._status()

    def _redraw(self) -> None:
        self.post_message(Redraw())

    def on_redraw(self) -> None:
        """Draw what has changed."""
        if not self.is_running or self._live is None:
            return
        self._stale = self._pace.busy
        self.stage.draw(self._live.looked_at(), self._live.chat.clock.now(), panes=not self._stale)
        self._status()

    def _status(self) -> None:
        self.stage.status.show(menus.chips(self._at.chat), menus.loading(self._at.chat))

    # what the user wants

    def on_line(self, message: Line) -> None:
        """A line was entered."""
        self._line(message.text)

    def _line(self, text: str) -> None:
        if self._live is None:
            self._waiting.append(partial(self._line, text))
            self.stage.status.show({}, f"{OPENING} then: {text}")
        else:
            self._live.control.line(text)

    def on_do(self, message: Do) -> None:
        """An action, by mouse or palette."""
        self.action_do(message.action)

    def action_do(self, what: str) -> None:
        """An action, by key."""
        if self._live is not None:
            self._live.control.do(what)
        elif what == "quit":
            self.face.leave()
        elif what == "help":
            self.face.help()
        else:
            self._waiting.append(partial(self.action_do, what))

    def action_how_to_leave(self) -> None:
        """Ctrl-C ends nothing: who copies text presses it as well."""
        self.face.say(f"{self.key_of('quit')} leaves; {self.key_of('help')} shows all keys.")

    def on_tab_chosen(self, message: Tab.Chosen) -> None:
        """A pane, by mouse."""
        self.stage.choose(message.pane)

    def on_on_bubble(self, message: OnBubble) -> None:
        """Something with one message."""
        view = next((each for each in self.bubbles() if each.id == message.wamid), None)
        if view is not None:
            self._at.control.with_bubble(message.what, view, message.button)

    def _want(self, command: str) -> None:
        self.run_worker(self._learn(command), group="completion", exclusive=True)

    async def _learn(self, command: str) -> None:
        if self._live is None:
            return  # they are asked for again when the command is typed anew
        self._completions.learn(command, await menus.listed(command, self._live.chat))
        self.stage.entry.again()

    # what the palette asks: `palette.Offers`

    def offers(self) -> Iterator[Offer]:
        """The commands."""
        for each in COMMANDS:
            usage = f"/{each.name} {each.arguments}".rstrip()
            yield Offer(usage, each.help, line=f"/{each.name} " if each.arguments else f"/{each.name}")

    def take(self, offer: Offer) -> None:
        """Run a command, or let the user complete it."""
        if offer.line.endswith(" "):
            self.face.put(offer.line)
        else:
            self._line(offer.line)

    def key_of(self, action: str) -> str:
        """The keys of an action as they are shown, with the user's own in mind."""
        keys = self._keys.get(action, ALL[action].keys).split(",")
        return " ".join(self.get_key_display(Binding(key.strip(), "", "")) for key in keys)
