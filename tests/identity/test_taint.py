"""Nothing of another customer is read, said, filed, noted or kept, even if the shop hands it over."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.identity.taint import Found, run
from tests.pooled import quiet_logs, spread
from wavoice.sim.scenario.load import find_files, load_cases

SCENARIOS = Path(__file__).parents[2] / "scenarios"
CHUNK = 10


def of_files(files: list[Path]) -> tuple[int, int, list[str]]:
    """Leaks, reads and problems of the first point of each file."""
    quiet_logs()
    leaked = reads = 0
    problems: list[str] = []
    for file in files:
        found: Found = run(load_cases(file)[0])
        leaked, reads = leaked + found.leaked, reads + found.reads
        problems += [f"{file.stem}: {one}" for one in found.problems]
    return leaked, reads, problems


SAMPLE = (
    *("session/where_is_my_order", "session/order_of_somebody_else", "session/two_customers_at_once"),
    *(
        "refund/refund_by_button",
        "handoff/number_that_two_records_share",
        "handoff/number_that_no_record_knows",
    ),
)


def test_nothing_of_another_customer_is_read_said_or_kept() -> None:
    leaked, reads, problems = of_files([SCENARIOS / f"{name}.yaml" for name in SAMPLE])
    assert problems == []
    assert leaked > 20
    assert reads > 8


@pytest.mark.bulk
@pytest.mark.timeout(600)
def test_nothing_of_another_customer_is_read_said_or_kept_in_any_scenario() -> None:
    files = [file for file in find_files([SCENARIOS]) if "sweep:" not in file.read_text(encoding="utf-8")]
    chunks = [files[start : start + CHUNK] for start in range(0, len(files), CHUNK)]
    found = [*spread(of_files, chunks, 2)]
    assert [one for _, _, problems in found for one in problems] == []
    assert sum(leaked for leaked, _, _ in found) > len(files)
