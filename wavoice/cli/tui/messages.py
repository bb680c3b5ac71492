"""What reaches the screen: one message for what was written, one for what the handset shows, one for time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from wavoice.runtime.journal import Event
    from wavoice.runtime.model import Micros
    from wavoice.sim.chat.facts import Fact


class JournalEvent(Message):
    """The runtime wrote a line into its journal."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class PhoneFact(Message):
    """Something happened on the customer's phone, or on the wire."""

    def __init__(self, fact: Fact) -> None:
        super().__init__()
        self.fact = fact


class Tick(Message):
    """Time has passed; `now` by the clock of the session. A newer one replaces one that waits."""

    def __init__(self, now: Micros) -> None:
        super().__init__()
        self.now = now

    def can_replace(self, message: Message) -> bool:
        """Only the newest matters."""
        return isinstance(message, Tick)


class Redraw(Message):
    """Draw what has changed since the last time; one that waits stands for all."""

    def can_replace(self, message: Message) -> bool:
        """One is enough."""
        return isinstance(message, Redraw)


class Line(Message):
    """The user has entered a line."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Do(Message):
    """The user wants an action of the app, by mouse: the name of an action, as in `actions.py`."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action


class OnBubble(Message):
    """The user wants something done with one message of the conversation."""

    def __init__(self, what: str, wamid: str, button: str | None = None) -> None:
        super().__init__()
        self.what, self.wamid, self.button = what, wamid, button
