"""A task: one job that one customer wanted, from the first word of it to its end."""

from __future__ import annotations

from dataclasses import dataclass, field

from wavoice.runtime.model import Micros
from wavoice.runtime.policy import HOUR

DAY: Micros = 24 * HOUR
"""How long a task may lie still before it counts as dropped, and how long after its end a return counts."""

CALLED_OFF = "called_off"
DONE = "done"
DROPPED = "dropped"
HANDED_OFF = "handed_off"


@dataclass(slots=True)
class Task:
    """What became of one wish of one customer. Ends and steps are those of docs/observe.md."""

    number: str
    contact: str
    flow: str
    """Name of the job."""
    modality: str
    """Of the message that began it; `other`: the shop's own system offered it."""
    began_at: Micros
    """When the message that asked for it was received."""
    step: str = "begin"
    """The last step that it reached: `begin`, `ask:SLOT`, `confirm`, `settle`, `commit`, `tell`, `answer`."""
    reached: dict[str, None] = field(default_factory=lambda: {"begin": None})
    """Every step that it reached, in order."""
    ended_at: Micros | None = None
    how: str = ""
    """How it ended; empty while it is under way."""
    turn: str = ""
    """The turn in which it ended."""
    last_at: Micros = 0
    """When anything of it last happened."""
    told_at: Micros | None = None
    """When WhatsApp accepted the answer that ended it."""
    human: bool = False
    """A person took over after it was done, within a day."""
    repeated: bool = False
    """The customer came back with the same wish within a day of its end."""
    minor: int | None = None
    """Money that it moved, in minor units; None: none, or no longer known."""
    currency: str = ""
    takes: bool | None = None
    """The money was taken from the customer, and not paid out; None: not known."""
    vetoed: int = 0
    """How often a yes to it was taken back while it settled."""

    def at(self, step: str, at: Micros) -> None:
        """Note that it has come to that step."""
        self.step, self.last_at = step, at
        self.reached[step] = None

    def end(self, how: str, at: Micros, turn: str = "") -> None:
        """Note how it ended."""
        self.how, self.ended_at, self.last_at, self.turn = how, at, at, turn

    @property
    def open(self) -> bool:
        """It is under way."""
        return not self.how

    @property
    def lost(self) -> bool:
        """It came to nothing, and not because its customer wished so."""
        return self.how not in {"", DONE, CALLED_OFF}

    @property
    def contained(self) -> bool:
        """It was truly finished, without a person, and without a return within a day."""
        return self.how == DONE and not self.human and not self.repeated
