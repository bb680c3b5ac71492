"""One turn of Pipecat's evals on its way to steps."""

from __future__ import annotations

from dataclasses import dataclass

from wavoice.sim.scenario.foreign.actions import Actions
from wavoice.sim.scenario.foreign.drafts import CaseDraft, StepDraft
from wavoice.sim.scenario.foreign.source import Item
from wavoice.sim.scenario.values import as_text

MILLI = 1_000
"""Microseconds of one of their milliseconds."""
PATIENCE_MS = 60_000
"""How long they wait for an event that names no budget."""


@dataclass(slots=True)
class Turn:
    """What is known of a turn so far."""

    case: CaseDraft
    actions: Actions
    voice: bool
    waited: int
    """Milliseconds of waiting since the customer's last message was sent."""
    step: StepDraft | None = None
    """What the customer does, or the wait of a turn that only looks on."""
    replies: int = 0
    """Replies that are expected so far."""
    quiet_ms: int | None = None
    """How long nothing may come, if that is expected."""
    unwritten_ms: int | None = None
    """How long nothing may be written, if that is expected."""

    def says(self, words: str) -> StepDraft:
        """The customer says or types this."""
        self.step = StepDraft("note" if self.voice else "text", words)
        return self.step

    def waits(self, milliseconds: int) -> StepDraft:
        """Time passes."""
        step = StepDraft("wait", as_text(milliseconds * MILLI))
        self.case.steps.append(step)
        self.waited += milliseconds
        return step

    def refuse(self, item: Item, what: str, reason: str) -> None:
        """Say of something in this turn that it is not carried over."""
        self.case.refuse(item, what, reason, self.step)
