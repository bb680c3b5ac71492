"""Whatever the scenarios make the runtime write is proved from its journal by the rules of the audit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import script
from wavoice.cli.audit import read_lines_as_stored
from wavoice.runtime.audit import prove
from wavoice.runtime.audit.chain_check import Chained

SCENARIOS = Path(__file__).parents[3] / "scenarios"


@pytest.mark.bulk(seconds=60)
@pytest.mark.timeout(600)
def test_every_write_of_every_scenario_is_proved(tmp_path: Path) -> None:
    once = "not every_moment and not any_moment"  # sweeps repeat one dialogue: `-m bulk scenarios`
    kept = str(tmp_path / "kept")
    done = script("test", str(SCENARIOS), "-k", once, "--journal", kept, "-q", folder=tmp_path)
    assert done.code == 0, done.out + done.err
    effects, wrong = 0, dict[str, object]()
    for file in sorted((tmp_path / "kept").glob("*.jsonl")):
        report = prove(read_lines_as_stored(file), Chained((), 0, frozenset()))
        effects += report.effects
        if not report.ok:
            wrong[file.stem] = report.violations
    pending = {file.stem for file in SCENARIOS.rglob("*.yaml") if "\npending: " in file.read_text()}
    assert effects > 100
    assert {name: found for name, found in wrong.items() if name not in pending} == {}
