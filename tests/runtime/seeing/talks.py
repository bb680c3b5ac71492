"""Short conversations in virtual time, each the journal of one customer and one bot."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tests.runtime.seeing.kept import played, scenario_files
from wavoice.runtime.journal import Event
from wavoice.sim.scenario.load import load_cases
from wavoice.sim.scenario.perform import perform

_HEAD = """
version: 1
scenario: talk
about: A conversation of a test.
given:
  now: 2026-11-23T10:00:00
  zone: UTC
  contact: asha
  world: {orders: {"1842": {day: Thursday, status: packed}, "1777": {day: 2026-11-20, status: delivered}}}
"""


@cache
def talk(*steps: str, faults: str = "") -> Sequence[Event]:
    """The journal of a conversation with these steps, in the words of the scenario format."""
    listed = "".join(f"  - {step}\n" for step in steps)
    text = f"{_HEAD}{f'  faults: {faults}' if faults else ''}\nsteps:\n{listed}then: {{writes: []}}\n"
    return tuple(perform(load_cases(Path("talk.yaml"), text)[0]).events)


@cache
def sample() -> Sequence[Event]:
    """What a few scenarios leave, one after the other."""
    return tuple(played(scenario_files(every=45)))
