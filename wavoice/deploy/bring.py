"""Steps that bring a release to the target, beside the live one: ship, migrate, start, health, canary."""

from __future__ import annotations

import json

from pydantic import BaseModel, ConfigDict, ValidationError

from wavoice.deploy.errors import StepFailed
from wavoice.deploy.health import gave_up, in_words, until_ready
from wavoice.deploy.target import Ran
from wavoice.deploy.undo import stop_others
from wavoice.deploy.work import Told, Work

MOST_LOG = 12
"""Lines of the log of a release that does not get ready."""


async def ship(work: Work) -> Told:
    """Bring files and credentials over."""
    return Told(await work.around.target.ship(work.packed))


async def migrate(work: Work) -> Told:
    """Bring the store up to what the release needs. Migrations only add: the live release goes on."""
    ran = await work.around.target.run(work.packed.id, ["db", "upgrade"])
    if ran.code:
        raise StepFailed(
            f"wavoice db upgrade ended with {ran.code}: {last_words(ran)}",
            remedy="The live release goes on with the store as it is.",
        )
    return Told(" ".join(ran.out.split())[:200] or "up to date")


async def start(work: Work) -> Told:
    """Start it beside the live one; what is left of an earlier try goes first."""
    target, release, standing = work.around.target, work.packed.id, await work.standing()
    if standing.live == release and release in standing.running:
        return Told("it is live already", skipped=True)
    await stop_others(work.around, standing, standing.live)
    work.started = True
    return Told(await target.start(release))


async def health(work: Work) -> Told:
    """Wait until it is ready."""
    around = work.around
    seconds = around.settings.deploy.ready_seconds
    found = await until_ready(around.target, work.packed.id, around.clock, seconds)
    work.restarts = found.restarts
    if not found.ready:
        lines = await around.target.logs(work.packed.id, MOST_LOG)
        raise StepFailed(
            f"{'it ended' if gave_up(found) else f'not ready after {seconds:g} s'}: {in_words(found)}."
            + "".join(f"\n    {line}" for line in lines),
            remedy=f"All of its log: wavoice deploy logs {work.packed.id}",
        )
    return Told(in_words(found))


class CanaryReport(BaseModel):
    """What `wavoice deploy canary --json` says."""

    model_config = ConfigDict(extra="ignore")

    ok: bool
    told: str
    seconds: float


async def canary(work: Work) -> Told:
    """Let it hear a voice note and answer it, on a store of its own, with nobody at the other end."""
    ran = await work.around.target.run(work.packed.id, ["deploy", "canary", "--json"])
    report = read_canary(ran)
    if report is None or not report.ok:
        raise StepFailed(
            report.told if report else f"the canary turn ended with {ran.code}: {last_words(ran)}",
            remedy="Customers' notes would end like this; the live release goes on.",
        )
    return Told(f"{report.told}, {report.seconds:.1f} s")


def read_canary(ran: Ran) -> CanaryReport | None:
    """None where it did not come to a report."""
    try:
        return CanaryReport.model_validate(json.loads(ran.out.strip().rpartition("\n")[2] or "null"))
    except (ValueError, ValidationError):
        return None


def last_words(ran: Ran) -> str:
    """The last line that it said."""
    said = [line for line in (ran.err or ran.out).splitlines() if line.strip()]
    return said[-1].strip()[:300] if said else "it said nothing"
