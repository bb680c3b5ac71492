"""Kills the serving process again and again while customers talk, and asks at the end what was broken.

uv run python -m tests.serving --kills 500 --seed 7       at random moments
uv run python -m tests.serving --points                   at every named point, whatever the shop does
uv run python -m tests.serving --points --postgres        with PostgreSQL for a store
"""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from tests.serving.customers import SPOKEN, SPOKEN_WORDS, Crowd
from tests.serving.history import broken, left
from tests.serving.processes import Nursery, Process, nursery, start, started
from tests.serving.street import Street
from wavoice.runtime.ports import FAILPOINTS
from wavoice.sim.shop_faults import FaultKind, FaultPlace

PATIENCE = 120.0
"""Seconds after which a life that should have ended, or a dialogue, counts as stuck."""
SHOP_DOES: dict[str, FaultKind | None] = {
    "applied": None,
    "not applied": "fail",
    "applied and response lost": "lost_response",
}
"""What becomes of the shop's next write, filing and note in a life that ends at a named point."""
_PLACES: tuple[FaultPlace, ...] = ("write", "ticket_write", "note_write")


@dataclass(frozen=True, slots=True)
class Death:
    """How a life ends: at a named point on its n-th pass, or a little after so many requests."""

    point: str = ""
    passes: int = 1
    shop: str = "applied"
    requests: int = 0
    """To it and from it."""
    after: float = 0.0
    """Seconds."""

    def __str__(self) -> str:
        return f"{self.point}:{self.passes}, {self.shop}" if self.point else f"after {self.requests} requests"


@dataclass(slots=True)
class Tally:
    """What a run came to."""

    kills: int = 0
    customers: int = 0
    messages: int = 0
    writes: int = 0
    seconds: float = 0.0
    take_over: list[float] = field(default_factory=list)
    """Seconds from each kill to a process that takes messages again."""
    found: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        waits = sorted(self.take_over)
        made = f"{self.customers} customers, {self.messages} messages, {self.writes} writes"
        back = f"back after {waits[len(waits) // 2]:.1f} s (median), {waits[-1]:.1f} s at most"
        return f"{self.kills} kills, {made} in {self.seconds:.0f} s; {back}; {len(self.found)} found"


def at_every_point(seed: int) -> list[Death]:
    """Every named point, whatever the shop does then."""
    chance = random.Random(f"points/{seed}")
    deaths = [Death(point, chance.randint(1, 2), shop) for point in FAILPOINTS for shop in SHOP_DOES]
    chance.shuffle(deaths)
    return deaths


def at_any_moment(kills: int, seed: int) -> list[Death]:
    """At random moments, most of them soon after the start; some before anything was answered."""
    chance = random.Random(f"moments/{seed}")
    requests = [min(int(chance.expovariate(1 / 12)), 80) for _ in range(kills)]
    return [Death(requests=count, after=chance.uniform(0, 0.05)) for count in requests]


async def chaos(
    deaths: Sequence[Death], where: AbstractAsyncContextManager[Street], seed: int, size: int = 12
) -> Tally:
    """Let a crowd talk through all these lives and one more, and say what was broken."""
    begun, tally = time.monotonic(), Tally()
    async with where as at, nursery() as born:
        at.ears.teach(SPOKEN, SPOKEN_WORDS)
        crowd = Crowd(at, seed, size)
        crowd.begin()
        try:
            for death in deaths:
                await _live(at, born, death, tally)
                if (error := crowd.trouble) is not None:
                    raise error
            async with started(at, born) as process:
                await come_to_an_end(at, crowd, process)
                assert await process.ends() == 0, process.log[-20:]
        finally:
            crowd.leave()
        tally.found = list(broken(at, crowd.all))
        tally.customers = len(crowd.all)
        tally.messages = sum(len(one.sent) for one in crowd.all)
        tally.writes = len(at.world.ledger)
    tally.seconds = time.monotonic() - begun
    return tally


async def _live(at: Street, born: Nursery, death: Death, tally: Tally) -> None:
    """One life, to its death."""
    if death.point and (fault := SHOP_DOES[death.shop]) is not None:
        for place in _PLACES:
            at.world.fault(fault, place)
    begun = time.monotonic()
    process = await start(at, born, f"{death.point}:{death.passes}" if death.point else "")
    tally.take_over.append(time.monotonic() - begun)
    try:
        if death.point:
            code = await asyncio.wait_for(process.gone(), PATIENCE)
        else:
            await asyncio.wait_for(at.traffic.more(death.requests), PATIENCE)
            await within(process, death.after)
            code = await process.ends(signal.SIGKILL)
    except TimeoutError:
        raise AssertionError(f"{death} was never reached:\n" + "\n".join(process.log[-20:])) from None
    finally:
        await process.ends(signal.SIGKILL)
    assert code == -signal.SIGKILL, f"{death}: died of {code}:\n" + "\n".join(process.log[-20:])
    tally.kills += 1


async def come_to_an_end(at: Street, crowd: Crowd, process: Process) -> None:
    """Let everybody have the last answer, and the bot its rest."""
    try:
        await asyncio.wait_for(crowd.end(), PATIENCE)
        await asyncio.wait_for(quiet(at, process), PATIENCE)
    except TimeoutError:
        told = "\n".join([crowd.waits(), *left(at), *process.log[-40:]])
        raise AssertionError(f"stuck:\n{told}") from None


async def quiet(at: Street, process: Process) -> None:
    """Return once nothing is under way, neither on WhatsApp nor by the store."""
    while True:
        await at.emulator.idle()
        if not list(left(at)):
            return
        await within(process, 0.2)  # another process works: only its store tells how far it is


async def within(process: Process, seconds: float) -> None:
    """Let it live for so long, or shorter if it ends by itself."""
    await asyncio.wait({process.code}, timeout=seconds)
