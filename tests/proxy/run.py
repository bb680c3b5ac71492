"""Holds the dialogue of a job through the proxy, and says what was doubled, lost, or told and not so."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

import httpx

from tests.pooled import quiet_logs, spread
from tests.proxy.faults import Does, Injection, Plan, Step
from tests.proxy.history import broken
from tests.proxy.samples import sample_of
from tests.proxy.wire import Proxy, Watched, between, vendor
from wavoice.runtime import journal
from wavoice.runtime.actions.builtin import JOBS
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.settings import Shop
from wavoice.runtime.settings_systems import Tickets, Timeline
from wavoice.sim.clock import VirtualClock
from wavoice.sim.in_process import LateApp
from wavoice.sim.scenario.cast import start_of
from wavoice.sim.scenario.format import Step as Says
from wavoice.sim.scenario.load import Case
from wavoice.sim.scenario.perform import Play
from wavoice.sim.scenario.stage import Models, Stage, open_stage
from wavoice.sim.virtual_loop import VirtualLoop, run_virtually

CHUNK = 10
ROUNDS = 3
"""How often a customer tries before asking for a person."""
_PERSON = Says.model_validate({"text": "I want to speak to a human"})
_PAUSE, _LATER = Says.model_validate({"wait": "3m"}), Says.model_validate({"wait": "3h"})


@dataclass(frozen=True, slots=True)
class Run:
    """One dialogue with what goes wrong in it."""

    seed: int
    job: str
    injections: tuple[Injection, ...]

    def __str__(self) -> str:
        return f"{self.seed}: {self.job} with {', '.join(map(str, self.injections)) or 'nothing'}"


@dataclass(frozen=True, slots=True)
class Tally:
    """What a number of runs came to."""

    runs: int = 0
    injected: int = 0
    writes: int = 0
    done: int = 0
    handed_over: int = 0
    cells: frozenset[tuple[str, Step, Does]] = frozenset()
    """Which fault met which request of which job."""
    found: tuple[tuple[int, str], ...] = ()
    """What was broken, by seed."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.runs + other.runs,
            self.injected + other.injected,
            self.writes + other.writes,
            self.done + other.done,
            self.handed_over + other.handed_over,
            self.cells | other.cells,
            tuple(sorted((*self.found, *other.found))),
        )


LASTING = 0.15
"""How often nobody can say for minutes what became of a write."""
_ALWAYS = (Step.IDENTIFY, Step.ORDERS, Step.TICKET)
_WRITES = (Step.WRITE, Step.LOOK_UP, Step.NOTE, Step.NOTE_LOOK_UP)


def steps_of(name: str) -> tuple[Step, ...]:
    """The requests that the dialogue of a job makes, hand-off at its end included."""
    job = JOBS.about(name)
    reads = (Step.RECORDS,) if getattr(job, "needs", ()) else ()
    return (*_ALWAYS, Step.TICKET_LOOK_UP, *reads, *(_WRITES if job.words is not None else ()))


def drawn(seed: int) -> Run:
    """The run of that seed: jobs in turn, and at each of their requests another fault every time.

    `len(Does)` runs of a job meet every fault at every request, each time beside other ones.
    """
    chance = random.Random(f"proxy/{seed}")
    jobs, kinds = [job.name for job in JOBS], tuple(Does)
    place, turn = seed % len(jobs), seed // len(jobs)
    wanted = [
        Injection(step, kinds[(turn + place + 5 * nth) % len(kinds)], chance.choice((1, 1, 1, 2, 3)))
        for nth, step in enumerate(steps_of(jobs[place]))
    ]
    if chance.random() < LASTING:  # an outage, which a person has to be told of
        wanted.append(Injection(Step.LOOK_UP, chance.choice((Does.UNAVAILABLE, Does.HANG, Does.HTML)), 30))
    return Run(seed, jobs[place], tuple(wanted))


