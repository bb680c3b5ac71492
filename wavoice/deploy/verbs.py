"""What else there is to do with a target: go back, read logs and the audit, lock it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from wavoice.deploy.bring import last_words
from wavoice.deploy.errors import LockedError, StepFailed, TargetError
from wavoice.deploy.ledger import AUDIT, Ledger, Live, keep_ledger, note, read_ledger, stamp
from wavoice.deploy.sequence import Report
from wavoice.deploy.steps import Outcome
from wavoice.deploy.target import Holder
from wavoice.deploy.undo import put_back, stop_others, turn_to
from wavoice.deploy.work import Around, taken
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND


async def rollback(around: Around, to: str | None = None) -> Report:
    """Let an earlier release serve again: the one before, or that one. Its store is the present one, to which
    every migration has only added. What the release that goes had changed at Meta is put back.
    """
    report, began = Report(), around.clock.ticks()
    steps = _Steps(around, report)
    ledger = Ledger()

    async def lock() -> str:
        nonlocal ledger
        await take_lock(around, f"rollback, process {around.person.process}")
        ledger = await read_ledger(around.target)
        return "locked"

    if not await steps.take("lock", lock):
        return report
    try:
        await _back(around, steps, ledger, to)
    finally:
        await around.target.unlock()
        report.seconds = (around.clock.ticks() - began) / SECOND
    return report


async def _back(around: Around, steps: _Steps, ledger: Ledger, to: str | None) -> None:
    report = steps.report
    live = (await around.target.standing()).live
    under_way = ledger.under_way if ledger.under_way and ledger.under_way.switched else None
    was = under_way or ledger.live
    wanted = to or (was.previous if was else None)
    report.release = wanted or ""

    async def switch() -> str:
        if wanted is None:
            raise StepFailed("There is no release before this one.", remedy="Name one: wavoice deploy status")
        if wanted == live:
            raise StepFailed(f"{wanted} is live.", remedy="Name another: wavoice deploy status lists them.")
        return await turn_to(around, wanted)

    async def drain() -> str:
        told = await stop_others(around, await around.target.standing(), wanted)
        return "; ".join(told) or "nothing else runs"

    async def webhook() -> str:
        if was is None or not was.callbacks or live != was.release:
            return "unchanged"
        return await put_back(around, was.callbacks)

    async def noted() -> str:
        now = stamp(around.clock.now())
        await note(
            around.target, around.clock.now(), "rolled_back", _about(around, release=wanted, before=live)
        )
        ledger.under_way = None
        ledger.failed = live or ""
        ledger.live = Live(deploy="", release=wanted or "", digest="", by=around.person.who, at=now)
        await keep_ledger(around.target, ledger)
        return "in the audit"

    for name, do in (("switch", switch), ("drain", drain), ("webhook", webhook), ("note", noted)):
        if not await steps.take(name, do):
            return


async def logs(around: Around, release: str | None, lines: int) -> Sequence[str]:
    """The last lines of a release, or of the live one; also of one that was taken back and is gone."""
    target = around.target
    wanted = release or (await target.standing()).live
    if wanted is None:
        raise UserInputError("Nothing is live there.", remedy="Name a release: wavoice deploy status")
    if found := await target.logs(wanted, lines):
        return found
    kept = await target.read(f"failed-{wanted}.log")
    return (kept or "").splitlines()[-lines:]


async def audit(around: Around) -> Sequence[dict[str, Any]]:
    """Every event of every deploy, oldest first."""
    text = await around.target.read(AUDIT) or ""
    return [json.loads(line) for line in text.splitlines() if line.strip()]


async def take_lock(around: Around, why: str) -> None:
    """Keep everybody from deploying. Raises `LockedError`, which says who has it."""
    now = stamp(around.clock.now())
    other = await around.target.lock(Holder(around.person.who, now, why))
    if other is not None:
        raise LockedError(
            f"{other.who} has locked it since {other.since}: {other.why}.",
            remedy="If nobody is at work there: wavoice deploy unlock",
        )


async def pause(around: Around, reason: str, *, off: bool) -> str:
    """Hand every customer of the live release to people, or end that; what it says."""
    live = (await around.target.standing()).live
    if live is None:
        raise UserInputError("Nothing is live there.")
    arguments = ["ops", "resume", "--yes"] if off else ["ops", "pause", "--yes", "--reason", reason]
    ran = await around.target.run(live, arguments)
    if ran.code:
        raise TargetError(f"wavoice {' '.join(arguments[:2])}: {last_words(ran)}", host=around.target.host)
    told = _about(around, why=reason) if not off else _about(around)
    await note(around.target, around.clock.now(), "resumed" if off else "paused", told)
    return " ".join(ran.out.split())


async def lock(around: Around, why: str) -> None:
    """As `take_lock`, until `unlock`; noted in the audit."""
    await take_lock(around, why)
    await note(around.target, around.clock.now(), "locked", _about(around, why=why))


async def unlock(around: Around) -> Holder | None:
    """Give the lock back, whoever has it; return who had."""
    holder = await around.target.holder()
    if holder is not None:
        await note(
            around.target, around.clock.now(), "unlocked", _about(around, held_by=holder.who, why=holder.why)
        )
        await around.target.unlock()
    return holder


def _about(around: Around, **told: object) -> dict[str, object]:
    return {"by": around.person.who, **told}


class _Steps:
    """Steps one after the other, each reported; the first that fails ends them."""

    def __init__(self, around: Around, report: Report) -> None:
        self._around = around
        self.report = report

    async def take(self, name: str, do: Callable[[], Awaitable[str]]) -> bool:
        step = await taken(self._around, name, self._around.target.host, do)
        self.report.steps.append(step)
        self._around.report(step)
        if step.outcome is Outcome.FAILED:
            self.report.ok, self.report.failed_at = False, name
            self.report.goes_on = "wavoice deploy rollback"
        return step.outcome is Outcome.DONE
