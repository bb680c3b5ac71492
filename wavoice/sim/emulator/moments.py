"""When messages were sent: what is older than thirty days cannot be read, reacted to or quoted.

Source: Cloud API pages on reactions, contextual replies and read receipts.
"""

from __future__ import annotations

from pydantic import BaseModel, Field

from wavoice.runtime.model import SECOND, Micros

LASTS: Micros = 30 * 24 * 3600 * SECOND


class MomentsState(BaseModel, defer_build=True):
    """By wamid, of both sides."""

    at: dict[str, Micros] = Field(default_factory=dict)
    """When WhatsApp took it, oldest first."""


class Moments:
    """Remembers for thirty days."""

    def __init__(self) -> None:
        self.state = MomentsState()

    def load(self, state: MomentsState) -> None:
        """Take these over."""
        self.state = state

    def note(self, wamid: str, now: Micros) -> None:
        """A message was taken."""
        at = self.state.at
        at[wamid] = now
        while at[oldest := next(iter(at))] <= now - LASTS:
            del at[oldest]

    def recent(self, wamid: str, now: Micros) -> bool:
        """True if it was taken, and less than thirty days ago."""
        return now - self.state.at.get(wamid, now - LASTS) < LASTS