def all_of(seeds: range, processes: int = 2) -> Tally:
    """Carry these out; the same findings however many processes share them."""
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    return sum(spread(some, chunks, processes), Tally())


def some(seeds: range) -> Tally:
    """Carry these out in this process."""
    quiet_logs()
    return sum((hold(drawn(seed))[0] for seed in seeds), Tally())


def hold(run: Run) -> tuple[Tally, Sequence[str]]:
    """Hold one dialogue; also what it looked like, a line an exchange and event."""
    case = sample_of(run.job)
    clock = VirtualClock(start_of(case.scenario.given))
    return run_virtually(clock, lambda loop: _hold(run, case, loop))


async def _hold(run: Run, case: Case, loop: VirtualLoop) -> tuple[Tally, Sequence[str]]:
    given, late, plan = case.scenario.given, LateApp(), Plan(run.injections)
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(vendor(late))
        proxy = Proxy(loop, upstream, plan, random.Random(run.seed))
        port = await stack.enter_async_context(between(proxy))
        http = await stack.enter_async_context(httpx.AsyncClient(transport=Watched(loop)))
        stage = await stack.enter_async_context(
            open_stage(given, case.world, [given.contact], Models(), loop)
        )
        late.app = stage.world.app
        await _through(stage, http, port)
        play = Play(case, stage)
        await _talk(play, case)
        found = [one async for one in broken(play, proxy.log)]
        told = [*_told(play, proxy)]
    kinds = Counter(type(event.body) for event in stage.events)
    tally = Tally(
        1,
        len(plan.used),
        len(play.record.ledger),
        kinds[journal.Committed],
        kinds[journal.HandedOff],
        frozenset((run.job, step, does) for step, does in plan.used),
        tuple((run.seed, one) for one in found),
    )
    return tally, told


async def _through(stage: Stage, http: httpx.AsyncClient, port: int) -> None:
    """Start the runtime anew, with nothing of the shop but the proxy's address."""
    shop = f"http://127.0.0.1:{port}"
    tickets, notes = f"{shop}/desk", f"{shop}/timeline"
    zone = stage.settings.shop.zone
    stage.settings = stage.settings.model_copy(
        update={
            "shop": Shop(base_url=shop, zone=zone),
            "tickets": Tickets(base_url=tickets),
            "timeline": Timeline(base_url=notes),
        }
    )
    stage.parts = replace(stage.parts, shop=http)
    await stage.restart()


async def _talk(play: Play, case: Case) -> None:
    """Try until it is done or a person has it; then ask for a person, and wait until nothing more comes."""
    events = play.stage.events
    reads = not case.scenario.then.writes
    for _ in range(ROUNDS):
        begun = len(events)
        for step in case.scenario.steps:
            await _says(play, step)
        await _says(play, _PAUSE)
        if any(isinstance(event.body, journal.Committed | journal.HandedOff) for event in events):
            break
        if reads and not any(isinstance(event.body, journal.Trouble) for event in events[begun:]):
            break
    await _says(play, _PERSON)
    await _says(play, _LATER)
    play.record.ledger, play.record.tickets = play.stage.world.ledger, play.stage.world.desk.tickets


async def _says(play: Play, step: Says) -> None:
    """One step; a button that is not there is not tapped."""
    try:
        await play.step(len(play.record.steps), step)
    except UserInputError:
        return


def _told(play: Play, proxy: Proxy) -> Iterator[str]:
    """What happened, by time."""
    began = play.record.steps[0].began.at
    lines = [(one.at, f"{one.does or '-'}: {one.method} {one.target} -> {one.told}") for one in proxy.log]
    lines += [
        (event.at, f"{event.kind} {getattr(event.body, 'text', '')}")
        for event in play.stage.events
        if event.kind in journal.SCENARIO_EVENTS
    ]
    for at, line in sorted(lines, key=lambda one: one[0]):
        yield f"{(at - began) / 1e6:9.3f} s  {line}"
