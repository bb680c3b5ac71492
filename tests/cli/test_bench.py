"""`wavoice bench turn` as a user meets it; what it measures is tests/sim/bench."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.commands import NOTES, Shell
from tests.sim.bench.reports import report, row
from wavoice.runtime.settings import Settings
from wavoice.sim.bench.compare import to_json
from wavoice.sim.bench.figures import Report
from wavoice.sim.bench.notes import bench_notes
from wavoice.sim.bench.turn import Plan, header

OPTIONS = ("--notes", "4", "--fixtures", str(NOTES))
DONE = "loading models\n4 s notes, overlapped\n"
"""Where standard error is no terminal it gets a line for each thing that is begun, not one a round."""


@pytest.fixture
def found(shell: Shell) -> list[Report]:
    """The one report that a run comes to; a test puts another in its place."""
    reports = [report()]

    async def measured(settings: Settings, plan: Plan, tell: Callable[[str, str], None]) -> Report:
        tell("loading models", "")
        for number in (1, 2):
            tell("4 s notes, overlapped", f"round {number} of 2")
        return reports[0]

    shell.monkeypatch.setattr("wavoice.sim.bench.turn.measure", measured)
    return reports


def baseline(shell: Shell, **change: object) -> Path:
    """A report of this machine over the committed 4-s note."""
    here = header(Settings(), Plan(bench_notes(NOTES, (4,))))
    known = {"machine": here.machine, "setting": here.setting, "fixtures": here.fixtures}
    file = shell.folder / "before.json"
    file.write_text(to_json(report(**(known | change))))
    return file


def test_the_tables(shell: Shell, found: list[Report]) -> None:
    done = shell("bench", "turn", *OPTIONS)
    assert (done.code, done.err) == (0, DONE)
    assert "Some CPU, 2 cores, load 0.1; network none; 20 warm rounds" in done.out
    assert "4 s, overlapped, spoken: critical path transcribe" in done.out
    spoken = next(line for line in done.out.splitlines() if line.startswith("4 s   overlapped  spoken"))
    assert spoken.split()[3:] == ["spoken", "20", "280", "364", "1.20", "2.30", "1.60"]
    text = next(line for line in done.out.splitlines() if line.startswith("text reply, p50 ms"))
    assert text.split()[-3:] == ["220", "230", "✗"]


def test_the_figures_as_json(shell: Shell, found: list[Report]) -> None:
    done = shell("bench", "turn", *OPTIONS, "--json", "-")
    assert json.loads(done.out)["rows"][0]["ratio"] == {"sequential": 1.2, "naive": 2.3, "floor": 1.6}
    assert shell("bench", "turn", *OPTIONS, "--json", "now.json").code == 0
    assert json.loads((shell.folder / "now.json").read_text()) == json.loads(done.out)


def test_what_is_missing_fails(shell: Shell, found: list[Report]) -> None:
    found[0] = report(row(p50=None, problems=("the reply was text, not voice",)))
    done = shell("bench", "turn", *OPTIONS)
    assert (done.code, done.err) == (
        1,
        f"{DONE}missing: 4 s, overlapped spoken: the reply was text, not voice\n",
    )


def test_a_tenth_slower_than_the_baseline_fails(shell: Shell, found: list[Report]) -> None:
    before = baseline(shell)
    assert shell("bench", "turn", *OPTIONS, "--baseline", before).code == 0
    found[0] = report(row(p50=400.0), *report().rows[1:])
    done = shell("bench", "turn", *OPTIONS, "--baseline", before)
    assert done.code == 1
    assert [line for line in done.out.splitlines() if line.endswith("worse")]


def test_figures_of_another_machine_are_refused_before_anything_is_measured(
    shell: Shell, found: list[Report]
) -> None:
    found.clear()
    other = baseline(shell, machine={"cpu": "Another CPU", "cores": 2, "system": "Linux"})
    assert "cannot be compared: machine: cpu was Another CPU" in shell.refuses(
        "bench", "turn", *OPTIONS, "--baseline", other
    )
    others = baseline(shell, fixtures=())
    assert "the note of 4 s is not the same" in shell.refuses("bench", "turn", *OPTIONS, "--baseline", others)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--notes", "four"), "'four' is no list of seconds"),
        (("--notes", "3", "--fixtures", str(NOTES)), "There is no note of 3 s"),
        (("--notes", "4"), "fixtures/audio/where_is_my_order__babble_10db.ogg cannot be read"),
        ((*OPTIONS, "--network", "5g"), "There is no network '5g'"),
        ((*OPTIONS, "--baseline", "none.json"), "none.json cannot be read"),
        ((*OPTIONS, "--json", "no/folder.json"), "no/folder.json cannot be written"),
        ((*OPTIONS, "--rounds", "0"), "--rounds"),
    ],
)
def test_it_says_what_will_not_do(shell: Shell, options: tuple[str, ...], said: str) -> None:
    assert said in shell.refuses("bench", "turn", *options)
