"""`--network`: delays are seeded, follow the documented distributions, and are really taken."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Mapping

import httpx
import pytest
from starlette.responses import Response

from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.clock import VirtualClock
from wavoice.sim.emulator.carrier import CHUNK, PROFILES, Carrier, FarApp, FarBot, Profile
from wavoice.sim.in_process import InProcess, Status

MOBILE = PROFILES["mobile"]
WIFI = PROFILES["wifi"]


async def crossings(profile: Profile | None, seed: int, count: int, kind: str = "webhook") -> list[Micros]:
    """How long each crossing takes, without its bytes."""
    assert profile is not None
    clock = VirtualClock(0)
    carrier = Carrier(profile, seed, clock)
    took = []
    for _ in range(count):
        before = clock.now()
        await passed(clock, carrier.crossing(kind, 0))
        took.append(clock.now() - before)
    return took


async def passed(clock: VirtualClock, work: object) -> object:
    """Let the work run, and the clock jump whenever the work waits for it."""
    task = asyncio.ensure_future(work)  # type: ignore[call-overload]
    while not task.done():
        for _ in range(10):
            await asyncio.sleep(0)
        if clock.next_wake is not None:
            clock.advance_to(clock.next_wake)
    return task.result()


@pytest.mark.bulk
@pytest.mark.parametrize("profile", [WIFI, MOBILE], ids=["wifi", "mobile"])
async def test_latencies_follow_the_page(profile: Profile) -> None:
    took = await crossings(profile, 7, 2000)
    assert statistics.median(took) == pytest.approx(profile.median, rel=0.1)
    away = sum(one >= profile.stall_from for one in took) / len(took)
    assert away == pytest.approx(profile.stall, abs=0.01)
    assert max(took) < profile.stall_to + 20 * profile.median


async def test_the_same_seed_is_the_same_network() -> None:
    assert await crossings(MOBILE, 7, 50) == await crossings(MOBILE, 7, 50)
    assert await crossings(MOBILE, 7, 50) != await crossings(MOBILE, 8, 50)


async def test_one_kind_of_crossing_does_not_move_another() -> None:
    assert MOBILE is not None
    clock = VirtualClock(0)
    carrier = Carrier(MOBILE, 7, clock)
    took = []
    for _ in range(20):
        await passed(clock, carrier.crossing("graph", 0))
        before = clock.now()
        await passed(clock, carrier.crossing("webhook", 0))
        took.append(clock.now() - before)
    assert took == await crossings(MOBILE, 7, 20)


async def test_a_file_takes_its_bytes_over_the_bandwidth() -> None:
    assert MOBILE is not None
    clock, data = VirtualClock(0), bytes(40 * CHUNK + 7)
    app = FarApp(Response(data), Carrier(MOBILE, 7, clock), "media")
    async with httpx.AsyncClient(transport=InProcess(app)) as http:
        answer = await passed(clock, http.get("http://media/file"))
    assert isinstance(answer, httpx.Response)
    assert answer.content == data
    flow = 8 * len(data) * SECOND // MOBILE.bandwidth
    assert flow <= clock.now() <= flow + 2 * (MOBILE.stall_to + 20 * MOBILE.median)


async def test_a_webhook_travels_there_and_back() -> None:
    clock, at = VirtualClock(0), []

    class Bot:
        async def post(self, url: str, *, content: bytes, headers: Mapping[str, str]) -> Status:
            at.append(clock.now())
            return Status(200)

        async def get(self, url: str, *, headers: Mapping[str, str]) -> Status:
            at.append(clock.now())
            return Status(200)

    assert WIFI is not None
    bot = FarBot(Bot(), Carrier(WIFI, 7, clock))
    await passed(clock, bot.post("http://bot", content=b"{}", headers={}))
    await passed(clock, bot.get("http://bot", headers={}))
    assert 0 < at[0] < at[1] < clock.now()
