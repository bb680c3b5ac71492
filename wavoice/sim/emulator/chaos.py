"""An unreliable way between WhatsApp and the bot: webhooks twice, late, overtaken, lost at first; seeded."""

from __future__ import annotations

import random
from dataclasses import dataclass

from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.emulator.batches import MOST_UPDATES

BATCH_WAIT: Micros = SECOND
"""How long the first update of a batch waits for others, unless a burst says how long."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one webhook."""

    held: Micros = 0
    """How long its first try waits."""
    lost: bool = False
    """The first try never reaches the bot; the redelivery does."""
    again: Micros | None = None
    """How long after the first try it comes once more; None if it does not."""


@dataclass(frozen=True, slots=True)
class AnswerFate:
    """What becomes of the answer to one send that was accepted."""

    lost: bool = False
    """The connection breaks instead; the statuses still come."""
    after_statuses: bool = False
    """It leaves only when webhooks with the message's statuses were tried."""


UNHARMED = Fate()


@dataclass(frozen=True, slots=True)
class Chaos:
    """Faults in the delivery of inbound messages and statuses; nothing is lost for good.

    The fate of a webhook depends on `seed`, these numbers and its place among the webhooks alone, that of
    an answer on its place among the answers, and each fault is drawn on its own: more of one does not move
    another. Raises `UserInputError` for a probability outside 0 to 1 or a negative time.
    """

    seed: int
    duplicate: float = 0.0
    """Probability that a webhook comes again, up to `delay` after its first try."""
    delay: Micros = 0
    """Every webhook waits for a time from `delay_from` to this."""
    reorder: Micros = 0
    """Every webhook waits for a further time from 0 to this, so that later ones overtake it."""
    drop: float = 0.0
    """Probability that the first try is lost before the bot."""
    delay_from: Micros = 0
    """The shortest delay; at most `delay`."""
    burst: Micros = 0
    """Webhooks are held back for so long from the first one on, and then delivered all at once; 0: not."""
    batch: int = 0
    """Updates that come within a second, or in one burst, are merged, up to so many in a POST; 0: none."""
    status_before_response: float = 0.0
    """Probability that the statuses of a message are delivered before its send is answered."""
    lost_response: float = 0.0
    """Probability that a message is accepted, and the connection is cut instead of an answer."""

    def __post_init__(self) -> None:
        for name in ("duplicate", "drop", "status_before_response", "lost_response"):
            chance = getattr(self, name)
            if not 0 <= chance <= 1:
                raise UserInputError(f"Chaos: {name} is {chance}.", remedy="Give a probability from 0 to 1.")
        for name in ("delay", "reorder", "delay_from", "burst"):
            if getattr(self, name) < 0:
                raise UserInputError(f"Chaos: {name} is negative.", remedy="Give 0 or more microseconds.")
        if self.delay_from > self.delay:
            raise UserInputError(
                "Chaos: the shortest delay is longer than the longest.", remedy="Write the shorter one first."
            )
        if not 0 <= self.batch <= MOST_UPDATES:
            raise UserInputError(
                f"Chaos: batch is {self.batch}.", remedy=f"WhatsApp merges up to {MOST_UPDATES} updates."
            )

    @property
    def gathers(self) -> Micros:
        """How long webhooks are gathered from the first one on; 0: each goes when it is due."""
        return self.burst or (BATCH_WAIT if self.batch > 1 else 0)

    def fate(self, number: int) -> Fate:
        """Return what becomes of webhook `number`."""
        # A string seed is hashed with SHA-512, the same on every machine.
        chance = random.Random(f"{self.seed}/{number}")  # noqa: S311 -- nothing secret
        delay, reorder, drop, duplicate, gap = (chance.random() for _ in range(5))
        waits = self.delay_from + round(delay * (self.delay - self.delay_from))
        return Fate(
            held=waits + round(reorder * self.reorder),
            lost=drop < self.drop,
            again=round(gap * self.delay) if duplicate < self.duplicate else None,
        )

    def answer(self, number: int) -> AnswerFate:
        """Return what becomes of the answer to accepted message `number`."""
        chance = random.Random(f"{self.seed}/answer/{number}")  # noqa: S311 -- nothing secret
        lost, late = chance.random(), chance.random()
        return AnswerFate(lost < self.lost_response, late < self.status_before_response)
