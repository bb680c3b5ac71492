"""What a bench runs: one note at a time, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from wavoice.runtime.errors import WavoiceError
from wavoice.runtime.model import Stage
from wavoice.sim.bench.figures import Row, Spread, Step, spread, told
from wavoice.sim.bench.floor import BEAM, Floor
from wavoice.sim.bench.naive_stand import NaiveStand
from wavoice.sim.bench.notes import BenchNote
from wavoice.sim.bench.stand import Asker, Reply, Stand, trouble
from wavoice.sim.report import NoteResult
from wavoice.sim.shop import ShopOrder

_WAITED_FOR = 1.0
"""Milliseconds from which on a stage belongs to the critical path."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run."""

    turn_ms: float = 0.0
    customer_wait_ms: float = 0.0
    queue_ms: float = 0.0
    on_path: Mapping[str, float] = field(default_factory=dict)
    ran: Mapping[str, float] = field(default_factory=dict)
    start_ms: float | None = None
    """Of the process, where each run has one."""
    problem: str | None = None
    """Why it does not count; the rest is then 0."""


class Runner(Protocol):
    """Something that a note is put through."""

    @property
    def how(self) -> str:
        """As in `Row.how`."""
        ...

    @property
    def reply(self) -> str:
        """As in `Row.reply`."""
        ...

    async def run(self, note: BenchNote) -> Sample:
        """Put one note through, and return when nothing of it is under way any more."""
        ...


@dataclass(slots=True)
class TurnRunner:
    """The runtime. A cached reply is about one order, for which another customer asks every time."""

    stand: Stand
    kind: Reply
    how: str
    _known: ShopOrder | None = None

    @property
    def reply(self) -> str:
        """What the customer gets."""
        return str(self.kind)

    async def run(self, note: BenchNote) -> Sample:
        """One turn of a customer who never asked before."""
        if self.kind is Reply.CACHED and self._known is None:
            first = await self.stand.asker()
            await self._turn(first, note)
            self._known = first.order
        asker = await self.stand.asker(by_voice=self.kind is not Reply.TEXT, like=self._known)
        return await self._turn(asker, note)

    async def _turn(self, asker: Asker, note: BenchNote) -> Sample:
        try:
            return sample(await self.stand.ask(asker, note), self.kind)
        except TimeoutError:
            return Sample(problem="the turn did not end")
        finally:
            await self.stand.rest()
            self.stand.leave(asker)


@dataclass(frozen=True, slots=True)
class NaiveRunner:
    """The naive bot."""

    stand: NaiveStand
    how: str = "naive"
    reply: str = "spoken"

    async def run(self, note: BenchNote) -> Sample:
        """One note; it answers all in the same way."""
        try:
            done = await self.stand.ask(note)
        except (TimeoutError, WavoiceError, OSError) as error:
            return Sample(problem=f"the naive bot failed: {error or 'it did not answer'}")
        finally:
            await self.stand.rest()
        if "It arrives on" not in done.said:
            return Sample(problem=f"the naive bot heard {done.heard!r}")
        return Sample(done.total_ms, done.total_ms, 0.0, done.steps, done.steps)


@dataclass(frozen=True, slots=True)
class FloorRunner:
    """Decode, voice activity and Whisper alone."""

    floor: Floor
    how: str = "floor"
    reply: str = "transcript"

    async def run(self, note: BenchNote) -> Sample:
        """One transcript, in a thread: the loop is idle meanwhile."""
        words, took = await asyncio.to_thread(self.floor.transcribe, note.ogg)
        return (
            Sample(took, took) if "order" in words.lower() else Sample(problem=f"the floor heard {words!r}")
        )


def sample(result: NoteResult, kind: Reply) -> Sample:
    """The figures of a turn, if it is the one that is measured."""
    if problem := trouble(result, kind) or _other_ears(result):
        return Sample(problem=problem)
    return Sample(
        turn_ms=result.turn_ms,
        customer_wait_ms=result.customer_wait_ms or 0.0,
        queue_ms=result.queue_ms,
        on_path={name: stage.on_path for name, stage in result.stages.items()},
        ran={name: stage.ms for name, stage in result.stages.items()},
    )


def row(runner: Runner, note: BenchNote, samples: Sequence[Sample]) -> Row:
    """All runs of one note; without figures if one of them does not count."""
    problems = told(one.problem for one in samples if one.problem is not None)
    good = [] if problems else samples
    stages = {
        name: Step(
            spread([one.on_path.get(name, 0.0) for one in good]),
            spread([one.ran.get(name, 0.0) for one in good]),
        )
        for name in _in_order({name for one in good for name in one.on_path}, good)
    }
    return Row(
        note=note.name,
        reply=runner.reply,
        how=runner.how,
        runs=len(samples),
        turn_ms=spread([one.turn_ms for one in good]),
        customer_wait_ms=spread([one.customer_wait_ms for one in good]),
        queue_ms=spread([one.queue_ms for one in good]) if stages else Spread(),
        stages=stages,
        critical_path=tuple(
            name for name, step in stages.items() if (step.on_path.p50 or 0.0) >= _WAITED_FOR
        ),
        start_ms=spread([one.start_ms for one in good if one.start_ms is not None]),
        problems=problems or (() if samples else ("it was never run",)),
    )


def _in_order(names: Iterable[str], samples: Sequence[Sample]) -> list[str]:
    """Stages as a turn has them; steps of anything else as they were taken."""
    stages = [str(stage) for stage in Stage]
    names = set(names)
    if names <= set(stages):
        return [stage for stage in stages if stage in names]
    return list(dict.fromkeys(name for one in samples for name in one.on_path))


def _other_ears(result: NoteResult) -> str | None:
    """The floor is that of one beam: a turn that was decoded with another is not compared with it."""
    beams = {decode["beam"] for decode in result.evidence.get("decodes", ())}
    return None if beams == {BEAM} else f"it was heard with beams {sorted(beams)}, not {BEAM}"
