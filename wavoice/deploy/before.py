"""Steps before anything changes on the target: preflight, gate, lock, package."""

from __future__ import annotations

import asyncio

from wavoice.deploy.errors import LockedError, StepFailed
from wavoice.deploy.gate import MOST_TOLD, scenario_files
from wavoice.deploy.ledger import Gate, UnderWay, read_ledger, stamp
from wavoice.deploy.look_here import look_here
from wavoice.deploy.look_meta import look_at_meta
from wavoice.deploy.package import pack, project_digest
from wavoice.deploy.steps import troubles
from wavoice.deploy.target import Holder
from wavoice.deploy.work import Told, Work


async def preflight(work: Work) -> Told:
    """Look at everything, and say all that is wrong at once."""
    around = work.around
    looked = await asyncio.gather(
        look_here(around.settings),
        look_at_meta(around.meta, around.settings, around.clock.now()),
        around.target.preflight(),
    )
    findings = [finding for part in looked for finding in part]
    if wrong := troubles(findings):
        raise StepFailed(
            f"{len(wrong)} of {len(findings)} checks failed: {', '.join(each.name for each in wrong)}.",
            remedy=" ".join(dict.fromkeys(each.remedy for each in wrong if each.remedy)),
            findings=findings,
        )
    doubtful = [finding.name for finding in findings if not finding.ok]
    told = f"{len(findings)} checks" + (f"; look at: {', '.join(doubtful)}" if doubtful else "")
    return Told(told, findings)


async def gate(work: Work) -> Told:
    """Let the scenarios judge; what they have judged already is not judged again."""
    settings = work.around.settings
    if work.wishes.skip_gate:
        work.gate = Gate(digest="", told="nobody asked", skipped=work.wishes.skip_gate)
        return Told(f"skipped: {work.wishes.skip_gate}", skipped=True)
    digest = project_digest(settings, scenario_files(settings))
    before = await read_ledger(work.around.target)
    known = before.under_way.gate if before.under_way else None
    if known is not None and known.digest == digest:
        work.gate = known
        return Told(f"{known.told}, when this deploy began", skipped=True)
    judged = await work.around.judge(settings)
    if not judged.ok:
        raise StepFailed(
            judged.trouble or "; ".join(judged.failed[:MOST_TOLD]) or "No scenario passed.",
            remedy="Run wavoice test for all of it.",
        )
    work.gate = Gate(digest=digest, told=judged.told)
    return Told(judged.told)


async def lock(work: Work) -> Told:
    """Let nobody else deploy meanwhile; take a deploy up that broke off."""
    around, person = work.around, work.around.person
    now = around.clock.now()
    holder = Holder(person.who, stamp(now), f"deploy, process {person.process}")
    other = await around.target.lock(holder)
    ledger = await read_ledger(around.target)
    broken = ledger.under_way
    if other is not None and not _is_ours(work, other, broken):
        raise LockedError(
            f"{other.who} has locked it since {other.since}: {other.why}.",
            remedy="Wait for it, or, if nobody is at work there, run: wavoice deploy unlock",
        )
    work.locked, work.ledger = True, ledger
    work.ledger.under_way = await _taken_up(work, broken)
    await work.note("began", gate=work.gate.told if work.gate else "", skipped=work.wishes.skip_gate)
    return Told("taken up where it broke off" if broken else "locked")


async def _taken_up(work: Work, broken: UnderWay | None) -> UnderWay:
    """This deploy, which may be one that broke off: then what it had changed is not forgotten."""
    around, person = work.around, work.around.person
    live = (await work.standing()).live
    live = None if live == work.ledger.failed else live  # taken back, and nothing was there before it
    ours = {"by": person.who, "process": person.process, "began": stamp(around.clock.now()), "failed_at": ""}
    if broken is None:
        return UnderWay(id=around.ids.new("d"), gate=work.gate, previous=live, **ours)
    ours |= {"gate": work.gate}
    if not broken.switched or broken.release != live:
        ours |= {"previous": live, "switched": False, "callbacks": []}
    return broken.model_copy(update=ours)


def _is_ours(work: Work, other: Holder, broken: UnderWay | None) -> bool:
    """A deploy of ours that broke off: same person, and its process is gone."""
    person = work.around.person
    if broken is None or other.who != person.who or not other.why.startswith("deploy, process "):
        return False
    return not person.alive(broken.process)


async def package(work: Work) -> Told:
    """Put the release together."""
    around, under_way = work.around, work.under_way
    again = {under_way.digest: under_way.release} if under_way.digest else {}
    work.release, told = await pack(around.settings, around.target, around.clock.now(), again)
    under_way.release, under_way.digest = work.release.id, work.release.digest
    await work.keep()
    return Told(f"{work.release.id}: {told}")
