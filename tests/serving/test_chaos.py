"""The real command is killed while customers talk: nothing is lost, doubled, out of order or unproved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.serving.chaos import Tally, at_any_moment, at_every_point, chaos
from tests.serving.street import street
from wavoice.runtime.ports import FAILPOINTS

SEED = 9

# The emulator's tries to reach a bot that was just killed are cut off in mid-connect at the end; anyio leaves
# such a socket to the garbage collector.
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(900),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def told(tally: Tally) -> str:
    return "\n".join([*tally.found, str(tally)])


async def test_killed_at_every_named_point_whatever_the_shop_does(tmp_path: Path) -> None:
    tally = await chaos(at_every_point(SEED), street(tmp_path), SEED)
    assert not tally.found, told(tally)
    assert tally.kills == 3 * len(FAILPOINTS)


async def test_killed_forty_times_at_random_moments(tmp_path: Path) -> None:
    """More of them: `uv run python -m tests.serving --kills 500`."""
    tally = await chaos(at_any_moment(40, SEED), street(tmp_path), SEED)
    assert not tally.found, told(tally)
    assert (tally.kills, tally.writes > 20) == (40, True)
