"""What was said with digits in it, in this process alone and for as long as a card number may still go on.

Of a voice note whose words may not be kept nothing is stored, so the store cannot tell that the next note
ends a card number which that one began. Nothing here is ever written; after a restart a second half is a
number of its own.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from wavoice.runtime.model import Micros

REACH: Micros = 30 * 60 * 1_000_000
"""Halves that lie further apart are not looked for."""
MOST = 1_000
"""Notes; of more the oldest is forgotten."""


@dataclass(slots=True)
class Overheard:
    """Words of voice notes by their turn."""

    _said: OrderedDict[str, tuple[Micros, str]] = field(default_factory=OrderedDict)

    def note(self, turn: str, words: str, at: Micros) -> None:
        """Remember these words for `REACH`."""
        self._forget_before(at - REACH)
        self._said[turn] = at, words
        self._said.move_to_end(turn)
        if len(self._said) > MOST:
            self._said.popitem(last=False)

    def of(self, turn: str, at: Micros) -> str:
        """What was heard in that turn; nothing once it is too long ago."""
        self._forget_before(at - REACH)
        return self._said.get(turn, (0, ""))[1]

    def forget(self, turn: str) -> None:
        """It held a part of a card number."""
        self._said.pop(turn, None)

    def _forget_before(self, moment: Micros) -> None:
        for turn in [turn for turn, (at, _) in self._said.items() if at < moment]:
            del self._said[turn]
