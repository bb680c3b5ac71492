"""The suite proves itself: whatever is broken in the runtime, scenarios notice it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants import SIX, TABLE, Mutant, copied, jury, mutants, patched, python, run, scenarios

pytestmark = [pytest.mark.timeout(1100)]


def by_name(mutant: Mutant) -> str:
    return mutant.name


def test_the_list_is_long_and_in_order() -> None:
    names = [mutant.name for mutant in mutants()]
    assert len(names) >= 24
    assert len(set(names)) == len(names)
    assert [mutant.six for mutant in mutants()] == [True] * 8 + [False] * (len(names) - 8)
    assert [name for mutant in mutants() for name in mutant.by if name not in scenarios()] == []


@pytest.mark.parametrize("mutant", mutants(), ids=by_name)
def test_every_patch_fits_the_source(mutant: Mutant) -> None:
    assert patched(mutant.edits)


def test_the_table_names_every_mutant() -> None:
    ours = TABLE.read_text(encoding="utf-8").partition("\n## ")[0]
    rows = [line.split("|") for line in ours.splitlines() if "| `" in line]
    named = {row[1].strip(" `"): int(row[3]) for row in rows}
    assert set(named) == {mutant.name for mutant in mutants()}
    assert [name for name, killed in named.items() if not killed] == []


@pytest.mark.mutants
def test_unbroken_all_of_them_pass(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    where = python(folder, "-c", "import wavoice; print(wavoice.__file__)").stdout
    assert Path(where.strip()) == folder / "wavoice" / "__init__.py"
    unbroken = run(folder, jury(), jobs=2)
    assert (unbroken.code, unbroken.failed, unbroken.broken) == (0, (), ()), unbroken.output
    assert set(unbroken.passed) == set(jury())


@pytest.mark.mutants
@pytest.mark.parametrize("mutant", mutants(), ids=by_name)
def test_scenarios_kill(mutant: Mutant, tmp_path: Path) -> None:
    folder = copied(tmp_path, mutant)
    outcome = run(folder, SIX if mutant.six else mutant.by)
    if not outcome.failed and not mutant.six:
        outcome = run(folder, list(scenarios()), jobs=2)
    assert outcome.failed, f"{mutant.name} survives: {mutant.harm}"
    assert outcome.code == 1, outcome.output
    assert (outcome.broken, outcome.crashes) == ((), ()), outcome.output
