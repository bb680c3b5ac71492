"""What docs say of tests and jobs: every invariant of docs/gate.md has a test, and what is named exists."""

from __future__ import annotations

import re
from pathlib import Path

from wavoice.runtime.actions.builtin import JOBS

ROOT = Path(__file__).parents[1]
NUMBERS = [f"I{number}" for number in (*range(1, 22), 23, 24)]
ROW = re.compile(r"^\| (I\d+) \|.*\| (.*) \|$", re.MULTILINE)
PATH = re.compile(r"`((?:tests|scenarios)/[^`]+)`")


def rows() -> dict[str, list[str]]:
    """Invariants, and the paths in the last cell of each."""
    text = (ROOT / "docs" / "gate.md").read_text(encoding="utf-8")
    return {number: PATH.findall(cell) for number, cell in ROW.findall(text)}


def test_every_invariant_has_its_row() -> None:
    assert list(rows()) == NUMBERS
    assert [number for number, paths in rows().items() if not paths] == []


def test_every_path_exists() -> None:
    named = {path for paths in rows().values() for path in paths}
    assert len(named) > 20
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []


def test_a_scenario_that_is_named_carries_the_number() -> None:
    named = [(number, path) for number, paths in rows().items() for path in paths]
    scenarios = [(number, path) for number, path in named if path.startswith("scenarios/")]
    assert len(scenarios) > 8
    for number, path in scenarios:
        text = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^tags: .*\b{number}\b", text, re.MULTILINE), (number, path)


def test_the_readme_counts_the_jobs_and_names_only_tests_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {int(count) for count in re.findall(r"(\d+) jobs", text)} == {len(JOBS.all_of_them)}
    named = re.findall(r"`((?:tests|scenarios)/[\w/.]+)", text)
    assert len(named) > 20
    assert [path for path in named if not list(ROOT.glob(f"{path}*"))] == []
