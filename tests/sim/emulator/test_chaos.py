"""Seeded faults between WhatsApp and the bot: everything comes in the end, and the same way each time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from tests.sim.emulator.emulated_world import START, WEEK, World, says
from wavoice.runtime.adapters.wire import parse
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.model import SECOND, Micros
from wavoice.sim.emulator.chaos import Chaos

MANY = 60


async def run(world: World, until: Micros = START + WEEK) -> list[Micros]:
    """Let time pass, at most until then; return when each webhook came that came meanwhile."""
    times: list[Micros] = []
    known = len(world.bot.bodies)
    while True:
        await world.emulator.idle()
        times += [world.clock.now()] * (len(world.bot.bodies) - known - len(times))
        if (due := world.clock.next_wake) is None or due > until:
            return times
        world.clock.advance_to(due)


async def texts(chaos: Chaos | None) -> tuple[list[str], list[Micros]]:
    """A customer sends numbers, one a second; return them as the bot got them, and when."""
    world = World(chaos=chaos)
    times: list[Micros] = []
    for number in range(MANY):
        times += await run(world, START + number * SECOND)
        world.clock.advance_to(START + number * SECOND)
        before = len(world.bot.bodies)
        await world.anna.says(str(number))
        times += [world.clock.now()] * (len(world.bot.bodies) - before)
    times += await run(world)
    await world.emulator.close()
    return [message.text or "" for body in world.bot.bodies for message in parse(body).messages], times


def waits(found: Sequence[str], times: Sequence[Micros]) -> list[Micros]:
    """How long each first arrival took."""
    first: dict[str, Micros] = {}
    for text, at in zip(found, times, strict=True):
        first.setdefault(text, at)
    return [at - START - int(text) * SECOND for text, at in first.items()]


async def test_no_chaos_changes_nothing() -> None:
    assert await texts(Chaos(seed=1)) == await texts(None)


@pytest.mark.parametrize(
    "chaos",
    [
        Chaos(seed=7, duplicate=0.3),
        Chaos(seed=7, drop=0.3),
        Chaos(seed=7, delay=3 * SECOND),
        Chaos(seed=7, reorder=3 * SECOND),
        Chaos(seed=7, duplicate=0.3, drop=0.3, delay=3 * SECOND, reorder=3 * SECOND),
    ],
)
async def test_all_arrive_and_the_same_way_for_the_same_seed(chaos: Chaos) -> None:
    found, times = await texts(chaos)
    assert {*found} == {str(number) for number in range(MANY)}
    assert (found, times) == await texts(chaos)


async def test_another_seed_is_another_run() -> None:
    assert (await texts(Chaos(seed=1, duplicate=0.5)))[0] != (await texts(Chaos(seed=2, duplicate=0.5)))[0]


async def test_duplicates_come_right_after() -> None:
    found, times = await texts(Chaos(seed=3, duplicate=0.3))
    assert found == sorted(found, key=int)
    assert {*Counter(found).values()} == {1, 2}
    assert MANY * 0.1 < len(found) - MANY < MANY * 0.6
    assert {*waits(found, times)} == {0}


async def test_duplicates_come_within_the_delay() -> None:
    found, times = await texts(Chaos(seed=3, duplicate=1.0, delay=5 * SECOND))
    came: dict[str, list[Micros]] = {}
    for text, at in zip(found, times, strict=True):
        came.setdefault(text, []).append(at)
    gaps = [second - first for first, second in came.values()]
    assert 0 <= min(gaps) < SECOND
    assert 4 * SECOND < max(gaps) <= 5 * SECOND


async def test_delay_and_reorder_hold_back_and_let_overtake() -> None:
    for chaos, longest in (
        (Chaos(seed=5, delay=3 * SECOND), 3 * SECOND),
        (Chaos(seed=5, reorder=3 * SECOND), 3 * SECOND),
        (Chaos(seed=5, delay=3 * SECOND, reorder=3 * SECOND), 6 * SECOND),
    ):
        found, times = await texts(chaos)
        assert min(waits(found, times)) >= 0
        assert longest / 2 < max(waits(found, times)) <= longest
        assert found != sorted(found, key=int)


async def test_a_lost_first_try_comes_with_the_redelivery() -> None:
    found, times = await texts(Chaos(seed=5, drop=0.5))
    assert sorted(found, key=int) == [str(number) for number in range(MANY)]
    assert {*waits(found, times)} == {0, SECOND}


async def test_one_fault_does_not_move_another() -> None:
    """The same messages come twice whatever else goes wrong."""

    def doubled(found: list[str]) -> set[str]:
        return {text for text, count in Counter(found).items() if count > 1}

    calm, _ = await texts(Chaos(seed=9, duplicate=0.3))
    wild, _ = await texts(Chaos(seed=9, duplicate=0.3, drop=0.4, delay=2 * SECOND, reorder=SECOND))
    assert doubled(calm) == doubled(wild) != set()


async def test_a_held_webhook_does_not_hold_its_verb_and_keeps_its_time() -> None:
    world = World(chaos=Chaos(seed=1, delay=10 * SECOND))
    wamid = await world.anna.says("hello")
    await world.emulator.idle()
    assert (world.bot.bodies, world.emulator.posted) == ([], ())
    (came,) = await run(world)
    (message,) = parse(world.bot.bodies[0]).messages
    assert (message.id, message.sent_at) == (wamid, START)
    assert came > START
    assert world.emulator.posted == tuple(world.bot.bodies)


async def test_statuses_suffer_too_and_the_phone_does_not() -> None:
    world = World(chaos=Chaos(seed=4, reorder=10 * SECOND))
    for number in range(20):
        await world.send(**says(str(number)))
    await world.emulator.idle()
    assert [shown.text for shown in world.anna.messages] == [str(number) for number in range(20)]
    await run(world)
    states: dict[str, list[str]] = {}
    for status in world.bot.statuses:
        states.setdefault(status.message, []).append(status.status.value)
    assert {tuple(order) for order in states.values()} == {("sent", "delivered"), ("delivered", "sent")}


async def test_echoes_of_staff_are_spared() -> None:
    world = World(chaos=Chaos(seed=1, duplicate=1.0, drop=1.0, delay=10 * SECOND))
    await world.emulator.staff_says(world.anna, "hi")
    assert len(world.bot.bodies) == 1


async def test_closing_ends_what_is_held() -> None:
    world = World(chaos=Chaos(seed=1, delay=10 * SECOND))
    await world.anna.says("hello")
    await world.emulator.close()
    assert (world.bot.bodies, world.clock.next_wake) == ([], None)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [({"drop": 1.5}, "drop is 1.5"), ({"duplicate": -0.1}, "duplicate"), ({"reorder": -1}, "reorder")],
)
def test_impossible_chaos_is_refused(wrong: dict[str, float], named: str) -> None:
    with pytest.raises(UserInputError, match=named):
        Chaos(seed=0, **wrong)  # type: ignore[arg-type]
