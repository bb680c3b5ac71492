"""One message as WhatsApp shows it: quote, waveform or words, reactions, time and ticks, buttons below."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click
from textual.widgets import Static

from wavoice.cli.tui.actions import BUBBLE
from wavoice.cli.tui.messages import OnBubble
from wavoice.cli.tui.plain import visible
from wavoice.cli.tui.wave import bars, length
from wavoice.runtime.model import SECOND

if TYPE_CHECKING:
    from wavoice.sim.chat.views.bubble import Bubble, ButtonView

WAVE = 24
"""Bars of a waveform."""
_TICKS = {"sending": "◷", "sent": "✓", "delivered": "✓✓", "read": "✓✓", "played": "✓✓", "failed": "!"}
_SEEN = frozenset({"read", "played"})


def drawn(view: Bubble, zone: tzinfo, *, playing: bool = False) -> Content:
    """The body of a bubble. Words of others are never read as markup."""
    lines: list[Content] = []
    if view.quotes is not None:
        lines.append(
            Content.styled(f"┃ {visible(view.quotes) or 'a message that is not here'}", "$dim italic")
        )
    if view.forwarded:
        lines.append(Content.styled("↪ forwarded", "$dim italic"))
    if view.unsent:
        lines.append(Content.styled("⊘ unsent", "$dim italic"))
    else:
        if view.form == "voice":
            lines.append(_wave(view, playing=playing))
        elif view.form == "button":
            lines.append(Content.styled("↩ pressed", "$dim italic"))
        if view.text:
            lines.append(Content(visible(view.text, lines=True)))
        elif view.redacted:
            lines.append(Content.styled("words removed", "$dim italic"))
    foot = _foot(view, zone)
    if view.reactions:
        lines.append(Content(" ".join(visible(each) for each in view.reactions)))
    if not lines:
        return foot
    return Content("\n").join([*lines[:-1], Content("  ").join([lines[-1], foot])])


def _wave(view: Bubble, *, playing: bool) -> Content:
    mark = ("■" if playing else "▶") if view.playable else "▷"
    style = "$tick-read" if view.ticks == "played" or (view.mine and view.ticks == "read") else "$dim"
    lasts = f" {length(view.seconds)}" if view.seconds else ""  # no journal says it of the bot's own notes
    return Content.assemble((mark, "$primary bold"), " ", (bars(view.peaks, WAVE), style), lasts)


def _foot(view: Bubble, zone: tzinfo) -> Content:
    clock = datetime.fromtimestamp(view.at / SECOND, UTC).astimezone(zone)
    parts = [Content.styled(("edited " if view.edited else "") + f"{clock:%H:%M}", "$dim")]
    if view.ticks:
        style = "$tick-read" if view.ticks in _SEEN else "$text-error" if view.ticks == "failed" else "$dim"
        parts.append(Content.styled(_TICKS.get(view.ticks, visible(view.ticks)), style))
    return Content("").join(parts)  # nothing between them, so that no line ends there


def possible(view: Bubble) -> frozenset[str]:
    """What can be done with a message: names of the bubble's actions."""
    always = {"menu", "up", "down"}
    if view.turn:
        always.add("turn")
    if view.unsent:
        return frozenset(always)
    if view.playable:
        always.add("play")
    if view.mine:
        return frozenset(always | ({"edit", "unsend"} if view.form == "text" else {"unsend"}))
    return frozenset(always | {"quote", "react"})


class Body(Static):
    """The words of a bubble; a click on the waveform plays it."""

    def __init__(self, row: Row) -> None:
        super().__init__(row.content(), markup=False)
        self._row = row

    def on_click(self, event: Click) -> None:
        """Play at the waveform, select elsewhere, menu at a second click."""
        event.stop()
        self._row.focus()
        view = self._row.view
        on_wave = (
            view.form == "voice" and not view.unsent and event.y == (1 if view.quotes is not None else 0)
        )
        if event.chain > 1 or event.button == 3:
            self.post_message(OnBubble("menu", view.id))
        elif on_wave:
            self.post_message(OnBubble("play", view.id))


class Tap(Static):
    """A button under a message; it can be pressed as long as it can be seen, as on a real phone."""

    def __init__(self, bubble: str, button: ButtonView, number: int) -> None:
        mark = "✓" if button.pressed else str(number)
        style = "$dim" if button.stale else "$text-secondary bold"
        super().__init__(Content.assemble((f"{mark} ", "$dim"), (visible(button.title), style)), markup=False)
        self._bubble, self._button = bubble, button.id

    def on_click(self, event: Click) -> None:
        """Press it."""
        event.stop()
        self.post_message(OnBubble("press", self._bubble, self._button))


class Row(Vertical, can_focus=True):
    """A message in the conversation: what is drawn again when it, and only it, changes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(action.binding() for action in BUBBLE),
        Binding("1,2,3,4,5,6,7,8,9", "press", "Press", id="bubble.press", show=False),
    ]

    def __init__(self, view: Bubble, zone: tzinfo) -> None:
        super().__init__(classes="mine" if view.mine else "theirs")
        self.view, self._zone, self._playing = view, zone, False

    def compose(self) -> ComposeResult:
        """Body and buttons."""
        yield Body(self)
        yield from self._taps()

    def content(self) -> Content:
        """What the body shows."""
        return drawn(self.view, self._zone, playing=self._playing)

    def show(self, view: Bubble) -> None:
        """Draw a newer state of the message; nothing if it is the same."""
        before, self.view = self.view, view
        if view == before:
            return
        self._body_again()
        if view.buttons != before.buttons:
            self.query(Tap).remove()
            self.mount(*self._taps())

    def play(self, playing: bool) -> None:
        """Show that it is played, or no more."""
        if playing != self._playing:
            self._playing = playing
            self._body_again()

    def _body_again(self) -> None:
        # Also while it is still being mounted; before its body is there, the body will be made of the newest.
        for body in self.query(Body):
            body.update(self.content())

    def _taps(self) -> list[Tap]:
        buttons = () if self.view.unsent else self.view.buttons
        return [Tap(self.view.id, button, number) for number, button in enumerate(buttons, start=1)]

    def on_key(self, event: object) -> None:
        """Press the button of a digit."""
        key = getattr(event, "key", "")
        buttons = self.view.buttons
        if key.isdigit() and 1 <= int(key) <= len(buttons):
            self.post_message(OnBubble("press", self.view.id, buttons[int(key) - 1].id))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What cannot be done with this message is not offered."""
        return str(parameters[0]) in possible(self.view) if action == "tell" else True

    def action_tell(self, what: str) -> None:
        """Ask the app to do it."""
        self.post_message(OnBubble(what, self.view.id))
