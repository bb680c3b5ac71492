"""Takes back what a deploy has done, so that customers meet the release that they met before."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from wavoice.deploy.errors import StepFailed
from wavoice.deploy.health import in_words, until_ready
from wavoice.deploy.ledger import Callback
from wavoice.deploy.steps import Outcome, Step
from wavoice.deploy.target import Standing
from wavoice.deploy.webhook import overridden, replace
from wavoice.deploy.work import Around, Work, taken

KEPT_LINES = 400
"""Lines of the log of a release that was taken back."""


async def take_back(work: Work, failed_at: str) -> Sequence[Step]:
    """Undo a deploy that failed, as far as it had come; say what was undone, each in a line.

    What cannot be undone is said, too, and does not keep the rest from being undone.
    """
    back = _Back(work.around)
    if not work.locked or work.ledger.under_way is None:
        return back.steps
    under_way = work.under_way
    release = under_way.release
    served = under_way.switched
    # Customers first: until then nobody may answer them. What went wrong is looked at afterwards.
    turned = not served or under_way.previous is None or await _customers_back(back, work)
    if under_way.callbacks:
        await back.take("undo webhook", lambda: restore(work), where=work.around.meta.host)
    if release and (work.started or served):
        await back.take("keep logs", lambda: _keep_logs(work, release))
    if turned and (work.started or served):
        grace = work.around.settings.deploy.grace_seconds
        await back.take("stop" if served else "undo start", lambda: work.around.target.stop(release, grace))
    under_way.failed_at = failed_at
    if not any(step.outcome is Outcome.FAILED for step in back.steps):
        under_way.switched, under_way.callbacks = False, []
    await back.take("note", lambda: _note(work, failed_at))
    await back.take("unlock", lambda: _unlock(work))
    return back.steps


async def _customers_back(back: _Back, work: Work) -> bool:
    """False: the failed release has to go on, for a bad answer is better than none."""
    previous, release = work.under_way.previous or "", work.under_way.release

    async def turn() -> str:
        fell = work.fell(await work.around.target.health(release))
        return await turn_to(work.around, previous, at_once=fell)

    return await back.take("undo switch", turn)


async def turn_to(around: Around, release: str, *, at_once: bool = False) -> str:
    """Let webhooks go to a release that is on the target; started first if it has no process.

    `at_once`: before it is ready, as nobody else is there; a proxy lets them wait for it.
    """
    target, standing = around.target, await around.target.standing()
    if release not in (*standing.running, *standing.kept):
        raise StepFailed(
            f"{release} is not on the target any more.",
            remedy=f"There are: {', '.join(standing.kept) or 'none'}.",
        )
    if release not in standing.running:
        await target.start(release)
    told = await target.switch(release) if at_once and standing.live != release else ""
    health = await until_ready(target, release, around.clock, around.settings.deploy.ready_seconds)
    if not health.ready:
        raise StepFailed(f"{release} does not get ready: {in_words(health)}.")
    if standing.live == release:
        return f"{release} is live"
    return told or await target.switch(release)


async def stop_others(around: Around, standing: Standing, kept: str | None) -> list[str]:
    """End every process but that of one release; in words, each."""
    grace = around.settings.deploy.grace_seconds
    return [await around.target.stop(each, grace) for each in standing.running if each != kept]


async def restore(work: Work) -> str:
    """Put Meta's callbacks back to what a deploy had found."""
    changed = work.under_way.callbacks
    told = await put_back(work.around, changed)
    for each in changed:
        await work.note("callback_restored", level=each.level, node=each.node, url=each.before or "")
    return told


async def put_back(around: Around, changed: Sequence[Callback]) -> str:
    """Only what is still as the deploy had left it is changed back; in words."""
    told: dict[str, None] = {}
    for each in changed:
        if await overridden(around.meta, each.level, each.node) == each.now:
            await replace(around.meta, around.settings, each.level, each.node, each.before)
        told[f"webhooks go to {each.before or 'where the level above says'} again ({each.level})"] = None
    return "; ".join(told)


async def _keep_logs(work: Work, release: str) -> str:
    """Beside the releases, where no pruning comes."""
    target = work.around.target
    lines = await target.logs(release, KEPT_LINES)
    await target.write(f"failed-{release}.log", "\n".join(lines) + "\n")
    work.ledger.failed = release
    return f"{len(lines)} lines: wavoice deploy logs {release}"


async def _note(work: Work, failed_at: str) -> str:
    await work.note("failed", step=failed_at)
    await work.keep()
    return "in the audit"


async def _unlock(work: Work) -> str:
    await work.around.target.unlock()
    work.locked = False
    return "unlocked"


class _Back:
    """Steps back, one after the other, each reported."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self.steps: list[Step] = []

    async def take(self, name: str, do: Callable[[], Awaitable[str]], where: str = "") -> bool:
        """Take one; True if it came off."""
        step = await taken(self._around, name, where or self._around.target.host, do, Outcome.UNDONE)
        self.steps.append(step)
        with suppress(OSError):  # whoever reads the lines may be gone: all is taken back nevertheless
            self._around.report(step)
        return step.outcome is Outcome.UNDONE
