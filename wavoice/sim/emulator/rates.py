"""How much a number may send: to one user, and in one second.

Cloud API, "About the platform" (pair rate: one message in 6 s to a user, at most 45 in a burst
borrowed from the time to come) and "Throughput" (messages a second, in and out together).
"""

from __future__ import annotations

from collections import deque

from pydantic import BaseModel

from wavoice.runtime.model import SECOND, Micros

PAIR_DRAIN: Micros = 6 * SECOND
"""The time that one message to a user costs."""
PAIR_CAPACITY = 45


class RatesState(BaseModel, defer_build=True):
    """All that rates remember."""

    empty_at: dict[str, Micros] = {}
    """When a user's bucket will have drained, if nothing more is sent."""
    last_second: list[Micros] = []
    """Moments of the messages that count for the throughput, oldest first."""


class Rates:
    """Buckets of one business number. Receipts and typing are not messages and do not count."""

    def __init__(self, throughput: int) -> None:
        self.throughput = throughput
        """Messages a second, in and out together."""
        self._empty_at: dict[str, Micros] = {}
        self._recent: deque[Micros] = deque()

    @property
    def state(self) -> RatesState:
        """What to keep."""
        return RatesState(empty_at=dict(self._empty_at), last_second=list(self._recent))

    def load(self, state: RatesState) -> None:
        """Go on where another emulator stood."""
        self._empty_at = dict(state.empty_at)
        self._recent = deque(state.last_second)

    def saw(self, at: Micros) -> None:
        """A message in or out has passed."""
        # No longer than twice the limit, also if a scripted clock stands still under a crowd.
        if len(self._recent) >= 2 * self.throughput:
            self._recent.popleft()
        self._recent.append(at)

    def has_room(self, at: Micros) -> bool:
        """True if one more message fits into this second."""
        recent = self._recent
        while recent and recent[0] <= at - SECOND:
            recent.popleft()
        return len(recent) < self.throughput

    def pour(self, user: str, at: Micros) -> bool:
        """Count a message to a user; False, and nothing is counted, if the bucket is full."""
        drained = max(self._empty_at.get(user, 0), at) + PAIR_DRAIN
        if drained - at > PAIR_CAPACITY * PAIR_DRAIN:
            return False
        self._empty_at[user] = drained
        return True
