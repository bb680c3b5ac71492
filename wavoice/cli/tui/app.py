"""The app: hands the parts what has happened and what the user wants, and draws only what has changed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.timer import Timer

from wavoice.cli.tui import menus
from wavoice.cli.tui.actions import ALL, APP
from wavoice.cli.tui.completions import Completions
from wavoice.cli.tui.control import Control
from wavoice.cli.tui.dialogs.help import Help, help_lines
from wavoice.cli.tui.dialogs.pick import Choice, Pick
from wavoice.cli.tui.entry import Field
from wavoice.cli.tui.messages import Do, JournalEvent, Line, OnBubble, PhoneFact, Redraw, Tick
from wavoice.cli.tui.opening import TEXT as OPENING
from wavoice.cli.tui.opening import Live, Open, Opened
from wavoice.cli.tui.palette import Everything, Offer
from wavoice.cli.tui.panes import DRAWS
from wavoice.cli.tui.sound import Devices, missing
from wavoice.cli.tui.stage import Stage
from wavoice.cli.tui.tabs import Tab
from wavoice.cli.tui.themes import ANSI, DEFAULTS, THEMES
from wavoice.runtime.errors import WavoiceError
from wavoice.runtime.journal import Event
from wavoice.sim.chat.commands import COMMANDS
from wavoice.sim.chat.facts import Exchange, Fact, Notice, Ticks
from wavoice.sim.chat.views import Screen

if TYPE_CHECKING:
    from wavoice.sim.chat.views.conversation import Bubble

HINT = "Type “move my delivery to Friday”, or press {record} and say it. {help} shows everything."
FRAME = 0.15
"""Seconds in which changes are gathered and drawn at once: a turn writes some dozens of events, and it shares
the processor with whoever draws them. Typed letters do not wait for it."""
SECOND = 1.0
KEYS_FILE = (
    "Other keys: wavoice chat --keys FILE, see docs/chat.md. Panes, arrows, mouse: everything can be clicked."
)


class ChatApp(App[None], inherit_bindings=False):
    """The terminal phone on a session that outlives it; the session may be opened behind the first screen."""

    CSS_PATH = "app.tcss"
    COMMANDS: ClassVar[set[Any]] = {Everything}
    BINDINGS: ClassVar[list[BindingType]] = [
        *(action.binding() for action in APP),
        Binding("ctrl+c", "help_quit", "How to leave", show=False),
    ]
    TITLE = "wavoice chat"

    def __init__(
        self,
        opened: Opened | Open,
        *,
        keys: Mapping[str, str] | None = None,
        theme: str = "dark",
        typed: str = "",
        frame: float = FRAME,
    ) -> None:
        """`keys`: by id of the action, as `keymap.read_keymap` returns them.

        `typed`: lines that were entered before there was a screen, the last perhaps not to its end.
        `frame`: seconds between two drawings; 0 draws at once, for tests that look at every step.
        """
        super().__init__()
        self._opened, self._frame, self._keys = opened, frame, dict(keys or {})
        self._typed = typed
        self._live: Live | None = None
        self._waiting: list[Callable[[], None]] = []
        """What was entered or pressed before there was a session."""
        self._completions = Completions(COMMANDS, self._want)
        self._drawing: Timer | None = None
        self._stale = False
        """Something is not drawn yet, and can wait for the next tick."""
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
        self.say(HINT.format(record=self.key_of("record"), help=self.key_of("help")), "hint")
        if isinstance(self._opened, Opened):
            self._begin(self._opened)
        else:
            self.stage.status.show({}, OPENING)
            self.run_worker(self._open(self._opened), group="opening")
        *lines, begun = self._typed.split("\n")
        for line in filter(str.strip, lines):
            self._line(line.strip())
        if begun:
            self.put(begun)

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
        self._live = Live(chat, views, Control(chat, opened.sound, self))
        self.stage.chat.zone = ZoneInfo(chat.settings.shop.zone)
        for each in chat.past:
            self._take(each)
        chat.listen(self._heard)
        self.run_worker(self._live.control.hands.work(), name="hands", group="hands")
        self.set_interval(SECOND, self._tick)
        self._changed()
        self.run_worker(self._say_missing(opened.sound), group="missing")
        waiting, self._waiting = self._waiting, []
        for act in waiting:
            act()

    async def _say_missing(self, sound: Devices) -> None:
        if (lacks := await missing(sound)) is not None:
            self.say(lacks, "warning")

    async def on_unmount(self) -> None:
        """Let go of the devices."""
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

    def on_phone_fact(self, message: PhoneFact) -> None:
        """The handset shows."""
        self._take(message.fact)

    def _take(self, news: Event | Fact) -> None:
        if isinstance(news, Event):
            self._at.views.take(news)
        else:
            self._at.views.tell(news)
        if isinstance(news, Notice):
            self.say(news.text)
        if self._frame and isinstance(news, (Exchange, Ticks)):
            self._stale = True  # the next tick draws it: a layout costs the turn that is under way dearly
        else:
            self._changed()

    def _tick(self) -> None:
        self.post_message(Tick(self._at.chat.clock.now()))

    def on_tick(self, message: Tick) -> None:
        """Count-downs, typing, clocks, the end of a note that plays."""
        if not self.is_running:  # the last tick of an app that is being taken down
            return
        self._at.control.look()
        if self._stale:
            self._changed()
        else:
            self.stage.tick(self._looked_at(), message.now)
            self._status()

    def _changed(self) -> None:
        if not self._frame:
            self.post_message(Redraw())
        elif self._drawing is None:
            self._drawing = self.set_timer(self._frame, lambda: self.post_message(Redraw()))

    def on_redraw(self) -> None:
        """Draw what has changed."""
        self._drawing, self._stale = None, False
        if not self.is_running or self._live is None:
            return
        self.stage.draw(self._looked_at(), self._at.chat.clock.now())
        self._status()

    def _status(self) -> None:
        self.stage.status.show(menus.chips(self._at.chat), menus.loading(self._at.chat))

    def _looked_at(self) -> Screen:
        self._at.views.look_at(self._at.chat.contact)
        return self._at.views

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
            self.leave()
        elif what == "help":
            self.help()
        else:
            self._waiting.append(partial(self.action_do, what))

    def on_tab_chosen(self, message: Tab.Chosen) -> None:
        """A pane, by mouse."""
        self.stage.choose(message.pane)

    def on_on_bubble(self, message: OnBubble) -> None:
        """Something with one message."""
        view = next((each for each in self.bubbles() if each.id == message.wamid), None)
        if view is not None:
            self._at.control.with_bubble(message.what, view, message.button)

    # what the actions ask of the screen: `control.Screenful`

    async def pick(self, title: str, choices: Sequence[Choice], *, free: str = "") -> str | None:
        """Let the user choose."""
        return await self.push_screen_wait(Pick(title, choices, free=free))

    def ask(self, dialog: Coroutine[Any, Any, None]) -> None:
        """Run a dialog, one at a time."""
        if isinstance(self.screen, ModalScreen):
            dialog.close()
            self.bell()
        else:
            self.run_worker(dialog, group="dialog")

    def look(self) -> None:
        """Draw what is known now: the clock may have been moved, and nothing have come of it."""
        self._changed()

    def later(self, act: Callable[[], object]) -> None:
        """Do it after what goes on now."""
        self.call_later(act)

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
        return self.set_interval(seconds, act)

    async def recorded(self, pcm: bytes) -> None:
        """Send a recording."""
        await self._at.control.send(pcm)

    def bubbles(self) -> Sequence[Bubble]:
        """The conversation."""
        return () if self._live is None else self._looked_at().conversation

    def media(self, wamid: str) -> bytes | None:
        """Sound of a note."""
        return self._at.views.media(wamid)

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
        self.theme = THEMES["light" if self.current_theme.dark else "dark"].name

    def help(self) -> None:
        """Show all keys and commands."""
        if not isinstance(self.screen, ModalScreen):
            keys = {name: self.key_of(name) for name in ALL}
            usages = [(f"/{each.name} {each.arguments}".rstrip(), each.help) for each in COMMANDS]
            self.push_screen(Help(help_lines(keys, usages, KEYS_FILE)))

    def leave(self) -> None:
        """End the app; the session is its opener's."""
        self.exit()

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
            self.put(offer.line)
        else:
            self._line(offer.line)

    def key_of(self, action: str) -> str:
        """The keys of an action as they are shown, with the user's own in mind."""
        keys = self._keys.get(action, ALL[action].keys).split(",")
        return " ".join(self.get_key_display(Binding(key.strip(), "", "")) for key in keys)
