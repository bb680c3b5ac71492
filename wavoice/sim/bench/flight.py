"""Several notes in flight: as soon as one is answered, its customer's place is taken by the next."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from wavoice.runtime.ports import Hint
from wavoice.sim.bench.figures import Flight, spread, told
from wavoice.sim.bench.notes import BenchNote
from wavoice.sim.bench.runners import Sample, sample
from wavoice.sim.bench.stand import Asker, Reply, Stand

AT_ONCE = (1, 2, 4, 8)
_A_LANE = 4
"""Notes that each lane carries at least, so that starting up and running empty weigh little."""

Job = Callable[[int], Awaitable[Sample]]
"""Carries one note in the lane of that number."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """Keeps notes in flight in one runtime."""

    stand: Stand
    note: BenchNote
    runs: int
    at_once: Sequence[int] = AT_ONCE

    async def measure(self) -> list[Flight]:
        """Transcripts alone, then spoken and cached turns, with 1, 2, 4 and 8 at a time."""
        jobs: dict[str, Job] = {
            "transcript": await self._transcripts(),
            str(Reply.SPOKEN): self._spoken,
            str(Reply.CACHED): await self._cached(),
        }
        return [
            await self._flight(reply, job, lanes) for reply, job in jobs.items() for lanes in self.at_once
        ]

    async def _flight(self, reply: str, job: Job, lanes: int) -> Flight:
        left = iter(range(max(self.runs, _A_LANE * lanes)))
        done: list[Sample] = []

        async def lane(number: int) -> None:
            for _ in left:
                done.append(await job(number))

        begun = time.perf_counter()
        await asyncio.gather(*map(lane, range(lanes)))
        seconds = time.perf_counter() - begun
        await self.stand.rest()
        problems = told(one.problem for one in done if one.problem is not None)
        good = [] if problems else done
        return Flight(
            reply=reply,
            in_flight=lanes,
            runs=len(done),
            per_second=None if problems else round(len(done) / seconds, 2),
            turn_ms=spread([one.turn_ms for one in good]),
            problems=problems,
        )

    async def _transcripts(self) -> Job:
        """The runtime's own ears on a note that is decoded already."""
        kit = self.stand.rehearsal.runtime.bot.kit
        audio = await kit.decoder.decode(self.note.ogg)

        async def job(_lane: int) -> Sample:
            begun = time.perf_counter()
            heard = await kit.ears.hear(audio, Hint())
            took = (time.perf_counter() - begun) * 1000
            words = heard.transcript.text
            return Sample(took, took) if "order" in words.lower() else Sample(problem=f"heard {words!r}")

        return job

    async def _spoken(self, _lane: int) -> Sample:
        return await self._turn(await self.stand.asker(), Reply.SPOKEN)

    async def _cached(self) -> Job:
        """An order a lane, for which somebody has asked before."""
        orders = []
        for _ in range(max(self.at_once)):
            asker = await self.stand.asker()
            await self._turn(asker, Reply.CACHED)
            orders.append(asker.order)

        async def job(lane: int) -> Sample:
            return await self._turn(await self.stand.asker(like=orders[lane]), Reply.CACHED)

        return job

    async def _turn(self, asker: Asker, reply: Reply) -> Sample:
        try:
            return sample(await self.stand.ask(asker, self.note), reply)
        except TimeoutError:
            return Sample(problem="a turn did not end")
        finally:
            self.stand.leave(asker)
