"""The gate and the session, in dialogues nobody thought of: nothing happens that must not."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from tests.dialogues.hunt import hunt, perform_all, told_of
from tests.dialogues.mutants import LONGEST, found_after, gate_mutants
from tests.dialogues.script import script
from tests.dialogues.stage import perform
from tests.dialogues.thaw import thaw
from tests.mutants import Mutant, patched
from tests.pooled import forks

MANY = 200_000
PARTS = 8
"""The processors of a machine share them as they share tests."""


def by_name(mutant: Mutant) -> str:
    return mutant.name


def fingerprint(seed: int) -> str:
    return hashlib.sha256(repr(asyncio.run(perform(script(seed)))).encode()).hexdigest()


def test_a_sample_breaks_nothing() -> None:
    """With the guard of frozen values, which the many go without."""
    tally = perform_all(range(60))
    assert not tally.found, told_of(tally.found)
    assert (tally.dialogues, tally.repeated) == (60, 2)
    assert tally.messages > 160
    assert tally.writes > 12


@pytest.mark.bulk(seconds=60)
@pytest.mark.parametrize("part", range(PARTS))
def test_two_hundred_thousand_break_nothing(part: int) -> None:
    size = MANY // PARTS
    tally = hunt(range(part * size, (part + 1) * size), processes=1)
    assert not tally.found, told_of(tally.found)
    assert (tally.dialogues, tally.repeated) == (size, size // 50)
    assert tally.messages > 3 * size
    assert tally.writes > size // 4


@pytest.mark.bulk
def test_values_without_their_guard_come_to_the_same() -> None:
    seeds = range(7, 47)
    with forks().Pool(1, thaw) as pool:
        assert pool.map(fingerprint, seeds) == [fingerprint(seed) for seed in seeds]


def test_the_list_of_mutants_is_long() -> None:
    names = [mutant.name for mutant in gate_mutants()]
    assert len(names) >= 30
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("mutant", gate_mutants(), ids=by_name)
def test_every_patch_of_the_gate_fits_the_source(mutant: Mutant) -> None:
    assert patched(mutant.edits)


@pytest.mark.mutants
@pytest.mark.timeout(300)
@pytest.mark.parametrize("mutant", gate_mutants(), ids=by_name)
def test_dialogues_notice(mutant: Mutant, tmp_path: Path) -> None:
    found = found_after(mutant, tmp_path)
    assert found is not None, f"{mutant.name} survives {LONGEST} dialogues: {mutant.harm}"
