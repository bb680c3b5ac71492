"""`wavoice bench turn`: the runtime, the same runtime one step after the other, a naive bot, and the floor.

All of them answer the same notes in one process, in turns: a busy moment of the machine falls on every
row. Cold turns have processes of their own and come last, like the notes in flight.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from wavoice.runtime.build import Parts
from wavoice.runtime.model import SECOND
from wavoice.runtime.settings import Settings
from wavoice.sim.bench.cold import ColdRunner
from wavoice.sim.bench.figures import Fixture, Flight, Ratios, Report, Row, Spread, ratio
from wavoice.sim.bench.flight import AT_ONCE, Lanes
from wavoice.sim.bench.floor import Floor, no_model, open_model
from wavoice.sim.bench.naive_stand import open_naive, why_not
from wavoice.sim.bench.notes import BenchNote
from wavoice.sim.bench.runners import FloorRunner, NaiveRunner, Runner, Sample, TurnRunner, row
from wavoice.sim.bench.stand import Reply, Stand, open_stand
from wavoice.sim.emulator.carrier import PROFILES, Network
from wavoice.sim.machine import machine
from wavoice.sim.reach import Wire

WARM_UP = 2
FLIGHT_NOTE = "4 s"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be measured."""

    notes: Sequence[BenchNote]
    rounds: int = 20
    warm_up: int = WARM_UP
    """Rounds of every note before those, which do not count."""
    cold_rounds: int = 5
    flight_runs: int = 24
    """Turns of each number in flight, at least; 0: none is measured."""
    at_once: Sequence[int] = AT_ONCE
    network: Network = "none"
    sequential: bool = False
    """Measure only the runtime that takes one step after the other."""
    seed: int = 0
    """Of the network's delays."""


Told = Callable[[str, str], None]
"""Hears what is being done, and how far that is; empty: nothing is counted."""


async def measure(settings: Settings, plan: Plan, tell: Told, parts: Parts | None = None) -> Report:
    """Measure everything; `tell` hears what is being done. `parts`: what a test brings.

    Raises `WavoiceError` if a model or a voice cannot be opened; what merely fails is in the report.
    """
    about = header(settings, plan)
    wire = Wire(plan.network, plan.seed, limits=False)
    tell("loading models", "")
    with tempfile.TemporaryDirectory(prefix="wavoice-bench-") as folder:
        async with _bench(settings, plan, wire, Path(folder), parts) as bench:
            rows = await _warm(bench, plan, tell)
            flights = await _flights(bench, plan, tell)
    rows += await _each([ColdRunner(wire, plan.sequential)], plan.notes, plan.cold_rounds, 0, tell)
    return replace(about, rows=tuple(compared(rows)), flights=tuple(flights))


def header(settings: Settings, plan: Plan) -> Report:
    """The report before anything is measured: what may be compared with what is known then."""
    return Report(
        machine=machine(),
        setting=_setting(settings, plan),
        fixtures=tuple(Fixture(note.name, note.seconds, note.sha256) for note in plan.notes),
        rounds=plan.rounds,
        rows=(),
    )


@dataclass(frozen=True, slots=True)
class _Bench:
    runners: Sequence[Runner]
    stand: Stand
    """The runtime that is measured."""
    absent: Sequence[Row]
    """Rows that cannot be measured here."""


@asynccontextmanager
async def _bench(
    settings: Settings, plan: Plan, wire: Wire, folder: Path, parts: Parts | None
) -> AsyncIterator[_Bench]:
    runners: list[Runner] = []
    async with AsyncExitStack() as stack:
        ways = {"sequential": True} if plan.sequential else {"overlapped": False, "sequential": True}
        stands = {}
        for how, one_by_one in ways.items():
            own = stored(one_after_the_other(settings, one_by_one), folder / f"{how}.db")
            stands[how] = await stack.enter_async_context(open_stand(own, parts, wire))
            runners += [TurnRunner(stands[how], reply, how) for reply in Reply]
        floorless = no_model(settings.ears)
        naiveless = floorless or why_not(settings)
        if floorless is None:
            model = await asyncio.to_thread(open_model, settings.ears)
            runners.append(FloorRunner(await asyncio.to_thread(Floor, model)))
        if naiveless is None:
            runners.append(NaiveRunner(await stack.enter_async_context(open_naive(settings, model, wire))))
        absent = [
            *_absent(plan, "floor", "transcript", floorless),
            *_absent(plan, "naive", "spoken", naiveless),
        ]
        yield _Bench(runners, next(iter(stands.values())), absent)


