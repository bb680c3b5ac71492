"""Every scenario, on PostgreSQL and by either engine: what it comes to depends on neither."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.postgres.hands import ENGINES
from tests.postgres.server import Server, emptying
from tests.postgres.virtual import Stores
from wavoice.sim.scenario.detect import is_scenario
from wavoice.sim.scenario.load import load_cases
from wavoice.sim.scenario.results import in_words
from wavoice.sim.scenario.run import Result, run_cases
from wavoice.sim.scenario.stage import Models

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted(file for file in SCENARIOS.rglob("*.yaml") if is_scenario(file))
A_FEW = FILES[::90]
PARTS = 12
"""So many tests an engine: processes of tests share them, and what fails is told by name."""


def models(engine: str, url: str) -> Models:
    if engine == "embedded":
        return Models(store=Stores(url, emptying()))
    from tests.postgres.virtual_engine import procrastinate_engine  # noqa: PLC0415 -- needs an extra

    return Models(store=Stores(url, emptying()), engine=procrastinate_engine)


def run(files: Sequence[Path], engine: str, server: Server) -> list[Result]:
    with server.borrowed() as url:
        return [run_cases(load_cases(file), models(engine, url)) for file in files]


def told(results: list[Result]) -> list[str]:
    return [
        f"{one.name}: {in_words(failure, one.file)}"
        for one in results
        if not one.ok
        for failure in one.failures
    ]


@pytest.mark.bulk
@pytest.mark.parametrize("engine", ENGINES)
def test_some_scenarios_come_to_the_same(engine: str, server: Server) -> None:
    assert told(run(A_FEW, engine, server)) == []


@pytest.mark.chaos
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("engine", ENGINES)
def test_all_scenarios(engine: str, part: int, server: Server) -> None:
    results = run(FILES[part::PARTS], engine, server)
    assert told(results) == []
    points = sum(one.points for one in results)
    seconds = sum(one.ms for one in results) / 1000
    print(f"\n{engine}, part {part}: {len(results)} scenarios, {points} points in {seconds:.0f} s")
