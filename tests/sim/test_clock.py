"""Scripted time: advanced, and set back as a time server sets a system's clock."""

from __future__ import annotations

import asyncio

import pytest

from wavoice.sim.clock import VirtualClock


def test_a_step_parts_the_wall_clock_from_the_ticks() -> None:
    clock = VirtualClock(1_000)
    clock.step(-400)
    assert (clock.now(), clock.ticks()) == (600, 1_000)
    clock.advance_to(700)
    assert (clock.now(), clock.ticks()) == (700, 1_100)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance_to(699)


async def test_who_waits_for_a_moment_waits_until_the_wall_clock_shows_it() -> None:
    clock, poke = VirtualClock(1_000), asyncio.Event()
    waiting = asyncio.create_task(clock.wait(poke, 2_000))
    await asyncio.sleep(0)
    clock.step(-500)
    assert clock.next_wake == 1_500, "the time-out that it had reckoned is over then"
    clock.advance_to(1_500)
    for _ in range(10):
        await asyncio.sleep(0)
    assert not waiting.done()
    assert clock.next_wake == 2_000
    clock.advance_to(2_000)
    await waiting
    assert clock.next_wake is None


async def test_a_poke_ends_any_wait() -> None:
    clock, poke = VirtualClock(0), asyncio.Event()
    waits = [asyncio.create_task(clock.wait(poke, until)) for until in (None, 5_000)]
    await asyncio.sleep(0)
    poke.set()
    await asyncio.gather(*waits)
    assert clock.now() == 0
