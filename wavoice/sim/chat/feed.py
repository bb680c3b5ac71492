"""One stream of journal events and facts, in order, for whoever draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import structlog

from wavoice.runtime.journal import Event
from wavoice.sim.chat.facts import Fact

log = structlog.get_logger("wavoice")
Listener = Callable[[Event | Fact], None]


class Feed:
    """The journal's live sink, and where the phone tells its facts; keeps everything for latecomers."""

    def __init__(self) -> None:
        self._past: list[Event | Fact] = []
        self._listeners: list[Listener] = []

    @property
    def past(self) -> Sequence[Event | Fact]:
        """Everything so far, oldest first."""
        return tuple(self._past)

    def begin_with(self, past: Iterable[Event | Fact]) -> None:
        """Put in front what an earlier session left; nobody is told."""
        self._past[:0] = past

    def listen(self, listener: Listener) -> None:
        """Call it with everything from now on, on the loop; what it raises is logged and goes no further."""
        self._listeners.append(listener)

    def write(self, event: Event) -> None:
        """Take a journal event: see `journal.Sink`."""
        self.tell(event)

    def tell(self, news: Event | Fact) -> None:
        """Keep it and hand it on."""
        self._past.append(news)
        for listener in self._listeners:
            try:
                listener(news)
            except Exception as error:  # noqa: BLE001 -- a screen's mistake must not end a turn
                log.error("listener_failed", error=type(error).__name__)
