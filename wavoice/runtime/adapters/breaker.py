"""A circuit breaker: who keeps failing is left alone for a while, then tried once.

Not a library: those at hand read the clock of the machine, and ours is injected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.ports import Clock

FAILURES: Final = 3
"""In a row, after which nobody is kept waiting any more."""
FIRST_REST: Final[Micros] = 30 * SECOND
LONGEST_REST: Final[Micros] = 300 * SECOND
"""A rest that ends in another failure is followed by one twice as long, up to this."""


@dataclass(slots=True)
class Breaker:
    """Whether something may be asked now; it dies with the process.

    Every call that `admits` let through ends in one of `succeeded`, `failed` and `given_up`.
    """

    clock: Clock
    _failures: int = 0
    _rest: Micros = FIRST_REST
    _rests_until: Micros | None = None
    _on_trial: bool = False

    def admits(self) -> bool:
        """True unless it rests. The first call after a rest is a trial, and alone until it ends."""
        if self._rests_until is None:
            return True
        if self._on_trial or self.clock.ticks() < self._rests_until:
            return False
        self._on_trial = True
        return True

    @property
    def rests(self) -> bool:
        """It failed too often, and has not shown since that it works."""
        return self._rests_until is not None

    def succeeded(self) -> None:
        """It answered: all is forgotten."""
        self._failures, self._rest, self._rests_until, self._on_trial = 0, FIRST_REST, None, False

    def failed(self) -> None:
        """It did not. A rest begins after `FAILURES` in a row, and after every trial that failed."""
        self._failures += 1
        if self._on_trial:
            self._rest = min(2 * self._rest, LONGEST_REST)
        if self._on_trial or (self._rests_until is None and self._failures >= FAILURES):
            self._rests_until = self.clock.ticks() + self._rest
        self._on_trial = False

    def given_up(self) -> None:
        """Nobody waited for the answer, which proves nothing."""
        self._on_trial = False
