"""What a deploy consists of, and what each step came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from wavoice.deploy.target import Finding

HERE = "this machine"
"""Host of steps that leave it alone."""


class StepName(StrEnum):
    """Every step, in the order in which a deploy takes them."""

    PREFLIGHT = "preflight"
    GATE = "gate"
    LOCK = "lock"
    PACKAGE = "package"
    SHIP = "ship"
    MIGRATE = "migrate"
    START = "start"
    HEALTH = "health"
    CANARY = "canary"
    SWITCH = "switch"
    DRAIN = "drain"
    WEBHOOK = "webhook"
    SMOKE = "smoke"
    WATCH = "watch"


class Outcome(StrEnum):
    """What became of a step."""

    DONE = "done"
    SKIPPED = "skipped"
    """It was not wanted, or an earlier try of the same release had done it."""
    FAILED = "failed"
    UNDONE = "undone"
    """A later step failed, and this one was taken back."""
    PLANNED = "planned"
    """`--dry-run`: it would be done."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a deploy's report."""

    name: str
    """A `StepName`, or of what was taken back: `undo switch`."""
    host: str
    """Where it happened: `this machine`, the target's host, or Graph's."""
    outcome: Outcome
    seconds: float
    told: str
    """What was done or found, in words; never a secret nor a person's data."""
    remedy: str = ""
    findings: tuple[Finding, ...] = ()
    """Of the steps that look: preflight, health."""

    def as_json(self) -> dict[str, Any]:
        """The same for machines; keys are the fields."""
        return asdict(self)


def troubles(findings: Sequence[Finding]) -> list[Finding]:
    """Those that a deploy may not go on with."""
    return [finding for finding in findings if finding.needed and not finding.ok]
