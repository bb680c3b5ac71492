"""Every scenario, on PostgreSQL: what it comes to must not depend on the store."""

from __future__ import annotations

from pathlib import Path

import pytest

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


def run(files: list[Path], server: Server) -> list[Result]:
    with server.borrowed() as url:
        models = Models(store=Stores(url, emptying()))
        return [run_cases(load_cases(file), models) for file in files]


def told(results: list[Result]) -> list[str]:
    return [
        f"{one.name}: {in_words(failure, one.file)}"
        for one in results
        if not one.ok
        for failure in one.failures
    ]


@pytest.mark.bulk
def test_some_scenarios_come_to_the_same(server: Server) -> None:
    assert told(run(A_FEW, server)) == []


@pytest.mark.chaos
@pytest.mark.timeout(7200)
def test_all_scenarios(server: Server) -> None:
    results = run(FILES, server)
    assert told(results) == []
    print(f"\n{len(results)} scenarios, {sum(one.points for one in results)} points on PostgreSQL")
