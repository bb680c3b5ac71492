"""Models of time and of the world as a whole."""

from __future__ import annotations

from pydantic import ConfigDict

from wavoice.sim.emulator.control.models.base import Model
from wavoice.sim.scenario.values import Duration


class Advance(Model):
    """A jump of the clock."""

    by: Duration
    """How far. Whatever falls due on the way happens in its order: redeliveries, windows, late webhooks."""


class ClockState(Model):
    """The clock."""

    now: int
    """Microseconds since 1970-01-01T00:00Z."""
    iso: str
    """The same, as ISO 8601."""


class World(Model):
    """A world as `GET /world` returns it; only its version is looked into here."""

    model_config = ConfigDict(extra="allow", defer_build=True)

    version: int
    """Version of the format."""
