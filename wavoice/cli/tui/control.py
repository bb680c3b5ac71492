"""What each action does: the one place that joins the table of actions, the session and the screen."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from wavoice.cli.tui.actions import BUBBLE
from wavoice.cli.tui.bubble import possible
from wavoice.cli.tui.dialogs.pick import Choice
from wavoice.cli.tui.menus import MENUS, Menu, choices
from wavoice.cli.tui.sound import Devices, Player, Recorder, RecorderFace
from wavoice.cli.tui.verbs import Face, Hands, Verbs
from wavoice.runtime.model import SECOND

if TYPE_CHECKING:
    from wavoice.sim.chat.session import ChatSession
    from wavoice.sim.chat.views import Bubble


class Screenful(Face, RecorderFace, Protocol):
    """What the actions need of the app."""

    def look(self) -> None:
        """Draw what is known now."""
        ...

    def later(self, act: Callable[[], object]) -> None:
        """Do it after what goes on now."""
        ...

    def ask(self, dialog: Coroutine[Any, Any, None]) -> None:
        """Run a dialog, one at a time."""
        ...

    def media(self, wamid: str) -> bytes | None:
        """Sound of a note."""
        ...

    def choose(self, pane: str | None) -> None:
        """Show a pane; None: the next one."""
        ...

    def select(self, step: int) -> None:
        """Move the selection in the conversation."""
        ...

    def home(self) -> None:
        """To the conversation and the line."""
        ...

    def mark(self, playing: str | None) -> None:
        """Show which note plays."""
        ...

    def other_theme(self) -> None:
        """Dark or light."""
        ...

    def help(self) -> None:
        """Show the help."""
        ...

    def leave(self) -> None:
        """End the app."""
        ...


class Control:
    """Does what was chosen by key, mouse or palette."""

    def __init__(self, chat: ChatSession, devices: Devices, face: Screenful) -> None:
        self._chat, self._face = chat, face
        self.hands = Hands(face.say, face.look)
        self._verbs = verbs = Verbs(chat, face, self.hands)
        self._recorder = Recorder(devices.microphone, self.hands, face)
        self._player = Player(devices.speaker, face.mark, chat.play)
        self._deeds: Mapping[str, Callable[[], object]] = {
            "record": self._recorder.toggle,
            "listen": self._listen,
            "quote": lambda: face.ask(verbs.quote_one()),
            "press": lambda: face.ask(verbs.press_one()),
            "edit": verbs.edit_newest,
            "unsend": verbs.unsend_newest,
            "stop_all": partial(verbs.command, "/stop"),
            "save": self._save,
            "reload": partial(verbs.command, "/reload"),
            "next_pane": partial(face.choose, None),
            "journal": partial(face.choose, "journal"),
            "http": partial(face.choose, "http"),
            "theme": face.other_theme,
            "back": self._back,
            "help": face.help,
            "quit": face.leave,
        }

    def do(self, what: str) -> None:
        """Do what `actions.py` calls so; `pane NAME` shows a pane."""
        kind, _, name = what.partition(" ")
        if kind == "pane":
            self._face.choose(name)
        elif kind in MENUS:
            self._face.ask(self._menu(MENUS[kind]))
        else:
            self._deeds[kind]()

    def line(self, text: str) -> None:
        """A line was entered: what comes of it is at the end of the conversation."""
        self._face.home()
        self._verbs.line(text)

    def with_bubble(self, what: str, view: Bubble, button: str | None = None) -> None:
        """Do something with one message."""
        match what:
            case "up" | "down":
                self._face.select(-1 if what == "up" else 1)
            case "quote":
                self._verbs.answer(view)
            case "edit":
                self._verbs.edit(view)
            case "unsend":
                self._verbs.unsend(view)
            case "press" if button is not None:
                self._verbs.press(view, button)
                self._face.home()
            case "react":
                self._face.ask(self._verbs.react(view))
            case "menu":
                self._face.ask(self._bubble_menu(view))
            case "turn":
                self._face.choose("turn")
            case "play":
                self._play(view)

    async def send(self, pcm: bytes) -> None:
        """Send a recording."""
        await self._verbs.note(pcm)

    def look(self) -> None:
        """Notice what has ended by itself."""
        self._player.look()

    async def close(self) -> None:
        """Let go of the devices."""
        await self._recorder.close()
        await self._player.close()

    async def _menu(self, menu: Menu) -> None:
        offered = await choices(menu, self._chat)
        chosen = await self._face.pick(menu.title, offered, free=menu.free)
        if chosen is not None:
            self._verbs.command(f"/{menu.command} {chosen}")

    async def _bubble_menu(self, view: Bubble) -> None:
        chosen = await self._face.pick("What with this message?", offered(view))
        if chosen is not None:
            what, _, button = chosen.partition(" ")
            # Not from within this dialog: what was chosen may open the next one.
            self._face.later(partial(self.with_bubble, what, view, button or None))

    def _save(self) -> None:
        """Under a name of its own: one key must do, before what happened is gone from one's mind."""
        zone = ZoneInfo(self._chat.settings.shop.zone)
        now = datetime.fromtimestamp(self._chat.clock.now() / SECOND, UTC).astimezone(zone)
        self._verbs.command(f"/save chat_{now:%Y%m%d_%H%M%S}")

    def _listen(self) -> None:
        notes = [view for view in self._face.bubbles() if "play" in possible(view) and not view.mine]
        if notes:
            self._play(notes[-1])
        else:
            self._face.say("The bot has sent no voice note yet.")

    def _play(self, view: Bubble) -> None:
        if (media := self._face.media(view.id)) is not None:
            self.hands.then(partial(self._player.toggle, view.id, media, mine=view.mine))

    def _back(self) -> None:
        if not self._recorder.discard() and not self._verbs.drop():
            self._face.home()


def offered(view: Bubble) -> Sequence[Choice]:
    """What can be done with a message, for its menu."""
    can = possible(view) - {"menu", "up", "down"}
    named = [(action, action.id.removeprefix("bubble.")) for action in BUBBLE]
    deeds = [Choice(name, action.label, action.help) for action, name in named if name in can]
    buttons = () if view.unsent else view.buttons
    return [*deeds, *(Choice(f"press {button.id}", f"Press “{button.title}”") for button in buttons)]
