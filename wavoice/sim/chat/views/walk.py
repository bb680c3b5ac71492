"""Steps through a recorded journal: by event, by turn; what was known at that step is a `Screen`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence

from wavoice.runtime import journal
from wavoice.runtime.journal import Event
from wavoice.runtime.model import Micros
from wavoice.runtime.policy import Policy
from wavoice.sim.chat.views.screen import Screen
from wavoice.sim.chat.views.strange import Strange

_LATE = (journal.StatusSeen, journal.Redacted)
"""Events that may come long after their turn: they do not make it longer."""


class Walk:
    """A place in a journal. Begins at its end, where everything is known."""

    def __init__(
        self,
        items: Sequence[Event | Strange],
        *,
        zone: str = "UTC",
        names: Mapping[str, str] | None = None,
        policy: Policy | None = None,
    ) -> None:
        """`items`: at least one."""
        self._items, self._zone, self._names, self._policy = items, zone, names, policy
        ends = _ends(items)
        self.turn_ids = tuple(ends)
        """Of the turns, in the order in which they end."""
        self._stops = list(ends.values())
        self._screen, self._folded = self._fresh(), 0
        self.position = len(items)
        """How many events have happened, from 1 on."""

    def __len__(self) -> int:
        """How many events there are."""
        return len(self._items)

    @property
    def turns(self) -> int:
        """How many turns there are."""
        return len(self._stops)

    @property
    def turn(self) -> int:
        """Number of the turn that has been reached, from 1 on."""
        return min(bisect_left(self._stops, self.position) + 1, len(self._stops))

    @property
    def here(self) -> Event | Strange:
        """The event that happened last."""
        return self._items[self.position - 1]

    @property
    def now(self) -> Micros:
        """Its time: what depends on the time is shown as it stood then."""
        return self.here.at

    def to(self, position: int) -> None:
        """Go to that event; one that is not there is the nearest that is."""
        self.position = max(1, min(position, len(self._items)))

    def step(self, by: int) -> None:
        """So many events on, or back."""
        self.to(self.position + by)

    def home(self) -> None:
        """To the first event."""
        self.to(1)

    def end(self) -> None:
        """To the last event."""
        self.to(len(self._items))

    def next_turn(self) -> None:
        """To where the next turn has ended; after the last one to the end."""
        following = bisect_right(self._stops, self.position)
        self.to(self._stops[following] if following < len(self._stops) else len(self._items))

    def previous_turn(self) -> None:
        """To where the turn before has ended; before the first one to the beginning."""
        before = bisect_left(self._stops, self.position)
        self.to(self._stops[before - 1] if before else 1)

    def to_turn(self, number: int) -> None:
        """To the end of the turn with that number, from 1 on; nothing if there is none."""
        if 1 <= number <= len(self._stops):
            self.to(self._stops[number - 1])

    def last_of(self, number: int) -> int:
        """The last event of the turn with that number, from 1 on."""
        return self._stops[number - 1]

    def to_end_of(self, turn: str) -> None:
        """To the end of the turn with that id; nothing if it is not here."""
        if turn in self.turn_ids:
            self.to_turn(self.turn_ids.index(turn) + 1)

    @property
    def screen(self) -> Screen:
        """What was known here of whom the last event is about, at its turn; valid until the next step.

        Of other customers it has the lines of the journal and nothing else: a step back in a journal of
        thousands of customers costs no more than one customer's part of it.
        """
        here = self.here
        contact = here.where.contact if isinstance(here, Event) else self._screen.contact
        if self._folded > self.position or contact != self._screen.contact:
            self._screen, self._folded = self._fresh(), 0
            self._screen.look_at(contact)
        for item in self._items[self._folded : self.position]:
            own = isinstance(item, Event) and item.where.contact == contact
            (self._screen.take if own else self._screen.pass_by)(item)
        self._folded = self.position
        self._screen.choose(here.where.turn if isinstance(here, Event) else None)
        return self._screen

    def whole(self) -> Screen:
        """What was known here of everybody."""
        screen = self._fresh()
        for item in self._items[: self.position]:
            screen.take(item)
        return screen

    def _fresh(self) -> Screen:
        return Screen(self._policy, self._names, self._zone)


def _ends(items: Sequence[Event | Strange]) -> dict[str, int]:
    """Which event is the last of each turn, in order. What only a late status speaks of is no turn."""
    ends: dict[str, int] = {}
    for number, item in enumerate(items, 1):
        if isinstance(item, Event) and not isinstance(item.body, _LATE):
            ends.pop(item.where.turn, None)
            ends[item.where.turn] = number
    return ends
