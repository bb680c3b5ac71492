"""A deploy from its first step to its last, and back if one fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from wavoice.deploy import before, bring, turn_over
from wavoice.deploy.ledger import Live, keep_ledger, stamp
from wavoice.deploy.steps import HERE, Outcome, Step, StepName
from wavoice.deploy.undo import take_back
from wavoice.deploy.work import Around, Told, Wishes, Work, taken
from wavoice.runtime.model import SECOND

AGAIN = "wavoice deploy"
"""What goes on after a failure: done steps are found done."""


@dataclass(frozen=True, slots=True)
class Action:
    """A step as it is taken."""

    name: StepName
    where: str
    """`here`, `target` or `meta`."""
    plan: str
    """What `--dry-run` says of it."""
    do: Callable[[Work], Awaitable[Told]]


ACTIONS = (
    Action(StepName.PREFLIGHT, "target", "look at settings, secrets, Meta and the target", before.preflight),
    Action(StepName.GATE, "here", "run the scenarios on this runtime", before.gate),
    Action(StepName.LOCK, "target", "let nobody else deploy meanwhile", before.lock),
    Action(StepName.PACKAGE, "here", "put the files together and hash them", before.package),
    Action(StepName.SHIP, "target", "bring them over, check every hash there", bring.ship),
    Action(StepName.MIGRATE, "target", "add to the store what the release needs", bring.migrate),
    Action(StepName.START, "target", "start it beside the live release", bring.start),
    Action(StepName.HEALTH, "target", "wait until it is ready", bring.health),
    Action(StepName.CANARY, "target", "let it hear and answer a voice note, with no customer", bring.canary),
    Action(StepName.SWITCH, "target", "let webhooks go to it", turn_over.switch),
    Action(StepName.DRAIN, "target", "let the release before finish, and stop it", turn_over.drain),
    Action(StepName.WEBHOOK, "meta", "tell WhatsApp its address; Meta asks it at once", turn_over.webhook),
    Action(StepName.SMOKE, "target", "send the owner a message, wait until it is delivered", turn_over.smoke),
    Action(StepName.WATCH, "target", "look at it for a while", turn_over.watch),
)


@dataclass(slots=True)
class Report:
    """What a deploy came to."""

    ok: bool = True
    release: str = ""
    steps: list[Step] = field(default_factory=list)
    failed_at: str = ""
    goes_on: str = ""
    """The command that goes on after a failure."""
    seconds: float = 0.0


async def deploy(around: Around, wishes: Wishes | None = None) -> Report:
    """Take every step, report each as it ends, and take everything back if one fails.

    Never raises for what goes wrong on the way: the report says it. An interruption, or a fault of ours,
    takes back as well, and is raised.
    """
    work, report, began = Work(around, wishes or Wishes()), Report(), around.clock.ticks()
    action = ACTIONS[0]
    try:
        for action in ACTIONS:
            step = await _take(work, action)
            report.steps.append(step)
            around.report(step)
            if step.outcome is Outcome.FAILED:
                report.ok, report.failed_at, report.goes_on = False, action.name, AGAIN
                break
        else:
            if not work.wishes.dry_run:
                report.steps += await _tidy_up(work)
    except BaseException:
        await take_back(work, action.name)
        raise
    if not report.ok:
        report.steps += await take_back(work, action.name)
    report.release = work.release.id if work.release else ""
    report.seconds = (around.clock.ticks() - began) / SECOND
    return report


async def _take(work: Work, action: Action) -> Step:
    around = work.around
    host = {"here": HERE, "target": around.target.host, "meta": around.meta.host}[action.where]
    if work.wishes.dry_run and action.name is not StepName.PREFLIGHT:
        return Step(action.name, host, Outcome.PLANNED, 0.0, action.plan)

    async def do() -> Told:
        told = await action.do(work)
        if action is ACTIONS[-1]:
            await _finish(work)
        elif work.locked and work.ledger.under_way is not None:
            work.under_way.last = action.name
            await work.keep()
        return told

    return await taken(around, action.name, host, do)


async def _finish(work: Work) -> None:
    """Note that it came to its end. What cannot be noted is still under way, and can be taken back."""
    around, under_way = work.around, work.under_way
    live = Live(
        deploy=under_way.id,
        release=under_way.release,
        digest=under_way.digest,
        by=under_way.by,
        at=stamp(around.clock.now()),
        previous=under_way.previous,
        callbacks=under_way.callbacks,
    )
    ended = work.ledger.model_copy(update={"live": live, "under_way": None})
    await keep_ledger(around.target, ended)
    await work.note("done")
    work.ledger = ended


async def _tidy_up(work: Work) -> Sequence[Step]:
    """Delete the oldest releases, and let others deploy. Customers are served: what fails here is told, each
    in a line, and takes nothing back.
    """
    around = work.around
    target = around.target

    async def prune() -> str:
        return ", ".join(await target.prune(around.settings.deploy.keep))

    async def unlock() -> str:
        await target.unlock()
        return "unlocked"

    try:
        pruned = await taken(around, "prune", target.host, prune)
    finally:
        unlocked = await taken(around, "unlock", target.host, unlock)
    failed = [step for step in (pruned, unlocked) if step.outcome is Outcome.FAILED]
    for step in failed:
        around.report(step)
    return failed
