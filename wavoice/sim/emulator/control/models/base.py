"""What all models of the control API share."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from wavoice.sim.scenario.values import Duration


class Model(BaseModel):
    """Base of all: strict about keys; built when first used, which keeps the start short."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class CallLine(Model):
    """A call in short."""

    method: str
    """HTTP method."""
    path: str
    """Path, with `{names}`."""
    about: str
    """What it does."""


class Listing(Model):
    """Every call of this API."""

    version: int
    """Version of this API."""
    calls: list[CallLine]
    """In the order of docs/emulator.md."""


class Done(Model):
    """It was done."""

    done: bool = True
    """Always true: what cannot be done is refused with 4xx."""


class Poll(Model):
    """Which part of a list, and how long to wait for more of it."""

    after: Annotated[int, Field(ge=0)] = 0
    """Leave out so many from the beginning."""
    wait: Duration = 0
    """If nothing is there after those: wait so long in real time, at most 60s; the answer may be empty."""


class After(Model):
    """Which part of the log."""

    after: Annotated[int, Field(ge=0)] = 0
    """Only webhooks with a greater number."""
    limit: Annotated[int, Field(ge=1, le=10_000)] = 1000
    """At most so many."""
