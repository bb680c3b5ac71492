"""A bot as its author declares it: the jobs that it can do."""

from __future__ import annotations

from wavoice.runtime.actions import Job, builtin
from wavoice.runtime.actions.registry import Jobs


class App:
    """The jobs of one bot: the author's own, in this order, and those that ship with wavoice.

    `sample=False` leaves the latter out. Raises `ConfigError` for two jobs of one name.
    """

    def __init__(self, *jobs: Job, sample: bool = True) -> None:
        self.jobs = Jobs((*(builtin.JOBS if sample else ()), *jobs))
