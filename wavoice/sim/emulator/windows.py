"""When a business may write: the 24-hour service window, and the 72 free hours after an ad.

Cloud API, "Send messages" (customer service windows), calling pricing (a call opens it too) and
pricing (free entry points).
"""

from __future__ import annotations

from pydantic import BaseModel

from wavoice.runtime.model import SECOND, Micros

HOUR: Micros = 3600 * SECOND
SERVICE_WINDOW: Micros = 24 * HOUR
FREE_ENTRY_ANSWER: Micros = 24 * HOUR
"""An ad's chat becomes a free entry point if the business answers within this."""
FREE_ENTRY_WINDOW: Micros = 72 * HOUR


class WindowsState(BaseModel, defer_build=True):
    """All that windows remember, by business-scoped user id."""

    open_until: dict[str, Micros] = {}
    """End of the service window."""
    came_by_ad: dict[str, Micros] = {}
    """When a chat was begun from an ad or a page's button and is not answered yet."""
    free_until: dict[str, Micros] = {}
    """End of the free-entry-point window."""


class Windows:
    """The windows of one business number with all its users; they need no timer."""

    def __init__(self) -> None:
        self.state = WindowsState()

    def load(self, state: WindowsState) -> None:
        """Go on where another emulator stood."""
        self.state = state

    def wrote(self, user: str, at: Micros, *, by_ad: bool = False) -> None:
        """A user wrote or called, answered or not: the service window begins anew."""
        self.state.open_until[user] = at + SERVICE_WINDOW
        if by_ad:
            self.state.came_by_ad[user] = at

    def renamed(self, old: str, new: str) -> None:
        """A user has another id from now on."""
        for moments in (self.state.open_until, self.state.came_by_ad, self.state.free_until):
            if old in moments:
                moments[new] = moments.pop(old)

    def answered(self, user: str, at: Micros) -> None:
        """The business's message was accepted: in time after an ad, 72 free hours begin."""
        came = self.state.came_by_ad.pop(user, None)
        if came is not None and at < came + FREE_ENTRY_ANSWER:
            self.state.free_until[user] = at + FREE_ENTRY_WINDOW

    def is_open(self, user: str, at: Micros) -> bool:
        """True inside the service window: anything may be sent, not only templates."""
        return at < self.state.open_until.get(user, 0)

    def is_free(self, user: str, at: Micros) -> bool:
        """True inside the free-entry-point window: nothing is charged."""
        return at < self.state.free_until.get(user, 0)
