"""Steps that turn customers over to a release: switch, drain, webhook, smoke, watch."""

from __future__ import annotations

from wavoice.deploy.account import account_of
from wavoice.deploy.bring import MOST_LOG, last_words
from wavoice.deploy.callback import callback_of, callback_url
from wavoice.deploy.errors import StepFailed
from wavoice.deploy.health import BETWEEN, in_words, pause
from wavoice.deploy.ledger import Callback
from wavoice.deploy.meta import Level
from wavoice.deploy.steps import troubles
from wavoice.deploy.undo import stop_others
from wavoice.deploy.webhook import nodes, overridden, replace, subscribed
from wavoice.deploy.work import Told, Work
from wavoice.runtime.model import SECOND
from wavoice.runtime.settings import resolve_secret

MISSES = 3
"""Times in a row that a watched release may be not ready."""
WATCH_EVERY = 2 * SECOND
STANDS = 2 * SECOND
"""How long a release has webhooks before the one before it is ended."""


async def switch(work: Work) -> Told:
    """Let webhooks go to it."""
    target, under_way = work.around.target, work.under_way
    if (await work.standing()).live == under_way.release:
        return Told("webhooks go to it already", skipped=True)
    under_way.switched = True  # noted first: whoever takes up a broken deploy has to know
    await work.keep()
    told = await target.switch(under_way.release)
    await work.note("switched", previous=under_way.previous or "")
    await _stands(work)
    return Told(told)


async def _stands(work: Work) -> None:
    """See whether it bears webhooks, while the release before still runs and can have them back at once."""
    target, clock, release = work.around.target, work.around.clock, work.under_way.release
    until = clock.now() + STANDS
    while True:
        if work.fell(health := await target.health(release)):
            raise StepFailed(f"it ended when webhooks came: {in_words(health)}.{await _log(work)}")
        if clock.now() >= until:
            return
        await pause(clock, min(until, clock.now() + BETWEEN))


async def _log(work: Work) -> str:
    lines = await work.around.target.logs(work.under_way.release, MOST_LOG)
    return "".join(f"\n    {line}" for line in lines)


async def drain(work: Work) -> Told:
    """Let the release before finish what it has begun. Questions that wait for a yes are in the store."""
    told = await stop_others(work.around, await work.standing(), work.under_way.release)
    return Told("; ".join(told) or "nothing else runs", skipped=not told)


async def webhook(work: Work) -> Told:
    """Let WhatsApp send webhooks to it: first ask its public address as Meta will, then let Meta ask."""
    around, settings = work.around, work.around.settings
    if settings.deploy.webhook == "off" and settings.deploy.url is None:
        return Told("set elsewhere (deploy.webhook is off)", skipped=True)
    challenge = str(around.clock.now())
    findings = await callback_of(settings, around.http, challenge).check()
    if wrong := troubles(findings):
        raise StepFailed(f"{wrong[0].told}.", remedy=wrong[0].remedy, findings=findings)
    if settings.deploy.webhook == "off":
        return Told("it answers at its public address; Meta is not told (deploy.webhook is off)", findings)
    return Told(await _register(work, settings.deploy.webhook), findings)


async def _register(work: Work, level: Level) -> str:
    around, url = work.around, callback_url(work.around.settings)
    account = account_of(around.settings, await around.meta.number())
    if await subscribed(around.meta, account):
        await work.note("subscribed", account=account)
    told = [
        await _register_one(work, level, node, url)
        for node in await nodes(around.meta, around.settings, level)
    ]
    return "; ".join(dict.fromkeys(told))


async def _register_one(work: Work, level: Level, node: str, url: str) -> str:
    around = work.around
    before = await overridden(around.meta, level, node)
    if before == url:
        return f"Meta has this address already ({level})"
    # Noted first: whoever rolls back a deploy that broke off here has to know what was there.
    work.under_way.callbacks.append(Callback(level=level, node=node, before=before, now=url))
    await work.keep()
    await replace(around.meta, around.settings, level, node, url)
    await work.note("registered", level=level, node=node, url=url, before=before or "")
    return f"Meta asked {url}, and was answered ({level}); before: {before or 'none of its own'}"


async def smoke(work: Work) -> Told:
    """Send a real message to the owner, and wait until WhatsApp says that it was delivered."""
    around, deploy = work.around, work.around.settings.deploy
    if deploy.smoke_to is None:
        return Told("nobody is named (deploy.smoke_to)", skipped=True)
    # On standard input: other users of a machine read the arguments of its processes.
    owner = resolve_secret(deploy.smoke_to).get_secret_value()
    arguments = ["deploy", "smoke", "--seconds", f"{deploy.smoke_seconds:g}"]
    ran = await around.target.run(work.under_way.release, arguments, given=f"{owner}\n")
    if ran.code:
        raise StepFailed(
            f"the smoke note: {last_words(ran)}",
            remedy="The owner must have written to the bot within 24 hours.",
        )
    return Told(" ".join(ran.out.split())[:200])


async def watch(work: Work) -> Told:
    """Look at it for a while, now that customers meet it."""
    around, release = work.around, work.under_way.release
    seconds = around.settings.deploy.watch_seconds
    until, asked, missed = around.clock.now() + int(seconds * SECOND), 0, 0
    while around.clock.now() < until:
        await pause(around.clock, min(until, around.clock.now() + WATCH_EVERY))
        health = await around.target.health(release)
        asked, missed = asked + 1, 0 if health.ready else missed + 1
        if work.fell(health):
            raise StepFailed(f"it ended: {in_words(health)}.{await _log(work)}")
        if missed >= MISSES:
            raise StepFailed(f"not ready {missed} times in a row: {in_words(health)}.{await _log(work)}")
    return Told(f"ready {asked} times in {seconds:g} s" if asked else "not watched", skipped=not asked)
