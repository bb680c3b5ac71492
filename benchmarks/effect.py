"""What an effect costs beside the shop's own time, on SQLite in a file.

    uv run python -m benchmarks.effect [--count 300]

A customer moves a delivery again and again through the whole runtime. Own overhead is, from the shop's last
answer to a read before the write to the outcome in the store: every condition checked again, the intent made
durable, the effect sent, its answer read, the outcome made durable. What the shop itself takes is
taken off. `until_the_reply_is_stored` is the same up to the commit that keeps the reply. `cpu` is what of it
this process has computed, its store's thread included: beside other work, the wall says little.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from wavoice.runtime.build import Parts
from wavoice.runtime.model import SECOND
from wavoice.sim.clock import CountingIds, VirtualClock
from wavoice.sim.machine import machine
from wavoice.sim.rehearsal import Customer, Rehearsal, rehearsal_settings, rehearse, today_in
from wavoice.sim.scripted import ScriptedEars
from wavoice.sim.world import World

START = 1_795_406_400 * SECOND
"""A Monday morning."""
WARM = 20
Moment = tuple[int, int]
"""Time on the wall and of this process's computing, in nanoseconds."""


def moment() -> Moment:
    """This one."""
    return time.perf_counter_ns(), time.process_time_ns()


@dataclass(slots=True)
class Watch:
    """`ports.Failpoints` that read the time, and when requests to the shop began and ended; nanoseconds."""

    read_ended: Moment = (0, 0)
    write_began: Moment = (0, 0)
    write_ended: Moment = (0, 0)
    known: list[Moment] = field(default_factory=list)
    kept: list[Moment] = field(default_factory=list)
    _known: bool = False

    def reach(self, name: str) -> None:
        """Note how long it took to get here, the shop's own time taken off."""
        if name == "effect_known" and self.write_ended > self.read_ended:
            self.known.append(self._own())
            self._known = True
        elif name == "outcome_kept" and self._known:
            self.kept.append(self._own())
            self._known = False

    def _own(self) -> Moment:
        marks = zip(moment(), self.read_ended, self.write_began, self.write_ended, strict=True)
        wall, cpu = (now - read - (ended - began) for now, read, began, ended in marks)
        return wall, cpu


class Timed(httpx.AsyncBaseTransport):
    """The way to the shop, with a watch beside it."""

    def __init__(self, watch: Watch, inner: httpx.AsyncBaseTransport) -> None:
        self._watch, self._inner = watch, inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        began = moment()
        response = await self._inner.handle_async_request(request)
        ended = moment()
        if request.method == "GET":
            self._watch.read_ended = ended
        elif request.url.path.startswith("/effects/"):
            self._watch.write_began, self._watch.write_ended = began, ended
        return response


class TimedWorld(World):
    """The sample shop, reached past a watch."""

    watch: Watch

    def transport(self, patience: Callable[[], Awaitable[object]] | None = None) -> httpx.AsyncBaseTransport:
        """See `World.transport`."""
        return Timed(self.watch, super().transport(patience))


async def measure(count: int, store: Path) -> Watch:
    """Carry out that many effects, after a few that warm everything up."""
    clock, watch, customer = VirtualClock(START), Watch(), Customer()
    settings = rehearsal_settings(store=str(store))
    today = today_in(settings.shop.zone, clock)
    world = TimedWorld.seeded(today, customer.phone, customer.bsuid, clock=clock)
    assert isinstance(world, TimedWorld)
    world.watch = watch
    parts = Parts(ears=ScriptedEars(), speaks=False, ids=CountingIds(), failpoints=watch)
    async with rehearse(settings, parts, clock, customer, world) as rehearsal:
        for nth in range(count + WARM):
            await _say(rehearsal, clock, f"move my delivery to {('Friday', 'Saturday')[nth % 2]}")
            await _say(rehearsal, clock, "yes")
    if len(world.ledger) != count + WARM:
        raise RuntimeError(f"{len(world.ledger)} of {count + WARM} effects were carried out")
    return watch


async def _say(rehearsal: Rehearsal, clock: VirtualClock, words: str) -> None:
    """Type, and let half a minute pass."""
    await rehearsal.phone.says(words)
    await rehearsal.idle()
    end = clock.now() + 30 * SECOND
    while (due := await rehearsal.next_due()) is not None and due <= end:
        clock.advance_to(max(due, clock.now()))
        await rehearsal.idle()
    clock.advance_to(end)


def shown(moments: Sequence[Moment]) -> dict[str, dict[str, float]]:
    """Percentiles in milliseconds."""
    told = {}
    for name, nanoseconds in zip(("wall", "cpu"), zip(*moments, strict=True), strict=True):
        cuts = statistics.quantiles((one / 1e6 for one in nanoseconds), n=100, method="inclusive")
        told[name] = {"p50_ms": round(cuts[49], 2), "p95_ms": round(cuts[94], 2)}
    return told


def main() -> None:
    """Print the figures as JSON, the machine beside them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.effect", description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    count = parser.parse_args().count
    on = machine()
    with tempfile.TemporaryDirectory() as folder:
        watch = asyncio.run(measure(count, Path(folder) / "bot.sqlite"))
    figures = {
        "effects": count,
        "own_overhead": shown(watch.known[WARM:]),
        "until_the_reply_is_stored": shown(watch.kept[WARM:]),
        "limit_p50_ms": 3,
    }
    print(json.dumps({**figures, "machine": on}, indent=2))


if __name__ == "__main__":
    main()
