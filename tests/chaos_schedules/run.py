"""Holds a dialogue undisturbed and under a chaos schedule, and compares what came of it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.chaos_schedules.dialogues import DIALOGUES, Awaits, Dialogue
from tests.pooled import quiet_logs, spread
from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.clock import VirtualClock
from wavoice.sim.scenario.cast import start_of
from wavoice.sim.scenario.format import Step
from wavoice.sim.scenario.load import Case
from wavoice.sim.scenario.perform import Play
from wavoice.sim.scenario.stage import Models, Stage, open_stage
from wavoice.sim.scenario.talk import _case
from wavoice.sim.virtual_loop import VirtualLoop

CHUNK = 10
READS: Micros = 15 * SECOND
"""How long a customer takes over an answer: longer than a status is held back by any schedule."""
PATIENCE: Micros = 120 * SECOND
"""How long a customer waits for an answer that does not come."""
AFTERWARDS: Micros = 1800 * SECOND
"""How long it is watched what else comes, replies that nothing asked for included."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a dialogue came to."""

    effects: tuple[str, ...]
    """What the shop carried out, in order."""
    replies: tuple[int, ...]
    """How many replies came to each thing that the customer sent; a note with its buttons is one."""
    doubled: int = 0
    """Parts of replies that the phone shows twice."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a number of schedules came to."""

    runs: int = 0
    effects: int = 0
    replies: int = 0
    posts: int = 0
    """POSTs of webhooks."""
    found: tuple[tuple[int, str], ...] = ()
    """What was unlike the undisturbed run, by seed."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.runs + other.runs,
            self.effects + other.effects,
            self.replies + other.replies,
            self.posts + other.posts,
            tuple(sorted((*self.found, *other.found))),
        )


def schedule(seed: int) -> dict[str, Any]:
    """Draw the chaos of that seed: `given.chaos`.

    All that holds a status back adds up to less than `policy.send_lease`: a reply whose answer was lost, and
    of which no status comes for longer than that, is sent again on purpose.
    """
    chance = random.Random(f"schedule/{seed}")
    drawn: dict[str, Any] = {
        "duplicate": chance.choice((0, 0.2, 0.6, 1)),
        "delay": chance.choice(("0s", "400ms", "2s")),
        "reorder": chance.choice(("0s", "500ms", "3s")),
        "drop": chance.choice((0, 0, 0.3)),
        "burst": chance.choice(("0s", "0s", "1s", "3s")),
        "batch": chance.choice((0, 0, 2, 5, 1000)),
        "status_before_response": chance.choice((0, 0.3, 1)),
        "lost_response": chance.choice((0, 0, 0.1, 0.5)),
    }
    if drawn["delay"] == "2s" and chance.random() < 0.5:
        drawn["delay_from"] = "200ms"
    return {"seed": seed, **drawn}


def dialogue_of(seed: int) -> Dialogue:
    """The dialogue that this seed disturbs."""
    return DIALOGUES[seed % len(DIALOGUES)]


def compare_all(seeds: range, processes: int = 2) -> Iterator[Tally]:
    """Yield a tally for every few schedules, as they are done."""
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    if processes == 1:
        yield from map(compare_some, chunks)
        return
    yield from spread(compare_some, chunks, processes)


def compare_some(seeds: range) -> Tally:
    """Carry these out in this process."""
    quiet_logs()
    return sum((compare(seed) for seed in seeds), Tally())


def compare(seed: int) -> Tally:
    """Hold the dialogue of that seed under its schedule."""
    dialogue = dialogue_of(seed)
    calm = undisturbed(dialogue.name)
    wild, posts = hold(dialogue, schedule(seed))
    found = () if wild == calm else ((seed, f"{dialogue.name}: {wild} instead of {calm}"),)
    return Tally(1, len(wild.effects), sum(wild.replies), posts, found)


@cache
def undisturbed(name: str) -> Outcome:
    """What the dialogue comes to when everything arrives at once and in order."""
    return hold(next(one for one in DIALOGUES if one.name == name), None)[0]


def hold(dialogue: Dialogue, chaos: dict[str, Any] | None) -> tuple[Outcome, int]:
    """Hold one dialogue; return what it came to, and how many webhooks were posted."""
    given: dict[str, Any] = {
        "now": "2026-11-23T10:00:00",
        "zone": "Europe/Berlin",
        "contact": "asha",
        "world": {"orders": dict(dialogue.orders)},
        **dialogue.given,
    }
    if chaos is not None:
        given["chaos"] = chaos
    case = _case(given, Path("chaos_schedules") / "a_schedule.yaml")
    clock = VirtualClock(start_of(case.scenario.given))
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(clock)) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        return runner.run(_hold(dialogue, case, loop))


async def _hold(dialogue: Dialogue, case: Case, loop: VirtualLoop) -> tuple[Outcome, int]:
    given = case.scenario.given
    async with open_stage(given, case.world, [given.contact], Models(), loop) as stage:
        play = Play(case, stage)
        shown = stage.people[given.contact].phone.messages
        starts: list[int] = []
        await stage.settle()
        for index, turn in enumerate(dialogue.turns):
            starts.append(len(shown))
            await play.step(index, Step.model_validate(turn.does), follow=False)
            await _until(stage, turn.awaits, given.contact, starts[-1])
            await stage.advance(stage.clock.now() + READS)
        await stage.advance(stage.clock.now() + AFTERWARDS)
        posts = sum(len(one.attempts) for one in stage.emulator.deliveries)
        return _outcome(stage, given.contact, starts), posts


async def _until(stage: Stage, awaits: Awaits, contact: str, known: int) -> None:
    """Let time pass until the phone shows what is awaited, or patience ends."""
    if awaits == "silence":
        return
    phone, end = stage.people[contact].phone, stage.clock.now() + PATIENCE
    while True:
        due = await stage.settle()
        new = phone.messages[known:]
        if any(message.buttons for message in new) if awaits == "question" else new:
            return
        if due is None or due > end:
            return
        stage.clock.advance_to(max(due, stage.clock.now()))


def _outcome(stage: Stage, contact: str, starts: list[int]) -> Outcome:
    shown = stage.people[contact].phone.messages
    parts = [reference(stage, message.wamid) for message in shown]
    ends = [*starts[1:], len(shown)]
    replies = tuple(
        len({part.partition("/")[0] for part in parts[start:end]})
        for start, end in zip(starts, ends, strict=True)
    )
    effects = tuple(f"{one.action} {dict(sorted(one.args.items()))}" for one in stage.world.ledger)
    return Outcome(effects, replies, len(parts) - len({*parts}))


def reference(stage: Stage, wamid: str) -> str:
    """What the bot calls that message of its own: its reply and which part of it."""
    return stage.emulator._traffic._sent[wamid].request.reference or wamid
