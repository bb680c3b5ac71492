"""A bot on a machine of its own: deployed, deployed again, twice broken, rolled back, under traffic.

    uv run pytest -m vps -n 0 -s tests/vps

Nothing here is emulated but WhatsApp and the shop: a real sshd, systemd and Caddy with a certificate of its
own authority, wheels from the package index, Whisper's weights.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.journals import event_of
from tests.vps import bots, traffic
from tests.vps.machine import KEPT, Vps
from wavoice.deploy.gate import judge
from wavoice.deploy.meta import Meta
from wavoice.deploy.opened import whoami
from wavoice.deploy.sequence import Report, deploy
from wavoice.deploy.ssh.layout import Colour, Layout
from wavoice.deploy.ssh.target import SshTarget
from wavoice.deploy.steps import Step
from wavoice.deploy.verbs import rollback
from wavoice.deploy.work import Around, Wishes
from wavoice.runtime.adapters.clock import SystemClock, Uuid7Ids
from wavoice.runtime.adapters.store.audit_rows import read_journal
from wavoice.runtime.audit import audit
from wavoice.runtime.model import Micros
from wavoice.runtime.settings import Settings
from wavoice.sim.emulator.emulator import Emulator, EmulatorConfig
from wavoice.sim.emulator.phone import Phone
from wavoice.sim.rehearsal import UNLIMITED, Customer, today_in
from wavoice.sim.tcp import serve
from wavoice.sim.world import World

pytestmark = [pytest.mark.vps, pytest.mark.timeout(1800)]
PATIENCE = 180.0
"""Seconds after which what should come counts as lost; never waited for when all is well."""
JUDGED = Wishes(skip_gate="the first deploy has asked the scenarios")


@dataclass(frozen=True, slots=True, repr=False)
class Stage:
    """Meta, the shop and the author of a bot; the machine is the other side."""

    vps: Vps
    bot: bots.Bot
    emulator: Emulator
    world: World
    asha: Phone
    phones: list[Phone]
    clock: SystemClock
    around: Around
    layout: Layout

    @property
    def store(self) -> Path:
        """The store of production, as this machine sees it."""
        return self.vps.tree / self.layout.data.lstrip("/") / "wavoice.sqlite"

    async def live(self) -> str | None:
        """The release that gets the webhooks."""
        return (await self.around.target.standing()).live


@asynccontextmanager
async def stage(vps: Vps, folder: Path) -> AsyncIterator[Stage]:
    clock, customer = SystemClock(), Customer()
    trusted = ssl.create_default_context(cafile=vps.authority)
    world = World.seeded(today_in("UTC", clock), customer.phone, customer.bsuid, clock=clock)
    async with AsyncExitStack() as stack:
        outside = await stack.enter_async_context(httpx.AsyncClient(verify=trusted, timeout=20))
        config = EmulatorConfig(
            access_token=bots.ACCESS_TOKEN, app_secret=bots.APP_SECRET, pair_rate=False, throughput=UNLIMITED,
            webhook_url=f"https://before.localhost:{vps.https}/hook", delivery_log=1_000_000,
        )  # fmt: skip
        emulator = Emulator(config, clock, traffic.Meta(outside))
        stack.push_async_callback(emulator.close)
        hosts = bots.Hosts(
            graph=await stack.enter_async_context(serve(emulator.graph_app)),
            media=await stack.enter_async_context(serve(emulator.media_app)),
            shop=await stack.enter_async_context(serve(world.app)),
        )
        emulator.serve_media_at(f"http://127.0.0.1:{hosts.media}")
        bot = bots.bot(folder / "bot", vps, hosts)
        settings = Settings.load(bot.settings)
        reached = SshTarget(settings, clock, KEPT / "wheels", vps.ssh_options)
        target = await stack.enter_async_context(reached)
        meta = Meta(settings.whatsapp, outside)
        around = Around(settings, target, meta, outside, clock, Uuid7Ids(), whoami(), told, judge)
        asha = emulator.phone(customer.name, customer.phone, customer.bsuid)
        phones = traffic.customers(emulator, world)
        layout = Layout.of(settings.deploy.ssh)
        yield Stage(vps, bot, emulator, world, asha, phones, clock, around, layout)


def told(step: Step) -> None:
    print(f"{step.outcome:8} {step.name:10} {step.seconds:6.1f} s  {step.told}", flush=True)


def done(report: Report) -> None:
    assert report.ok, [step.as_json() for step in report.steps if step.outcome == "failed"]
    print(f"-- {report.seconds:.1f} s", flush=True)


async def test_nothing_is_lost_or_doubled_while_releases_change(vps: Vps, tmp_path: Path) -> None:
    async with stage(vps, tmp_path) as at:
        first = await deploy(at.around)
        done(first)
        await at.asha.says("refund order 1777")
        question = await asyncio.wait_for(at.asha.hears(0), PATIENCE)
        assert "refund" in (question.text or "")
        flow = traffic.Traffic(at.clock, at.phones)
        async with flow.flows():
            back = await changes(at, first)
        await asyncio.wait_for(all_answered(flow), PATIENCE)
        await asyncio.wait_for(at.emulator.idle(), PATIENCE)  # what is under way has no status yet
        refused = check_messages(at, flow, back.away)
        check_money(at)
        check_secrets(at)
        exposed = check_exposure(at)
        figures(first, back, exposed, {"messages": len(flow.sent), "tried_again": refused})


@dataclass(frozen=True, slots=True)
class Changes:
    """What was done under traffic."""

    again: Report
    ended: Report
    looped: Report
    back: Report
    away: tuple[Micros, Micros]
    """When customers had been given to a release that ended again and again."""


async def changes(at: Stage, first: Report) -> Changes:
    """Another release; the question of before is answered; two broken ones; back to the first."""
    at.bot.changed("# another release\n")
    again = await deploy(at.around, JUDGED)
    done(again)
    assert await at.live() == again.release != first.release
    await at.asha.taps("Yes")
    answer = await asyncio.wait_for(at.asha.hears(1), PATIENCE)
    assert (answer.text or "").startswith("Done"), answer.text

    at.bot.changed(bots.ENDS_AT_ONCE)
    ended = await deploy(at.around, JUDGED)
    assert (ended.ok, ended.failed_at) == (False, "health"), ended.steps
    assert await at.live() == again.release

    at.bot.changed(bots.ENDS_LATER)
    began = at.clock.now()
    looped = await deploy(at.around, JUDGED)
    away = (began, at.clock.now())
    assert not looped.ok
    assert "undo switch" in [step.name for step in looped.steps], looped.steps
    assert await at.live() == again.release

    back = await rollback(at.around)
    done(back)
    assert await at.live() == first.release
    return Changes(again, ended, looped, back, away)


async def all_answered(flow: traffic.Traffic) -> None:
    """Every customer has as many answers as questions, at least."""
    for phone in flow.phones:
        if asked := flow.asked[phone.person.bsuid]:
            await phone.hears(asked - 1)


def check_messages(at: Stage, flow: traffic.Traffic, away: tuple[Micros, Micros]) -> int:
    """No webhook had to be sent twice, but for those to a release that ended while it was live; how many."""
    stored, _ = read_journal(at.store)
    assert list(traffic.faults(flow, [event_of(each) for each in stored])) == []
    tries = [attempt for delivery in at.emulator.deliveries for attempt in delivery.attempts]
    refused = [attempt for attempt in tries if attempt.status != 200]
    unexpected = [each for each in refused if not away[0] <= each.at <= away[1]]
    assert Counter(each.status for each in unexpected) == Counter()
    return len(refused)


def check_money(at: Stage) -> None:
    assert [applied.action for applied in at.world.ledger] == ["refund_order"]
    report = audit(*read_journal(at.store))
    assert report.ok
    assert (report.effects, report.proved) == (1, 1)


def check_secrets(at: Stage) -> None:
    """In no file of the machine, be it a log, a unit or a release."""
    pattern = "|".join(bots.SECRETS)
    places = [str(at.vps.tree / place) for place in ("srv", "etc", "var", "root", "home", "tmp")]
    found = subprocess.run(["grep", "-rlE", pattern, *places], capture_output=True, text=True, check=False)
    assert found.stdout == ""
    assert subprocess.run(["grep", "-rlE", "deployer", *places], capture_output=True, check=False).stdout


def check_exposure(at: Stage) -> float:
    unit = at.layout.unit(Colour.BLUE)
    last = at.vps.sh(f"systemd-analyze security --no-pager {unit}").strip().splitlines()[-1]
    exposed = float(last.partition(":")[2].split()[0])
    assert exposed <= 3.0
    return exposed


def figures(first: Report, then: Changes, exposed: float, flow: dict[str, int]) -> None:
    told = {
        "first_deploy_seconds": round(first.seconds, 1),
        "next_deploy_seconds": round(then.again.seconds, 1),
        "rollback_seconds": round(then.back.seconds, 1),
        "exposure": exposed,
        **flow,
    }
    print(json.dumps(told), flush=True)
