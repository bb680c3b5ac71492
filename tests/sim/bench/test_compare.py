"""Figures are compared on one machine, over the same notes and network, or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.sim.bench.reports import MACHINE, SETTING, report, row
from wavoice.runtime.errors import UserInputError
from wavoice.sim.bench.compare import changes, check_comparable, read_report, to_json
from wavoice.sim.bench.figures import Fixture, Flight, Spread


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "before.json"
    file.write_text(to_json(report()))
    assert read_report(file) == report()
    check_comparable(read_report(file), report())


def test_what_is_missing_stands_in_the_file() -> None:
    whole = json.loads(to_json(report(row(p50=None, problems=("no voice",)))))
    assert whole["missing"] == ["4 s, overlapped spoken: no voice"]
    assert whole["rows"][0]["turn_ms"] == {"p50": None, "p95": None}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"machine": {**MACHINE, "cpu": "Another CPU"}}, "cpu was Some CPU, is Another CPU"),
        ({"machine": {**MACHINE, "cores": 8}}, "cores was 2, is 8"),
        ({"setting": {**SETTING, "network": "mobile"}}, "network was none, is mobile"),
        ({"fixtures": (Fixture("4 s", 3.91, "cd" * 32),)}, "the note of 4 s is not the same"),
        ({"fixtures": ()}, "the note of 4 s is not the same"),
    ],
)
def test_other_machines_networks_and_notes_are_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(UserInputError, match=said):
        check_comparable(report(), report(**change))


def test_a_busier_hour_and_other_libraries_are_compared() -> None:
    check_comparable(report(), report(machine={**MACHINE, "load_before": 7.0, "python": "3.12.1"}))


def test_a_tenth_slower_is_worse_and_so_is_missing() -> None:
    now = report(row(p50=320.0), row("cached", p50=195.0), row("text", p50=None))
    worse = {change.what: change.worse for change in changes(report(), now)}
    assert worse["4 s, overlapped spoken, ms"]
    assert not worse["4 s, overlapped cached, ms"]
    assert worse["4 s, overlapped text, ms"]
    assert worse["4 s, naive spoken, ms"]


def test_fewer_a_second_is_worse() -> None:
    now = replace(report(), flights=(Flight("spoken", 1, 24, 2.0, Spread(300.0)),))
    found = {change.what: change for change in changes(report(), now)}
    assert found["1 in flight, spoken, a second"].worse
    assert found["2 in flight, spoken, a second"].now is None
    assert not any(change.worse for change in changes(report(), report()))


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"version": 2}', '{"version": 1, "rows": 3}', "\x00"], ids=range(6)
)
def test_another_file_is_no_report(text: str, tmp_path: Path) -> None:
    file = tmp_path / "before.json"
    file.write_text(text)
    with pytest.raises(UserInputError, match=r"before\.json"):
        read_report(file)
