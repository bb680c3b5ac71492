"""Through the whole runtime on SQLite: whatever goes wrong, nothing is lost, doubled or written unproven."""

from __future__ import annotations

import pytest

from tests.storms.run import Tally, weather, weather_all

MANY = 2_000
PARTS = 4
"""The processors of a machine share them as they share tests."""


def told(tally: Tally) -> str:
    return "\n".join(f"uv run python -m tests.storms --seed {seed}: {broken}" for seed, broken in tally.found)


def test_a_few_storms_break_nothing() -> None:
    tally = sum((weather(seed)[0] for seed in range(3)), Tally())
    assert not tally.found, told(tally)
    assert tally.messages > 10


def test_a_storm_is_the_same_every_time() -> None:
    assert weather(11) == weather(11)


@pytest.mark.bulk(seconds=45)
@pytest.mark.parametrize("part", range(PARTS))
def test_two_thousand_storms_break_nothing(part: int) -> None:
    size = MANY // PARTS
    tally = weather_all(range(part * size, (part + 1) * size), processes=1)
    assert not tally.found, told(tally)
    assert tally.runs == size
    assert tally.proved == tally.writes > size // 4
    assert min(tally.restarts, tally.zombies) > size // 4
    assert tally.stepped > size // 10
