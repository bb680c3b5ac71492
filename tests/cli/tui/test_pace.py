"""When the screen is drawn: news is gathered, and a turn is left alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pytest

from wavoice.cli.tui.pace import LONG, MOST, QUIET, Pace
from wavoice.runtime.journal import Event, Received, TurnEnded, Where
from wavoice.sim.chat.facts import Fact, Typing
from wavoice.sim.clock import VirtualClock
from wavoice.sim.virtual_loop import VirtualLoop, run_virtually

WHERE = Where("tenant", "number", "c_1", "t_1")
BEGINS = Event(0, WHERE, Received("wamid.1", 0))
ENDS = Event(0, WHERE, TurnEnded("answered", "", 0, 0))
NEWS = Typing("c_1", 0)


def drawn(told: Mapping[float, Event | Fact]) -> list[tuple[float, bool]]:
    """When it is drawn, and whether only what is said is worth it then, of news by their seconds."""
    clock = VirtualClock(0)

    async def run(loop: VirtualLoop) -> list[tuple[float, bool]]:
        seen: list[tuple[float, bool]] = []
        pace = Pace(lambda: seen.append((loop.time(), pace.busy)))
        for moment, news in told.items():
            loop.call_at(moment, partial(pace.news, news))
        while (due := await loop.quiet()) is not None:
            clock.advance_to(due)
        return seen

    return run_virtually(clock, run)


def at(*moments: float) -> list[object]:
    return [pytest.approx(moment, abs=0.001) for moment in moments]


def test_what_comes_together_is_drawn_once() -> None:
    assert [moment for moment, _ in drawn({0.0: NEWS, 0.05: NEWS, 0.1: NEWS})] == at(0.1 + QUIET)


def test_news_without_end_is_drawn_all_the_same() -> None:
    told: dict[float, Event | Fact] = {number / 10: NEWS for number in range(15)}
    assert [moment for moment, _ in drawn(told)] == at(MOST, 1.4 + QUIET)


def test_a_turn_is_drawn_whole_once_it_is_over() -> None:
    moments, busy = zip(*drawn({0.0: BEGINS, 0.5: ENDS}), strict=True)
    assert list(moments) == at(QUIET, 0.5 + QUIET)
    assert busy == (True, False)


def test_one_that_does_not_end_is_not_waited_for() -> None:
    assert [busy for _, busy in drawn({0.0: BEGINS, LONG: NEWS})] == [True, False]
