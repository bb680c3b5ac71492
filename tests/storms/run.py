"""Carries a storm out, and says what it broke: laws of scenarios, the audit, what is lost or doubled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.journals import event_of
from tests.pooled import quiet_logs, spread
from tests.storms.weather import Fault, Happening, Jump, StepBack, Storm, Zombie, storm
from wavoice.runtime import journal
from wavoice.runtime.adapters.store import SqliteStore
from wavoice.runtime.adapters.store.audit_rows import read_from
from wavoice.runtime.audit.chain_check import Stored
from wavoice.runtime.audit.report import Report, audit
from wavoice.runtime.build import build
from wavoice.runtime.chain import Head
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.journal import Event
from wavoice.runtime.model import SECOND
from wavoice.sim.clock import VirtualClock
from wavoice.sim.scenario.cast import start_of
from wavoice.sim.scenario.format import Step
from wavoice.sim.scenario.given import FaultSpec
from wavoice.sim.scenario.laws import check_laws
from wavoice.sim.scenario.load import Case
from wavoice.sim.scenario.perform import Play
from wavoice.sim.scenario.stage import Models, Stage, open_stage
from wavoice.sim.scenario.talk import _case
from wavoice.sim.virtual_loop import VirtualLoop, run_virtually

CHUNK = 20


@dataclass(frozen=True, slots=True)
class Tally:
    """What a number of runs came to."""

    runs: int = 0
    messages: int = 0
    writes: int = 0
    restarts: int = 0
    zombies: int = 0
    stepped: int = 0
    """How often the system's clock was set back."""
    proved: int = 0
    """Of the writes that were made; a try that the shop refused is proved too, and is none."""
    found: tuple[tuple[int, str], ...] = ()
    """What was broken, by seed."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.runs + other.runs,
            self.messages + other.messages,
            self.writes + other.writes,
            self.restarts + other.restarts,
            self.zombies + other.zombies,
            self.stepped + other.stepped,
            self.proved + other.proved,
            tuple(sorted((*self.found, *other.found))),
        )


def weather_all(seeds: range, processes: int = 2) -> Tally:
    """Carry these out; the same findings however many processes share them."""
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    return sum(spread(weather_some, chunks, processes), Tally())


def weather_some(seeds: range) -> Tally:
    """Carry these out in this process."""
    quiet_logs()
    return sum((weather(seed)[0] for seed in seeds), Tally())


def weather(seed: int) -> tuple[Tally, list[Event]]:
    """Carry out one."""
    drawn = storm(seed)
    case = _case(drawn.given, Path("storms") / "a_storm.yaml")
    clock = VirtualClock(start_of(case.scenario.given))
    return run_virtually(clock, lambda loop: _weather(drawn, case, loop))


async def _weather(drawn: Storm, case: Case, loop: VirtualLoop) -> tuple[Tally, list[Event]]:
    given = case.scenario.given
    async with open_stage(given, case.world, [given.contact], Models(), loop) as stage:
        play = Play(case, stage)
        others = _Others(play, stage)
        await stage.settle()
        for happening in drawn.happens:
            await others.let(happening)
        await others.bury()
        # WhatsApp delivers at least once: what waits to be overtaken comes, also if nothing is sent after it.
        await stage.emulator.flush()
        await _step(play, {"wait": "50h"})
        await play.end()
        stored, head = _journal(stage)
        events = [event_of(one) for one in stored]
        report = audit(stored, head)
        laws = [f"{one.kind}: {one.reason}: {one.got}" for one in check_laws(play.record)]
        proofs = [f"{one.invariant}: {one.said}" for one in report.violations]
        whole = [f"{one.kind}: {one.said}" for one in report.breaks]
        left = [f"{one} is left open" for one in _left(events)]
        found = [*laws, *proofs, *whole, *left, *_doubled(play)]
        if report.proved != report.effects:
            found.append(f"{report.effects} tries to write, and {report.proved} proved")
        tally = Tally(
            1,
            sum(isinstance(event.body, journal.Received) for event in events),
            len(stage.world.ledger),
            stage.restarts,
            others.raised,
            others.stepped,
            _proved(play, events, report),
            tuple((drawn.seed, one) for one in found),
        )
        return tally, events


def _journal(stage: Stage) -> tuple[list[Stored], Head | None]:
    """The journal as the store holds it, with the chain that the runtime has made over all restarts."""
    store = stage.parts.store
    assert isinstance(store, SqliteStore)
    database = store._database  # in memory nobody else can open it
    return read_from(database)


class _Others:
    """What happens beside the steps of a scenario."""

    def __init__(self, play: Play, stage: Stage) -> None:
        self._play, self._stage, self._zombie = play, stage, AsyncExitStack()
        self.raised = self.stepped = 0
        self._up = False

    async def let(self, happening: Happening) -> None:
        """Let it happen."""
        stage = self._stage
        match happening:
            case Zombie():
                if self._up:
                    await self.bury()
                    return
                self._up, self.raised = True, self.raised + 1
                runtime = await self._zombie.enter_async_context(build(stage.settings, stage.parts))
                stage._door.app = runtime.app  # messages reach the one, timers wake them both
                await stage.settle()
            case Jump():
                await stage.settle()
                stage.clock.advance_to(stage.clock.now() + happening.seconds * SECOND)
                await stage.settle()
            case StepBack():
                await stage.settle()
                stage.clock.step(-happening.seconds * SECOND)
                self.stepped += 1
                await stage.settle()
            case Fault():
                self._play.break_down(FaultSpec.model_validate(happening.fields))
            case _:
                await _step(self._play, dict(happening))

    async def bury(self) -> None:
        """End the second process; what it was doing is cut off."""
        if not self._up:
            return
        await self._zombie.aclose()
        self._zombie, self._up = AsyncExitStack(), False
        await self._play.stage.restart()


async def _step(play: Play, fields: dict[str, object]) -> None:
    """One step; one that is not possible, such as a button that was never shown, is left out."""
    try:
        follow = "after" in fields or "wait" in fields
        await play.step(len(play.record.steps), Step.model_validate(fields), follow=follow)
    except UserInputError:
        return


_ENDS = journal.Committed | journal.Cancelled | journal.Superseded | journal.Expired | journal.Failed


def _left(events: list[Event]) -> Iterator[str]:
    """Nothing that was approved may be forgotten."""
    open_: dict[str, str] = {}
    for event in events:
        body = event.body
        if isinstance(body, journal.Confirmed):
            open_[body.proposal] = event.where.contact
        elif isinstance(body, journal.Held | _ENDS):
            open_.pop(body.proposal, None)
        elif isinstance(body, journal.HandedOff):
            open_ = {one: contact for one, contact in open_.items() if contact != event.where.contact}
    yield from open_


def _proved(play: Play, events: list[Event], report: Report) -> int:
    """How many of the shop's writes the audit has proved, by their keys."""
    wrong = {one.proposal for one in report.violations}
    tries = (event.body for event in events if isinstance(event.body, journal.Intended))
    proved = {tried.key for tried in tries if tried.proposal not in wrong}
    return sum(applied.key in proved for applied in play.stage.world.ledger)


def _doubled(play: Play) -> Iterator[str]:
    """No key is applied twice, and no message of ours is shown twice."""
    keys = Counter(applied.key for applied in play.stage.world.ledger)
    yield from (f"{key} was written {times} times" for key, times in keys.items() if times > 1)
