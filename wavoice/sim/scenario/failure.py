"""What did not hold: said so that whoever reads it need not run it again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that did not hold."""

    step: int | None
    """Number of the step, from 1; None: the scenario as a whole."""
    kind: str
    """The assertion kind, e.g. `reply`, or the law, e.g. `L3`."""
    reason: str
    """In a sentence."""
    expected: str = ""
    got: str = ""
    line: int | None = None
    """Line of the scenario file."""
    turn: str | None = None
    """Turn whose journal explains it, if one does."""
