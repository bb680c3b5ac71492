"""A shop that is still being opened: the screen is there first, and what is typed meanwhile waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wavoice.cli.tui.control import Control
    from wavoice.cli.tui.sound import Devices
    from wavoice.sim.chat.session import ChatSession
    from wavoice.sim.chat.views import Screen


@dataclass(frozen=True, slots=True)
class Opened:
    """What the screen works with."""

    chat: ChatSession
    sound: Devices


@dataclass(frozen=True, slots=True)
class Live:
    """An open session, what is known of it, and what acts on it."""

    chat: ChatSession
    views: Screen
    control: Control

    def looked_at(self) -> Screen:
        """The views of whoever holds the phone."""
        self.views.look_at(self.chat.contact)
        return self.views


Open = Callable[[], Awaitable[Opened]]
"""Opens a session, which outlives the screen. Raises `WavoiceError` for what cannot be opened."""

TEXT = "opening the shop …"