def _absent(plan: Plan, how: str, reply: str, reason: str | None) -> list[Row]:
    if reason is None:
        return []
    return [Row(note.name, reply, how, 0, Spread(), Spread(), problems=(reason,)) for note in plan.notes]


async def _warm(bench: _Bench, plan: Plan, tell: Told) -> list[Row]:
    rows = await _each(bench.runners, plan.notes, plan.rounds, plan.warm_up, tell)
    return [*rows, *bench.absent]


async def _each(
    runners: Sequence[Runner], notes: Sequence[BenchNote], rounds: int, warm_up: int, tell: Told
) -> list[Row]:
    """Put every note through every runner, round by round."""
    rows = []
    kinds = list(dict.fromkeys(runner.how for runner in runners))
    for note in notes if rounds else ():
        samples: list[list[Sample]] = [[] for _ in runners]
        for number in range(warm_up + rounds):
            done = "warming up" if number < warm_up else f"round {number - warm_up + 1} of {rounds}"
            tell(f"{note.name} notes, {', '.join(kinds)}", done)
            for runner, taken in zip(runners, samples, strict=True):
                taken.append(await runner.run(note))
        rows += [row(runner, note, taken[warm_up:]) for runner, taken in zip(runners, samples, strict=True)]
    return rows


async def _flights(bench: _Bench, plan: Plan, tell: Told) -> list[Flight]:
    note = next((note for note in plan.notes if note.name == FLIGHT_NOTE), plan.notes[0])
    if not plan.flight_runs:
        return []
    tell(f"{', '.join(map(str, plan.at_once))} notes in flight", "")
    return await Lanes(bench.stand, note, plan.flight_runs, plan.at_once).measure()


def compared(rows: Sequence[Row]) -> list[Row]:
    """The rows with their ratios."""
    times = {(row.note, row.reply, row.how): row.turn_ms for row in rows}

    def ratios(of: Row) -> Ratios:
        if of.how in ("naive", "floor"):
            return Ratios()
        return Ratios(
            sequential=ratio(times.get((of.note, of.reply, "sequential")), of.turn_ms),
            naive=ratio(times.get((of.note, "spoken", "naive")), of.turn_ms),
            floor=ratio(of.turn_ms, times.get((of.note, "transcript", "floor"))),
        )

    return [replace(each, ratio=ratios(each)) for each in rows]


def one_after_the_other(settings: Settings, wanted: bool) -> Settings:
    """These settings with every overlap switched off, or on."""
    runtime = settings.runtime.model_copy(update={"sequential": wanted})
    return settings.model_copy(update={"runtime": runtime})


def stored(settings: Settings, path: Path) -> Settings:
    """These settings with another store."""
    return settings.model_copy(update={"store": settings.store.model_copy(update={"path": path})})


def models(network: Network) -> str:
    """What these delays stand for, in words."""
    profile = PROFILES[network]
    if profile is None:
        return "nothing is far: WhatsApp answers in this process"
    return (
        f"every crossing between bot and WhatsApp takes {profile.median / 1000:g} ms in the median and its "
        f"bytes at {profile.bandwidth / 1e6:g} Mbit/s; at {profile.stall:.1%} of them nothing passes for "
        f"{profile.stall_from / SECOND:g} to {profile.stall_to / SECOND:g} s; chosen, not measured"
    )


def _setting(settings: Settings, plan: Plan) -> dict[str, object]:
    return {
        "ears": settings.ears.model_dump(mode="json"),
        "voice": settings.voice.model_dump(mode="json"),
        "network": plan.network,
        "network_models": models(plan.network),
        "network_seed": plan.seed,
        "sequential": plan.sequential,
    }
