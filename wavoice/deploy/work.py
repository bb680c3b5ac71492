"""What the steps of one deploy share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

import httpx

from wavoice.deploy.errors import StepFailed, TargetError
from wavoice.deploy.gate import Judged
from wavoice.deploy.ledger import Gate, Ledger, UnderWay, keep_ledger, note
from wavoice.deploy.meta import Meta
from wavoice.deploy.release import Release
from wavoice.deploy.steps import Outcome, Step
from wavoice.deploy.target import Finding, Health, Standing, Target
from wavoice.runtime.errors import WavoiceError
from wavoice.runtime.model import SECOND
from wavoice.runtime.ports import Clock, Ids
from wavoice.runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Person:
    """Who deploys."""

    who: str
    """User and machine, `ada@laptop`."""
    process: int
    alive: Callable[[int], bool]
    """Whether a process of this machine is still there."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was said on the command line."""

    skip_gate: str = ""
    """Why the scenarios are not asked; empty: they are."""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Around:
    """Everything that a deploy speaks to."""

    settings: Settings
    target: Target
    meta: Meta
    http: httpx.AsyncClient
    """Reaches the bot's public address."""
    clock: Clock
    ids: Ids
    person: Person
    report: Callable[[Step], None]
    judge: Callable[[Settings], Awaitable[Judged]]


@dataclass(slots=True)
class Work:
    """One deploy, as far as it has come."""

    around: Around
    wishes: Wishes = field(default_factory=Wishes)
    ledger: Ledger = field(default_factory=Ledger)
    gate: Gate | None = None
    release: Release | None = None
    locked: bool = False
    started: bool = False
    """The new release has a process that gets no webhooks yet."""
    restarts: int = 0
    """How often it had been started again when it got ready."""

    @property
    def under_way(self) -> UnderWay:
        """What the ledger says of this deploy; there from the lock on."""
        if self.ledger.under_way is None:
            raise RuntimeError("a deploy is noted before it changes anything")
        return self.ledger.under_way

    @property
    def packed(self) -> Release:
        """The release; there from the step `package` on."""
        if self.release is None:
            raise RuntimeError("a release is packed before it is used")
        return self.release

    async def keep(self) -> None:
        """Note on the target how far it has come."""
        await keep_ledger(self.around.target, self.ledger)

    async def note(self, event: str, **told: object) -> None:
        """Add a line to the target's audit, with who, which deploy and which release."""
        under_way = self.ledger.under_way
        about = {"by": self.around.person.who}
        if under_way is not None:
            about |= {"deploy": under_way.id, "release": under_way.release}
        await note(self.around.target, self.around.clock.now(), event, {**about, **told})

    def fell(self, health: Health) -> bool:
        """The new release has ended since it was ready, whether it was started again or not."""
        return health.ended or health.restarts > self.restarts

    async def standing(self) -> Standing:
        """Which releases the target has now."""
        return await self.around.target.standing()


@dataclass(frozen=True, slots=True)
class Told:
    """What a step says when it is done."""

    text: str
    findings: Sequence[Finding] = ()
    skipped: bool = False


async def taken(
    around: Around,
    name: str,
    host: str,
    do: Callable[[], Awaitable[Told | str]],
    done: Outcome = Outcome.DONE,
) -> Step:
    """Take a step; what it came to, and how long it took. What goes wrong with it is told, not raised."""
    began = around.clock.ticks()
    try:
        found = await do()
        told = Told(found) if isinstance(found, str) else found
        outcome = Outcome.SKIPPED if told.skipped else done
        step = Step(name, host, outcome, 0.0, told.text, findings=tuple(told.findings))
    except WavoiceError as error:
        at = error.host if isinstance(error, TargetError) else host
        findings = error.findings if isinstance(error, StepFailed) else ()
        step = Step(name, at, Outcome.FAILED, 0.0, error.message, error.remedy, findings)
    return replace(step, seconds=(around.clock.ticks() - began) / SECOND)
