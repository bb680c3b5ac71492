"""An unreliable way from WhatsApp to the bot: webhooks twice, late, overtaken, lost at first; seeded."""

from __future__ import annotations

import random
from dataclasses import dataclass

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import Micros


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one webhook."""

    held: Micros = 0
    """How long its first try waits."""
    lost: bool = False
    """The first try never reaches the bot; the redelivery does."""
    again: Micros | None = None
    """How long after the first try it comes once more; None if it does not."""


UNHARMED = Fate()


@dataclass(frozen=True, slots=True)
class Chaos:
    """Faults in the delivery of inbound messages and statuses; nothing is lost for good.

    The fate of a webhook depends on `seed`, these numbers and its place among the webhooks alone,
    and each fault is drawn on its own: more of one does not move another. Raises `UserInputError`
    for a probability outside 0 to 1 or a negative time.
    """

    seed: int
    duplicate: float = 0.0
    """Probability that a webhook comes again, up to `delay` after its first try."""
    delay: Micros = 0
    """Every webhook waits for a time from 0 to this."""
    reorder: Micros = 0
    """Every webhook waits for a further time from 0 to this, so that later ones overtake it."""
    drop: float = 0.0
    """Probability that the first try is lost before the bot."""

    def __post_init__(self) -> None:
        for name, chance in (("duplicate", self.duplicate), ("drop", self.drop)):
            if not 0 <= chance <= 1:
                raise UserInputError(f"Chaos: {name} is {chance}.", remedy="Give a probability from 0 to 1.")
        for name, longest in (("delay", self.delay), ("reorder", self.reorder)):
            if longest < 0:
                raise UserInputError(f"Chaos: {name} is negative.", remedy="Give 0 or more microseconds.")

    def fate(self, number: int) -> Fate:
        """Return what becomes of webhook `number`."""
        # A string seed is hashed with SHA-512, the same on every machine.
        chance = random.Random(f"{self.seed}/{number}")  # noqa: S311 -- nothing secret
        delay, reorder, drop, duplicate, gap = (chance.random() for _ in range(5))
        return Fate(
            held=round(delay * self.delay) + round(reorder * self.reorder),
            lost=drop < self.drop,
            again=round(gap * self.delay) if duplicate < self.duplicate else None,
        )
